"""Compares two results directories that were collected separately.

    python3 .ci/same.py ONE OTHER [--same-store]

Collected separately, they may differ in when and how fast replies came
(completions: started_at, latency_ms, tries) and in the digests that hang on the
bytes of that file (manifest.json, analysis/manifest.json). Made from the same store they may not.
runs.parquet is the history and differs always.
"""

import argparse
import pathlib
import re
import sys

import pyarrow.parquet as pq

TIMING = {"started_at", "latency_ms", "tries", "error_class"}


def files(root):
    return {p.relative_to(root).as_posix(): p for p in sorted(root.rglob("*")) if p.is_file() and p.name != "runs.parquet"}


def completions_alike(a, b):
    one, other = pq.read_table(a), pq.read_table(b)
    if one.schema != other.schema or one.num_rows != other.num_rows:
        return f"{one.num_rows} and {other.num_rows} rows, or other columns"
    differing = [n for n in one.column_names if n not in TIMING and not one[n].equals(other[n])]
    return f"columns {differing} differ" if differing else None


def without_digests(path):
    """A manifest's text but for its digests: the files that they pin are
    compared themselves."""
    return re.sub(r"\b[0-9a-f]{64}\b", "digest", path.read_text(encoding="utf-8"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("one", type=pathlib.Path)
    parser.add_argument("other", type=pathlib.Path)
    parser.add_argument("--same-store", action="store_true")
    args = parser.parse_args()
    one, other = files(args.one), files(args.other)
    problems = [f"only in one: {n}" for n in sorted(one.keys() ^ other.keys())]
    identical = 0
    for name in sorted(one.keys() & other.keys()):
        if one[name].read_bytes() == other[name].read_bytes():
            identical += 1
            continue
        if args.same_store:
            problems.append(f"{name}: other bytes")
        elif name == "completions.parquet":
            difference = completions_alike(one[name], other[name])
            if difference:
                problems.append(f"{name}: {difference}")
        elif name in ("manifest.json", "analysis/manifest.json"):
            if without_digests(one[name]) != without_digests(other[name]):
                problems.append(f"{name}: differs in more than digests")
        else:
            problems.append(f"{name}: other bytes")
    if problems:
        sys.exit("same.py: " + "\nsame.py: ".join(problems))
    if identical < 20:
        sys.exit(f"same.py: only {identical} files compared: are these results?")
    print(f"same.py: {identical} files are the same bytes, {len(one) - identical} alike but for times")


main()
