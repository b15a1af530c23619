"""Ferrocyte and PyTorch take turns on the same cells; writes medians, ratios and every single run.

python speed.py target/release/examples/network_speed [--out results.json] [--rounds 3]
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import cells

HERE = pathlib.Path(__file__).parent
TASKS = [  # genes, cells, batch, epochs
    (3221, 4096, 32, 1),
    (3221, 4096, 512, 2),
    (20000, 4096, 32, 1),
    (20000, 4096, 512, 2),
]
MEASURES = [
    "training_cells_per_sec",
    "training_cells_per_processor_sec",
    "prediction_cells_per_sec",
    "prediction_cells_per_processor_sec",
    "peak_mib",
]


def run(command, threads):
    environment = dict(os.environ, RAYON_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
    environment.setdefault("OMP_WAIT_POLICY", "passive")  # on a busy machine, waiting threads must not spin
    out = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[-1])


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("--out")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--tasks", type=int, nargs="*", default=range(len(TASKS)))
    arguments = arguments.parse_args()
    results = []
    for genes, n_cells, batch, epochs in [TASKS[task] for task in arguments.tasks]:
        with tempfile.TemporaryDirectory() as folder:
            cells.write(pathlib.Path(folder), n_cells, genes)
            settings = {"batch_size": batch, "epochs": epochs, "validation": 0.0}
            ours = [arguments.program, folder, "genebert", json.dumps(settings)]
            theirs = [sys.executable, str(HERE / "torch_genebert.py"), folder, str(batch), str(epochs)]
            theirs.append(str(arguments.threads))
            runs = {"ferrocyte": [], "torch": []}
            load = []
            for _ in range(arguments.rounds):
                load.append(os.getloadavg()[0])
                runs["ferrocyte"].append(run(ours, arguments.threads))
                runs["torch"].append(run(theirs, arguments.threads))
        median = {
            who: {measure: statistics.median(one[measure] for one in of) for measure in MEASURES}
            for who, of in runs.items()
        }
        ratio = {measure: median["ferrocyte"][measure] / median["torch"][measure] for measure in MEASURES}
        task = {"genes": genes, "cells": n_cells, "batch": batch, "epochs": epochs, "load": load}
        results.append({**task, "median": median, "ratio": ratio, "runs": runs})
        print(json.dumps({**task, "median": median, "ratio": ratio}, indent=1), flush=True)
    if arguments.out:
        pathlib.Path(arguments.out).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(arguments.out).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
