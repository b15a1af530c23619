"""Makes weighted.json, in which scikit-learn 1.9.1 and numpy 2.4.6 do what `--model weighted` does: `python weighted.py`.

90 cells of 3 labels, 60 of them in the first; 60 genes, whose values are quarters. Marker choice and factors are written here in numpy, after
the words of docs/models.md; the weights are scikit-learn's, without intercept.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

MARKERS, MIN_CELLS, EXPONENT, L2 = 8, 3, 0.5, 20.0

rng = np.random.default_rng(7)
y = np.array([0] * 60 + [1] * 20 + [2] * 10)
rates = rng.gamma(0.7, 1.0, 60) * np.ones((3, 1))
rates[rng.integers(0, 3, 30), np.arange(30)] += 2.0  # the first 30 genes mark a label each
x = np.minimum(rng.poisson(rates[y]), 12) / 4

effects = np.zeros((3, 60))
for k in range(3):
    own, rest = x[y == k].mean(axis=0), x[y != k].mean(axis=0)
    effects[k] = (own - rest) / np.sqrt(x.var(axis=0) + 0.01)
best = np.zeros(60)
for row in effects:
    may = np.flatnonzero((row > 0) & ((x > 0).sum(axis=0) >= MIN_CELLS))
    ranked = may[np.argsort(-row[may])]
    assert row[ranked[MARKERS - 1]] - row[ranked[MARKERS]] > 1e-6, "no tie where the choice ends"
    best[ranked[:MARKERS]] = np.maximum(best[ranked[:MARKERS]], row[ranked[:MARKERS]])
genes = np.flatnonzero(best)
factors = best[genes] ** EXPONENT
factors /= np.sqrt((np.sort(factors)[-1000:] ** 2).mean())

size = np.bincount(y)[y]
weight = 1 / np.sqrt(size)
weight *= len(y) / weight.sum()
scaled = x[:, genes] * factors
model = LogisticRegression(C=1 / L2, fit_intercept=False, solver="newton-cholesky", tol=1e-12, max_iter=1000)
model.fit(scaled, y, sample_weight=weight)
z = scaled @ model.coef_.T
objective = (weight * (logsumexp(z, axis=1) - z[np.arange(len(y)), y])).sum() + L2 / 2 * (model.coef_**2).sum()
golden = {
    "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
    "settings": {"markers": MARKERS, "min_cells": MIN_CELLS, "exponent": EXPONENT, "l2": L2},
    "labels": y.tolist(),
    "quarters": (4 * x).astype(int).tolist(),
    "genes": genes.tolist(),
    "objective": float(objective),
    # By gene and label, the factors folded in.
    "weights": (model.coef_ * factors).T.round(9).tolist(),
}
lines = [f' "{key}": {json.dumps(value, separators=(",", ":"))}' for key, value in golden.items()]
Path(__file__).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
