#!/usr/bin/env python3
"""What people use today, one task for each process, so that time and memory are those of the task: peers.py TASK ARGUMENTS...

Each does what the documentation of its package shows.
"""

import json
import sys
import time


def celltypist_train(reference, model):
    """The control cells, as CellTypist wants them: log1p of counts per ten thousand."""
    import anndata, celltypist, scanpy

    cells = anndata.read_h5ad(reference)
    cells = cells[cells.obs["condition"] == "ctrl"].copy()
    cells.var_names_make_unique()
    scanpy.pp.normalize_total(cells, target_sum=1e4)
    scanpy.pp.log1p(cells)
    celltypist.train(cells, labels="cell_type", n_jobs=-1, check_expression=False).write(model)


def celltypist_annotate(query, model, output):
    import anndata, celltypist, scanpy

    cells = anndata.read_h5ad(query)
    cells.var_names_make_unique()
    scanpy.pp.normalize_total(cells, target_sum=1e4)
    scanpy.pp.log1p(cells)
    labelled = celltypist.annotate(cells, model=celltypist.models.Model.load(model)).to_adata()
    labelled.write_h5ad(output, compression="gzip")


def inflate(file, threads):
    """Every chunk of X through libdeflate and away again: nobody who reads the file can be faster."""
    from concurrent.futures import ThreadPoolExecutor

    import deflate, h5py

    with h5py.File(file) as opened:
        chunks = []
        for name in ("data", "indices"):
            array = opened["X"][name]
            assert array.compression == "gzip" and not array.shuffle
            size = array.chunks[0] * array.dtype.itemsize
            for chunk in range(array.id.get_num_chunks()):
                info = array.id.get_chunk_info(chunk)
                chunks.append((info.byte_offset, info.size, size))
    began = time.perf_counter()
    with open(file, "rb") as raw, ThreadPoolExecutor(int(threads)) as pool:
        packed = []
        for offset, length, size in chunks:
            raw.seek(offset)
            packed.append((raw.read(length), size))
        read = time.perf_counter()
        inflated = sum(pool.map(lambda one: len(deflate.zlib_decompress(one[0], one[1])), packed))
    print(json.dumps({"read_secs": read - began, "inflate_secs": time.perf_counter() - read, "bytes": inflated}))


def log_normalised(path, where=None):
    import anndata, scanpy

    cells = anndata.read_h5ad(path)
    if where:
        cells = cells[cells.obs[where[0]] == where[1]].copy()
    scanpy.pp.normalize_total(cells, target_sum=1e4)
    scanpy.pp.log1p(cells)
    return cells


def sklearn_train(reference):
    from sklearn.linear_model import LogisticRegression

    cells = log_normalised(reference, ("condition", "ctrl"))
    began = time.perf_counter()
    model = LogisticRegression(C=1.0, max_iter=1000).fit(cells.X, cells.obs["cell_type"])
    print(json.dumps({"fit_secs": time.perf_counter() - began, "iterations": int(model.n_iter_[0])}))


def cross_validate(reference):
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_validate

    cells = log_normalised(reference)
    scores = cross_validate(
        LogisticRegression(C=1.0, max_iter=1000),
        cells.X,
        cells.obs["cell_type"],
        groups=cells.obs["donor"],
        cv=GroupKFold(5),
        scoring=("accuracy", "balanced_accuracy", "f1_macro", "neg_log_loss", "roc_auc_ovr"),
        n_jobs=-1,
    )
    print(json.dumps({name: values.mean() for name, values in scores.items() if name.startswith("test_")}))


def sgd(cells_file, held_out_file):
    """Logistic regression by stochastic gradient descent, block by block. It stops where scikit-learn's own `fit` would: when the
    training loss has not fallen by a thousandth for five rounds."""
    import anndata, h5py, numpy as np, scanpy, scipy.sparse as sp
    from sklearn.linear_model import SGDClassifier
    from sklearn.metrics import accuracy_score, f1_score, log_loss

    def column(obs, name):
        categories = np.array([text.decode() for text in obs[name]["categories"][:]])
        return categories[obs[name]["codes"][:]]

    def normalised(block):
        cells = anndata.AnnData(block)
        scanpy.pp.normalize_total(cells, target_sum=1e4)
        scanpy.pp.log1p(cells)
        return cells.X

    def blocks(path, size=20_000):
        with h5py.File(path) as opened:
            labels = column(opened["obs"], "cell_type")
            stored, n_genes = opened["X"], int(opened["X"].attrs["shape"][1])
            pointers = stored["indptr"][:]
            for start in range(0, len(labels), size):
                end = min(start + size, len(labels))
                part = slice(pointers[start], pointers[end])
                csr = (stored["data"][part], stored["indices"][part], pointers[start : end + 1] - pointers[start])
                yield normalised(sp.csr_matrix(csr, shape=(end - start, n_genes))), labels[start:end]

    classes = np.unique(np.concatenate([labels for _, labels in blocks_of_labels(cells_file)]))
    model = SGDClassifier(loss="log_loss", random_state=0, n_jobs=-1)
    rounds, best, waited = [], np.inf, 0
    while waited < 5 and len(rounds) < 1000:
        began, loss, seen = time.perf_counter(), 0.0, 0
        for block, labels in blocks(cells_file):
            if rounds:  # before it learns from them, as scikit-learn sums its loss on the way
                loss += log_loss(labels, model.predict_proba(block), labels=classes) * len(labels)
                seen += len(labels)
            model.partial_fit(block, labels, classes=classes)
        loss = loss / seen if seen else np.inf
        waited = waited + 1 if rounds and loss > best - 1e-3 else 0
        best = min(best, loss)
        truth, called, probabilities = [], [], []
        rounds.append({"secs": time.perf_counter() - began, "training_loss": None if not seen else loss})
        print(f"round {len(rounds)}: {rounds[-1]}", file=sys.stderr, flush=True)
    for block, labels in blocks(held_out_file):
        truth.append(labels)
        called.append(model.predict(block))
        probabilities.append(model.predict_proba(block))
    truth, called = np.concatenate(truth), np.concatenate(called)
    print(
        json.dumps(
            {
                "accuracy": accuracy_score(truth, called),
                "f1_macro": f1_score(truth, called, average="macro"),
                "log_loss": log_loss(truth, np.concatenate(probabilities), labels=classes),
                "rounds": rounds,
            }
        )
    )


def blocks_of_labels(path):
    import h5py, numpy as np

    with h5py.File(path) as opened:
        yield None, np.array([text.decode() for text in opened["obs"]["cell_type"]["categories"][:]])


def moments(path):
    import numpy as np, scanpy

    cells = log_normalised(path)
    scanpy.pp.highly_variable_genes(cells, n_top_genes=2000)
    mean = np.asarray(cells.X.mean(axis=0)).ravel()
    variance = np.asarray(cells.X.multiply(cells.X).mean(axis=0)).ravel() - mean**2
    chosen = cells.var["highly_variable"].to_numpy()
    print(json.dumps({"mean": float(mean.sum()), "variance": float(variance.sum()), "chosen": int(chosen.sum())}))


def read(path):
    import anndata

    began = time.perf_counter()
    cells = anndata.read_h5ad(path)
    print(json.dumps({"secs": time.perf_counter() - began, "non_zeros": int(cells.X.nnz)}))


def read_and_write(path, output):
    import anndata

    cells = anndata.read_h5ad(path)
    began = time.perf_counter()
    cells.write_h5ad(output, compression="gzip", compression_opts=4)
    print(json.dumps({"write_secs": time.perf_counter() - began}))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
