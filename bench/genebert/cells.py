"""Made-up cells for the benchmark: log-normalised values, 92 % zeros, ten labels with markers of their own."""

import json
import pathlib

import numpy as np


def write(folder: pathlib.Path, n_cells: int, n_genes: int, seed: int = 0) -> None:
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    labels = random.integers(0, 10, n_cells).astype("<u4")
    share = 0.075 + 0.05 * (np.arange(n_genes)[None, :] % 100 == np.arange(10)[:, None])
    share *= 0.08 / share.mean()
    row_ptr, genes, values = [0], [], []
    for label in labels:
        gene = np.flatnonzero(random.random(n_genes) < share[label]).astype("<u4")
        genes.append(gene)
        values.append(np.log1p(random.gamma(1.0, 4.0, len(gene)) + 0.5).astype("<f4"))
        row_ptr.append(row_ptr[-1] + len(gene))
    labels.tofile(folder / "label.u32")
    np.array(row_ptr, "<u8").tofile(folder / "row_ptr.u64")
    np.concatenate(genes).tofile(folder / "gene.u32")
    np.concatenate(values).tofile(folder / "value.f32")
    (folder / "shape.json").write_text(json.dumps({"cells": n_cells, "genes": n_genes}))
