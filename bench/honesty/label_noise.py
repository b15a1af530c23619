"""How many of the labels that were flipped on purpose `ferrocyte evaluate --label-noise-table` finds.

    python label_noise.py FERROCYTE DATA --out results/YYYY-MM-DD/label_noise.json [--share 0.05] [--seeds 3]

FERROCYTE is the program, DATA the folder with the .h5ad files. Needs h5py and NumPy.

The labels of a share of the cells, drawn at random, are changed to another label, drawn as often as labels occur among the cells.
The list for the file as it is stands beside it: what is doubtful there is either wrong in the file or hard for the model, and counts
as a false alarm here.
"""

import argparse
import csv
import json
import pathlib
import shutil
import subprocess
import tempfile

import h5py
import numpy as np

TASKS = {
    "kang_control": ("kang_ifnb.h5ad", "cell_type", "--group donor --folds 4 --where condition=ctrl --where donor!=unassigned",
                     {"condition": lambda v: v == "ctrl", "donor": lambda v: v != "unassigned"}),
    "pbmc3k": ("pbmc3k.h5ad", "cell_type", "--folds 5", {}),
    "pancreas": ("pancreas_4studies.h5ad", "cell_type", "--folds 5", {}),
    "pancreas_by_study": ("pancreas_4studies.h5ad", "cell_type", "--group batch --leave-one-out", {}),
}


def texts(values):
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def column(obs, name):
    """Names and codes of a categorical column."""
    return texts(obs[name]["categories"][:]), obs[name]["codes"][:].astype(int)


def used(obs, conditions):
    """Positions of the cells that the run uses."""
    keep = None
    for name, holds in conditions.items():
        names, codes = column(obs, name)
        these = np.array([holds(entry) for entry in names])[codes] & (codes >= 0)
        keep = these if keep is None else keep & these
    n_cells = len(obs[obs.attrs["_index"]])
    return np.arange(n_cells) if keep is None else np.flatnonzero(keep)


def flip(path, label, conditions, share, seed):
    """Changes labels in the file; the names of the cells whose label it changed, with what they were."""
    random = np.random.default_rng(seed)
    with h5py.File(path, "r+") as file:
        obs = file["obs"]
        names, codes = column(obs, label)
        cells = used(obs, conditions)
        cells = cells[codes[cells] >= 0]
        ids = texts(obs[obs.attrs["_index"]][:])
        assert len(set(ids)) == len(ids), "names of cells repeat"
        frequent = np.bincount(codes[cells], minlength=len(names)).astype(float)
        was = {}
        for cell in random.choice(cells, size=round(share * len(cells)), replace=False):
            chances = frequent.copy()
            chances[codes[cell]] = 0.0
            other = random.choice(len(names), p=chances / chances.sum())
            was[ids[cell]] = names[codes[cell]]
            codes[cell] = other
        obs[label]["codes"][:] = codes
    return was


def listed(program, path, label, options):
    """The doubtful cells, the most doubtful first, and the accuracy of the run."""
    with tempfile.TemporaryDirectory() as folder:
        table, record = pathlib.Path(folder) / "doubtful.csv", pathlib.Path(folder) / "run.json"
        words = [program, "evaluate", str(path), "--label", label, *options.split(), "--quiet", "--label-noise-table", str(table), "--json", str(record)]
        ended = subprocess.run(words, capture_output=True, text=True, check=False)
        if ended.returncode > 1:
            raise SystemExit(ended.stderr)
        rows = list(csv.DictReader(table.open()))
        found = json.loads(record.read_text())
        assert len(rows) == found["label_noise"]["doubtful"]
        return rows, found


def judge(rows, was):
    flips = len(was)
    hits = [row["cell_id"] in was for row in rows]
    first = hits[:flips]
    restored = [row["suggested_label"] == was[row["cell_id"]] for row in rows if row["cell_id"] in was]
    return {
        "flipped": flips,
        "listed": len(rows),
        "precision": round(sum(hits) / max(len(rows), 1), 4),
        "recall": round(sum(hits) / flips, 4),
        "precision_of_the_first_100": round(sum(hits[:100]) / max(len(hits[:100]), 1), 4),
        "precision_of_as_many_as_flipped": round(sum(first) / max(len(first), 1), 4),
        "suggested_is_what_it_was": round(sum(restored) / max(len(restored), 1), 4),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--tasks", default=",".join(TASKS))
    arguments = parser.parse_args()
    found = {"share_flipped": arguments.share}
    for task in arguments.tasks.split(","):
        file, label, options, conditions = TASKS[task]
        rows, record = listed(arguments.program, arguments.data / file, label, options)
        found["ferrocyte"] = record["ferrocyte_version"]
        told = {"as_it_is": {"cells": record["label_noise"]["cells"], "accuracy": round(record["metrics_plain"]["accuracy"], 4), "listed": len(rows)}}
        for seed in range(arguments.seeds):
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / file
                shutil.copyfile(arguments.data / file, path)
                was = flip(path, label, conditions, arguments.share, seed)
                rows, record = listed(arguments.program, path, label, options)
                told[f"seed {seed}"] = judge(rows, was)
        found[task] = told
        print(task, json.dumps(told, indent=1), flush=True)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
