"""The objectives in `src/models/svm/tests.rs`, from scikit-learn 1.9.1, numpy 2.4.6: `python linear_svc.py`.

One number for each C: the sum over labels of what `LinearSVC` minimises for a label against the rest.
"""

import numpy as np
from elastic_net import data
from sklearn.svm import LinearSVC

x, y = data()
x = x / np.sqrt((x**2).sum(axis=1).mean())
for c in [0.01, 1.0, 100.0]:
    model = LinearSVC(C=c, loss="squared_hinge", dual=True, tol=1e-10, max_iter=10_000_000, random_state=0).fit(x, y)
    value = 0.0
    for label in range(4):
        sign = np.where(y == label, 1, -1)
        hinge = np.maximum(0, 1 - sign * (x @ model.coef_[label] + model.intercept_[label]))
        value += 0.5 * (model.coef_[label] ** 2).sum() + 0.5 * model.intercept_[label] ** 2 + c * (hinge**2).sum()
    print(f"({c}, {float(value)!r}),")
