"""Makes the loom, .h5mu and dense HDF5 fixtures of the reader's tests, all synthetic, none above 60 kB.

    python -m venv venv && venv/bin/pip install anndata==0.12.19 h5py==3.16.0 loompy==3.0.8 numpy==2.4.6
    venv/bin/python make_fixtures.py

Every good file holds the same 12 cells and 9 genes: the count of cell `c` and gene `g` is `COUNTS[c, g]`, which
`tests/support/counts.rs` computes by the same rule.
"""

from pathlib import Path

import anndata as ad
import h5py
import loompy
import numpy as np
import pandas as pd
import scipy.sparse as sp

HERE = Path(__file__).parent
N_CELLS, N_GENES = 12, 9
C, G = np.meshgrid(np.arange(N_CELLS), np.arange(N_GENES), indexing="ij")
# About a third of the values are not zero; cell 5 is empty.
COUNTS = np.where((C + 2 * G) % 3 == 0, (7 * C + 3 * G) % 50 + 1, 0)
COUNTS[5] = 0
CELLS = [f"cell{i}" for i in range(N_CELLS)]
GENES = [f"GENE{i}" for i in range(N_GENES)]
IDS = [f"ENSG0000000000{i}" for i in range(N_GENES)]
TYPES = ["γδ T", "B & plasma", "NK"]
OF_CELLS = [TYPES[i % 3] for i in range(N_CELLS)]


def file(name):
    """Every group packed closely: the files are small."""
    return h5py.File(HERE / name, "w", meta_block_size=1)


def escaped(texts):
    """As loompy 2 stored text: ASCII of a fixed length, the rest as XML entities."""
    return np.array([t.replace("&", "&amp;").encode("ascii", "xmlcharrefreplace") for t in texts])


def loom_2():
    with file("spec_2.loom") as f:
        f.attrs["LOOM_SPEC_VERSION"] = b"2.0.1"
        f.create_dataset("matrix", data=COUNTS.T.astype("i4"), chunks=(4, 5), compression="gzip", shuffle=True)
        f.create_dataset("layers/spliced", data=2.0 * COUNTS.T, chunks=(9, 1), compression="lzf")
        f.create_dataset("layers/wide", data=COUNTS.T.astype("u2"), chunks=(1, 12), compression="gzip")
        f.create_dataset("layers/whole", data=COUNTS.T.astype(">f4"))
        f["row_attrs/Gene"] = escaped(GENES)
        f["row_attrs/Accession"] = escaped(IDS)
        f["row_attrs/Length"] = np.arange(N_GENES).reshape(-1, 1)
        f["col_attrs/CellID"] = escaped(CELLS).reshape(-1, 1)
        f["col_attrs/ClusterName"] = escaped(OF_CELLS)
        f["col_attrs/Clusters"] = (np.arange(N_CELLS) % 3).reshape(-1, 1)
        f["col_attrs/_X"] = np.arange(N_CELLS) / 4
        f["col_attrs/PCA"] = np.zeros((N_CELLS, 2))
        f.create_group("col_graphs")
        f.create_group("row_graphs")


def loom_3():
    draft = HERE / "draft.loom"
    loompy.create(
        str(draft),
        {"": COUNTS.T.astype("f4"), "unspliced": 2 * COUNTS.T},
        {"Gene": np.array(GENES), "Accession": np.array(IDS)},
        {"CellID": np.array(CELLS), "ClusterName": np.array(OF_CELLS), "Valid": np.arange(N_CELLS) % 2},
    )
    with h5py.File(draft) as old, file("spec_3.loom") as f:
        for key in old:
            old.copy(key, f)
    draft.unlink()


def loom_other():
    with file("anndata.loom") as f:  # names as anndata's write_loom gave them
        f["matrix"] = COUNTS.T.astype("f8")
        f["row_attrs/var_names"] = np.array(IDS, dtype=h5py.string_dtype())
        f["col_attrs/obs_names"] = np.array(CELLS, dtype=h5py.string_dtype())
    with file("unnamed.loom") as f:
        f["matrix"] = COUNTS.T.astype("i8")
        f.create_group("row_attrs")
        f["col_attrs/Clusters"] = np.arange(N_CELLS) % 3


def loom_lies():
    with file("promise.loom") as f:  # 2^60 zeros that cost no bytes, and no names that would bound them
        f.create_dataset("matrix", (1 << 30, 1 << 30), "f4", chunks=(64, 64))
        f.create_group("row_attrs")
        f.create_group("col_attrs")
    with file("lies.loom") as f:
        f["matrix"] = COUNTS.T.astype("i4")
        f["row_attrs/Gene"] = escaped(GENES)
        f["col_attrs/CellID"] = escaped(CELLS[:-1])
    with file("nan.loom") as f:
        f["matrix"] = COUNTS.T.astype("i4")
        f["layers/short"] = COUNTS.T[:, :5]
        f["layers/text"] = np.full((N_GENES, N_CELLS), b"a")
        # The count of cell 2 and gene 2 is 21.
        f["layers/nan"] = np.where((C == 2) & (G == 2), np.nan, COUNTS).T
        f["layers/flat"] = np.zeros(N_CELLS)
        f["row_attrs/Gene"] = escaped(GENES)
        f["col_attrs/CellID"] = escaped(CELLS)


