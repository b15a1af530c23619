"""The flows, with Python's signatures. No logic: arguments are passed on, JSON comes back."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, Union

from . import _ferrocyte

if TYPE_CHECKING:
    from typing_extensions import Unpack

Path = Union[str, "os.PathLike[str]"]
Paths = Union[Path, Sequence[Path]]
# Files, or files with the label of all their cells: {"healthy.tsv": "Healthy", "ra.tsv": "RA"}.
Files = Union[Paths, Mapping[Path, str]]


class Reading(TypedDict, total=False):
    """What a file cannot say of itself; keyword arguments of every function that reads cells.

    genes
        Where the genes of a table are: 'rows' or 'columns'; found out from the names by default.
    trust_orientation
        Take files as they are, without a look at the names: rows of a table are cells.
    format
        Read the file as this format, 'h5ad' for example; found in the content by default.
    genome
        The genome, where 10x data of several are in one file or folder.
    modality
        The modality of an .h5mu file; 'rna' or 'gex' by default, or the only one that has genes.
    gene_table
        Table of gene names to be used instead of the one that comes with the package.
    matrix_key, label_key, gene_key
        Keys of a pickled dict (.npy); 'UMI', 'classes' and 'gene_ids' by default.
    """

    genes: str | None
    trust_orientation: bool
    format: str | None
    genome: str | None
    modality: str | None
    gene_table: Path | None
    matrix_key: str | None
    label_key: str | None
    gene_key: str | None


def evaluate(
    reference: Files,
    *,
    label: str | None = None,
    label_from_name: str | None = None,
    group: str | None = None,
    study: str | None = None,
    test_where: str | Sequence[str] = (),
    levels: Sequence[str] = (),
    ontology: Path | None = None,
    ontology_ids: str | None = None,
    folds: int | None = None,
    leave_one_out: bool = False,
    model: str | None = None,
    l2: float | None = None,
    l1: float | None = None,
    gap: float | None = None,
    c: float | None = None,
    balance: str | None = None,
    max_iterations: int | None = None,
    model_genes: str | None = None,
    label_noise: bool = False,
    unknown: bool = False,
    coverage: float | None = None,
    unit: str | Sequence[str] = (),
    cell_types: str | None = None,
    permutations: int | None = None,
    layer: str | None = None,
    scale: str | None = None,
    where: str | Sequence[str] = (),
    library_size: str | None = None,
    drop_copies: bool = False,
    downsample: int | None = None,
    max_per_class: int | None = None,
    memory: str | None = None,
    cache: Path | None = None,
    report: Path | None = None,
    seed: int = 0,
    **reading: Unpack[Reading],
) -> dict[str, Any]:
    """Score a kind of model on cells that are held out of its training.

    Parameters
    ----------
    reference
        Labelled file, or several as one data set on the union of their genes. A mapping gives each file the label
        of all its cells: ``{"healthy.tsv": "Healthy", "ra.tsv": "RA"}``.
    label
        Column of obs with the labels to learn; not needed where each file has its label.
    label_from_name
        Labels of which one stands in the name of each file: ``'healthy|ra|sle'``.
    group
        Column of obs that says which cells belong together, the donor for example. With it no group is on both
        sides of a split, and the score is one for new donors.
    study
        Column of obs that says which study a cell is from: each is held out once, alone.
    test_where
        Conditions such as 'condition=stim': the cells that meet them are tested on, once, and all others trained on.
    levels
        Columns of wider names above the labels, from the widest to the labels.
    ontology, ontology_ids
        OBO file with the wider names of the labels, and the column with the labels' identifiers in it.
    folds, leave_one_out
        Number of folds (default 5), or each group held out once.
    label_noise
        List cells whose given label the models that never saw them find very unlikely: ``record["label_noise"]``.
    unknown
        Leave each label out of the training too, and see whether its cells stand out as unknown: ``record["unknown"]``. One
        more training for each label and each fold that holds cells of it.
    coverage
        Share of the cells of each label whose prediction set is to hold it, from 0.5 to 0.99 (default 0.9):
        ``record["conformal"]``.
    unit
        Columns of obs: the cells with one entry in them are one sample with one label, and samples are scored too. ``record["samples"]``
        has the scores of what samples consist of, of their profiles and of the votes of their cells, and what they allow to be said.
    cell_types
        With ``unit``, column of obs with the types of the cells.
    permutations
        With ``unit``, how often labels of samples are dealt anew to see what chance does (default 99).
    model, l2, l1, gap, c, balance, max_iterations
        Kind of model and its settings; ``balance`` is 'none', 'sqrt' or 'full'. Every other setting of a kind can stand
        behind its name: ``'genebert:epochs=20:heads=8'``.
    model_genes
        Genes that the model may use: 'all' (default), the N most variable ones 'hvg:N', or those with the largest weights
        'top:N', N of each label; chosen on the training cells of each fold.
    layer
        Matrix to read: 'X', 'raw' or the name of a layer; by default the one with counts, else with their logarithms.
    scale
        What the numbers are, where you know better than they show: 'counts', '10k', 'cpm' or another total per cell,
        or one of these after a logarithm as in 'log1p-10k'; found out from all cells by default.
    where
        Conditions such as 'condition=ctrl' that a cell must meet.
    library_size
        Column of obs with the counts of each cell over all measured genes.
    drop_copies
        Leave out cells that have exactly the counts of an earlier cell.
    downsample, max_per_class
        Use this many cells, at most this many of each label.
    memory
        Memory that the run may take, as in ``'2GiB'``: more cells than fit are kept in a temporary file, and what cannot be done with
        so little is refused. Results do not depend on it. By default up to half of what is available is used for cells. The memory
        of the Python process itself is not counted.
    cache
        Folder for that temporary file; ``TMPDIR``, else that of the system by default.
    report
        HTML file to write.
    seed
        Seed of everything random.
    **reading
        What the file cannot say of itself: see :class:`Reading`.

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
        {
            "data": _data(reference, label_from_name, layer, scale, where, library_size, reading),
            "label": label,
            "group": group,
            "study": study,
            "test_where": _texts(test_where),
            "unit": _texts(unit),
            "cell_types": cell_types,
            "levels": list(levels),
            "ontology": ontology,
            "ontology_ids": ontology_ids,
            "drop_copies": drop_copies,
            "downsample": downsample,
            "max_per_class": max_per_class,
            "memory": memory,
            "cache": cache,
        },
        _model(
            model,
            l2,
            l1,
            gap,
            c,
            balance,
            max_iterations,
            model_genes,
            folds,
            leave_one_out,
            unknown,
            coverage,
        ),
        label_noise,
        permutations,
        report,
        seed,
    )
    return _finish(record)


