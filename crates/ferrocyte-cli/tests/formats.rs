//! Files as users have them, from the command line.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use support::{data, json, run};

/// A NumPy file that holds one pickled dict trains and evaluates as it is.
#[test]
fn a_pickled_dict_of_counts_is_evaluated_as_it_is() {
    let Some(cells) = data("formats/seed/cells.npy") else { return };
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("run.json");
    let evaluated = run("evaluate {} --label classes --json {}", &[&cells, &record]);
    assert_eq!(evaluated.status, 1, "a class of two cells needs the eye: {}", evaluated.stderr);
    let record = json(&record);
    assert_eq!(record["inputs"][0]["format"], "npy");
    // 0.932 when this was written.
    assert!(record["metrics_plain"]["accuracy"].as_f64().unwrap() > 0.9);
}

/// Every format is found by its content.
#[test]
fn inspect_knows_every_format() {
    for (file, format) in [
        ("formats/10x_v2_mtx_tiny", "10x-mtx"),
        ("formats/10x_v3_mtx_pbmc1k.tar.gz", "10x-mtx"),
        ("formats/10x_v3_small.h5", "10x-h5"),
        ("formats/tsv_genes_by_cells_immune_control_tiny.txt", "text-table"),
        ("formats/scipy_or_numpy_statot_expr.npz", "npz"),
        ("formats/tiny_fc_dropseq.loom", "loom"),
        ("formats/muon_wu2020_200.h5mu", "h5mu"),
        ("formats/dense_XY_mouse_bladder.h5", "dense-h5"),
        ("formats/anndata_10x_10k_subset.zarr", "zarr"),
        ("formats/anndata_archive_v0.7.8_adata.zarr.zip", "zarr"),
        ("data/pbmc3k.h5ad", "h5ad"),
    ] {
        let Some(path) = data(file) else { return };
        let inspected = run("inspect {} --json", &[&path]);
        assert!(inspected.status < 2, "{file}: {}", inspected.stderr);
        let inspection: serde_json::Value = serde_json::from_str(&inspected.stdout).unwrap();
        assert_eq!(inspection[0]["format"], format, "{file}");
    }
    let Some(genomes) = data("formats/10x_v2_multi_genome.h5") else { return };
    let refused = run("inspect {}", &[&genomes]);
    assert_eq!(refused.status, 2);
    assert!(
        refused.stderr.contains("`hg19_chr21`") && refused.stderr.contains("--genome"),
        "{}",
        refused.stderr
    );
    assert_eq!(run("inspect {} --genome hg19_chr21", &[&genomes]).status, 0);
}

/// Loom, MuData and a dense matrix with labels are evaluated as they are.
#[test]
fn hdf5_of_other_tools_is_evaluated_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("run.json");
    // Accuracies when this was written: 0.40 (fourteen types among 25 cells), 0.76, 0.86.
    for (file, label, format, at_least) in [
        ("formats/tiny_fc_dropseq.loom", "Clusters", "loom", 0.3),
        ("formats/muon_wu2020_200.h5mu", "source", "h5mu", 0.7),
        ("formats/dense_XY_mouse_bladder.h5", "Y --max-per-class 20", "dense-h5", 0.8),
    ] {
        let Some(path) = data(file) else { return };
        let evaluated = run(&format!("evaluate {{}} --label {label} --json {{}}"), &[&path, &record]);
        assert!(evaluated.status < 2, "{file}: {}", evaluated.stderr);
        let record = json(&record);
        assert_eq!(record["inputs"][0]["format"], format);
        assert!(
            record["metrics_plain"]["accuracy"].as_f64().unwrap() > at_least,
            "{file}: {}",
            record["metrics_plain"]
        );
    }
}

