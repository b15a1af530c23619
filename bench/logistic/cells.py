"""Cells of an .h5ad as scipy sees them, and as raw files for `fit_logistic`."""

import json
import pathlib
import subprocess
import tempfile

import h5py
import numpy as np
import scipy.sparse as sp

PROGRAM = pathlib.Path(__file__).parents[2] / "target/release/examples/fit_logistic"


def read(path):
    """Log-normalised cells (all genes) and the categorical columns of obs as (codes, names)."""
    with h5py.File(path) as file:
        shape = (len(file["X/indptr"]) - 1, len(file["var/_index"]))
        counts = sp.csr_matrix((file["X/data"][:], file["X/indices"][:], file["X/indptr"][:]), shape=shape)
        columns = {
            name: (column["codes"][:].astype(int), [c.decode() for c in column["categories"][:]])
            for name, column in file["obs"].items()
            if isinstance(column, h5py.Group) and "codes" in column
        }
    size = np.asarray(counts.sum(1, dtype="f8")).ravel()
    cells = (sp.diags(1e4 / size) @ counts).tocsr()
    cells.sort_indices()
    cells.data = np.log1p(cells.data).astype("f4")
    return cells, columns


def seen(cells):
    """Genes that at least one cell has."""
    return np.asarray((cells > 0).sum(0)).ravel() > 0


def fit(cells, labels, settings=None, threads=2):
    """Runs Ferrocyte, with every cell counting the same unless told otherwise; returns its record, the weights (n_genes, n_labels) and the intercepts."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        cells.indptr.astype("<u8").tofile(folder / "row_ptr.u64")
        cells.indices.astype("<u4").tofile(folder / "gene.u32")
        cells.data.astype("<f4").tofile(folder / "value.f32")
        labels.astype("<u4").tofile(folder / "label.u32")
        (folder / "shape.json").write_text(json.dumps({"genes": cells.shape[1]}))
        done = subprocess.run(
            [PROGRAM, folder, json.dumps({"balance": "none"} | (settings or {}))],
            env={"RAYON_NUM_THREADS": str(threads)}, check=True, capture_output=True, text=True,
        )
        weights = np.fromfile(folder / "weights.f32", "<f4").astype("f8")
        return json.loads(done.stdout), weights.reshape(cells.shape[1], -1), np.fromfile(folder / "intercept.f64")


def objective(cells, labels, weights, intercept):
    """Sum of cross-entropies + half the squared weights, in double precision."""
    score = cells.astype("f8") @ weights + intercept
    top = score.max(1)
    log_sum = top + np.log(np.exp(score - top[:, None]).sum(1))
    return float((log_sum - score[np.arange(len(labels)), labels]).sum() + 0.5 * (weights**2).sum())
