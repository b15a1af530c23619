"""What backing off to wider names brings: hierarchical scores beside flat ones, threshold by threshold.

    python hierarchy.py FERROCYTE DATA --out results/hierarchy.json

FERROCYTE is the program, DATA the folder with the .h5ad files. Needs Python alone. breast_wu is one patient, so its folds are by
cell; the pancreas has 20 donors, and its folds are by donor. Prints a table in Markdown.
"""

import argparse
import json
import pathlib
import platform
import subprocess
import tempfile

TASKS = {
    "breast_wu": (
        "breast_wu_CID4471.h5ad",
        "--levels cell_type,cell_type_minor,cell_type_subset --library-size n_counts_all_genes --downsample 2500",
    ),
    "pancreas": ("pancreas_4studies.h5ad", "--levels cell_type,cell_type_curated --group donor"),
}


def rounded(value):
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(of) for key, of in value.items()}
    return [rounded(of) for of in value] if isinstance(value, list) else value


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    version = subprocess.run([arguments.program, "--version"], capture_output=True, text=True, check=True)
    result = {"program": version.stdout.strip(), "machine": platform.machine(), "tasks": {}}
    for task, (file, words) in TASKS.items():
        with tempfile.TemporaryDirectory() as folder:
            record = pathlib.Path(folder) / "run.json"
            command = [arguments.program, "evaluate", arguments.data / file, *words.split(), "--json", record]
            run = subprocess.run(command, capture_output=True, text=True)
            if run.returncode > 1:
                raise SystemExit(run.stderr)
            found = json.loads(record.read_text())
        result["tasks"][task] = {
            "command": f"ferrocyte evaluate {file} {words}",
            "cells": found["metrics_plain"]["cells"],
            "splits": found["splits"]["kind"],
            "accuracy": rounded(found["metrics_plain"]["accuracy"]),
            "hierarchy": rounded(found["hierarchy"]),
        }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=1) + "\n")
    for task, of in result["tasks"].items():
        found = of["hierarchy"]
        print(f"\n{task}: accuracy {of['accuracy']}, hierarchical F1 {found['flat']['f1']}\n")
        print("| threshold | keep a label | of these right | wider name | no name | names right | hP | hR | hF1 |")
        print("|---|---|---|---|---|---|---|---|---|")
        for at in found["backed_off"]:
            shares = ["labelled", "labels_right", "backed_off", "without_name", "right"]
            numbers = [at[share] for share in shares] + [at["scores"][of] for of in ("precision", "recall", "f1")]
            print(f"| {at['threshold']} | " + " | ".join(f"{number:.3f}" for number in numbers) + " |")


if __name__ == "__main__":
    main()
