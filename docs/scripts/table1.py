"""Redoes Table 1 from the tables of an experiment, without runner's code.

    python3 docs/scripts/table1.py results/quickstart

needs Python 3.9 or later with pandas and pyarrow (pip install pandas pyarrow).

From responses.parquet it computes the value scores, their correlations and
Spearman's rho with the human medians; from the maps in analysis/mds.parquet
the SSD, by a Procrustes fit of its own. It prints Table 1 and ends with an
error if a number is more than 1e-6 away from the one that runner wrote.
It does not redo the scaling (MDS) that made the maps.
"""

import pathlib
import sys

import numpy as np
import pandas as pd

TOLERANCE = 1e-6


def value_scores(items, responses, options):
    """Raw and centred scores: one row a respondent, one column a value."""
    answered = responses[responses["status"] == "ok"].merge(
        items[["item", "reverse", "scale_min", "scale_max"]], on="item", validate="many_to_one")
    # An answer on a reversed scale is turned back, and a reverse-keyed item turned
    # round: 1 becomes 6 on a scale from 1 to 6. Both together cancel out.
    keyed = answered["response"].astype(float)
    turned = answered["scale_min"] + answered["scale_max"] - keyed
    turn = answered["reverse"].astype(bool) != answered["scale_reversed"].astype(bool)
    answered["score"] = keyed.where(~turn, turned)

    by = ["condition_id", "respondent_id"]
    raw = answered.groupby(by + ["value"])["score"].mean().unstack("value")
    raw = raw.reindex(columns=items["value"].unique())

    # Sessions with too few answers are left out, as the options say.
    session = answered.groupby(by)["score"].agg(["size", "mean"])
    keep = session["size"] >= float(options["min_answered"]) * len(items) - 1e-9
    if options["require_all_values"] == "true":
        keep &= raw.notna().all(axis=1)
    raw = raw[keep]

    # MRAT: a person's mean over all items is what the scores are centred on.
    return raw, raw.sub(session["mean"][keep], axis=0)


def spearman(x, y):
    """Spearman's rho with average ranks. Means that differ only by the rounding
    of the computer are ties."""
    return pd.Series(x).round(9).rank().corr(pd.Series(y).rank())


def procrustes_ssd(target, config):
    """The residual of config fitted to target by shift, rotation, reflection and
    scale, both of unit size: 1 minus the squared sum of the singular values."""
    target = target - target.mean(axis=0)
    config = config - config.mean(axis=0)
    target = target / np.linalg.norm(target)
    config = config / np.linalg.norm(config)
    return 1 - np.linalg.svd(target.T @ config, compute_uv=False).sum() ** 2


def main(results):
    read = lambda name: pd.read_parquet(results / f"{name}.parquet")
    options = read("options").set_index("name")["value"]
    responses = read("responses")[["condition_id", "respondent_id", "scale_reversed", "item", "value", "response", "status"]]
    raw, centred = value_scores(read("items"), responses, options)
    benchmarks = read("benchmarks")
    fit = read("analysis/fit").set_index("condition_id")
    maps = read("analysis/mds").set_index("condition_id")
    theirs = read("analysis/correlations").set_index("condition_id")

    worst, checked = 0.0, 0

    def compare(what, ours, printed):
        nonlocal worst, checked
        if pd.isna(printed):  # NA: na_reason says why
            return
        distance = abs(ours - printed)
        if not distance <= TOLERANCE:
            sys.exit(f"{what}: {ours} here, {printed} in the tables")
        worst, checked = max(worst, distance), checked + 1

    ssd = {}
    for condition, row in fit.iterrows():
        name = f"{row['model']}, {row['prompt']}, {row['temperature']}, {row['administration']}"
        if condition not in raw.index.get_level_values("condition_id"):
            continue  # no session can be used
        raw_here, centred_here = raw.loc[condition], centred.loc[condition]
        compare(f"{name}: sessions", len(raw_here), row["n_used"])

        # Spearman's rho between our mean scores and the human medians.
        human = benchmarks[benchmarks["name"] == row["means_benchmark"]].set_index("value")["number"]
        means = centred_here.mean()
        if len(human):
            compare(f"{name}: rho", spearman(means, human[means.index]), row["rho"])

        # Correlations of the scores, if they were Pearson's of all pairs.
        if row["correlation"] == "pearson" and row["missing"] == "pairwise":
            scores = raw_here if row["scores"] == "raw" else centred_here
            r = scores.corr()
            for value, other, printed in theirs.loc[condition, ["value", "value_2", "r"]].itertuples(index=False):
                compare(f"{name}: r of {value} and {other}", r.at[value, other], printed)

        # SSD of the map against the benchmark's.
        if pd.notna(row["ssd"]):
            own = maps.loc[condition]
            ssd[condition] = procrustes_ssd(own[["benchmark_x", "benchmark_y"]].to_numpy(), own[["x", "y"]].to_numpy())
            compare(f"{name}: SSD", ssd[condition], row["ssd"])

    if checked == 0:
        sys.exit("nothing could be compared")
    fit["SSD"] = pd.Series(ssd, dtype=float)
    if fit["simulated"].all():
        print("SIMULATED: no model was asked.")
    print("Table 1. SSD against", ", ".join(sorted(fit["structure_benchmark"].dropna().unique())))
    # Further factors of a design, if it has any, are rows of their own.
    key = list(fit.columns[:fit.columns.get_loc("simulated")])
    rows = ["administration"] + [k for k in key if k not in ("prompt", "administration")]
    print(fit.pivot(index=rows, columns="prompt", values="SSD").round(2).to_string())
    print(f"{checked} numbers agree with runner's, the farthest by {worst:.1e}.")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
