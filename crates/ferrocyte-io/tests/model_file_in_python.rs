//! A model file as Python sees it.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod support;

use ferrocyte_core::{
    ArrayData, Calibration, LabelSet, MODEL_FORMAT_VERSION, ModelHeader, NamedArray, NamedArrays,
    Preprocessing, TargetSum, TrainingProvenance,
};
use ferrocyte_io::bundle::write_model;
use support::{python_with, run_python};

const PROGRAM: &str = r#"
import hashlib, json, sys
import numpy as np
from safetensors import safe_open

with safe_open(sys.argv[1], "np") as file:
    metadata = file.metadata()
    assert sorted(file.keys()) == ["intercept", "weights"], file.keys()
    weights, intercept = file.get_tensor("weights"), file.get_tensor("intercept")
assert weights.dtype == np.float32 and weights.tolist() == [[0.5, -1.0, 2.0]], weights
assert intercept.dtype == np.float64 and intercept.tolist() == [1 / 3], intercept
assert json.loads(metadata["ferrocyte"])["labels"] == ["B cell, naïve", "T"]
content, stated = open(sys.argv[1], "rb").read(), metadata["sha256"]
assert hashlib.sha256(content.replace(stated.encode(), b"0" * 64, 1)).hexdigest() == stated
"#;

#[test]
fn safetensors_reads_it_and_the_checksum_is_what_the_documentation_says() {
    let Some(python) = python_with("safetensors.numpy") else { return };
    let header = ModelHeader {
        format_version: MODEL_FORMAT_VERSION,
        kind: "logistic".into(),
        settings: serde_json::json!({}),
        genes: vec!["CD3E".into()],
        other_gene_names: vec![],
        labels: LabelSet::new(["T", "B cell, naïve"].map(String::from)),
        hierarchy: None,
        preprocessing: Preprocessing { target_sum: TargetSum::CP10K, library_size_column: None },
        calibration: Calibration::None,
        training: TrainingProvenance {
            ferrocyte_version: "0.1.0".into(),
            seed: 0,
            files: Vec::new(),
            cells: 0,
            cells_per_label: Vec::new(),
            label_column: "cell_type".into(),
            group_column: None,
            study_column: None,
            groups: Vec::new(),
            choices: Vec::new(),
            converged: true,
        },
        scores: None,
    };
    let weights = ArrayData::F32(vec![0.5, -1.0, 2.0]);
    let arrays = NamedArrays::new(vec![
        NamedArray { name: "weights".into(), shape: vec![1, 3], data: weights },
        NamedArray { name: "intercept".into(), shape: vec![1], data: ArrayData::F64(vec![1.0 / 3.0]) },
    ]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.ferrocyte");
    write_model(&path, &header, &arrays.unwrap()).unwrap();
    run_python(&python, &["-c".as_ref(), PROGRAM.as_ref(), path.as_os_str()]);
}
