"""Reads every table of a results directory the way its users do, with pandas
(pyarrow) and with DuckDB, and checks types, rows, nulls, statuses and joins;
and every figure's specification against the schema of vega-lite.

    python3 .ci/tables.py RESULTS [--batch-responses N]

What is expected of a column is what codebook.md says of it; the columns that
DESIGN 7 names are held to it here once more.
"""

import argparse
import hashlib
import json
import pathlib
import sys

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from altair.vegalite.v5.schema import core as vega

ARROW = {
    "string": pa.string(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "timestamp[us, UTC]": pa.timestamp("us", tz="UTC"),
}
DUCKDB = {
    "string": "VARCHAR",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "float64": "DOUBLE",
    "bool": "BOOLEAN",
    "timestamp[us, UTC]": "TIMESTAMP WITH TIME ZONE",
}
PANDAS = {
    "string": ("object", "str", "string"),
    "int32": ("int32",),
    "int64": ("int64",),
    "float64": ("float64",),
    "bool": ("bool",),
    "timestamp[us, UTC]": ("datetime64[us, UTC]", "datetime64[ns, UTC]"),
}
# pandas has no missing integer or truth value of its own.
PANDAS_WITH_NULLS = {"int32": ("float64",), "int64": ("float64",), "bool": ("object",)}

S, I, F, B, T = "string", "int32", "float64", "bool", "timestamp[us, UTC]"
# DESIGN 7.
CONTRACT = {
    "conditions": {"condition_id": S, "experiment": S, "provider": S, "model": S, "prompt": S, "temperature": F,
                   "administration": S, "n_planned": I, "n_complete": I, "scale_reversed": B, "item_wording": S},
    "respondents": {"respondent_id": S, "condition_id": S, "replicate": I, "sample": I, "form": S, "persona_text": S,
                    "persona_key": S, "status": S, "n_answered": I},
    "items": {"instrument": S, "item": I, "value": S, "reverse": B, "scale_min": I, "scale_max": I},
    "values": {"value": S, "name": S, "order": I},
    "benchmarks": {"name": S, "kind": S, "source": S, "statistic": S, "value": S, "value_2": S, "number": F},
    "responses": {"respondent_id": S, "condition_id": S, "model": S, "prompt": S, "temperature": F, "administration": S,
                  "replicate": I, "scale_reversed": B, "item": I, "value": S, "position": I, "response": I, "raw_answer": S, "status": S},
    "completions": {"key": S, "respondent_id": S, "persona_key": S, "purpose": S, "turn": I, "attempt": I, "tries": I,
                    "sample": I, "status": S, "model_requested": S, "model_served": S, "system_fingerprint": S,
                    "finish_reason": S, "params_sent": S, "prompt_sha256": S, "raw_text": S, "prompt_tokens": I,
                    "completion_tokens": I, "cost_usd": F, "started_at": T, "latency_ms": F, "http_status": I,
                    "error_class": S},
    "options": {"name": S, "value": S},
    "runs": {},
    "analysis/scores": {}, "analysis/value_summary": {}, "analysis/correlations": {}, "analysis/mds": {},
    "analysis/fit": {}, "analysis/anchor_curve": {}, "analysis/sensitivity": {},
    "analysis/quality": {"missing_flag": S, "drift": S, "served_unexpected": S, "params_skipped": S},
    "analysis/served": {"model_requested": S, "model_served": S, "system_fingerprint": S, "replies": I, "expected": B, "drift": B},
}
STATUSES = ["ok", "not_run", "failed", "persona_failed", "refusal", "unparseable", "missing", "out_of_range",
            "non_integer", "ambiguous", "duplicate", "truncated", "empty"]

problems = []


def check(ok, what):
    if not ok:
        problems.append(what)
        print(f"tables.py: {what}", file=sys.stderr)


def codebook(path):
    """The columns of each table: {table: {column: (type, may be null)}}."""
    out, columns = {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            columns = out.setdefault(line[3:].strip().removesuffix(".parquet"), {})
        elif columns is not None and line.startswith("| ") and not line.startswith("| column "):
            cells = [c.strip() for c in line.strip("|").split("|")]
            columns[cells[0].strip("`")] = (cells[1], cells[2] == "null")
    return out


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        while block := f.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_table(root, name, described, meta):
    """One table, by three readers."""
    path = root / f"{name}.parquet"
    file = pq.ParquetFile(path)
    want = dict(described)
    for column, kind in CONTRACT.get(name, {}).items():
        check(column in want, f"{name}: the codebook does not list {column}")
        check(want.get(column, (kind,))[0] == kind, f"{name}.{column}: the codebook says {want.get(column)}, DESIGN 7 {kind}")
    schema = file.schema_arrow
    check(schema.names == list(want), f"{name}: columns {schema.names}, the codebook lists {list(want)}")
    stored = {k.decode(): v.decode() for k, v in (schema.metadata or {}).items()}
    if name in CONTRACT and name != "runs" and "/" not in name:
        for key in ("table_version", "design_hash", "instrument_hash", "simulated"):
            check(stored.get(key), f"{name}: no {key} in its metadata")
            check(meta.setdefault(key, stored.get(key)) == stored.get(key), f"{name}: {key} is not that of the other tables")
    for group in range(file.num_row_groups):
        codec = file.metadata.row_group(group).column(0).compression
        check(codec == "ZSTD", f"{name}: compressed by {codec}, want ZSTD")
    frame = pd.read_parquet(path, engine="pyarrow")
    sql = {row[0]: row[1] for row in duckdb.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()}
    rows = duckdb.execute("select count(*) from read_parquet(?)", [str(path)]).fetchone()[0]
    check(len(frame) == rows == file.metadata.num_rows, f"{name}: {len(frame)} rows in pandas, {rows} in DuckDB, {file.metadata.num_rows} in the footer")
    for column, (kind, null) in want.items():
        if column not in schema.names:
            continue
        check(schema.field(column).type == ARROW[kind], f"{name}.{column}: Arrow reads {schema.field(column).type}, want {kind}")
        check(sql[column] == DUCKDB[kind], f"{name}.{column}: DuckDB reads {sql[column]}, want {DUCKDB[kind]}")
        missing = int(frame[column].isna().sum())
        check(null or missing == 0, f"{name}.{column}: {missing} nulls where the codebook says never")
        accepted = PANDAS[kind] + (PANDAS_WITH_NULLS.get(kind, ()) if missing else ())
        check(str(frame[column].dtype) in accepted, f"{name}.{column}: pandas reads {frame[column].dtype}, want one of {accepted}")
        if kind == "float64":
            odd = duckdb.execute(f'select count(*) from read_parquet(?) where isnan("{column}") or isinf("{column}")', [str(path)]).fetchone()[0]
            check(odd == 0, f"{name}.{column}: {odd} values are NaN or infinite; missing is null")
    print(f"  {name:24} {rows:>9,} rows {len(want):>3} columns")
    return frame


def subset(a, b, what):
    left = set(a.dropna().unique()) - set(b.dropna().unique())
    check(not left, f"{what}: {len(left)} without a match, such as {sorted(left)[:1]}")


def relations(t, manifest):
    c, r, a, k, i, v = (t[n] for n in ("conditions", "respondents", "responses", "completions", "items", "values"))
    check(len(a) == c.n_planned.sum() * len(i), f"responses: {len(a)} rows, want {c.n_planned.sum()} respondents x {len(i)} items")
    check(len(r) == c.n_planned.sum(), f"respondents: {len(r)} rows, {c.n_planned.sum()} planned")
    check(not a.duplicated(["respondent_id", "item"]).any(), "responses: a respondent has an item twice")
    check(not a.duplicated(["respondent_id", "position"]).any(), "responses: a respondent has a position twice")
    check(r.respondent_id.is_unique and c.condition_id.is_unique, "respondents, conditions: an id stands twice")
    subset(a.respondent_id, r.respondent_id, "responses.respondent_id in respondents")
    subset(a.condition_id, c.condition_id, "responses.condition_id in conditions")
    subset(r.condition_id, c.condition_id, "respondents.condition_id in conditions")
    subset(c.condition_id, r.condition_id, "conditions.condition_id in respondents")
    subset(k.respondent_id, r.respondent_id, "completions.respondent_id in respondents")
    subset(r.persona_key, k.key[k.purpose == "persona"], "respondents.persona_key in completions.key")
    subset(k.persona_key, k.key[k.purpose == "persona"], "completions.persona_key in completions.key")
    subset(a.item, i["item"], "responses.item in items")
    subset(i.value, v.value, "items.value in values")
    for name, frame in t.items():
        if name.startswith("analysis/") and "condition_id" in frame:
            subset(frame.condition_id, c.condition_id, f"{name}.condition_id in conditions")

    # Facts that stand twice agree.
    twice = ["condition_id", "model", "prompt", "temperature", "administration", "scale_reversed"]
    joined = a[twice].drop_duplicates()
    both = joined.merge(c, on=twice)
    check(len(joined) == len(both) == len(c), "responses: levels differ from those of conditions")
    key = a.merge(i[["item", "value"]], on="item", suffixes=("", "_of_item"))
    check((key.value == key.value_of_item).all(), "responses.value differs from items.value")
    ok = a[a.status == "ok"].groupby("respondent_id").size().reindex(r.respondent_id, fill_value=0)
    check((ok.to_numpy() == r.n_answered.to_numpy()).all(), "respondents.n_answered is not the number of ok responses")
    complete = r[r.status == "complete"].groupby("condition_id").size().reindex(c.condition_id, fill_value=0)
    check((complete.to_numpy() == c.n_complete.to_numpy()).all(), "conditions.n_complete is not the number of complete respondents")

    # Statuses beside nulls; nothing clamped.
    subset(a.status, pd.Series(STATUSES), "responses.status in the vocabulary")
    check((a.response.notna() == (a.status == "ok")).all(), "responses: response is null where status is ok, or not where it is not")
    low, high = int(i.scale_min.iloc[0]), int(i.scale_max.iloc[0])
    check(a.response.dropna().between(low, high).all(), f"responses.response outside {low} to {high}")
    subset(r.status, pd.Series(["complete", "partial", "not_run", "persona_failed"]), "respondents.status in the vocabulary")
    subset(k.status, pd.Series(["ok", "refusal", "truncated", "empty"]), "completions.status in the vocabulary")
    subset(k.purpose, pd.Series(["answer", "persona"]), "completions.purpose in the vocabulary")
    check((k.respondent_id.isna() == (k.purpose == "persona")).all(), "completions.respondent_id is null exactly for a persona's own request")
    for column in ("key", "prompt_sha256"):
        check(k[column].str.fullmatch("[0-9a-f]{64}").all(), f"completions.{column} is not 64 hexadecimal digits")

    # Order: cell by cell, replicate by replicate, position by position.
    cell = a.condition_id.map({id: n for n, id in enumerate(c.condition_id)})
    order = (cell.astype("int64") * 1_000_000 + a.replicate) * 1_000 + a.position
    check(order.is_monotonic_increasing, "responses: not in the order of cell, replicate, position")

    counted = manifest["counts"]
    check(a.status.value_counts().to_dict() == counted["responses"], "manifest.json: counts of responses differ")
    check(r.status.value_counts().to_dict() == counted["respondents"], "manifest.json: counts of respondents differ")
    check(len(k) == counted["completions"], "manifest.json: number of completions differs")


def specifications(root):
    """Every figure has a specification, and each is valid vega-lite."""
    figures = root / "analysis" / "figures"
    for svg in sorted(figures.glob("*.svg")):
        path = svg.with_suffix(".vl.json")
        check(path.is_file(), f"{path.name}: a figure without a vega-lite specification")
        if path.is_file():
            try:
                vega.Root.from_dict(json.loads(path.read_text(encoding="utf-8")), validate=True)
            except Exception as e:  # whatever it is, it is said
                check(False, f"{path.name}: {str(e)[:300]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("--batch-responses", type=int, help="rows of responses with administration batch")
    args = parser.parse_args()
    root = args.results
    described = codebook(root / "codebook.md")
    described |= {f"analysis/{k}": v for k, v in codebook(root / "analysis" / "codebook.md").items()}
    found = sorted(str(p.relative_to(root)).removesuffix(".parquet").replace("\\", "/") for p in root.rglob("*.parquet"))
    absent, unknown = sorted(CONTRACT.keys() - set(found)), sorted(set(found) ^ described.keys())
    check(not absent, f"without the tables {absent}")
    check(not unknown, f"tables without a codebook, or the reverse: {unknown}")
    meta = {}
    tables = {name: read_table(root, name, described.get(name, {}), meta) for name in found}
    manifest = json.loads((root / "manifest.json").read_text(encoding="utf-8"))
    for t in manifest["tables"]:
        check(sha256(root / t["file"]) == t["sha256"], f"{t['file']}: not the digest that manifest.json says")
    relations(tables, manifest)
    specifications(root)
    if args.batch_responses is not None:
        n = int((tables["responses"].administration == "batch").sum())
        check(n == args.batch_responses, f"responses: {n} batch rows, want {args.batch_responses}")
    if problems:
        sys.exit(f"tables.py: {len(problems)} problems in {root.name}")
    print(f"tables.py: {root.name}: {len(tables)} tables read alike by pandas, Arrow and DuckDB")


main()
