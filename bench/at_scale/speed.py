#!/usr/bin/env python3
"""Ferrocyte beside what people use today, from a hundred thousand to a million cells. See README.md.

    speed.py KANG_IFNB.h5ad --work FOLDER --resample resample.py --out results/YYYY-MM-DD/NAME.json [--tasks annotate,...]
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
THREADS = str(os.cpu_count() or 1)
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = THREADS


def measured(command) -> dict:
    """Wall clock, processor seconds and peak resident memory of one process, and what it printed as JSON, if it did."""
    began = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):  # 1: done, something in the data needs an eye
        raise SystemExit(f"{command} ended with {code}: {errors[-2000:]}")
    found = {
        "wall_secs": round(time.perf_counter() - began, 3),
        "cpu_secs": round(usage.ru_utime + usage.ru_stime, 3),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
        "load": os.getloadavg()[0],
    }
    lines = output.strip().splitlines()
    if lines and lines[-1].startswith("{"):
        found["said"] = json.loads(lines[-1])
    return found


class Bench:
    def __init__(self, args):
        self.args = args
        self.work = args.work
        self.work.mkdir(parents=True, exist_ok=True)

    def ferrocyte(self, *arguments) -> list:
        return [self.args.ferrocyte, *arguments, "--quiet"]

    def peer(self, name, *arguments) -> list:
        return [sys.executable, "-W", "ignore", HERE / "peers.py", name, *arguments]

    def example(self, name, *arguments) -> list:
        return [Path(self.args.ferrocyte).parent / "examples" / name, *arguments]

    def cells(self, n, seed) -> Path:
        """So many cells, drawn from the reference and thinned, compressed with gzip as h5py does it."""
        path = self.work / f"cells_{n}.h5ad"
        if not path.exists():
            subprocess.run(
                [sys.executable, "-W", "ignore", self.args.resample, self.args.kang, path, str(n), "--seed", str(seed)], check=True
            )
        return path

    def model(self) -> Path:
        path = self.work / "control.ferrocyte"
        if not path.exists():
            measured(self.ferrocyte("train", self.args.kang, "--label", "cell_type", "--where", "condition=ctrl", "--model", "logistic", "--no-score", "-o", path))
        return path

    def in_turns(self, sides: dict, turns: int) -> dict:
        """Runs the sides one after the other, again and again: other work on the machine hits all of them."""
        runs = {side: [] for side in sides}
        for _ in range(turns):
            for side, command in sides.items():
                runs[side].append(measured(command))
                print(f"  {side}: {runs[side][-1]}", file=sys.stderr, flush=True)
        return runs

    # The tasks, each with the runs of its sides.

    def annotate(self):
        """100,000 cells from a compressed .h5ad to a labelled .h5ad; and the time to inflate X alone."""
        cells, theirs = self.cells(100_000, 0), self.work / "control.pkl"
        if not theirs.exists():
            measured(self.peer("celltypist_train", self.args.kang, theirs))
        ours = self.ferrocyte("annotate", cells, "-m", self.model(), "-o", self.work / "ours.h5ad")
        found = self.in_turns(
            {
                "ferrocyte": ours,
                "ferrocyte, labels only": self.ferrocyte("annotate", cells, "-m", self.model(), "-o", self.work / "ours.csv"),
                "inflate X alone, one thread": self.peer("inflate", cells, "1"),
                f"inflate X alone, {THREADS} threads": self.peer("inflate", cells, THREADS),
            },
            self.args.turns,
        )
        found |= self.in_turns({"CellTypist": self.peer("celltypist_annotate", cells, theirs, self.work / "theirs.h5ad")}, min(self.args.turns, 2))
        return found

    def annotate_million(self):
        """Ten times the cells: ten times the time and the same memory?"""
        sides = {}
        for n, seed in ((100_000, 0), (1_000_000, 1)):
            for ending in ("h5ad", "csv"):
                command = self.ferrocyte("annotate", self.cells(n, seed), "-m", self.model(), "-o", self.work / f"ours.{ending}")
                sides[f"{n} cells to .{ending}"] = command
        return self.in_turns(sides, self.args.turns)

    def train(self):
        """Logistic regression on the 6,548 control cells; CellTypist trains its own on the same cells."""
        ours = ("train", self.args.kang, "--label", "cell_type", "--where", "condition=ctrl", "--model", "logistic", "--no-score", "-o")
        return self.in_turns(
            {
                "ferrocyte": self.ferrocyte(*ours, self.work / "again.ferrocyte"),
                "CellTypist": self.peer("celltypist_train", self.args.kang, self.work / "again.pkl"),
                "scikit-learn": self.peer("sklearn_train", self.args.kang),
            },
            min(self.args.turns, 2),
        )

    def train_million(self):
        """A million cells from disk, scored on 100,000 others; stochastic gradient descent over blocks until it stops as
        scikit-learn's own does."""
        cells, held_out = self.cells(1_000_000, 1), self.cells(100_000, 0)
        model = self.work / "million.ferrocyte"
        ours = self.ferrocyte("train", cells, "--label", "cell_type", "--model", "logistic", "--no-score", "--memory", "2GiB", "-o", model)
        found = self.in_turns({"ferrocyte": ours}, 1)
        record = self.work / "held_out.json"
        measured(self.ferrocyte("annotate", held_out, "-m", model, "--truth", "cell_type", "-o", self.work / "held_out.csv", "--json", record))
        metrics = json.loads(record.read_text())["metrics"]
        found["ferrocyte"][0]["said"] = {name: metrics[name] for name in ("accuracy", "f1_macro", "log_loss")}
        return found | self.in_turns({"SGDClassifier.partial_fit": self.peer("sgd", cells, held_out)}, 1)

    def evaluate(self):
        """Five folds of whole donors."""
        ours = self.ferrocyte("evaluate", self.args.kang, "--label", "cell_type", "--group", "donor", "--folds", "5", "--model", "logistic")
        return self.in_turns({"ferrocyte": ours}, self.args.turns) | self.in_turns(
            {"cross_validate": self.peer("cross_validate", self.args.kang)}, 1
        )

    def moments(self):
        """Normalise, take logarithms, choose variable genes, mean and variance of each: 100,000 cells. Ferrocyte has no command
        that ends there: it also checks the scale and looks for copies, and makes a model of the means."""
        cells, model = self.cells(100_000, 0), self.work / "means.ferrocyte"
        ours = ("train", cells, "--label", "cell_type", "--model", "centroid", "--genes", "hvg:2000", "--no-score", "--memory", "600MiB", "-o", model)
        return self.in_turns({"ferrocyte": self.ferrocyte(*ours), "scanpy": self.peer("moments", cells)}, self.args.turns)

    def read_and_write(self):
        """X of 100,000 cells into memory, and a compressed copy of the file."""
        cells = self.cells(100_000, 0)
        return self.in_turns(
            {
                "ferrocyte, read": self.example("read_matrix", cells, "1024", "keep"),
                "anndata, read": self.peer("read", cells),
                "ferrocyte, read and write": self.ferrocyte("convert", cells, "-o", self.work / "copy.h5ad"),
                "anndata, read and write": self.peer("read_and_write", cells, self.work / "copy_theirs.h5ad"),
            },
            self.args.turns,
        )


