"""The same cells in seven forms, written by the tools users write them with: one model gives them the same labels."""

import gzip
import os
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.io
import scipy.sparse

import ferrocyte

DATA = os.environ.get("FERROCYTE_DATA")

pytestmark = [
    pytest.mark.skipif(DATA is None, reason="FERROCYTE_DATA is not set"),
    pytest.mark.filterwarnings("ignore"),
]


def log_normalised(counts):
    """log1p of 10,000 per cell, as scanpy's `normalize_total` and `log1p` make it."""
    totals = np.asarray(counts.sum(axis=1)).ravel()
    values = counts.multiply((1e4 / totals)[:, None]).tocsr().astype(np.float32)
    values.data = np.log1p(values.data)
    return values


def as_counts(cells, folder):
    path = folder / "counts.h5ad"
    cells.write_h5ad(path)
    return path


def as_log1p(cells, folder):
    path = folder / "log1p.h5ad"
    anndata.AnnData(log_normalised(cells.X), cells.obs, cells.var).write_h5ad(path)
    return path


def as_scaled_with_raw(cells, folder):
    """As the clustering tutorials leave it: `X` scaled and clipped on variable genes, `raw` before that."""
    path = folder / "scaled.h5ad"
    whole = anndata.AnnData(log_normalised(cells.X), cells.obs, cells.var)
    dense = whole.X.toarray()
    variable = np.sort(np.argsort(-dense.var(axis=0), kind="stable")[:2000])
    dense = dense[:, variable]
    scaled = np.clip((dense - dense.mean(axis=0)) / dense.std(axis=0, ddof=1), None, 10)
    file = anndata.AnnData(scaled.astype(np.float32), cells.obs, cells.var.iloc[variable])
    file.raw = whole
    file.write_h5ad(path)
    return path


def as_csc(cells, folder):
    path = folder / "csc.h5ad"
    anndata.AnnData(scipy.sparse.csc_matrix(cells.X), cells.obs, cells.var).write_h5ad(path)
    return path


def as_table(cells, folder):
    """Genes in rows, as supplementary files have it."""
    path = folder / "genes_by_cells.csv.gz"
    table = pd.DataFrame(cells.X.T.toarray().astype(int), index=cells.var_names, columns=cells.obs_names)
    table.to_csv(path, compression={"method": "gzip", "compresslevel": 1})
    return path


def as_10x_folder(cells, folder):
    path = folder / "filtered_feature_bc_matrix"
    path.mkdir()
    with gzip.open(path / "matrix.mtx.gz", "wb", compresslevel=1) as file:
        scipy.io.mmwrite(file, cells.X.T.astype(int))
    features = zip(cells.var["gene_ids"] if "gene_ids" in cells.var else cells.var_names, cells.var_names)
    with gzip.open(path / "features.tsv.gz", "wt") as file:
        file.writelines(f"{identifier}\t{symbol}\tGene Expression\n" for identifier, symbol in features)
    with gzip.open(path / "barcodes.tsv.gz", "wt") as file:
        file.writelines(f"{name}\n" for name in cells.obs_names)
    return path


def as_zarr(cells, folder):
    path = folder / "cells.zarr"
    cells.write_zarr(path)
    return path


FORMS = [as_counts, as_log1p, as_scaled_with_raw, as_csc, as_table, as_10x_folder, as_zarr]


@pytest.fixture(scope="module")
def cells():
    return anndata.read_h5ad(Path(DATA) / "data" / "pbmc3k.h5ad")


@pytest.fixture(scope="module")
def model(cells, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "pbmc3k.ferrocyte"
    ferrocyte.train(Path(DATA) / "data" / "pbmc3k.h5ad", label="cell_type", output=path, score=False)
    return path


def labels(query, model, folder):
    ferrocyte.annotate(query, model=model, output=folder / "labels.csv")
    table = pd.read_csv(folder / "labels.csv", index_col=0)
    return table["predicted_labels"]


@pytest.fixture(scope="module")
def expected(cells, model, tmp_path_factory):
    return labels(Path(DATA) / "data" / "pbmc3k.h5ad", model, tmp_path_factory.mktemp("expected"))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_form_gets_the_same_labels(form, cells, model, expected, tmp_path):
    found = labels(form(cells, tmp_path), model, tmp_path)
    assert len(found) == cells.n_obs
    pd.testing.assert_series_equal(found, expected)
    assert found.nunique() > 5
