"""Can a query say how sure to be? Two models, each of half of the donors, label it; how often they agree is taken for how often a model of all
is right (Jiang et al. 2022, https://arxiv.org/abs/2106.13799), and a temperature brings its mean confidence there.

    python agreement.py FERROCYTE DATA --out results/YYYY-MM-DD/agreement.json

FERROCYTE is the program, DATA the folder with the .h5ad files. Needs h5py and numpy. Two minutes.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import tempfile

import h5py
import numpy as np

STUDIES = ("Fasolino2022", "Muraro2016", "Tosti2021", "Tritschler2022")


def column(file, name):
    with h5py.File(file) as opened:
        group = opened["obs"][name]
        names = [entry.decode() for entry in group["categories"][:]]
        return np.array([names[code] for code in group["codes"][:]])


def run(program, *words):
    ended = subprocess.run([program, *words, "--quiet"], capture_output=True, text=True, check=False)
    if ended.returncode > 1:
        raise SystemExit(f"{' '.join(words)}\n{ended.stderr}")


def where(conditions):
    return [word for condition in conditions for word in ("--where", condition)]


def train(program, file, conditions, model):
    run(program, "train", str(file), "--label", "cell_type", "--no-score", "-o", str(model), *where(conditions))


def annotate(program, file, conditions, model, out):
    run(program, "annotate", str(file), "-m", str(model), "-o", str(out), *where(conditions))
    with out.open() as opened:
        rows = list(csv.DictReader(opened))
    return np.array([row["predicted_labels"] for row in rows]), np.array([float(row["conf_score"] or 0) for row in rows])


def calibration_error(confidence, right):
    bins = np.clip(np.ceil(confidence * 15) - 1, 0, 14).astype(int)
    return sum(
        abs(confidence[bins == one].mean() - right[bins == one].mean()) * (bins == one).mean()
        for one in range(15)
        if (bins == one).any()
    )


def scaled(confidence, temperature):
    confidence = np.clip(confidence, 1e-9, 1 - 1e-9)
    own, other = confidence ** (1 / temperature), (1 - confidence) ** (1 / temperature)
    return own / (own + other)


def temperature_for(confidence, mean):
    low, high = np.log(0.05), np.log(20)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if scaled(confidence, np.exp(middle)).mean() > mean else (low, middle)
    return float(np.exp(low))


def tasks(data):
    pancreas = data / "pancreas_4studies.h5ad"
    donor, study = column(pancreas, "donor"), column(pancreas, "batch")
    for held_out in STUDIES:
        of_studies = [sorted(set(donor[study == one])) for one in STUDIES if one != held_out]
        halves = [[name for names in of_studies for name in names[half::2]] for half in (0, 1)]
        yield f"pancreas, three studies to {held_out}", pancreas, [f"batch!={held_out}"], halves, [f"batch={held_out}"], study == held_out
    kang = data / "kang_ifnb.h5ad"
    donor, condition = column(kang, "donor"), column(kang, "condition")
    donors = sorted(set(donor) - {"unassigned"})
    known = donor != "unassigned"
    query = ["condition=stim", "donor!=unassigned"]
    yield "Kang, control to stimulated", kang, ["condition=ctrl"], [donors[::2], donors[1::2]], query, (condition == "stim") & known


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("data", type=pathlib.Path)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    arguments = arguments.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        model, out = pathlib.Path(folder) / "model.ferrocyte", pathlib.Path(folder) / "labels.csv"
        for name, file, reference, halves, query, mask in tasks(arguments.data):
            called = []
            for donors in [sum(halves, []), *halves]:
                train(arguments.program, file, reference + [f"donor={donor}" for donor in donors], model)
                called.append(annotate(arguments.program, file, query, model, out))
            (labels, confidence), (one, _), (other, _) = called
            right = (labels == column(file, "cell_type")[mask]).astype(float)
            agreement = float((one == other).mean())
            temperature = temperature_for(confidence, agreement)
            found[name] = {
                "accuracy": float(right.mean()),
                "mean_confidence": float(confidence.mean()),
                "agreement": agreement,
                "temperature": temperature,
                "ece_before": float(calibration_error(confidence, right)),
                "ece_after": float(calibration_error(scaled(confidence, temperature), right)),
            }
            print(name, json.dumps(found[name]), flush=True)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