TASKS = ("annotate", "annotate_million", "train", "train_million", "evaluate", "moments", "read_and_write")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kang", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="folder for the data that is made; up to 5 GB")
    parser.add_argument("--resample", type=Path, required=True, help="the script that makes large files from small ones")
    parser.add_argument("--ferrocyte", default="target/release/ferrocyte")
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    with open("/proc/cpuinfo") as lines:
        cpu = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    packages = ("anndata", "celltypist", "deflate", "h5py", "numpy", "scanpy", "scikit-learn", "scipy")
    versions = {name: version(name) for name in packages} | {"python": platform.python_version()}
    versions["ferrocyte"] = subprocess.run([args.ferrocyte, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    found = json.loads(args.out.read_text()) if args.out.exists() else {"tasks": {}}
    found |= {"machine": {"cpu": cpu, "threads": int(THREADS)}, "versions": versions}
    bench = Bench(args)
    for task in args.tasks.split(","):
        print(task, file=sys.stderr, flush=True)
        runs = getattr(bench, task)()
        medians = {
            side: {what: statistics.median(run[what] for run in of_side) for what in ("wall_secs", "cpu_secs", "peak_mib")}
            for side, of_side in runs.items()
        }
        found["tasks"][task] = {"what": getattr(bench, task).__doc__, "medians": medians, "runs": runs}
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(json.dumps(found, indent=1) + "\n")  # after each task: the next may take long
    for task, of_task in found["tasks"].items():
        for side, medians in of_task["medians"].items():
            print(f"{task:18} {side:32} {medians['wall_secs']:9.2f} s {medians['cpu_secs']:9.2f} cpu s {medians['peak_mib']:9.1f} MiB")


if __name__ == "__main__":
    main()
