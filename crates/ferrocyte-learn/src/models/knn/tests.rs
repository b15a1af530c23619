//! What neighbours promise, on cells small enough to reason about.

use ferrocyte_core::{
    ArrayData, Block, Calibration, LabelSet, Labels, LogNorm, MODEL_FORMAT_VERSION, ModelHeader, NamedArray,
    NamedArrays, Preprocessing, Scores, Silent, TargetSum, TrainingProvenance, Vocabulary,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::params::KnnParams;
use crate::labelled_cells::LabelledCells;
use crate::models::{Fit, LoadError, Train, check_classifier, load, on_genes_of};

fn genes(n: usize) -> Vocabulary {
    Vocabulary::new((0..n).map(|i| format!("gene{i}")).collect()).unwrap()
}

fn fit_data(params: KnnParams, data: &LabelledCells<'_>) -> Fit {
    params.check().unwrap().fit(data, &genes(data.n_genes()), 0, &Silent).unwrap()
}

fn fit(params: KnnParams, cells: &Block<LogNorm>, labels: &Labels) -> Fit {
    fit_data(params, &LabelledCells::new(cells, labels).unwrap())
}

fn probabilities(fit: &Fit, cells: &Block<LogNorm>) -> Scores {
    let mut out = Scores::default();
    let cells = on_genes_of(fit.model.as_ref(), cells, &genes(cells.n_genes()));
    fit.model.probabilities_into(&cells, &mut out).unwrap();
    out
}

/// Cells of `n_labels` overlapping types; gene `i` marks type `i % n_labels`.
fn random_cells(seed: u64, n_cells: usize, n_genes: usize, n_labels: usize) -> (Block<LogNorm>, Labels) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut row_ptr, mut gene, mut value, mut names) = (vec![0], vec![], vec![], vec![]);
    for cell in 0..n_cells {
        let label = cell % n_labels;
        names.push(format!("type{label:03}"));
        for which in 0..n_genes {
            if rng.random::<f32>() < if which % n_labels == label { 0.8 } else { 0.3 } {
                gene.push(which as u32);
                value.push(rng.random::<f32>() * 5.0);
            }
        }
        row_ptr.push(gene.len());
    }
    (Block::new(n_genes, row_ptr, gene, value).unwrap(), Labels::from_names(&names))
}

#[test]
fn it_keeps_the_promises_of_a_classifier() {
    for (n_labels, components) in [(2, 1), (5, 16), (17, 50)] {
        let (cells, labels) = random_cells(1, 300, 68, n_labels);
        let fit = fit(KnnParams { components, ..KnnParams::default() }, &cells, &labels);
        let on_its_genes = on_genes_of(fit.model.as_ref(), &cells, &genes(cells.n_genes()));
        check_classifier(fit.model.as_ref(), &on_its_genes.select_cells(&[0, 1, 2, 150, 299]));
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let (cells, labels) = random_cells(2, 3000, 40, 5);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let fit = fit(KnnParams::default(), &cells, &labels);
            (fit.model.to_arrays(), probabilities(&fit, &cells))
        })
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn neighbours_tell_labels_apart() {
    let (cells, labels) = random_cells(3, 800, 60, 4);
    let (new_cells, new_labels) = random_cells(4, 400, 60, 4);
    let fit = fit(KnnParams { components: 5, ..KnnParams::default() }, &cells, &labels);
    let found = probabilities(&fit, &new_cells);
    let best = |row: &[f64]| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
    let right = found.rows().zip(new_labels.codes()).filter(|(row, label)| best(row) == Some(*label)).count();
    assert!(right > 300, "chance is 100, found {right}");
}

