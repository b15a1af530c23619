"""Makes the HDF5 files of this folder: h5py 3, NumPy 2. Run it here: `python make_fixtures.py`.

Matrices are genes x cells in compressed columns, as Cell Ranger writes them.
"""

import h5py
import numpy as np

DENSE = np.array([[1, 0, 2], [0, 0, 3], [0, 4, 0], [5, 0, 6]])  # genes x cells


def put(group, dense):
    columns = [np.flatnonzero(column) for column in dense.T]
    group["data"] = np.concatenate([c[i] for c, i in zip(dense.T, columns)]).astype("i4")
    group["indices"] = np.concatenate(columns).astype("i8")
    group["indptr"] = np.cumsum([0] + [len(i) for i in columns]).astype("i8")
    group["shape"] = np.array(dense.shape, "i4")
    group["barcodes"] = np.array([b"AAAC-1", b"AAAG-1", b"AAAT-1"])


with h5py.File("version_3.h5", "w") as file:
    group = file.create_group("matrix")
    put(group, DENSE)
    features = group.create_group("features")
    features["id"] = np.array([b"ENSG1", b"CD3_TotalSeqB", b"ENSG2", b"ENSMUSG1"])
    features["name"] = np.array([b"CD3D", b"CD3", b"MS4A1", b"Cd3d"])
    types = [b"Gene Expression", b"Antibody Capture", b"Gene Expression", b"Gene Expression"]
    features["feature_type"] = np.array(types)
    features["genome"] = np.array([b"GRCh38", b"", b"GRCh38", b"mm10"])

with h5py.File("version_2.h5", "w") as file:
    for genome, factor in [("hg19", 1), ("mm10", 10)]:
        group = file.create_group(genome)
        put(group, factor * DENSE)
        group["genes"] = np.array([f"{genome}_{i}".encode() for i in range(4)])
        group["gene_names"] = np.array([b"A", b"B", b"C", b"D"])
