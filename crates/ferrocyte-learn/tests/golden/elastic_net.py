"""The objectives in `src/models/logistic/sparse_tests.rs`, from scikit-learn 1.9.1, numpy 2.4.6: `python elastic_net.py`.

Minimised is C = 1/l2 times scikit-learn's own objective: the sum of cross-entropies plus l2 times the penalty.
"""

import numpy as np
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

N_CELLS, N_GENES, N_LABELS = 120, 30, 4


def data():
    x = np.zeros((N_CELLS, N_GENES))
    y = np.arange(N_CELLS) % N_LABELS
    for cell in range(N_CELLS):
        for gene in range(N_GENES):
            noise = (cell * cell * 7 + gene * gene * 5 + cell * gene * 3) % 11
            if gene % N_LABELS == y[cell] and gene < 12:
                noise += 3
            if noise >= 5:
                x[cell, gene] = noise / 4
    return x, y


def objective(x, y, w, b, l2, l1):
    z = x @ w.T + b
    loss = (logsumexp(z, axis=1) - z[np.arange(len(y)), y]).sum()
    return loss + l2 * (l1 * np.abs(w).sum() + (1 - l1) / 2 * (w**2).sum())


if __name__ == "__main__":
    x, y = data()
    for l2, l1 in [(1.0, 1.0), (10.0, 1.0), (3.0, 0.5), (0.1, 0.9)]:
        model = LogisticRegression(C=1 / l2, l1_ratio=l1, solver="saga", tol=1e-12, max_iter=1_000_000)
        model.fit(x, y)
        value = objective(x, y, model.coef_, model.intercept_, l2, l1)
        print(f"({l2}, {l1}, {float(value)!r}, {np.count_nonzero(model.coef_)}),")
