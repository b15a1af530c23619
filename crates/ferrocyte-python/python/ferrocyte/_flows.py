"""The flows, with Python's signatures. No logic: arguments are passed on, JSON comes back."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Sequence
from typing import Any, Union

from . import _ferrocyte

Path = Union[str, "os.PathLike[str]"]
Paths = Union[Path, Sequence[Path]]


def evaluate(
    reference: Paths,
    *,
    label: str,
    group: str | None = None,
    folds: int | None = None,
    leave_one_out: bool = False,
    model: str | None = None,
    l2: float | None = None,
    balance: str | None = None,
    max_iterations: int | None = None,
    layer: str | None = None,
    genes: str | None = None,
    where: str | Sequence[str] = (),
    library_size: str | None = None,
    downsample: int | None = None,
    max_per_class: int | None = None,
    report: Path | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Score a kind of model on cells that are held out of its training.

    Parameters
    ----------
    reference
        Labelled .h5ad file, or several as one data set on the union of their genes.
    label
        Column of obs with the labels to learn.
    group
        Column of obs that says which cells belong together, the donor for example. With it no group is on both
        sides of a split, and the score is one for new donors.
    folds, leave_one_out
        Number of folds (default 5), or each group held out once.
    model, l2, balance, max_iterations
        Kind of model and its settings; ``balance`` is 'none', 'sqrt' or 'full'.
    layer
        Matrix with counts: 'X' (default), 'raw' or the name of a layer.
    genes
        Where the genes of a table are: 'rows' or 'columns'; found out from the names by default.
    where
        Conditions such as 'condition=ctrl' that a cell must meet.
    library_size
        Column of obs with the counts of each cell over all measured genes.
    downsample, max_per_class
        Use this many cells, at most this many of each label.
    report
        HTML file to write.
    seed
        Seed of everything random.

    Returns
    -------
    The run record: ``metrics``, ``fold_mean``, ``folds``, ``per_class``, ``warnings`` and more.

    Raises
    ------
    FileNotFoundError
        A file is not there.
    ValueError
        A file or a setting cannot be used; the message says what was expected and what was found.
    """
    record = _ferrocyte.evaluate(
        _reference(reference, label, group, layer, genes, where, library_size, downsample, max_per_class),
        _model(model, l2, balance, max_iterations, folds, leave_one_out),
        report,
        seed,
    )
    return _finish(record)


def train(
    reference: Paths,
    *,
    label: str,
    output: Path,
    group: str | None = None,
    score: bool = True,
    folds: int | None = None,
    leave_one_out: bool = False,
    model: str | None = None,
    l2: float | None = None,
    balance: str | None = None,
    max_iterations: int | None = None,
    layer: str | None = None,
    genes: str | None = None,
    where: str | Sequence[str] = (),
    library_size: str | None = None,
    downsample: int | None = None,
    max_per_class: int | None = None,
    report: Path | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Train a model on a labelled reference and write it to ``output``, with its score on held-out cells.

    ``score=False`` leaves the score out. The other parameters, the result and the errors are those of
    :func:`evaluate`.
    """
    record = _ferrocyte.train(
        _reference(reference, label, group, layer, genes, where, library_size, downsample, max_per_class),
        _model(model, l2, balance, max_iterations, folds, leave_one_out),
        output,
        score,
        report,
        seed,
    )
    return _finish(record)


def annotate(
    query: Paths,
    *,
    model: Path,
    output: Paths,
    layer: str | None = None,
    genes: str | None = None,
    where: str | Sequence[str] = (),
    library_size: str | None = None,
    prefix: str = "",
    truth: str | None = None,
    report: Path | None = None,
) -> dict[str, Any]:
    """Give every cell of a query a label.

    Parameters
    ----------
    query
        File in any format that is read; several only when the output is a table.
    model
        Model file.
    output
        File or files to write: the query with columns added to obs (.h5ad), or a table (.csv, .tsv, also
        with .gz).
    prefix
        Text before the name of each column that is added.
    truth
        Column of obs with labels to score the new ones against.

    The other parameters, the result and the errors are those of :func:`evaluate`.
    """
    record = _ferrocyte.annotate(
        _list(query), model, _list(output), layer, genes, _texts(where), library_size, prefix, truth, report
    )
    return _finish(record)


def convert(
    files: Paths, *, output: Path, layer: str | None = None, genes: str | None = None
) -> dict[str, Any]:
    """Write cells in a clean form: one matrix as 32-bit floats, with all columns of obs and var.

    Parameters
    ----------
    files
        File to read, or several as one set of cells on the union of their genes, matched by name.
    output
        What to write; the name says the format: 'NAME.h5ad', 'NAME.zarr', or 'NAME.mtx' for a folder as Cell Ranger
        writes it.
    layer
        Matrix to read: 'X' (default), 'raw' or the name of a layer. The others, obsm, varm, obsp, varp and uns are not
        carried over.
    genes
        Where the genes of a table are: 'rows' or 'columns'; found out from the names by default.

    Returns
    -------
    What was read and written: ``cells``, ``genes``, ``non_zeros``, ``inputs``, ``columns``, ``warnings`` (notes on what
    was renamed, left out or not carried over).

    The errors are those of :func:`evaluate`.
    """
    return _finish(_ferrocyte.convert(_list(files), output, layer, genes))


def inspect(file: Path, *, model: Path | None = None, layer: str | None = None, genes: str | None = None) -> dict[str, Any]:
    """Say what is in a file, and how well it fits a model."""
    return json.loads(_ferrocyte.inspect(file, model, layer, genes))


def show_model(file: Path) -> dict[str, Any]:
    """The header of a model file: what it is, what it was trained on, how well it does."""
    return json.loads(_ferrocyte.show_model(file))


def _reference(files, label, group, layer, genes, where, library_size, downsample, max_per_class):
    return {
        "files": _list(files),
        "label": label,
        "group": group,
        "layer": layer,
        "genes": genes,
        "where": _texts(where),
        "library_size": library_size,
        "downsample": downsample,
        "max_per_class": max_per_class,
    }


def _model(model, l2, balance, max_iterations, folds, leave_one_out):
    return {
        "model": model,
        "l2": l2,
        "balance": balance,
        "max_iterations": max_iterations,
        "folds": folds,
        "leave_one_out": leave_one_out,
    }


def _list(paths: Paths) -> list[Path]:
    return [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)


def _texts(texts: str | Sequence[str]) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)


def _finish(record: str) -> dict[str, Any]:
    """Pass the run's warnings on as Python's."""
    run = json.loads(record)
    for warning in run["warnings"]:
        if warning["severity"] == "warning":
            hint = f" ({warning['hint']})" if "hint" in warning else ""
            warnings.warn(warning["message"] + hint, UserWarning, stacklevel=3)
    return run
