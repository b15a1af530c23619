"""Unknown scores and prediction sets: do they keep what they promise?

    python doubt.py FERROCYTE DATA --out results/YYYY-MM-DD/doubt.json [--tasks unknown,seeds,shift] [--seeds 20]

FERROCYTE is the program, DATA the folder with the .h5ad files. Needs Python with h5py and numpy. Prints tables in Markdown.

unknown   each class left out of the training in turn (`evaluate --unknown`)
seeds     coverage on folds by cell, which are exchangeable, over seeds (`evaluate --coverage`)
shift     thresholds from one condition or some studies, coverage in another (`train`, `annotate --coverage`)
"""

import argparse
import csv
import json
import pathlib
import subprocess
import tempfile

import h5py
import numpy

KANG = "kang_ifnb.h5ad"
PANCREAS = "pancreas_4studies.h5ad"
CONTROL = "--where condition=ctrl --where donor!=unassigned"

UNKNOWN = {
    "kang, control, donors": (KANG, "--label cell_type --group donor --folds 4 --downsample 5000 --where condition=ctrl"),
    "pancreas, studies": (PANCREAS, "--label cell_type --group batch --leave-one-out"),
}
SEEDS = {
    "kang, control": (KANG, f"--label cell_type --downsample 2000 {CONTROL}"),
    "pancreas": (PANCREAS, "--label cell_type --downsample 1500"),
}
TARGETS = ["0.9", "0.95"]


def run(program, *words):
    ended = subprocess.run([program, *words, "--quiet"], capture_output=True, text=True, check=False)
    if ended.returncode > 1:
        raise SystemExit(f"{' '.join(words)}\n{ended.stderr}")


def record(program, folder, *words):
    path = pathlib.Path(folder) / "run.json"
    run(program, *words, "--json", str(path))
    return json.loads(path.read_text())


def column(path, name):
    with h5py.File(path) as file:
        held = file["obs"][name]
        if isinstance(held, h5py.Group):
            names = held["categories"].asstr()[:]
            return numpy.array([names[code] if code >= 0 else "" for code in held["codes"][:]])
        return held.asstr()[:]


def unknown(program, data, folder):
    found = {}
    for task, (file, options) in UNKNOWN.items():
        found[task] = record(program, folder, "evaluate", str(data / file), *options.split(), "--unknown")["unknown"]
        row = found[task]
        print(
            f"| {task} | {row['auroc']:.3f} | {row['auroc_max_probability']:.3f} | "
            f"{numpy.mean([c['found'] for c in row['classes']]):.3f} | {row['known_lost']:.3f} |",
            flush=True,
        )
    return found


def seeds(program, data, folder, n):
    found = {}
    for task, (file, options) in SEEDS.items():
        rows = []
        for seed in range(n):
            words = ["evaluate", str(data / file), *options.split(), "--coverage", TARGETS[0], "--seed", str(seed)]
            sets = record(program, folder, *words)["conformal"]
            rows.append({
                "seed": seed,
                "coverage": sets["coverage"],
                "mean_set_size": sets["mean_set_size"],
                "empty": sets["empty"],
                "per_class": {c["label"]: c["coverage"] for c in sets["per_class"]},
            })
        found[task] = rows
        held = [row["coverage"] for row in rows]
        classes = numpy.array([[row["per_class"][label] for label in rows[0]["per_class"]] for row in rows], dtype=float)
        means = classes.mean(axis=0)
        print(
            f"| {task} | {numpy.mean(held):.3f} | {min(held):.3f} to {max(held):.3f} | "
            f"{numpy.mean([row['mean_set_size'] for row in rows]):.2f} | {means.min():.3f} to {means.max():.3f} |",
            flush=True,
        )
    return found


def shift(program, data, folder):
    studies = sorted(set(column(data / PANCREAS, "batch")))
    tasks = [("kang, control to stimulated", KANG, CONTROL, "--where condition=stim --where donor!=unassigned", "donor")]
    for study in studies:
        tasks.append((f"pancreas, {study}", PANCREAS, f"--where batch!={study}", f"--where batch={study}", "batch"))
    found = {}
    for task, file, training, query, group in tasks:
        truth = dict(zip(column(data / file, "_index"), column(data / file, "cell_type")))
        for trained, by in (("folds by cell", ""), ("folds by group", f"--group {group}")):
            model = str(pathlib.Path(folder) / "model.ferrocyte")
            run(program, "train", str(data / file), "--label", "cell_type", *training.split(), *by.split(), "-o", model)
            for rule in ("", "--coverage-in-groups") if by else ("",):
                for target in TARGETS:
                    labels = pathlib.Path(folder) / "labels.csv"
                    run(
                        program, "annotate", str(data / file), "-m", model, "-o", str(labels), *query.split(),
                        "--coverage", target, *rule.split(),
                    )
                    rows = list(csv.DictReader(labels.open()))
                    known = set(truth.values())
                    sets = [set(filter(None, row["prediction_set"].split("|"))) for row in rows]
                    given = [truth[row["cell_id"]] for row in rows]
                    held = [label in of for label, of in zip(given, sets) if label in known]
                    key = f"{task}; {trained}{'; in groups' if rule else ''}; {target}"
                    found[key] = {
                        "cells": len(rows),
                        "coverage": float(numpy.mean(held)),
                        "mean_set_size": float(numpy.mean([len(of) for of in sets])),
                        "unknown_score_above_0.95": float(numpy.mean([float(row["unknown_score"] or 0) > 0.95 for row in rows])),
                        "accuracy": float(numpy.mean([row["predicted_labels"] == label for row, label in zip(rows, given)])),
                    }
                    row = found[key]
                    print(
                        f"| {key} | {row['coverage']:.3f} | {row['mean_set_size']:.2f} | {row['unknown_score_above_0.95']:.3f} |",
                        flush=True,
                    )
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program")
    arguments.add_argument("data", type=pathlib.Path)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    arguments.add_argument("--tasks", default="unknown,seeds,shift")
    arguments.add_argument("--seeds", type=int, default=20)
    given = arguments.parse_args()
    found = json.loads(given.out.read_text()) if given.out.exists() else {}
    version = subprocess.run([given.program, "--version"], capture_output=True, text=True, check=True)
    found["program"] = version.stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        for task in given.tasks.split(","):
            if task == "unknown":
                found[task] = unknown(given.program, given.data, folder)
            elif task == "seeds":
                found[task] = seeds(given.program, given.data, folder, given.seeds)
            elif task == "shift":
                found[task] = shift(given.program, given.data, folder)
            else:
                raise SystemExit(f"no task {task}")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
