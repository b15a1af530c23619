"""The package on the demo's cells, as a user calls it."""

from pathlib import Path

import anndata
import pytest

import ferrocyte

DEMO = Path(__file__).resolve().parents[2] / "ferrocyte" / "demo"
REFERENCE, QUERY = DEMO / "reference.h5ad", DEMO / "query.h5ad"
SETTINGS = {"label": "cell_type", "library_size": "n_counts_all_genes"}

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def test_train_and_annotate(tmp_path):
    run = ferrocyte.train(REFERENCE, output=tmp_path / "model.ferrocyte", report=tmp_path / "report.html", **SETTINGS)
    assert run["flow"] == "train"
    assert run["metrics_plain"]["accuracy"] > 0.7
    accuracy = run["metrics"]["accuracy"]
    assert accuracy["low"] <= accuracy["value"] == run["metrics_plain"]["accuracy"] <= accuracy["high"]
    assert (tmp_path / "report.html").read_text().lower().startswith("<!doctype html>")

    header = ferrocyte.show_model(tmp_path / "model.ferrocyte")
    assert header["training"]["cells"] == 560

    run = ferrocyte.annotate(
        QUERY, model=tmp_path / "model.ferrocyte", output=tmp_path / "labelled.h5ad", truth="cell_type"
    )
    labelled = anndata.read_h5ad(tmp_path / "labelled.h5ad")
    agree = (labelled.obs["predicted_labels"].astype(str) == labelled.obs["cell_type"].astype(str)).mean()
    assert agree == pytest.approx(run["metrics_plain"]["accuracy"])


def test_a_model_is_adapted_to_a_query(tmp_path):
    model = tmp_path / "model.ferrocyte"
    ferrocyte.train(QUERY, output=model, score=False, where="louvain!=1", **SETTINGS)
    adapt = {"adapt": True, "reference": QUERY, "reference_where": "louvain!=1"}
    run = ferrocyte.annotate(REFERENCE, model=model, output=tmp_path / "labelled.h5ad", **adapt)
    assert "adapted" in [warning["code"] for warning in run["warnings"]]
    notes = anndata.read_h5ad(tmp_path / "labelled.h5ad").obs["ferrocyte_note"]
    assert notes.str.contains("adapted to all cells").all()
    with pytest.raises(ValueError, match="name them with --reference"):
        ferrocyte.annotate(REFERENCE, model=model, output=tmp_path / "labels.csv", adapt=True)
    with pytest.raises(TypeError, match="adapt=True"):
        ferrocyte.annotate(REFERENCE, model=model, output=tmp_path / "labels.csv", reference=QUERY)


def test_a_sketch_takes_the_place_of_the_reference(tmp_path):
    model = tmp_path / "model.ferrocyte"
    ferrocyte.train(QUERY, output=model, score=False, where="louvain!=1", sketch=50, **SETTINGS)
    run = ferrocyte.annotate(REFERENCE, model=model, output=tmp_path / "labels.csv", adapt=True)
    adapted = [warning["message"] for warning in run["warnings"] if warning["code"] == "adapted"]
    assert "from a sketch of" in adapted[0]
    assert "from a sketch of" in (tmp_path / "labels.csv").read_text()
    with pytest.raises(ValueError, match="no reference was named"):
        ferrocyte.annotate(
            REFERENCE, model=model, output=tmp_path / "labels.csv", adapt=True, reference_where="louvain!=1"
        )
    with pytest.raises(ValueError, match="models of kind `weighted`"):
        ferrocyte.train(QUERY, output=model, score=False, model="logistic", sketch=50, label="louvain")


def test_evaluate_is_the_same_twice():
    one = ferrocyte.evaluate(REFERENCE, folds=3, seed=7, **SETTINGS)
    assert one == ferrocyte.evaluate([str(REFERENCE)], folds=3, seed=7, **SETTINGS)
    assert len(one["folds"]) == 3


def test_inspect_names_the_columns():
    inspection = ferrocyte.inspect(QUERY)
    assert inspection["cells"] == 140
    assert "cell_type" in [column["name"] for column in inspection["columns"]]


def test_files_have_labels(tmp_path):
    labels = {REFERENCE: "Reference", str(QUERY): "Query"}
    run = ferrocyte.train(labels, output=tmp_path / "model.ferrocyte", score=False)
    assert [entry["label"] for entry in run["data"]["labels"]] == ["Query", "Reference"]
    assert "label-is-file" in [warning["code"] for warning in run["warnings"]]
    run = ferrocyte.annotate(
        {QUERY: "Query"}, model=tmp_path / "model.ferrocyte", output=tmp_path / "labels.csv"
    )
    assert run["metrics_plain"]["cells"] == 140
    run = ferrocyte.train(
        [REFERENCE, QUERY], label_from_name="query|reference", output=tmp_path / "model.ferrocyte", score=False
    )
    assert [entry["label"] for entry in run["data"]["labels"]] == ["query", "reference"]
    with pytest.raises(ValueError, match="labels come from one place"):
        ferrocyte.evaluate(labels, label="cell_type")


def test_inspect_says_how_a_file_is_read_and_what_helps(tmp_path):
    assert ferrocyte.inspect(REFERENCE)["library_size_column"] == "n_counts_all_genes"
    cells = anndata.read_h5ad(REFERENCE)
    anndata.concat([cells, cells[:5]], index_unique="-").write_h5ad(tmp_path / "twice.h5ad")
    fixes = ferrocyte.inspect(tmp_path / "twice.h5ad")["fixes"]
    assert any("--drop-copies" in fix["command"] for fix in fixes), fixes