def compare(
    reference: Files,
    *,
    models: Sequence[str],
    model_genes: str | None = None,
    label: str | None = None,
    label_from_name: str | None = None,
    group: str | None = None,
    study: str | None = None,
    test_where: str | Sequence[str] = (),
    levels: Sequence[str] = (),
    ontology: Path | None = None,
    ontology_ids: str | None = None,
    folds: int | None = None,
    leave_one_out: bool = False,
    layer: str | None = None,
    scale: str | None = None,
    where: str | Sequence[str] = (),
    library_size: str | None = None,
    drop_copies: bool = False,
    downsample: int | None = None,
    max_per_class: int | None = None,
    memory: str | None = None,
    cache: Path | None = None,
    report: Path | None = None,
    seed: int = 0,
    **reading: Unpack[Reading],
) -> dict[str, Any]:
    """Judge kinds of models beside each other: the same cells, the same folds.

    Parameters
    ----------
    models
        Two or more kinds, with settings if need be: ``['weighted', 'logistic:l2=5']``.

    Returns
    -------
    The run record: ``comparison`` has ``models``, ``differences`` with their 95 % intervals, ``winner`` (None where
    chance may explain the lead) and ``verdict``; ``timing`` seconds and peak memory of each kind.

    The other parameters and the errors are those of :func:`evaluate`.
    """
    record = _ferrocyte.compare(
        {
            "data": _data(reference, label_from_name, layer, scale, where, library_size, reading),
            "label": label,
            "group": group,
            "study": study,
            "test_where": _texts(test_where),
            "unit": [],
            "cell_types": None,
            "levels": list(levels),
            "ontology": ontology,
            "ontology_ids": ontology_ids,
            "drop_copies": drop_copies,
            "downsample": downsample,
            "max_per_class": max_per_class,
            "memory": memory,
            "cache": cache,
        },
        list(models),
        model_genes,
        folds,
        leave_one_out,
        report,
        seed,
    )
    return _finish(record)


