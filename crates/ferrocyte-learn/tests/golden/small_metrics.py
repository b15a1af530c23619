"""Makes small_metrics.json: a case small enough to read, with everything that is hard about it.

    python -m venv venv && venv/bin/pip install scikit-learn==1.7.2 && venv/bin/python small_metrics.py

40 cells, 5 labels. Probabilities are twentieths, so most scores are tied, and some given labels have probability
zero. Label 3 is given and never called, label 4 is called and never given.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics as m

rng = np.random.default_rng(20)
labels = np.arange(5)
given = rng.choice(4, size=40, p=[0.45, 0.3, 0.15, 0.1])
sure = np.where(rng.random(40) < 0.6, given, rng.choice(5, size=40))
twentieths = np.array([rng.multinomial(20, 0.6 * np.eye(5)[k] + 0.08) for k in sure])
twentieths[:, 0] += twentieths[:, 3] - np.minimum(twentieths[:, 3], 4)
twentieths[:, 3] = np.minimum(twentieths[:, 3], 4)
probabilities = twentieths / 20.0
called = probabilities.argmax(axis=1)
assert 3 in given and 3 not in called and 4 in called and 4 not in given
assert any(probabilities[np.arange(40), given] == 0)

one_hot = given[:, None] == labels
seen = [k for k in labels if one_hot[:, k].any()]
roc = {int(k): m.roc_auc_score(one_hot[:, k], probabilities[:, k]) for k in seen}
ap = {int(k): m.average_precision_score(one_hot[:, k], probabilities[:, k]) for k in seen}
confidence, right = probabilities.max(axis=1), called == given
edges = np.linspace(0, 1, 16)
ece = 0.0
for low, high in zip(edges, edges[1:]):
    inside = (low < confidence) & (confidence <= high)
    if inside.any():
        ece += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())


def of_called(called, f1_labels):
    """Scores of called labels. `f1_labels` leaves out the 5 that stands for no label, which is not averaged."""
    return {
        "accuracy": m.accuracy_score(given, called),
        "balanced_accuracy": np.mean(m.recall_score(given, called, labels=seen, average=None)),
        "f1_macro": m.f1_score(given, called, labels=f1_labels, average="macro", zero_division=0),
        "f1_macro_given": m.f1_score(given, called, labels=seen, average="macro", zero_division=0),
        "f1_weighted": m.f1_score(given, called, average="weighted", zero_division=0),
        "mcc": m.matthews_corrcoef(given, called),
        "kappa": m.cohen_kappa_score(given, called),
        "confusion": m.confusion_matrix(given, called).tolist(),
    }


some = called.copy()
some[[3, 11, 12, 27]] = 5
some[some == 4] = 5
report = m.classification_report(given, called, output_dict=True, zero_division=0)
golden = {
    "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
    "given": given.tolist(),
    "twentieths": twentieths.tolist(),
    "called": called.tolist(),
    "scores": of_called(called, None)
    | {
        "log_loss": m.log_loss(given, probabilities, labels=labels),
        "brier": np.mean(((probabilities - one_hot) ** 2).sum(axis=1)),
        "ece": ece,
        "roc_auc_macro": np.mean(list(roc.values())),
        "roc_auc_micro": m.roc_auc_score(one_hot.ravel(), probabilities.ravel()),
        "average_precision_macro": np.mean(list(ap.values())),
        "average_precision_micro": m.average_precision_score(one_hot.ravel(), probabilities.ravel()),
    },
    "per_class": [
        {name.replace("f1-score", "f1"): report[str(k)][name] for name in ("precision", "recall", "f1-score", "support")}
        | {"roc_auc": roc.get(int(k)), "average_precision": ap.get(int(k))}
        for k in labels
    ],
    "with_unassigned": {"called": [None if k == 5 else int(k) for k in some]} | of_called(some, seen),
}
lines = [f' "{key}": {json.dumps(value)}' for key, value in golden.items()]
Path(__file__).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