def test_errors_are_pythons(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.h5ad"):
        ferrocyte.inspect(tmp_path / "nowhere.h5ad")
    with pytest.raises(ValueError, match="n_counts_all_genes"):  # the columns there are
        ferrocyte.evaluate(REFERENCE, label="celltype")
    with pytest.raises(ValueError, match="l2"):
        ferrocyte.evaluate(REFERENCE, l2=-1, **SETTINGS)
    with pytest.raises(ValueError, match="balance"):
        ferrocyte.evaluate(REFERENCE, balance="some", **SETTINGS)
    (tmp_path / "noise.h5ad").write_bytes(bytes(range(256)))
    with pytest.raises(ValueError, match="expected an HDF5 file"):
        ferrocyte.inspect(tmp_path / "noise.h5ad")
    (tmp_path / "text.h5ad").write_text("no table")
    with pytest.raises(ValueError, match="column names and rows"):
        ferrocyte.inspect(tmp_path / "text.h5ad")


def test_warnings_are_pythons():
    with pytest.warns(UserWarning):
        ferrocyte.evaluate(REFERENCE, label="cell_type", max_iterations=2)


def test_what_a_file_cannot_say_is_said(tmp_path):
    fixtures = Path(__file__).parents[2] / "ferrocyte-io" / "tests"
    with pytest.raises(ValueError, match="genome"):
        ferrocyte.inspect(fixtures / "tenx_fixtures" / "version_2.h5")
    found = ferrocyte.inspect(fixtures / "tenx_fixtures" / "version_2.h5", genome="mm10")
    assert found["format"] == "10x-h5"
    found = ferrocyte.inspect(fixtures / "hdf5_fixtures" / "rna.h5mu", modality="rna", format="h5mu")
    assert found["format"] == "h5mu"
    with pytest.raises(ValueError, match="h5mu"):
        ferrocyte.inspect(fixtures / "hdf5_fixtures" / "rna.h5mu", format="h6mu")
    with pytest.raises(ValueError, match="trust_orientation"):
        ferrocyte.convert(QUERY, output=tmp_path / "out.h5ad", genes="rows", trust_orientation=True)
    with pytest.raises(TypeError, match="'layers'; of the file there are genes, trust_orientation"):
        ferrocyte.inspect(QUERY, layers="X")
    (tmp_path / "table.tsv").write_text("not a table\n")
    with pytest.raises(ValueError, match=r"table\.tsv"):
        ferrocyte.evaluate(REFERENCE, gene_table=tmp_path / "table.tsv", **SETTINGS)


def test_kinds_of_models_are_compared():
    run = ferrocyte.compare(REFERENCE, models=["weighted", "logistic:l2=1000"], folds=3, **SETTINGS)
    assert [model["name"] for model in run["comparison"]["models"]] == ["weighted", "logistic:l2=1000"]
    assert {pair["score"] for pair in run["comparison"]["differences"]} == {"accuracy", "f1_macro"}
    with pytest.raises(ValueError, match="two or more"):
        ferrocyte.compare(REFERENCE, models=["weighted"], **SETTINGS)
    with pytest.raises(ValueError, match="no setting `epochs`"):
        ferrocyte.evaluate(REFERENCE, model="weighted:epochs=3", **SETTINGS)


def test_doubt_is_measured_and_written(tmp_path):
    model, out = tmp_path / "model.ferrocyte", tmp_path / "labelled.h5ad"
    run = ferrocyte.train(REFERENCE, output=model, coverage=0.8, **SETTINGS)
    assert run["conformal"]["target"] == 0.8
    run = ferrocyte.annotate(QUERY, model=model, output=out, coverage=0.8, reject_unknown=0.05, explain=True)
    obs = anndata.read_h5ad(out).obs
    assert {"prediction_set", "unknown_score", "top_genes_for"} <= set(obs.columns)
    assert (obs["predicted_labels"].astype(str) == "Unassigned").equals(obs["unknown_score"] > 0.95)
    assert run["explanations"]
    with pytest.raises(ValueError, match="from 0.5 to 0.99, found 2"):
        ferrocyte.annotate(QUERY, model=model, output=out, coverage=2.0)


def test_samples_are_scored():
    run = ferrocyte.evaluate(REFERENCE, unit="louvain", permutations=3, **SETTINGS)
    left_out = [warning for warning in run["warnings"] if warning["code"] == "unit-has-two-labels"]
    assert left_out, "clusters of these cells have several labels"


def test_memory_is_a_promise(tmp_path):
    output = tmp_path / "model.ferrocyte"
    with pytest.raises(ValueError, match="expected a size with its unit"):
        ferrocyte.train(REFERENCE, output=output, memory="2000", **SETTINGS)
    with pytest.raises(ValueError, match="cannot be kept to 20 MiB of memory"):
        ferrocyte.train(REFERENCE, output=output, memory="20MiB", **SETTINGS)
    ferrocyte.train(REFERENCE, output=output, score=False, model="centroid", memory="1GiB", **SETTINGS)
    with pytest.raises(ValueError, match="cannot be kept to 20 MiB of memory"):
        ferrocyte.annotate(QUERY, model=output, output=tmp_path / "labels.csv", memory="20MiB")
