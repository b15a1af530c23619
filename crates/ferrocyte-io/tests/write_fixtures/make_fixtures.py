#!/usr/bin/env python3
"""Make the small .h5ad files that the tests of annotated copies start from.

usage: make_fixtures.py FOLDER
needs: pip install anndata==0.12.19 h5py==3.16.0 pandas==2.3.3 scipy
"""
import sys
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.sparse as sp

folder = Path(sys.argv[1])
N_CELLS, N_GENES = 5, 4
CELLS = [f"cell_{i}" for i in range(N_CELLS)]
GENES = ["CD3E", "CD19", "NKG7", "MS4A1"]
counts = sp.csr_matrix(np.arange(N_CELLS * N_GENES, dtype="f4").reshape(N_CELLS, N_GENES) % 3)


def example():
    """An AnnData with a column of every kind, and results of an earlier run."""
    obs = pd.DataFrame(
        {
            "cell_type": pd.Categorical(["T", "B", None, "T", "NK"]),
            "predicted_labels": pd.Categorical(["old"] * N_CELLS),
            "n_counts": np.arange(N_CELLS, dtype="i8"),
            "conf_score": np.zeros(N_CELLS),
            "note": ["", "α", "long " * 20, "x", "y"],
            "doublets": pd.array([1, None, 0, 1, None], dtype="Int64"),
        },
        index=CELLS,
    )
    uns = {
        "ferrocyte": {"an": "older", "kind": np.arange(3)},
        "title": "kept",
    }
    return anndata.AnnData(counts.copy(), obs=obs, var=pd.DataFrame(index=GENES), uns=uns)


def write(path, libver, compressed):
    with h5py.File(path, "w", libver=libver) as file:
        data = example()
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        anndata.io.write_elem(file, "X", data.X)
        anndata.io.write_elem(file, "obs", data.obs[["predicted_labels"]])
        anndata.io.write_elem(file, "obs", data.obs)
        for column in compressed:
            anndata.io.write_elem(file, f"obs/{column}", data.obs[column]._values, dataset_kwargs={"compression": "gzip"})
        anndata.io.write_elem(file, "var", data.var)
        anndata.io.write_elem(file, "uns", dict(data.uns))


# The encoding of today. `obs` was written twice, so that the file has freed space.
write(folder / "current.h5ad", None, ["predicted_labels"])

# The same in the newest HDF5 structures: version 3 superblock, version 2 headers, links in the headers.
write(folder / "latest.h5ad", "latest", ["note", "conf_score"])

# No columns at all: `column-order` is an empty array of numbers, and there is no `uns`.
with h5py.File(folder / "no_columns.h5ad", "w") as file:
    file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
    anndata.io.write_elem(file, "X", counts)
    anndata.io.write_elem(file, "obs", pd.DataFrame(index=CELLS))
    anndata.io.write_elem(file, "var", pd.DataFrame(index=GENES))

# No cells.
with h5py.File(folder / "no_cells.h5ad", "w", libver="latest") as file:
    file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
    anndata.io.write_elem(file, "X", counts[:0])
    anndata.io.write_elem(file, "obs", pd.DataFrame(index=pd.Index([], dtype=object)))
    anndata.io.write_elem(file, "var", pd.DataFrame(index=GENES))

# anndata 0.7: categories apart from the codes, which point at them by object reference.
with h5py.File(folder / "anndata_0_7.h5ad", "w") as file:
    text = h5py.string_dtype()
    for name, index in (("obs", CELLS), ("var", GENES)):
        frame = file.create_group(name)
        frame.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.1.0", "_index": "_index"})
        frame.create_dataset("_index", data=np.array(index, dtype=object), dtype=text)
        frame.attrs["column-order"] = np.array([], dtype="f8")
    obs = file["obs"]
    categories = obs.create_group("__categories")
    for column, values in (("cell_type", ["B", "T"]), ("predicted_labels", ["old", "older"])):
        names = categories.create_dataset(column, data=np.array(values, dtype=object), dtype=text)
        names.attrs["ordered"] = False
        codes = obs.create_dataset(column, data=np.array([0, 1, -1, 0, 1], dtype="i1"))
        codes.attrs["categories"] = names.ref
    obs.create_dataset("n_counts", data=np.arange(N_CELLS, dtype="f4"))
    obs.attrs["column-order"] = np.array(["cell_type", "predicted_labels", "n_counts"], dtype=object)
    x = file.create_group("X")
    x.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": [N_CELLS, N_GENES]})
    for name in ("data", "indices", "indptr"):
        x.create_dataset(name, data=getattr(counts, name))
    file.create_group("uns").create_dataset("title", data="kept")

# anndata before 0.7: tables as compound data sets.
with h5py.File(folder / "anndata_0_5.h5ad", "w") as file:
    file.create_dataset("X", data=counts.toarray())
    file.create_dataset("obs", data=np.array([(c.encode(), 1.0) for c in CELLS], dtype=[("index", "S8"), ("n", "f4")]))
    file.create_dataset("var", data=np.array([(g.encode(),) for g in GENES], dtype=[("index", "S8")]))
