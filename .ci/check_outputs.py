#!/usr/bin/env python3
"""Reads what `ferrocyte demo` wrote with the tools that users have: anndata, safetensors, pandas, json.

usage: check_outputs.py OUTPUT_FOLDER DEMO_DATA_FOLDER
"""

import json
import sys
from pathlib import Path

import anndata
import jsonschema
import numpy as np
import pandas as pd
from safetensors import safe_open

SCHEMA = Path(__file__).parent.parent / "docs" / "run-record.schema.json"
ADDED = ["predicted_labels", "conf_score"]


def main() -> None:
    outputs, demo_data = map(Path, sys.argv[1:])
    query = anndata.read_h5ad(demo_data / "query.h5ad")
    annotated = anndata.read_h5ad(outputs / "annotated.h5ad")
    check_query_untouched(annotated, query)
    check_columns(annotated)
    check_table(outputs, annotated)
    check_records(outputs, annotated)
    check_model(outputs / "model.ferrocyte", query)
    print("everything the demo wrote reads as it should")


def check_query_untouched(annotated: anndata.AnnData, query: anndata.AnnData) -> None:
    """Columns were added; nothing else changed."""
    assert list(annotated.obs_names) == list(query.obs_names), "cells changed"
    assert list(annotated.var_names) == list(query.var_names), "genes changed"
    assert (annotated.X != query.X).nnz == 0, "counts changed"
    pd.testing.assert_frame_equal(annotated.obs[list(query.obs.columns)], query.obs)
    for name, array in query.obsm.items():
        np.testing.assert_array_equal(annotated.obsm[name], array)
    print(f"{annotated.n_obs} cells, as they were; added: {sorted(set(annotated.obs) - set(query.obs))}")


def check_columns(annotated: anndata.AnnData) -> None:
    for column in ADDED:
        assert column in annotated.obs, f"obs has no column {column}"
    assert isinstance(annotated.obs["predicted_labels"].dtype, pd.CategoricalDtype), "labels are categorical"
    confidence = annotated.obs["conf_score"].to_numpy()
    assert ((confidence >= 0) & (confidence <= 1)).all(), "confidence lies in [0, 1]"


def check_table(outputs: Path, annotated: anndata.AnnData) -> None:
    """The table of labels holds what the annotated file holds, cell by cell."""
    table = pd.read_csv(outputs / "labels.csv", index_col=0, keep_default_na=False)  # a note may be empty
    assert list(table.index) == list(annotated.obs_names), "the table has other cells"
    assert list(table["predicted_labels"]) == list(annotated.obs["predicted_labels"].astype(str))
    np.testing.assert_allclose(table["conf_score"], annotated.obs["conf_score"], rtol=1e-6)


def check_records(outputs: Path, annotated: anndata.AnnData) -> None:
    """Run records keep to the published schema, and the annotation's score is what pandas counts."""
    schema = json.loads(SCHEMA.read_text())
    records = [json.loads(path.read_text()) for path in sorted(outputs.glob("*.json"))]
    records.append(json.loads(annotated.uns["ferrocyte"]))
    for record in records:
        jsonschema.validate(record, schema)
        print(f"{record['flow']}: the record keeps to the schema, {len(record['warnings'])} warnings")

    counted = (annotated.obs["predicted_labels"].astype(str) == annotated.obs["cell_type"].astype(str)).mean()
    stated = [record["metrics_plain"]["accuracy"] for record in records if record["flow"] == "annotate" and "metrics_plain" in record]
    assert stated, "no record scores the annotation"
    for accuracy in stated:
        assert abs(accuracy - counted) < 1e-12, f"the record says accuracy {accuracy}, the columns say {counted}"
    print(f"accuracy on the {annotated.n_obs} held-out cells: {counted:.3f}")


def check_model(path: Path, query: anndata.AnnData) -> None:
    """The model opens without Ferrocyte: arrays by name, one JSON header."""
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
        arrays = {name: file.get_tensor(name) for name in file.keys()}
    (header,) = (json.loads(text) for text in metadata.values() if text.startswith("{"))
    assert set(header["genes"]) <= set(query.var_names), "the model names genes that the demo does not have"
    assert header["labels"] == sorted(set(header["labels"])), "labels are sorted, each once"
    for name, array in arrays.items():
        assert np.isfinite(array).all(), f"{name} is not finite"
    assert any(len(header["genes"]) in array.shape for array in arrays.values()), "no array has one entry per gene"
    shapes = {name: array.shape for name, array in arrays.items()}
    print(f"{header['kind']} model, {len(header['genes'])} genes, {len(header['labels'])} labels, arrays {shapes}")


if __name__ == "__main__":
    main()
