#!/usr/bin/env python3
"""Time, memory and size of `ferrocyte convert` beside anndata's write of the same file. See README.md."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

# What a user of anndata does; the import is not counted, since a notebook has it already.
ANNDATA = """
import sys, time
import anndata
began, used = time.perf_counter(), time.process_time()
adata = anndata.read_h5ad(sys.argv[1])
read = time.perf_counter()
adata.write_h5ad(sys.argv[2], compression="gzip", compression_opts=4)
print(read - began, time.perf_counter() - read, time.process_time() - used)
"""


def measured(command: list[str]) -> dict:
    """Wall clock, processor seconds and peak memory of one process."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} ended with {status}")
    return {
        "wall_secs": time.perf_counter() - began,
        "cpu_secs": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss / 1024,
        "output": output,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--ferrocyte", default="target/release/ferrocyte")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--copies", type=int, default=8, help="join the first file this often, for its memory")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    with open("/proc/cpuinfo") as lines:
        cpu = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    found = {
        "machine": {"cpu": cpu, "cores": os.cpu_count(), "load": os.getloadavg()[0]},
        "versions": {
            "python": platform.python_version(),
            "anndata": version("anndata"),
            "h5py": version("h5py"),
        },
        "files": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder) / "ours.h5ad", Path(folder) / "theirs.h5ad"
        for file in args.files:
            rounds = []
            for _ in range(args.rounds):  # they take turns: other work on the machine hits both
                one = measured([args.ferrocyte, "convert", str(file), "-o", str(ours), "--quiet"])
                other = measured([sys.executable, "-c", ANNDATA, str(file), str(theirs)])
                read, write, cpu = map(float, other.pop("output").split())
                one.pop("output")
                other |= {"read_secs": read, "write_secs": write, "cpu_secs": cpu}
                rounds.append({"ferrocyte": one, "anndata": other})
            ratios = [r["anndata"]["read_secs"] + r["anndata"]["write_secs"] for r in rounds]
            ours_wall = [r["ferrocyte"]["wall_secs"] for r in rounds]
            found["files"].append(
                {
                    "file": file.name,
                    "bytes": {"input": file.stat().st_size, "ferrocyte": ours.stat().st_size, "anndata": theirs.stat().st_size},
                    "median_secs": {"ferrocyte": statistics.median(ours_wall), "anndata_read_and_write": statistics.median(ratios)},
                    "time_ratio": statistics.median(ratios) / statistics.median(ours_wall),
                    "median_cpu_secs": {
                        name: statistics.median(r[name]["cpu_secs"] for r in rounds) for name in ("ferrocyte", "anndata")
                    },
                    "rounds": rounds,
                }
            )
        memory = {}
        for copies in (1, args.copies):
            joined = measured([args.ferrocyte, "convert", *[str(args.files[0])] * copies, "-o", str(ours), "--quiet"])
            memory[str(copies)] = joined["peak_mib"]
        found["peak_mib_by_copies_of_the_first_file"] = memory
    args.out.write_text(json.dumps(found, indent=1) + "\n")
    for file in found["files"]:
        print(file["file"], file["median_secs"], f"{file['time_ratio']:.1f} times", file["bytes"])
    print(memory)


if __name__ == "__main__":
    main()
