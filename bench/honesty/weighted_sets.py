"""Do weighted or adaptive prediction sets hold across studies? A sketch of the model with scikit-learn, outside the program.

    python weighted_sets.py DATA --out results/YYYY-MM-DD/weighted_sets.json

For each pancreas study: logistic regression on the 2,000 most variable genes of the other three, calibration probabilities from
leaving each of those three out, and sets of the fourth at 90 %:

label      a threshold for each label, as the program has
weighted   the same, each calibration cell weighted by how like the query it is, from a classifier of reference against query on 30
           principal components (Tibshirani et al. 2019, https://arxiv.org/abs/1904.06019)
adaptive   labels in falling order of probability until their sum passes a threshold (Romano et al. 2020, https://arxiv.org/abs/2006.02544)

DATA is the folder with the .h5ad files. Needs h5py, numpy, scipy and scikit-learn.
"""

import argparse
import json
import pathlib

import h5py
import numpy as np
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import LogisticRegression

TARGET = 0.9


def read(path):
    with h5py.File(path) as file:
        x = file["X"]
        counts = sparse.csr_matrix((x["data"][:], x["indices"][:], x["indptr"][:]), shape=tuple(x.attrs["shape"]))

        def column(name):
            group = file["obs"][name]
            return np.array([entry.decode() for entry in group["categories"][:]])[group["codes"][:]]

        labels, studies = column("cell_type"), column("batch")
    total = np.asarray(counts.sum(1)).ravel()
    normalised = sparse.diags(1e4 / np.maximum(total, 1)) @ counts
    normalised.data = np.log1p(normalised.data)
    return normalised.tocsr(), labels, studies


def probabilities(x, labels, train, test, names):
    mean = np.asarray(x[train].mean(0)).ravel()
    variance = np.asarray(x[train].multiply(x[train]).mean(0)).ravel() - mean**2
    genes = np.argsort(-variance)[:2000]
    model = LogisticRegression(C=1, max_iter=300).fit(x[train][:, genes], labels[train])
    found = np.zeros((test.sum(), len(names)))
    found[:, [names.index(name) for name in model.classes_]] = model.predict_proba(x[test][:, genes])
    return found


def threshold(scores, weights, own=0.0):
    """The smallest score that so much of the weight lies at or below; `own` is the weight of the cell itself."""
    if not len(scores):
        return np.inf
    order = np.argsort(scores)
    reached = np.cumsum(weights[order]) >= TARGET * (weights.sum() + own)
    return scores[order][np.argmax(reached)] if reached.any() else np.inf


def summed(rows):
    """For each label the sum of the probabilities of those above it, its own with them."""
    order = np.argsort(-rows, 1)
    sums = np.cumsum(np.take_along_axis(rows, order, 1), 1)
    out = np.empty_like(sums)
    np.put_along_axis(out, order, sums, 1)
    return out


def judged(sets, truth):
    return {"coverage": float(sets[np.arange(len(truth)), truth].mean()), "mean_set_size": float(sets.sum(1).mean())}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("data", type=pathlib.Path)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    arguments = arguments.parse_args()
    x, labels, studies = read(arguments.data / "pancreas_4studies.h5ad")
    names = sorted(set(labels))
    code = np.array([names.index(label) for label in labels])
    found = {}
    for query in sorted(set(studies)):
        inside, outside = studies != query, studies == query
        held = np.zeros((len(labels), len(names)))
        for left_out in sorted(set(studies[inside])):
            test = studies == left_out
            held[test] = probabilities(x, labels, inside & ~test, test, names)
        # A label that no other study has was unknown to its model, and says nothing of what is usual.
        known = {study: set(labels[inside & (studies != study)]) for study in set(studies[inside])}
        usable = np.array([inside[i] and labels[i] in known[studies[i]] for i in range(len(labels))])
        of_query = probabilities(x, labels, inside, outside, names)
        truth = code[outside]
        own = 1 - held[usable, code[usable]]
        given = code[usable]
        even = np.ones(len(own))
        components = TruncatedSVD(30, random_state=0).fit_transform(x)
        both = usable | outside
        domain = LogisticRegression(max_iter=500).fit(components[both], outside[both])
        odds = np.exp(np.clip(domain.decision_function(components), -10, 10))
        weights, of_cells = odds[usable], odds[outside]

        plain = np.array([threshold(own[given == label], even[given == label], 1.0) for label in range(len(names))])
        sets = {"label": (1 - of_query) <= plain}
        weighted = np.zeros_like(sets["label"])
        for label in range(len(names)):
            at = given == label
            weighted[:, label] = [
                1 - row[label] <= threshold(own[at], weights[at], weight) for row, weight in zip(of_query, of_cells)
            ]
        sets["weighted"] = weighted
        sums = summed(held[usable])[np.arange(usable.sum()), given]
        adaptive = np.array([threshold(sums[given == label], even[given == label], 1.0) for label in range(len(names))])
        sets["adaptive"] = summed(of_query) <= adaptive
        share = float(weights.sum() ** 2 / (weights**2).sum() / len(weights))
        found[query] = {name: judged(of, truth) for name, of in sets.items()} | {"cells_that_count": share}
        print(query, json.dumps(found[query]), flush=True)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
