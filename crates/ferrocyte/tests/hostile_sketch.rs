//! A model file whose sketch is not what its header says of the reference.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use ferrocyte::core::{ArrayData, NamedArrays, Silent};
use ferrocyte::{
    AdaptError, AdaptOptions, AnnotateError, AnnotateOptions, DataOptions, InputFile, ModelError,
    ReferenceOptions, TrainOptions, annotate, train,
};
use ferrocyte_io::bundle::{read_model, write_model};

/// What is done to an array.
type Change = dyn Fn(&mut Vec<u16>);

fn demo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("demo").join(name)
}

/// Annotates the demo's larger file with a model that is adapted from its sketch.
fn adapted(model: &Path, output: PathBuf) -> Result<(), AnnotateError> {
    let options = AnnotateOptions {
        query: DataOptions { files: vec![InputFile::new(demo("reference.h5ad"))], ..DataOptions::default() },
        model: model.to_owned(),
        outputs: vec![output],
        adapt: Some(AdaptOptions::default()),
        ..AnnotateOptions::default()
    };
    annotate(&options, &Silent).map(|_| ())
}

#[test]
fn a_sketch_that_contradicts_its_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let options = TrainOptions {
        reference: ReferenceOptions::new(demo("query.h5ad"), "cell_type"),
        output: at("model.ferrocyte"),
        sketch: Some(3),
        ..TrainOptions::default()
    };
    train(&options, &Silent).unwrap();
    let (header, arrays) = read_model(at("model.ferrocyte")).unwrap();
    let labels = header.labels.len();
    adapted(&at("model.ferrocyte"), at("labels.csv")).unwrap();

    for (cells, per_label) in [(0, vec![0; labels]), (usize::MAX, vec![usize::MAX; labels]), (3, vec![3])] {
        let mut header = header.clone();
        (header.training.cells, header.training.cells_per_label) = (cells, per_label);
        write_model(at("odd.ferrocyte"), &header, &arrays).unwrap();
        let error = adapted(&at("odd.ferrocyte"), at("odd.csv")).unwrap_err();
        assert!(matches!(error, AnnotateError::Adapt(AdaptError::SketchCounts { .. })), "{error}");
        assert!(!at("odd.csv").exists());
    }

    let changed = |name: &str, change: &Change| {
        let mut arrays: Vec<_> = arrays.iter().cloned().collect();
        for array in arrays.iter_mut().filter(|array| array.name == name) {
            let ArrayData::U16(values) = &mut array.data else { panic!("{name} is of small integers") };
            change(values);
            array.shape = vec![values.len()];
        }
        write_model(at("odd.ferrocyte"), &header, &NamedArrays::new(arrays).unwrap()).unwrap();
        adapted(&at("odd.ferrocyte"), at("odd.csv")).unwrap_err()
    };
    let first = |value: u16| move |values: &mut Vec<u16>| values[0] = value;
    let wrong: [(&str, Box<Change>); 5] = [
        ("sketch.version", Box::new(first(2))),
        ("sketch.genes", Box::new(first(u16::MAX))),
        ("sketch.lengths", Box::new(first(u16::MAX))),
        ("sketch.labels", Box::new(first(u16::MAX))),
        ("sketch.values", Box::new(Vec::clear)),
    ];
    for (name, change) in wrong {
        let error = changed(name, change.as_ref());
        assert!(matches!(error, AnnotateError::Model(ModelError::Content { .. })), "{name}: {error}");
    }
}
