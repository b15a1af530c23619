"""What `ferrocyte evaluate` says of six references: scores with intervals, baselines, leaks, calibration, sets, samples.

    python scores.py FERROCYTE DATA --out results/YYYY-MM-DD/scores.json [--tasks kang,zheng]

FERROCYTE is the program, DATA the folder with the .h5ad files. Needs Python alone. Keeps of each run record what docs/honesty.md
shows; two cores take about ten minutes.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

KANG = "kang_ifnb.h5ad --where donor!=unassigned"
WITHIN = {  # name: (title, options of evaluate)
    "kang": ("Kang, new donors", f"{KANG} --label cell_type --group donor --folds 4"),
    "kang_conditions": (
        "Kang, control to stimulated",
        f"{KANG} --label cell_type --group donor --test-where condition=stim",
    ),
    "pancreas_cells": ("pancreas, by cell", "pancreas_4studies.h5ad --label cell_type"),
    "pancreas": ("pancreas, new studies", "pancreas_4studies.h5ad --label cell_type --group donor --study batch"),
    "lung": ("lung (Travaglini), new donors", "lung_lca_travaglini_1k.h5ad --label cell_type --group donor"),
    "zheng": ("Zheng, by cell", "zheng_facs_pbmc.h5ad --label cell_type"),
    "aml": ("AML and healthy, new donors", "aml_vs_healthy_bmmc.h5ad --label disease --group donor"),
    "breast": (
        "breast (one patient), by cell",
        "breast_wu_CID4471.h5ad --label cell_type_minor --library-size n_counts_all_genes --downsample 2500",
    ),
}
SAMPLES = {
    "kang_samples": (
        "Kang, condition of samples",
        f"{KANG} --label condition --unit donor,condition --group donor --leave-one-out --cell-types cell_type",
    ),
    "aml_samples": ("AML and healthy, disease of samples", "aml_vs_healthy_bmmc.h5ad --label disease --unit donor"),
}
ACROSS = {  # name: (title, reference, training options, query, query options)
    "kang_across": (
        "Kang, control to stimulated",
        f"{KANG} --where condition=ctrl --label cell_type --group donor",
        f"{KANG} --where condition=stim --truth cell_type",
    ),
    "lung_across": (
        "lung, Travaglini to Tabula Sapiens",
        "lung_lca_travaglini_1k.h5ad --label cell_type --group donor",
        "lung_tabula_sapiens_1k.h5ad --truth cell_type",
    ),
    **{
        f"pancreas_{study}": (
            f"pancreas, three studies to {study}",
            f"pancreas_4studies.h5ad --where batch!={study} --label cell_type --study batch",
            f"pancreas_4studies.h5ad --where batch={study} --truth cell_type",
        )
        for study in ("Fasolino2022", "Muraro2016", "Tosti2021", "Tritschler2022")
    },
}
ELSEWHERE = {  # data that had no say when the unknown score was chosen
    "zheng_unknown": ("Zheng, by cell", "zheng_facs_pbmc.h5ad --label cell_type"),
    "breast_unknown": (
        "breast, by cell",
        "breast_wu_CID4471.h5ad --label cell_type --library-size n_counts_all_genes --downsample 2500",
    ),
    "pbmc3k_unknown": ("pbmc3k, by cell", "pbmc3k.h5ad --label cell_type"),
    "lung_unknown": ("lung (Travaglini), new donors", "lung_lca_travaglini_1k.h5ad --label cell_type --group donor"),
}
METRICS = ("accuracy", "balanced_accuracy", "f1_macro", "log_loss", "brier", "ece")


def run(program, data, command, options, more):
    file, *options = options.split()
    words = [program, command, str(data / file), *options, *more, "--quiet"]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    if ended.returncode > 1:
        raise SystemExit(f"{' '.join(words)}\n{ended.stderr}")
    return ended.stdout


def recorded(program, data, command, options, more=()):
    """First line of what the program says, and the run record."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "record.json"
        said = run(program, data, command, options, [*more, "--json", str(path)])
        return said.splitlines()[:1], json.loads(path.read_text())


def of(metrics):
    return {name: metrics[name] for name in METRICS if metrics.get(name) is not None}


def within(program, data, options):
    said, record = recorded(program, data, "evaluate", options)
    worst = sorted(record["per_class"], key=lambda found: found["f1"])[:3]
    sets = record.get("conformal")
    return {
        "options": options,
        "first_line": said,
        "cells": record["metrics_plain"]["cells"],
        "labels": len(record["per_class"]),
        "splits": record["splits"],
        "resampling": record["resampling"],
        "leaks": record.get("leaks", []),
        "metrics": of(record["metrics"]),
        "baselines": {found["name"]: of(found["metrics"]) for found in record["baselines"]},
        "calibration": {k: v for k, v in record["calibration"].items() if k != "reliability_before"}
        if record.get("calibration")
        else None,
        "conformal": {k: v for k, v in sets.items() if k != "per_class"} if sets else None,
        "worst_classes": [{k: found[k] for k in ("label", "support", "f1")} for found in worst],
        "warnings": [warning["code"] for warning in record["warnings"]],
    }


def samples(program, data, options):
    said, record = recorded(program, data, "evaluate", options)
    found = record["samples"]
    for model in found["models"]:
        model["metrics"] = of(model["metrics"])
        model.pop("calls", None)
    return {"options": options, "first_line": said, **found}


def across(program, data, reference, query):
    with tempfile.TemporaryDirectory() as folder:
        model = pathlib.Path(folder) / "model.ferrocyte"
        found = {"reference": reference, "query": query}
        for name, more in (("before", ["--no-score"]), ("after", [])):
            if name == "before":
                plain = " ".join(word for word in without_study(reference))
                run(program, data, "train", plain, [*more, "-o", str(model)])
            else:
                run(program, data, "train", reference, [*more, "-o", str(model)])
            out = pathlib.Path(folder) / "labels.csv"
            _, record = recorded(program, data, "annotate", query, ["-m", str(model), "-o", str(out)])
            found[name] = of(record["metrics"])
        return found


def without_study(options):
    """A model without a score has no folds to say anything about."""
    words = options.split()
    while "--study" in words:
        at = words.index("--study")
        del words[at : at + 2]
    return words


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("data", type=pathlib.Path)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    arguments.add_argument("--tasks")
    arguments = arguments.parse_args()
    wanted = arguments.tasks.split(",") if arguments.tasks else None
    found = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    program, data = arguments.program, arguments.data
    found["program"] = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    for name, (title, options) in WITHIN.items():
        if wanted is None or name in wanted:
            found[name] = {"title": title, **within(program, data, options)}
    for name, (title, options) in SAMPLES.items():
        if wanted is None or name in wanted:
            found[name] = {"title": title, **samples(program, data, options)}
    for name, (title, options) in ELSEWHERE.items():
        if wanted is None or name in wanted:
            _, record = recorded(program, data, "evaluate", options, ["--unknown"])
            found[name] = {"title": title, "options": options, "unknown": record["unknown"]}
    for name, (title, reference, query) in ACROSS.items():
        if wanted is None or name in wanted:
            found[name] = {"title": title, **across(program, data, reference, query)}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