def train(
    reference: Files,
    *,
    output: Path,
    label: str | None = None,
    label_from_name: str | None = None,
    group: str | None = None,
    study: str | None = None,
    test_where: str | Sequence[str] = (),
    levels: Sequence[str] = (),
    ontology: Path | None = None,
    ontology_ids: str | None = None,
    score: bool = True,
    folds: int | None = None,
    leave_one_out: bool = False,
    unknown: bool = False,
    coverage: float | None = None,
    model: str | None = None,
    l2: float | None = None,
    l1: float | None = None,
    gap: float | None = None,
    c: float | None = None,
    balance: str | None = None,
    max_iterations: int | None = None,
    model_genes: str | None = None,
    layer: str | None = None,
    scale: str | None = None,
    where: str | Sequence[str] = (),
    library_size: str | None = None,
    drop_copies: bool = False,
    downsample: int | None = None,
    max_per_class: int | None = None,
    memory: str | None = None,
    cache: Path | None = None,
    sketch: int | None = None,
    report: Path | None = None,
    seed: int = 0,
    **reading: Unpack[Reading],
) -> dict[str, Any]:
    """Train a model on a labelled reference and write it to ``output``, with its score on held-out cells.

    ``score=False`` leaves the score out. ``sketch`` keeps up to so many cells of each label in the file of a model of kind
    'weighted', so that :func:`annotate` can adapt it without the reference. The other parameters, the result and the errors are those of
    :func:`evaluate`.
    """
    record = _ferrocyte.train(
        {
            "data": _data(reference, label_from_name, layer, scale, where, library_size, reading),
            "label": label,
            "group": group,
            "study": study,
            "test_where": _texts(test_where),
            "unit": [],
            "cell_types": None,
            "levels": list(levels),
            "ontology": ontology,
            "ontology_ids": ontology_ids,
            "drop_copies": drop_copies,
            "downsample": downsample,
            "max_per_class": max_per_class,
            "memory": memory,
            "cache": cache,
        },
        _model(
            model,
            l2,
            l1,
            gap,
            c,
            balance,
            max_iterations,
            model_genes,
            folds,
            leave_one_out,
            unknown,
            coverage,
        ),
        output,
        score,
        sketch,
        report,
        seed,
    )
    return _finish(record)


