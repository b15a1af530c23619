"""Train, honestly evaluate and apply classifiers of single cells."""

from ._ferrocyte import FerrocyteError, __version__
from ._flows import Reading, annotate, compare, convert, evaluate, inspect, show_model, train

__all__ = [
    "FerrocyteError",
    "Reading",
    "__version__",
    "annotate",
    "compare",
    "convert",
    "evaluate",
    "inspect",
    "show_model",
    "train",
]