#[test]
fn few_cells_have_fewer_components_and_neighbours() {
    let (cells, labels) = random_cells(5, 4, 30, 2);
    let fit = fit(KnnParams::default(), &cells, &labels);
    let arrays = fit.model.to_arrays();
    assert!(arrays.f64("variance", &[3]).is_ok(), "four cells span three directions");
    // All four vote, two of each label.
    assert!(probabilities(&fit, &cells).rows().flatten().all(|p| (0.05..0.95).contains(p)));
    // Cells without any difference: all are as near as any other.
    let same = Block::new(1, vec![0, 1, 2, 3], vec![0, 0, 0], vec![1.0, 1.0, 1.0]).unwrap();
    let fit = super::tests::fit(KnnParams::default(), &same, &Labels::from_names(&["a", "b", "a"]));
    let nothing = Block::new(1, vec![0, 0], vec![], vec![]).unwrap();
    assert_eq!(probabilities(&fit, &nothing).row(0), [0.5, 0.5]);
}

#[test]
fn a_cell_that_counts_twice_has_two_votes() {
    let cells = Block::new(2, vec![0, 1, 2, 3], vec![0, 1, 0], vec![2.0, 2.0, 2.0]).unwrap();
    let labels = Labels::from_names(&["a", "b", "c"]);
    let votes = |weights: Vec<f64>| {
        let data = LabelledCells::with_weights(&cells, &labels, weights).unwrap();
        let fit = fit_data(KnnParams::default(), &data);
        probabilities(&fit, &cells.select_cells(&[0])).row(0).to_vec()
    };
    // Cells 0 and 2 are the same cell of different labels.
    let even = votes(vec![1.0; 3]);
    assert!((even[0] - even[2]).abs() < 1e-12);
    let twice = votes(vec![2.0, 1.0, 1.0]);
    assert!(twice[0] > 1.5 * twice[2], "{twice:?}");
    // What counts nothing is not there, nor is its label.
    assert_eq!(votes(vec![1.0, 1.0, 0.0]).len(), 2);
}

#[test]
fn numbers_that_no_training_gives_are_refused() {
    let header = |labels: &[&str]| ModelHeader {
        format_version: MODEL_FORMAT_VERSION,
        kind: "knn".into(),
        settings: serde_json::json!({"components": 2}),
        genes: vec!["A".into()],
        other_gene_names: vec![],
        labels: LabelSet::new(labels.iter().map(|&name| name.to_owned())),
        hierarchy: None,
        preprocessing: Preprocessing { target_sum: TargetSum::CP10K, library_size_column: None },
        calibration: Calibration::None,
        training: TrainingProvenance {
            ferrocyte_version: String::new(),
            seed: 0,
            files: vec![],
            cells: 0,
            cells_per_label: vec![],
            label_column: String::new(),
            group_column: None,
            study_column: None,
            groups: vec![],
            choices: vec![],
            converged: true,
        },
        scores: None,
    };
    let error = |n_components: usize, projection: f32, truth: f32| {
        let array =
            |name: &str, shape: &[usize], data| NamedArray { name: name.into(), shape: shape.into(), data };
        let arrays = NamedArrays::new(vec![
            array("mean", &[1], ArrayData::F32(vec![1.0])),
            array("rotation", &[1, n_components], ArrayData::F32(vec![1.0; n_components])),
            array("variance", &[n_components], ArrayData::F64(vec![1.0; n_components])),
            array("projections", &[2, n_components], ArrayData::F32(vec![projection; 2 * n_components])),
            array("labels", &[2], ArrayData::F32(vec![0.0, truth])),
            array("votes", &[2], ArrayData::F32(vec![1.0; 2])),
        ]);
        load(&header(&["x", "y"]), &arrays.unwrap()).err()
    };
    assert!(error(1, 1.0, 1.0).is_none());
    assert!(matches!(error(0, 1.0, 1.0), Some(LoadError::Array(_))), "no components");
    assert!(matches!(error(3, 1.0, 1.0), Some(LoadError::Array(_))), "more components than asked for");
    assert!(matches!(error(1, 1e9, 1.0), Some(LoadError::Value { .. })), "a cell far out");
    assert!(matches!(error(1, 1.0, 2.0), Some(LoadError::Value { position: 1, .. })), "no such label");
    assert!(matches!(error(1, 1.0, 0.5), Some(LoadError::Value { position: 1, .. })), "half a label");
}