/// What was left out is said, and what is not there is refused with what there is.
#[test]
fn a_modality_and_a_format_can_be_chosen() {
    let Some(cells) = data("formats/muon_wu2020_200.h5mu") else { return };
    let inspected = run("inspect {}", &[&cells]);
    assert!(inspected.stderr.contains("`gex` is read; left out: `airr`"), "{}", inspected.stderr);
    let refused = run("inspect {} --modality prot", &[&cells]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("no modality `prot`, there is `airr` and `gex`"), "{}", refused.stderr);
    let refused = run("inspect {} --format loom", &[&cells]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("cannot be read as `loom`: it looks like `h5mu`"), "{}", refused.stderr);
    let refused = run("inspect {} --format xlsx", &[&cells]);
    assert!(refused.stderr.contains("h5ad, h5mu, loom, dense-h5, 10x-mtx"), "{}", refused.stderr);
}

/// A table with genes in rows gives the labels that the .h5ad gives, whichever way round it is.
#[test]
fn a_table_is_turned_and_matched_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let genes = ["CD3D", "MS4A1", "NKG7", "LYZ", "ACTB", "GAPDH"];
    let count =
        |cell: usize, gene: usize| if cell % 3 == gene { 20 + cell } else { (cell * 7 + gene * 3) % 4 + 1 };
    let types = ["T", "B", "NK"];
    let mut rows = format!("cell,{},cell_type\n", genes.join(","));
    for cell in 0..30 {
        let counts: Vec<String> = (0..genes.len()).map(|gene| count(cell, gene).to_string()).collect();
        rows += &format!("AAACATAC{cell:04}-1,{},{}\n", counts.join(","), types[cell % 3]);
    }
    std::fs::write(at("cells.csv"), rows).unwrap();
    // Genes in rows, in another order, without one of them.
    let cells: Vec<String> = (0..30).map(|cell| format!("AAACATAC{cell:04}-1")).collect();
    let mut turned = format!("gene\t{}\n", cells.join("\t"));
    for gene in [3, 0, 5, 2, 1] {
        let counts: Vec<String> = (0..30).map(|cell| count(cell, gene).to_string()).collect();
        turned += &format!("{}\t{}\n", genes[gene], counts.join("\t"));
    }
    std::fs::write(at("genes.tsv"), turned).unwrap();

    let trained =
        run("train {} --label cell_type --no-score -o {}", &[&at("cells.csv"), &at("model.ferrocyte")]);
    assert!(trained.status < 2, "{}", trained.stderr);
    let annotated =
        run("annotate {} -m {} -o {}", &[&at("genes.tsv"), &at("model.ferrocyte"), &at("labels.csv")]);
    assert!(annotated.status < 2, "{}", annotated.stderr);
    assert!(annotated.stderr.contains("turned"), "{}", annotated.stderr);
    let labels = std::fs::read_to_string(at("labels.csv")).unwrap();
    for (cell, line) in labels.lines().skip(1).enumerate() {
        assert_eq!(line.split(',').nth(1), Some(types[cell % 3]), "{line}");
    }
    // An .h5ad is a new file where the query is none: cells and counts as they were, labels beside them.
    let annotated =
        run("annotate {} -m {} -o {}", &[&at("genes.tsv"), &at("model.ferrocyte"), &at("out.h5ad")]);
    assert!(annotated.status < 2, "{}", annotated.stderr);
    let inspected = run("inspect {} --json", &[&at("out.h5ad")]);
    let inspection: serde_json::Value = serde_json::from_str(&inspected.stdout).unwrap();
    assert_eq!((&inspection[0]["cells"], &inspection[0]["matrices"][0]["genes"]), (&30.into(), &5.into()));
    let columns: Vec<&str> =
        inspection[0]["columns"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(columns, ["predicted_labels", "conf_score", "runner_up", "ferrocyte_note"]);
    let again = run("annotate {} -m {} -o {}", &[&at("out.h5ad"), &at("model.ferrocyte"), &at("again.csv")]);
    assert!(again.status < 2, "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(at("again.csv")).unwrap(), labels, "the same counts, the same labels");
}

/// Writes cells as a zarr store of version 2 without compression: one chunk per array.
fn write_zarr(store: &Path, cells: &[&str], genes: &[&str], types: &[&str], counts: &[u16]) {
    let array = |path: &str, dtype: &str, shape: &[usize], chunk: &str, bytes: &[u8]| {
        let folder = store.join(path);
        std::fs::create_dir_all(&folder).unwrap();
        let metadata = format!(
            r#"{{"zarr_format": 2, "shape": {shape:?}, "chunks": {shape:?}, "dtype": "{dtype}", "order": "C",
                "compressor": null, "fill_value": 0, "filters": null}}"#
        );
        std::fs::write(folder.join(".zarray"), metadata).unwrap();
        std::fs::write(folder.join(chunk), bytes).unwrap();
    };
    let padded = |names: &[&str]| -> Vec<u8> {
        names.iter().flat_map(|name| format!("{name:\0<20}").into_bytes()).collect()
    };
    array("obs/names", "|S20", &[cells.len()], "0", &padded(cells));
    array("obs/cell_type", "|S20", &[cells.len()], "0", &padded(types));
    array("var/names", "|S20", &[genes.len()], "0", &padded(genes));
    let bytes: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
    array("X", "<u2", &[cells.len(), genes.len()], "0.0", &bytes);
    for group in ["", "obs", "var"] {
        std::fs::write(store.join(group).join(".zgroup"), r#"{"zarr_format": 2}"#).unwrap();
    }
    let columns = |columns: &str| format!(r#"{{"_index": "names", "column-order": [{columns}]}}"#);
    std::fs::write(store.join("obs/.zattrs"), columns(r#""cell_type""#)).unwrap();
    std::fs::write(store.join("var/.zattrs"), columns("")).unwrap();
}

/// A zarr store does all that an .h5ad does.
#[test]
fn a_zarr_store_is_evaluated_trained_on_and_annotated() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let genes = ["CD3D", "MS4A1", "NKG7", "LYZ", "ACTB", "GAPDH"];
    let names: Vec<String> = (0..30).map(|cell| format!("AAACATAC{cell:04}-1")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let types: Vec<&str> = (0..30).map(|cell| ["T", "B", "NK"][cell % 3]).collect();
    let count = |cell: usize, gene: usize| {
        if cell % 3 == gene { 20 + cell } else { (cell * 7 + gene * 3) % 4 + 1 }
    };
    let counts: Vec<u16> =
        (0..30).flat_map(|cell| (0..6).map(move |gene| count(cell, gene) as u16)).collect();
    write_zarr(&at("cells.zarr"), &names, &genes, &types, &counts);

    let evaluated =
        run("evaluate {} --label cell_type --folds 3 --json {}", &[&at("cells.zarr"), &at("run.json")]);
    assert!(evaluated.status < 2, "{}", evaluated.stderr);
    let record = json(&at("run.json"));
    assert_eq!(record["inputs"][0]["format"], "zarr");
    assert_eq!(record["inputs"][0]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(record["metrics_plain"]["accuracy"], 1.0, "the types differ in their genes");

    let trained =
        run("train {} --label cell_type --no-score -o {}", &[&at("cells.zarr"), &at("model.ferrocyte")]);
    assert!(trained.status < 2, "{}", trained.stderr);
    let annotated =
        run("annotate {} -m {} -o {}", &[&at("cells.zarr"), &at("model.ferrocyte"), &at("labels.csv")]);
    assert!(annotated.status < 2, "{}", annotated.stderr);
    let labels = std::fs::read_to_string(at("labels.csv")).unwrap();
    for (cell, line) in labels.lines().skip(1).enumerate() {
        assert_eq!(line.split(',').nth(1), Some(types[cell]), "{line}");
    }

    // The labelled copy is a reference of its own, with the same counts.
    let copied =
        run("annotate {} -m {} -o {}", &[&at("cells.zarr"), &at("model.ferrocyte"), &at("out.h5ad")]);
    assert!(copied.status < 2, "{}", copied.stderr);
    let again = run(
        "evaluate {} --label predicted_labels --folds 3 --json {}",
        &[&at("out.h5ad"), &at("again.json")],
    );
    assert!(again.status < 2, "{}", again.stderr);
    assert_eq!(json(&at("again.json"))["metrics_plain"], record["metrics_plain"]);
}
