"""What ``convert`` writes is what anndata and SciPy read from the input."""

import gzip
import warnings
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.io
import scipy.sparse

import ferrocyte

DEMO = Path(__file__).resolve().parents[2] / "ferrocyte" / "demo"
REFERENCE, QUERY = DEMO / "reference.h5ad", DEMO / "query.h5ad"


def same(found, expected):
    assert list(found.obs_names) == list(expected.obs_names)
    assert list(found.var_names) == list(expected.var_names)
    assert (found.X != expected.X).nnz == 0
    assert found.X.dtype == np.float32 and found.X.indices.dtype == np.int32
    # Widths of numbers may differ, values and categories may not.
    pd.testing.assert_frame_equal(found.obs, expected.obs, check_dtype=False, check_names=False)
    pd.testing.assert_frame_equal(found.var, expected.var, check_dtype=False, check_names=False)


@pytest.fixture
def awkward(tmp_path):
    """Every kind of column, with and without gaps, and cells and genes without values."""
    x = scipy.sparse.random(50, 20, density=0.2, format="csr", random_state=0, dtype=np.float64)
    x.data = np.round(x.data * 10)
    x.eliminate_zeros()
    x[:, 3] = 0
    x.eliminate_zeros()
    stages = pd.Categorical.from_codes(np.arange(50) % 3 - 1, ["young", "old"], ordered=True)
    obs = pd.DataFrame(
        {
            "stage": stages,
            "unused": pd.Categorical(["a"] * 50, categories=["z", "a"]),
            "text": [f"é {i}" for i in range(50)],
            "n": np.arange(50) - 25,
            "score": np.where(np.arange(50) % 7, np.arange(50) / 3, np.nan),
            "kept": np.arange(50) % 2 == 0,
            "maybe": pd.array([None if i % 5 == 0 else i for i in range(50)], dtype="Int64"),
            "perhaps": pd.array([None if i % 5 == 0 else i % 2 == 0 for i in range(50)], dtype="boolean"),
        },
        index=[f"AAAC{i}-1" for i in range(50)],
    )
    var = pd.DataFrame({"gene_ids": [f"ENSG{i:011}" for i in range(20)]}, index=[f"GENE{i}" for i in range(20)])
    adata = anndata.AnnData(x, obs=obs, var=var, obsm={"X_pca": np.zeros((50, 2))})
    adata.layers["doubled"] = x * 2
    adata.write_h5ad(tmp_path / "awkward.h5ad")
    return tmp_path / "awkward.h5ad"


@pytest.mark.parametrize("suffix, read", [("h5ad", anndata.read_h5ad), ("zarr", anndata.read_zarr)])
def test_anndata_reads_what_was_there(tmp_path, awkward, suffix, read):
    for file in [awkward, QUERY]:
        converted = ferrocyte.convert(file, output=tmp_path / f"out.{suffix}")
        found, expected = read(tmp_path / f"out.{suffix}"), anndata.read_h5ad(file)
        same(found, expected)
        assert (converted["cells"], converted["genes"]) == found.shape
        assert converted["non_zeros"] == found.X.nnz
    found.write_h5ad(tmp_path / "again.h5ad")
    same(anndata.read_h5ad(tmp_path / "again.h5ad"), expected)


def test_a_layer_is_chosen_and_the_rest_is_told(tmp_path, awkward):
    converted = ferrocyte.convert(awkward, output=tmp_path / "out.h5ad", layer="doubled")
    found, expected = anndata.read_h5ad(tmp_path / "out.h5ad"), anndata.read_h5ad(awkward)
    assert (found.X != expected.layers["doubled"]).nnz == 0
    assert not found.layers and not found.obsm
    assert any("`X`" in note["message"] and "obsm" in note["message"] for note in converted["warnings"])


