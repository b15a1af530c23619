"""Accuracy and macro F1 on cells of another condition and of other donors, for a few settings."""

import argparse
import json
import pathlib

import numpy as np
from sklearn.metrics import accuracy_score, f1_score

import cells as bench


def scores(truth, called):
    return {"accuracy": accuracy_score(truth, called), "f1_macro": f1_score(truth, called, average="macro", zero_division=0)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("h5ad")
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    cells, columns = bench.read(arguments.h5ad)
    labels, _ = columns["cell_type"]
    condition, condition_names = columns["condition"]
    donor, donor_names = columns["donor"]

    def call(train, test, settings):
        """Labels of the test cells; every label has a training cell here, so codes are columns."""
        assert len(np.unique(labels[train])) == labels.max() + 1
        record, weights, intercept = bench.fit(cells[train], labels[train], settings)
        assert record["converged"], record
        return (cells[test].astype("f8") @ weights + intercept).argmax(1)

    control = condition == condition_names.index("ctrl")
    donors = [i for i, name in enumerate(donor_names) if name != "unassigned"]
    folds = [np.isin(donor, donors[i::4]) for i in range(4)]
    known = np.isin(donor, donors)
    results = []
    for l2 in (0.3, 1.0, 3.0):
        for balance in ("none", "sqrt", "full"):
            settings = {"l2": l2, "balance": balance}
            row = {**settings, "control to stimulated": scores(labels[~control], call(control, ~control, settings))}
            called = np.full(len(labels), -1)
            for fold in folds:
                called[fold] = call(known & ~fold, fold, settings)
            row["4 donor folds"] = scores(labels[known], called[known])
            results.append(row)
            print(json.dumps(row), flush=True)
    out = pathlib.Path(arguments.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"folds": [[donor_names[d] for d in donors[i::4]] for i in range(4)], "results": results}, indent=1) + "\n")


main()
