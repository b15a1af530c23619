//! What is written is read, and nothing else is.

use std::fs;

use ferrocyte_core::{
    ArrayData, Calibration, Choice, LabelSet, ModelHeader, NamedArray, NamedArrays, Preprocessing, TargetSum,
    TrainingFile, TrainingProvenance,
};

use super::read_model::from_bytes;
use super::write_model::to_bytes;
use super::{ModelFileErrorKind, read_model, write_model};
use crate::write::WriteErrorKind;

fn header() -> ModelHeader {
    ModelHeader {
        format_version: ferrocyte_core::MODEL_FORMAT_VERSION,
        kind: "logistic".into(),
        settings: serde_json::json!({"l2": 1.0, "text": "\"sha256\":\"…\""}),
        genes: ["CD3E", "CD19"].map(String::from).to_vec(),
        other_gene_names: vec![],
        labels: LabelSet::new(["T", "B cell, naïve"].map(String::from)),
        hierarchy: None,
        preprocessing: Preprocessing { target_sum: TargetSum::CP10K, library_size_column: None },
        calibration: Calibration::None,
        training: TrainingProvenance {
            ferrocyte_version: "0.1.0".into(),
            seed: u64::MAX,
            files: vec![TrainingFile { file: "a.h5ad".into(), sha256: super::checksum::ZEROS.into() }],
            cells: 3,
            cells_per_label: vec![1, 2],
            label_column: "cell_type".into(),
            group_column: None,
            study_column: None,
            groups: Vec::new(),
            choices: Vec::<Choice>::new(),
            converged: true,
        },
        scores: None,
    }
}

fn arrays() -> NamedArrays {
    let array =
        |name: &str, shape: &[usize], data| NamedArray { name: name.into(), shape: shape.to_vec(), data };
    NamedArrays::new(vec![
        array("weights", &[2, 3], ArrayData::F32(vec![0.5, -1.0, f32::MIN_POSITIVE, 0.0, -0.0, 3.25])),
        array("intercept", &[2], ArrayData::F64(vec![1.0 / 3.0, -7.0])),
        array("empty", &[0, 4], ArrayData::F32(vec![])),
        array("one", &[], ArrayData::F32(vec![9.0])),
        array("small", &[3], ArrayData::U16(vec![0, 1, u16::MAX])),
    ])
    .unwrap()
}

fn content() -> Vec<u8> {
    to_bytes(&header(), &arrays()).unwrap()
}

#[test]
fn what_is_written_is_read_and_the_same_model_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.ferrocyte");
    write_model(&path, &header(), &arrays()).unwrap();
    let first = fs::read(&path).unwrap();
    assert_eq!(read_model(&path).unwrap(), (header(), arrays()));
    write_model(&path, &header(), &arrays()).unwrap();
    assert!(fs::read(&path).unwrap() == first);
}

#[test]
fn a_model_without_arrays_is_a_model() {
    let content = to_bytes(&header(), &NamedArrays::default()).unwrap();
    assert_eq!(from_bytes(&content).unwrap(), (header(), NamedArrays::default()));
}

#[test]
fn a_model_that_would_not_be_readable_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.ferrocyte");
    let data = ArrayData::F32(vec![1.0]);
    let odd =
        NamedArrays::new(vec![NamedArray { name: "__metadata__".into(), shape: vec![1], data }]).unwrap();
    let other_version = ModelHeader { format_version: 2, ..header() };
    for error in [write_model(&path, &header(), &odd), write_model(&path, &other_version, &arrays())] {
        assert!(matches!(error.unwrap_err().kind, WriteErrorKind::Model(_)));
    }
    assert!(!path.exists());
}

/// A header of 0x0480 bytes, and of any multiple of 65,536 more, begins like a pickle.
#[test]
fn no_length_of_a_header_is_taken_for_another_format() {
    let padded = |length: usize| {
        let settings = serde_json::json!("x".repeat(length));
        to_bytes(&ModelHeader { settings, ..header() }, &arrays()).unwrap()
    };
    let header_length = |content: &[u8]| u16::from_le_bytes([content[0], content[1]]);
    let missing = usize::from(0x0480_u16.wrapping_sub(header_length(&padded(0))));
    let content = padded(missing);
    assert_eq!(header_length(&content), 0x0480);
    assert!(from_bytes(&content).is_ok());
}

#[test]
fn the_safetensors_crate_reads_the_arrays() {
    let content = content();
    let tensors = safetensors::SafeTensors::deserialize(&content).unwrap();
    let intercept = tensors.tensor("intercept").unwrap();
    assert_eq!((intercept.dtype(), intercept.shape()), (safetensors::Dtype::F64, [2].as_slice()));
    assert_eq!(intercept.data()[..8], (1.0_f64 / 3.0).to_le_bytes());
    let small = tensors.tensor("small").unwrap();
    assert_eq!((small.dtype(), small.data()), (safetensors::Dtype::U16, [0, 0, 1, 0, 255, 255].as_slice()));
    assert_eq!(tensors.len(), 5);
    let (length, metadata) = safetensors::SafeTensors::read_metadata(&content).unwrap();
    assert_eq!((length + 8) % 8, 0, "arrays are aligned");
    assert_eq!(metadata.metadata().as_ref().unwrap().len(), 2);
}