def test_a_10x_folder_is_as_cell_ranger_writes_it(tmp_path, awkward):
    ferrocyte.convert(awkward, output=tmp_path / "out.mtx")
    expected = anndata.read_h5ad(awkward)
    assert scipy.io.mminfo(tmp_path / "out.mtx/matrix.mtx.gz")[4] == "integer"
    matrix = scipy.io.mmread(tmp_path / "out.mtx/matrix.mtx.gz").tocsr()
    assert (matrix.T != expected.X).nnz == 0
    features = pd.read_csv(tmp_path / "out.mtx/features.tsv.gz", sep="\t", header=None)
    assert list(features[0]) == list(expected.var["gene_ids"])
    assert list(features[1]) == list(expected.var_names)
    assert set(features[2]) == {"Gene Expression"}
    with gzip.open(tmp_path / "out.mtx/barcodes.tsv.gz", "rt") as barcodes:
        assert barcodes.read().splitlines() == list(expected.obs_names)
    obs = pd.read_csv(tmp_path / "out.mtx/obs.csv.gz", index_col=0, float_precision="round_trip")
    assert list(obs["text"]) == list(expected.obs["text"])
    np.testing.assert_array_equal(obs["score"], expected.obs["score"])


def test_files_are_joined_as_anndata_joins_them(tmp_path):
    one, other = anndata.read_h5ad(REFERENCE), anndata.read_h5ad(QUERY)
    # Genes in another order, some missing, some of its own; a column that the first file lacks.
    other = other[:, np.random.default_rng(0).permutation(other.n_vars)[:500]].copy()
    other.var_names = [f"other-{name}" if i % 50 == 0 else name for i, name in enumerate(other.var_names)]
    other.obs["batch"] = "second"
    other.write_h5ad(tmp_path / "other.h5ad")
    ferrocyte.convert([REFERENCE, tmp_path / "other.h5ad"], output=tmp_path / "joined.h5ad")
    joined = anndata.read_h5ad(tmp_path / "joined.h5ad")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = anndata.concat([one, other], join="outer")
    assert list(joined.obs_names) == list(expected.obs_names)
    assert set(joined.var_names) == set(expected.var_names)
    assert (joined[:, expected.var_names].X != expected.X).nnz == 0
    assert list(joined.obs["cell_type"].astype(str)) == list(expected.obs["cell_type"].astype(str))
    assert joined.obs["batch"].isna().sum() == one.n_obs
    assert list(joined.obs["file"].unique()) == ["reference.h5ad", "other.h5ad"]

    converted = ferrocyte.convert([QUERY, QUERY], output=tmp_path / "twice.h5ad")
    twice = anndata.read_h5ad(tmp_path / "twice.h5ad")
    assert twice.obs_names.is_unique
    assert list(twice.obs_names[:2]) == [f"{name}-1" for name in anndata.read_h5ad(QUERY).obs_names[:2]]
    assert "cells-renamed" in [note["code"] for note in converted["warnings"]]


def test_an_annotated_h5ad_of_another_format(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        ferrocyte.train(
            REFERENCE, output=tmp_path / "model.ferrocyte", label="cell_type", score=False, max_iterations=5
        )
        ferrocyte.convert(QUERY, output=tmp_path / "query.zarr")
        ferrocyte.annotate(tmp_path / "query.zarr", model=tmp_path / "model.ferrocyte", output=tmp_path / "out.h5ad")
        ferrocyte.annotate(QUERY, model=tmp_path / "model.ferrocyte", output=tmp_path / "copy.h5ad")
    found, copy = anndata.read_h5ad(tmp_path / "out.h5ad"), anndata.read_h5ad(tmp_path / "copy.h5ad")
    assert (found.X != copy.X).nnz == 0
    assert list(found.obs["predicted_labels"]) == list(copy.obs["predicted_labels"])
    np.testing.assert_array_equal(found.obs["conf_score"], copy.obs["conf_score"])
    assert found.uns["ferrocyte"].startswith("{")


def test_what_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(ValueError, match="NAME.zarr"):
        ferrocyte.convert(QUERY, output=tmp_path / "out.xlsx")
    (tmp_path / "mine.zarr").mkdir()
    (tmp_path / "mine.zarr" / "notes.txt").write_text("years of work")
    with pytest.raises(ValueError, match="other data"):
        ferrocyte.convert(QUERY, output=tmp_path / "mine.zarr")
    copy = tmp_path / "copy.h5ad"
    copy.write_bytes(QUERY.read_bytes())
    with pytest.raises(ValueError, match="also an input"):
        ferrocyte.convert(copy, output=copy)
