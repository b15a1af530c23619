"""A network's training loss and held-out scores by how thoroughly an epoch mixes cells that are sorted by label and donor."""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "logistic"))
import cells as bench  # noqa: E402

SETTINGS = {"epochs": 5, "validation": 0.0}


def write(folder, cells, labels):
    folder.mkdir()
    cells.indptr.astype("<u8").tofile(folder / "row_ptr.u64")
    cells.indices.astype("<u4").tofile(folder / "gene.u32")
    cells.data.astype("<f4").tofile(folder / "value.f32")
    labels.astype("<u4").tofile(folder / "label.u32")
    (folder / "shape.json").write_text(json.dumps({"genes": cells.shape[1]}))


def scores(truth, called):
    """Accuracy, and the mean F1 of the labels that the cells have."""
    f1 = [2 * ((truth == k) & (called == k)).sum() / ((truth == k).sum() + (called == k).sum()) for k in np.unique(truth)]
    return float((truth == called).mean()), float(np.mean(f1))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="target/release/examples/shuffle")
    parser.add_argument("h5ad")
    parser.add_argument("--kind", default="mlp")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    cells, columns = bench.read(arguments.h5ad)
    cells = cells[:, bench.seen(cells)]
    cells.sort_indices()
    labels, _ = columns["cell_type"]
    donor, names = columns["donor"]
    donors = [i for i, name in enumerate(names) if name != "unassigned"]
    test = np.flatnonzero(np.isin(donor, donors[::4]))
    train = np.flatnonzero(np.isin(donor, donors) & ~np.isin(donor, donors[::4]))
    train = train[np.lexsort((donor[train], labels[train]))]  # by label, then by donor
    # The codes are again those of the labels that training cells have.
    assert len(np.unique(labels[train])) == labels.max() + 1
    n = len(train)
    mixings = {"full": (1, n), "none": (n, 1)}  # windows of one batch, one run: the order of the file
    for share in (3, 10, 25):
        for run in (8, 64):
            mixings[f"{share} %, runs of {run}"] = (run, n * share // 100)
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write(folder / "train", cells[train], labels[train])
        write(folder / "test", cells[test], labels[test])
        for seed in range(arguments.seeds):
            for name, (run, window) in mixings.items():
                done = subprocess.run(
                    [arguments.program, folder, arguments.kind, json.dumps(SETTINGS), str(run), str(window), str(seed)],
                    env={**os.environ, "RAYON_NUM_THREADS": str(arguments.threads)}, check=True, capture_output=True, text=True,
                )
                record = json.loads(done.stdout)
                accuracy, f1 = scores(labels[test], np.fromfile(folder / "called.u32", "<u4"))
                runs.append({"mixing": name, "run": run, "window": window, "seed": seed, "loss": record["loss"], "accuracy": accuracy, "f1_macro": f1})
                print(json.dumps(runs[-1]), flush=True)
                result = {
                    "kind": arguments.kind, "settings": record["settings"], "training_cells": n, "test_cells": len(test), "genes": cells.shape[1],
                    "test_donors": [names[d] for d in donors[::4]],
                    "versions": {"python": platform.python_version(), "numpy": np.__version__, "h5py": h5py.__version__},
                    "summary": summary(runs), "runs": runs,
                }
                pathlib.Path(arguments.out).write_text(json.dumps(result, indent=1) + "\n")


def summary(runs):
    """Mean, lowest and highest over the seeds."""
    found = {}
    for name in dict.fromkeys(run["mixing"] for run in runs):
        of = [run for run in runs if run["mixing"] == name]
        spread = lambda values: {"mean": float(np.mean(values)), "min": min(values), "max": max(values)}  # noqa: E731
        found[name] = {key: spread([run[key] for run in of]) for key in ("accuracy", "f1_macro")}
        found[name]["last_loss"] = spread([run["loss"][-1] for run in of])
    return found


main()