def annotate(
    query: Files,
    *,
    model: Path,
    output: Paths,
    layer: str | None = None,
    scale: str | None = None,
    where: str | Sequence[str] = (),
    library_size: str | None = None,
    prefix: str = "",
    truth: str | None = None,
    label_from_name: str | None = None,
    min_coverage: float | None = None,
    explain: bool = False,
    explain_by: str | None = None,
    back_off: float | None = None,
    reject_unknown: float | None = None,
    coverage: float | None = None,
    coverage_in_groups: bool = False,
    shard: str | None = None,
    adapt: bool = False,
    reference: Files = (),
    reference_where: str | Sequence[str] = (),
    memory: str | None = None,
    report: Path | None = None,
    **reading: Unpack[Reading],
) -> dict[str, Any]:
    """Give every cell of a query a label.

    Parameters
    ----------
    query
        File to annotate, in any format that is read; several only when the output is a table. With a mapping of files to
        labels, the new labels are scored against those.
    model
        Model file.
    output
        File or files to write: the query with columns added to obs (.h5ad), or a table (.csv, .tsv, also
        with .gz).
    prefix
        Text before the name of each column that is added.
    truth
        Column of obs with labels to score the new ones against.
    min_coverage
        Refuse a query that has less than this share of what the model's decisions rest on; 0.2 when None.
    explain, explain_by
        Say which genes pushed cells to their label and away from the runner-up: ``record["explanations"]``, and a column
        ``top_genes_for``; with ``explain_by``, for each cluster, donor or other group of this column of obs too.
    back_off
        Give cells the narrowest name that has this probability, in the column ``backed_off_label``; for models that were
        trained with ``levels`` or ``ontology``. 0.7 when None.
    reject_unknown
        Give no label to cells that are like no label of the model; this share of the cells of known types may be lost by
        it, for example 0.05. Otherwise cells keep their label beside an ``unknown_score``.
    coverage, coverage_in_groups
        Write ``prediction_set`` beside each label: labels joined by ``|``, which hold the right one for this share of cells
        like the held-out ones of the reference, from 0.5 to 0.99; in nearly every donor where ``coverage_in_groups``.
    shard
        Label only a part of the cells, as ``'2/8'``: the tables of all parts, one below the other without the repeated
        header, are the table of the whole. Every part reads all cells.
    adapt, reference, reference_where
        Let a model of kind 'weighted' learn from the query too, beside the files that it was trained on and the
        conditions that its cells met then. A model that was trained with ``sketch`` needs neither. The label of a cell then depends on all cells of the query, and every output
        says so. A query with fewer than 30 cells for each label is labelled without it, with a warning.

    The other parameters, the result and the errors are those of :func:`evaluate`.
    """
    record = _ferrocyte.annotate(
        _data(query, label_from_name, layer, scale, where, library_size, reading),
        model,
        _list(output),
        prefix,
        truth,
        min_coverage,
        explain,
        explain_by,
        back_off,
        reject_unknown,
        coverage,
        coverage_in_groups,
        shard,
        _adapt(adapt, reference, reference_where),
        memory,
        report,
    )
    return _finish(record)


def convert(
    files: Paths, *, output: Path, layer: str | None = None, **reading: Unpack[Reading]
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
    **reading
        What the file cannot say of itself: see :class:`Reading`.

    Returns
    -------
    What was read and written: ``cells``, ``genes``, ``non_zeros``, ``inputs``, ``columns``, ``warnings`` (notes on what
    was renamed, left out or not carried over).

    The errors are those of :func:`evaluate`.
    """
    return _finish(_ferrocyte.convert(_list(files), output, layer, _open(reading)))


def inspect(
    file: Path,
    *,
    model: Path | None = None,
    layer: str | None = None,
    **reading: Unpack[Reading],
) -> dict[str, Any]:
    """Say what is in a file, how well it fits a model, and what would make it fit to be learnt from (``fixes``)."""
    return json.loads(_ferrocyte.inspect(file, model, layer, _open(reading)))


def show_model(file: Path) -> dict[str, Any]:
    """The header of a model file: what it is, what it was trained on, how well it does."""
    return json.loads(_ferrocyte.show_model(file))


def _adapt(adapt, reference, where):
    if not adapt:
        if reference or where:
            raise TypeError("'reference' and 'reference_where' need adapt=True")
        return None
    return {"files": _labelled(reference), "where": _texts(where)}


def _labelled(files: Files) -> list[tuple[Path, str | None]]:
    return list(files.items()) if isinstance(files, Mapping) else [(path, None) for path in _list(files)]


def _data(files, label_from_name, layer, scale, where, library_size, reading):
    return {
        "files": _labelled(files),
        "label_from_name": label_from_name,
        "layer": layer,
        "scale": scale,
        "open": _open(reading),
        "where": _texts(where),
        "library_size": library_size,
    }


def _open(reading: Mapping[str, Any]) -> dict[str, Any]:
    known = dict.fromkeys(Reading.__annotations__) | {"trust_orientation": False}
    for name in reading:
        if name not in known:
            raise TypeError(f"unexpected keyword argument '{name}'; of the file there are {', '.join(known)}")
    return known | dict(reading)


def _model(
    model, l2, l1, gap, c, balance, max_iterations, model_genes, folds, leave_one_out, unknown, coverage
):
    return {
        "model": model,
        "l2": l2,
        "l1": l1,
        "gap": gap,
        "c": c,
        "balance": balance,
        "max_iterations": max_iterations,
        "model_genes": model_genes,
        "folds": folds,
        "leave_one_out": leave_one_out,
        "unknown": unknown,
        "coverage": coverage,
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