def modality(f, name, x, obs, var):
    ad.io.write_elem(f, f"mod/{name}", ad.AnnData(x, obs=obs, var=pd.DataFrame(index=var)))
    for part in ["layers", "obsm", "obsp", "uns", "varm", "varp"]:
        del f[f"mod/{name}/{part}"]


def h5mu():
    csr = sp.csr_matrix(COUNTS.astype("f4"))
    obs = pd.DataFrame(
        {"cell_type": pd.Categorical(OF_CELLS, TYPES), "cluster": np.arange(N_CELLS) // 4}, index=CELLS
    )
    bare = pd.DataFrame(index=CELLS[:3])
    # The whole: two more cells, in another order.
    names = ["other0", *reversed(CELLS), "other1"]
    whole = pd.DataFrame(
        {
            "rna:cell_type": pd.Categorical([None] * 14, TYPES),
            "prot:depth": np.arange(14) / 2,
            "cluster": -np.arange(14),
            "donor": pd.Categorical([f"d{i // 5}" for i in range(14)]),
        },
        index=names,
    )
    with file("rna.h5mu") as f:
        f.attrs["encoding-type"] = "MuData"
        modality(f, "prot", np.ones((3, 2), "f4"), bare, ["CD3", "CD4"])
        modality(f, "rna", csr, obs, GENES)
        ad.io.write_elem(f, "mod/rna/layers/doubled", 2 * csr)
        ad.io.write_elem(f, "obs", whole)
        ad.io.write_elem(f, "var", pd.DataFrame(index=GENES + ["CD3", "CD4"]))
    with file("no_rna.h5mu") as f:
        modality(f, "atac", np.ones((3, 1), "f4"), bare, ["peak0"])
        modality(f, "prot", np.ones((3, 2), "f4"), bare, ["CD3", "CD4"])
        ad.io.write_elem(f, "obs", bare)
        ad.io.write_elem(f, "var", pd.DataFrame(index=["peak0", "CD3", "CD4"]))
    with file("receptors.h5mu") as f:
        modality(f, "airr", np.ones((3, 0), "f4"), bare, [])
        modality(f, "expression", csr, obs, GENES)


def dense():
    labels = np.arange(N_CELLS) % 3
    with file("dense.h5") as f:
        f.create_dataset("X", data=COUNTS.astype("f8"), chunks=(5, 4), compression="gzip")
        f["Y"] = labels.astype("f8")
        f["gene_names"] = np.array(GENES, dtype=h5py.string_dtype())
        f["score"] = np.arange(N_CELLS) / 4
        f["other"] = np.zeros(5)
    with file("dense_bare.h5") as f:
        f["X"] = COUNTS.astype("i4")
        f["Y"] = labels
    with file("dense_turned.h5") as f:
        f["X"] = COUNTS.T.astype("i4")
        f["cell_type"] = np.array(OF_CELLS, dtype=h5py.string_dtype())
        f["genes"] = escaped(GENES)
        f["barcodes"] = escaped(CELLS)
    with file("dense_lies.h5") as f:
        f["X"] = COUNTS.astype("i4")
        f["Y"] = np.zeros(7)
    with file("dense_promise.h5") as f:
        f.create_dataset("X", (1 << 31, 1 << 31), "u1", chunks=(64, 64))


def legacy():
    """What anndata before 0.7 wrote beside what `fixtures` has: a dense `X`, sparse `raw.X`, layers by `h5sparse`."""
    obs = np.array(
        [(f"cell{i}".encode(), i % 3, i / 4) for i in range(N_CELLS)],
        dtype=[("index", "S6"), ("cell_type", "i1"), ("score", "f8")],
    )
    with file("legacy.h5ad") as f:
        f["X"] = COUNTS.astype("f4")
        f["obs"] = obs
        f["var"] = np.array([(g.encode(),) for g in GENES], dtype=[("index", "S5")])
        f["raw.var"] = f["var"][:]
        f["uns/cell_type_categories"] = np.array(TYPES, dtype=h5py.string_dtype())
        for name, matrix in [("raw.X", sp.csr_matrix(COUNTS)), ("layers/counts", sp.csc_matrix(COUNTS))]:
            group = f.create_group(name)
            group.attrs["h5sparse_format"] = matrix.format
            group.attrs["h5sparse_shape"] = matrix.shape
            for part in ["data", "indices", "indptr"]:
                group.create_dataset(part, data=getattr(matrix, part), maxshape=(None,))


for make in [loom_2, loom_3, loom_other, loom_lies, h5mu, dense, legacy]:
    make()