#[test]
fn every_changed_byte_is_found() {
    let sound = content();
    for position in 0..sound.len() {
        for bit in 0..8 {
            let mut changed = sound.clone();
            changed[position] ^= 1 << bit;
            assert!(from_bytes(&changed).is_err(), "byte {position}, bit {bit}");
        }
    }
}

#[test]
fn a_changed_array_is_called_damage_with_both_checksums() {
    let mut changed = content();
    *changed.last_mut().unwrap() ^= 1;
    let error = from_bytes(&changed).unwrap_err();
    let ModelFileErrorKind::Checksum { expected, found } = &error else { panic!("{error}") };
    assert_ne!(expected, found);
    let start = format!("the file is damaged: expected SHA-256 {expected}, found {found}; copy or download");
    assert!(error.to_string().starts_with(&start), "{error}");
}

#[test]
fn every_cut_is_found_and_called_one() {
    let sound = content();
    for length in 0..sound.len() {
        let error = from_bytes(&sound[..length]).unwrap_err();
        assert!(matches!(error, ModelFileErrorKind::Truncated { .. }), "{length}: {error}");
    }
    let mut longer = sound;
    longer.push(0);
    assert_eq!(
        from_bytes(&longer).unwrap_err().to_string(),
        "this is not a Ferrocyte model: 1 bytes follow the last array"
    );
}

#[test]
fn another_version_is_named_with_what_to_do() {
    let version = |format_version| {
        let other = ModelHeader { format_version, ..header() };
        from_bytes(&to_bytes(&other, &arrays()).unwrap()).unwrap_err().to_string()
    };
    assert_eq!(
        version(9),
        "it has format version 9, and this Ferrocyte reads version 1; install a newer Ferrocyte"
    );
    assert_eq!(
        version(0),
        "it has format version 0, and this Ferrocyte reads version 1; train the model anew with this Ferrocyte"
    );
}

#[test]
fn other_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other");
    let message = |content: &[u8]| {
        fs::write(&path, content).unwrap();
        read_model(&path).unwrap_err().kind.to_string()
    };
    assert!(message(b"\x89HDF\r\n\x1a\n and so on").contains("it is an HDF5 file"));
    assert!(message(b"\x1f\x8b").contains("gzip"));
    assert!(message(b"\x80\x04\x95").contains("pickle"));
    assert!(message(b"PK\x03\x04").contains("zip"));
    assert!(message(b"cell_id,predicted_labels\n").contains("does not start with a header"));
    assert!(message(b"").contains("expected 8 bytes, found 0"));
    let tensors = br#"{"x":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#;
    let mut other = (tensors.len() as u64).to_le_bytes().to_vec();
    other.extend_from_slice(tensors);
    other.extend_from_slice(&[0; 4]);
    assert!(message(&other).contains("its header is not that of a model (missing field `__metadata__`"));
    let error = read_model(folder.path().join("no_such.ferrocyte")).unwrap_err();
    assert!(error.to_string().starts_with("cannot read the model `"), "{error}");
}

/// Headers that lie, under a checksum that is right.
#[test]
fn hostile_headers_are_errors_and_allocate_nothing() {
    let array = |entry: &str| with_arrays(&format!(r#""x":{entry}"#));
    let message = |content: Vec<u8>| from_bytes(&content).unwrap_err().to_string();
    let huge = u64::MAX;
    for (entry, expected) in [
        (
            r#"{"dtype":"F32","shape":[2],"data_offsets":[0,4]}"#.to_owned(),
            "4 bytes do not fill the shape [2]",
        ),
        (r#"{"dtype":"F32","shape":[1],"data_offsets":[4,0]}"#.to_owned(), "4 bytes follow the last array"),
        (
            format!(r#"{{"dtype":"F32","shape":[{huge},{huge}],"data_offsets":[0,4]}}"#),
            "do not fill the shape",
        ),
        (format!(r#"{{"dtype":"F32","shape":[1],"data_offsets":[0,{huge}]}}"#), "the file is cut off"),
        (r#"{"dtype":"I64","shape":[1],"data_offsets":[0,4]}"#.to_owned(), "unknown variant `I64`"),
        (r#"{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}"#.to_owned(), "invalid value: integer `-1`"),
    ] {
        let found = message(array(&entry));
        assert!(found.contains(expected), "{entry}: {found}");
    }
    let overlapping = r#""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#;
    let found = message(with_arrays(overlapping));
    assert!(found.contains("array `b`: expected to start at byte 4, found 0"), "{found}");
    assert!(message(u64::MAX.to_le_bytes().to_vec()).contains("does not start with a header"));
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    assert!(message(with_arrays(&format!(r#""x":{deep}"#))).contains("recursion limit"));
}

/// A file of four bytes of data whose header lists `arrays`, with the checksum set right.
fn with_arrays(arrays: &str) -> Vec<u8> {
    let model = serde_json::to_string(&serde_json::to_string(&header()).unwrap()).unwrap();
    let zeros = super::checksum::ZEROS;
    let json = format!(r#"{{"__metadata__":{{"ferrocyte":{model},"sha256":"{zeros}"}},{arrays}}}"#);
    let mut content = (json.len() as u64).to_le_bytes().to_vec();
    content.extend_from_slice(json.as_bytes());
    content.extend_from_slice(&[0; 4]);
    let position = super::checksum::position(&content).unwrap();
    let digits = super::checksum::of(&content, position.clone());
    content[position].copy_from_slice(digits.as_bytes());
    content
}
