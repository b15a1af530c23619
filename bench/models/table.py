"""Every kind of model on the same tasks, as `ferrocyte compare` and `ferrocyte annotate --truth` score them.

    python table.py FERROCYTE DATA --out results/YYYY-MM-DD/table.json [--models weighted,logistic] [--tasks zheng,lung]

FERROCYTE is the program, DATA the folder with the .h5ad files. Needs Python alone. Prints the table in Markdown.
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import tempfile
import time

MODELS = [
    "weighted",
    "logistic",
    "logistic:l1=1:l2=10:balance=none",
    "svm",
    "centroid",
    "knn",
    "mlp",
    "genebert",
    "ensemble:models=weighted+svm",
    "ensemble:models=weighted+logistic+svm",
    "ensemble:models=weighted+centroid",
]

# Tasks that hold cells out of one reference: what `compare` is told.
WITHIN = {
    "kang": ("kang_ifnb.h5ad", "--label cell_type --group donor --folds 4 --where donor!=unassigned"),
    "pancreas": ("pancreas_4studies.h5ad", "--label cell_type --group batch --leave-one-out"),
    "zheng": ("zheng_facs_pbmc.h5ad", "--label cell_type --folds 5"),
}
# Tasks that label one file by a model of another.
ACROSS = {
    "lung": ("lung_lca_travaglini_1k.h5ad", "lung_tabula_sapiens_1k.h5ad", "cell_type"),
}


def run(program, *words):
    ended = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    if ended.returncode > 1:
        raise SystemExit(f"{' '.join(words)}\n{ended.stderr}")
    return ended


def within(program, data, file, options, models):
    with tempfile.TemporaryDirectory() as folder:
        record = pathlib.Path(folder) / "run.json"
        run(program, "compare", str(data / file), *options.split(), "--models", ",".join(models), "--json", str(record), "--quiet")
        found = json.loads(record.read_text())
    steps = {step["step"]: step for step in found["timing"]["steps"]}
    rows = {}
    # The program writes settings in the order of their names: the order of the models is that of `models`.
    for name, model in zip(models, found["comparison"]["models"], strict=True):
        step = steps[model["name"]]
        rows[name] = {
            "accuracy": model["metrics"]["accuracy"],
            "f1_macro": model["metrics"]["f1_macro"],
            "log_loss": model["metrics"]["log_loss"],
            "fold_mean": {key: model["fold_mean"][key] for key in ("accuracy", "f1_macro")},
            "seconds": step["secs"],
            "peak_bytes": step.get("peak_bytes"),
            "not_converged": model["not_converged"],
        }
    return rows, {"differences": found["comparison"]["differences"], "verdict": found["comparison"]["verdict"]}


def peak_of(program, *words):
    """Runs the program; gives seconds and the most memory that it had, in bytes."""
    began = time.monotonic()
    process = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) > 1:
        raise SystemExit(f"{' '.join(words)}\n{process.stderr.read()}")
    return time.monotonic() - began, usage.ru_maxrss * 1024


def across(program, data, reference, query, label, models):
    rows = {}
    for model in models:
        with tempfile.TemporaryDirectory() as folder:
            file, record = pathlib.Path(folder) / "m.ferrocyte", pathlib.Path(folder) / "run.json"
            training = ["train", str(data / reference), "--label", label, "--model", model, "--no-score", "-o", str(file), "--quiet"]
            seconds, peak = peak_of(program, *training)
            labels = pathlib.Path(folder) / "labels.csv"
            run(program, "annotate", str(data / query), "-m", str(file), "-o", str(labels), "--truth", label, "--json", str(record), "--quiet")
            found = json.loads(record.read_text())
        shared = [row for row in found["per_class"] if row["support"] > 0 and row["label"] in known(found)]
        cells = sum(row["support"] for row in shared)
        rows[model] = {
            # Over the labels that the model can give: the others are wrong for every model.
            "accuracy": sum(row["recall"] * row["support"] for row in shared) / cells,
            "f1_macro": sum(row["f1"] for row in shared) / len(shared),
            "cells": cells,
            "labels": len(shared),
            "over_all_cells": {key: found["metrics_plain"][key] for key in ("accuracy", "f1_macro", "log_loss")},
            "seconds": seconds,
            "peak_bytes": peak,
        }
    return rows


def known(record):
    return set(record["model"]["labels"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ferrocyte")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--tasks", default=",".join([*WITHIN, *ACROSS]))
    arguments = parser.parse_args()
    program, models = arguments.ferrocyte, arguments.models.split(",")
    results = {
        "version": run(program, "--version").stdout.strip(),
        "machine": f"{platform.system()} {platform.machine()}",
        "tasks": {},
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    for task in arguments.tasks.split(","):
        if task in WITHIN:
            rows, comparison = within(program, arguments.data, *WITHIN[task], models)
            results["tasks"][task] = {"models": rows, **comparison}
        else:
            results["tasks"][task] = {"models": across(program, arguments.data, *ACROSS[task], models)}
        arguments.out.write_text(json.dumps(results, indent=1) + "\n")  # kept if the next task is broken off
        print(f"\n{task}\n| model | accuracy | macro F1 | log-loss | seconds | peak MB |\n|---|---|---|---|---|---|")
        for model, row in results["tasks"][task]["models"].items():
            # Across studies the log-loss is over all cells: a label that the model lacks costs 36 a cell.
            loss = row.get("log_loss", row.get("over_all_cells", {}).get("log_loss"))
            # A study held out alone counts as much as a larger one.
            shown = row["fold_mean"] if task == "pancreas" else row
            peak = row.get("peak_bytes")
            print(
                f"| {model} | {shown['accuracy']:.3f} | {shown['f1_macro']:.3f} | {'–' if loss is None else f'{loss:.3f}'} "
                f"| {row['seconds']:.1f} | {'–' if peak is None else round(peak / 1e6)} |",
                flush=True,
            )


main()
