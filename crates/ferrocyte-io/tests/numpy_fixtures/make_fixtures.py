"""Writes the small files that tests/numpy.rs reads: one matrix of 5 cells and 4 genes in every form.

Run with numpy, scipy and pandas; hostile pickles are written byte by byte and never loaded.
"""

import io
import pickle
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp

HERE = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
X = np.array([[0, 2, 0, 1], [3, 0, 0, 0], [0, 0, 0, 0], [0, 7, 5, 0], [1, 0, 0, 9]])
CLASSES = np.array(["B", "T", "T", "B", "NK"], dtype=object)
GENES = np.array(["CD19", "CD3D", "MS4A1", "NKG7"], dtype=object)


def npy_of_pickle(name, obj, protocol=4, raw=None):
    """An .npy of one object, pickled by any protocol."""
    header = io.BytesIO()
    wrapped = np.array(obj, dtype=object) if raw is None else None
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|O", "fortran_order": False, "shape": ()}
    )
    body = pickle.dumps(wrapped, protocol=protocol) if raw is None else raw
    (HERE / name).write_bytes(header.getvalue() + body)


def cells(matrix, classes=CLASSES, genes=GENES, **more):
    return {"UMI": matrix, "classes": classes, "gene_ids": genes, **more}


# Arrays.
for dtype in ["?", "i1", "u2", ">i4", ">u8", "f2", ">f4", "f8"]:
    name = dtype.replace(">", "big_").replace("?", "bool")
    np.save(HERE / f"dense_{name}.npy", X.astype(dtype))
np.save(HERE / "dense_fortran.npy", np.asfortranarray(X.astype("f4")))
for version in [(2, 0), (3, 0)]:
    with open(HERE / f"dense_version_{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, X.astype("f4"), version=version)

# Dicts, by every protocol and kind of matrix.
for protocol in range(6):
    npy_of_pickle(f"dict_protocol_{protocol}.npy", cells(sp.csr_matrix(X.astype("f4"))), protocol)
npy_of_pickle("dict_csc.npy", cells(sp.csc_matrix(X)))
npy_of_pickle("dict_coo.npy", cells(sp.coo_matrix(X)))
npy_of_pickle("dict_csr_array.npy", cells(sp.csr_array(X)))
npy_of_pickle("dict_dense.npy", cells(X))
npy_of_pickle("dict_turned.npy", cells(sp.csr_matrix(X.T)))
npy_of_pickle("dict_turned_csc.npy", cells(sp.csc_matrix(X.T)))
npy_of_pickle("dict_turned_dense.npy", cells(np.ascontiguousarray(X.T)))
npy_of_pickle("dict_lists.npy", OrderedDict(cells(X, list(CLASSES), list(GENES))))
npy_of_pickle("dict_bytes.npy", cells(X, CLASSES.astype("S"), np.array([g.encode() for g in GENES], dtype=object)))
npy_of_pickle("dict_unicode.npy", cells(X, CLASSES.astype("U"), GENES.astype(">U6")))
npy_of_pickle("dict_index.npy", cells(X, CLASSES, pd.Index(GENES, dtype=object), barcodes=np.array(list("abcde")), age=np.arange(5)))
npy_of_pickle("dict_other_keys.npy", {"counts": X, "label": CLASSES, "genes": GENES})
npy_of_pickle("dict_no_labels.npy", {"UMI": X, "gene_ids": GENES})
npy_of_pickle("dict_square.npy", cells(X[:4], CLASSES[:4]))
npy_of_pickle("dict_no_fit.npy", cells(X[:3]))
npy_of_pickle("dict_numbers.npy", cells(X, np.array([1, 2, 2, 1, 3])))

# Archives.
sp.save_npz(HERE / "scipy_csr.npz", sp.csr_matrix(X.astype("f4")))
sp.save_npz(HERE / "scipy_csc.npz", sp.csc_matrix(X), compressed=False)
sp.save_npz(HERE / "scipy_coo.npz", sp.coo_matrix(X))
sp.save_npz(HERE / "scipy_bsr.npz", sp.bsr_matrix(X))
np.savez(HERE / "arrays.npz", X=X, genes=GENES.astype("U"), cells=np.array(list("abcde")), cell_type=CLASSES)
np.savez_compressed(HERE / "arrays_turned.npz", data=X.T, gene_names=GENES)
np.savez(HERE / "two_matrices.npz", a=X, b=X)

# Hostile pickles.
EVIL = {
    "system_0": b"cos\nsystem\n(S'touch was_run'\ntR.",
    "system_4": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.",
    "eval_inst": b"(S'1'\ni__builtin__\neval\n.",
    "posix": b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00id\x85R.",
    "import_by_getattr": b"\x80\x04cbuiltins\ngetattr\n.",
    "huge_bytes": b"\x80\x04\x8e" + b"\xff" * 8 + b"x.",
    "huge_text": b"\x80\x04\x8d" + b"\xff" * 7 + b"\x00x.",
    "deep_lists": b"\x80\x04" + b"]" * 20_000 + b"a" * 19_999 + b".",
    "deep_tuples": b"\x80\x04)" + b"\x85" * 20_000 + b".",
    "deep_marks": b"\x80\x04" + b"(" * 20_000 + b"t" * 20_000 + b".",
    "memo_missing": b"\x80\x04h\x05.",
    "memo_far": b"\x80\x04Nr\xff\xff\xff\xff0j\xff\xff\xff\xff.",
    "laughs": b"\x80\x04]\x94" + b"".join(
        b"](" + b"h" + bytes([i]) + (b"h" + bytes([i])) * 9 + b"e\x94" for i in range(50)
    ) + b".",
    "circle": b"\x80\x04]\x94h\x00a.",
    "empty": b"",
    "no_stop": b"\x80\x04N",
    "pop_nothing": b"0.",
    "persistent": b"\x80\x02K\x01Q.",
    "extension": b"\x80\x02\x82\x01.",
    "out_of_band": b"\x80\x05\x97.",
    "unknown": b"\x80\x04\xfe.",
}
for name, raw in EVIL.items():
    npy_of_pickle(f"evil_{name}.npy", None, raw=raw)

# Each of 20,000 labels mentions one long text: two bytes of file for 4,096 of labels.
long = b"X" + (1 << 12).to_bytes(4, "little") + b"x" * (1 << 12)
matrix = pickle.dumps(X, protocol=2)[2:-1]
bomb = b"\x80\x04}(X\x03\x00\x00\x00UMI" + matrix + b"X\x07\x00\x00\x00classes](" + long + b"q\xc8"
bomb += b"h\xc8" * 20_000 + b"eX\x08\x00\x00\x00gene_ids]u."
npy_of_pickle("evil_labels.npy", None, raw=bomb)
