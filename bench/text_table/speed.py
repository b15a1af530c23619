"""Time from a table of text to sparse rows: Ferrocyte and pandas in turns."""

import argparse
import json
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import time

import numpy as np
import pandas as pd
import scipy
import scipy.sparse as sp

CHUNK = 500  # cells


def processor_secs(who):
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def ferrocyte(program, path):
    before = processor_secs(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "RAYON_NUM_THREADS": "2"}
    output = subprocess.run([program, path, str(CHUNK)], check=True, capture_output=True, env=environment).stdout
    found = json.loads(output)
    return {"program": "ferrocyte", "processor_secs": processor_secs(resource.RUSAGE_CHILDREN) - before, **found}


def pandas(path):
    before, start = processor_secs(resource.RUSAGE_SELF), time.perf_counter()
    chunks = [
        sp.csr_matrix(chunk.to_numpy(np.float32)) for chunk in pd.read_csv(path, index_col=0, chunksize=CHUNK)
    ]
    cells = sp.vstack(chunks, format="csr")
    secs = time.perf_counter() - start
    return {
        "program": "pandas", "processor_secs": processor_secs(resource.RUSAGE_SELF) - before, "secs": secs,
        "bytes": os.path.getsize(path), "cells": cells.shape[0], "genes": cells.shape[1],
        "non_zeros": int(cells.nnz), "sum": float(cells.sum(dtype=np.float64)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("csv")
    parser.add_argument("--program", default="target/release/examples/read_table")
    parser.add_argument("--out", required=True)
    parser.add_argument("--turns", type=int, default=5)
    arguments = parser.parse_args()

    pathlib.Path(arguments.csv).read_bytes()  # both read it from memory
    turns = []
    for _ in range(arguments.turns):
        for read in (lambda: ferrocyte(arguments.program, arguments.csv), lambda: pandas(arguments.csv)):
            load = os.getloadavg()[0]
            turn = read()
            turn.update(load_before=load, mb_per_sec=turn["bytes"] / turn["secs"] / 1e6)
            turns.append(turn)
            print(turn, flush=True)
    same = {(turn["cells"], turn["genes"], turn["non_zeros"], turn["sum"]) for turn in turns}
    assert len(same) == 1, f"not the same cells: {same}"

    def of(program, field):
        return [turn[field] for turn in turns if turn["program"] == program]

    def ratio(field):
        return statistics.median(of("pandas", field)) / statistics.median(of("ferrocyte", field))

    result = {
        "task": f"a .csv into sparse rows of 32-bit floats, {CHUNK} cells at a time; 2 threads here, 1 in pandas",
        "bytes": turns[0]["bytes"], "cells": turns[0]["cells"], "genes": turns[0]["genes"],
        "non_zeros": turns[0]["non_zeros"],
        "versions": {"python": platform.python_version(), "pandas": pd.__version__, "numpy": np.__version__,
                     "scipy": scipy.__version__, "commit": commit()},
        "machine": machine(),
        "mb_per_sec": {
            program: {"min": min(of(program, "mb_per_sec")), "median": statistics.median(of(program, "mb_per_sec")),
                      "max": max(of(program, "mb_per_sec"))}
            for program in ("ferrocyte", "pandas")
        },
        "times_faster": ratio("secs"), "times_less_processor_time": ratio("processor_secs"), "turns": turns,
    }
    out = pathlib.Path(arguments.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps({key: result[key] for key in ("mb_per_sec", "times_faster", "times_less_processor_time")}))


def commit():
    return subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = {line.split(":")[1].strip() for line in info if line.startswith("model name")}
    return {"processor": sorted(model), "cores": os.cpu_count(), "system": platform.platform()}


main()
