//! What profiles promise, on cells small enough to reason about.

use ferrocyte_core::{
    ArrayData, Block, Calibration, Labels, LogNorm, MODEL_FORMAT_VERSION, ModelHeader, NamedArray,
    NamedArrays, Preprocessing, Scores, Silent, TargetSum, TrainingProvenance, Vocabulary,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::correlation::Correlation;
use super::params::CentroidParams;
use crate::labelled_cells::LabelledCells;
use crate::models::{Fit, LoadError, Train, check_classifier, load, on_genes_of};

fn genes(n: usize) -> Vocabulary {
    Vocabulary::new((0..n).map(|i| format!("gene{i}")).collect()).unwrap()
}

fn fit(params: CentroidParams, cells: &Block<LogNorm>, labels: &Labels) -> Fit {
    let data = LabelledCells::new(cells, labels).unwrap();
    params.check().unwrap().fit(&data, &genes(cells.n_genes()), 0, &Silent).unwrap()
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

fn right(found: &Scores, labels: &Labels) -> usize {
    let best = |row: &[f64]| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
    found.rows().zip(labels.codes()).filter(|(row, label)| best(row) == Some(*label)).count()
}

#[test]
fn it_keeps_the_promises_of_a_classifier() {
    for correlation in [Correlation::Pearson, Correlation::Spearman] {
        for n_labels in [2, 5, 17, 70] {
            let (cells, labels) = random_cells(1, 300, 140, n_labels);
            let fit = fit(CentroidParams { correlation, ..CentroidParams::default() }, &cells, &labels);
            let on_its_genes = on_genes_of(fit.model.as_ref(), &cells, &genes(cells.n_genes()));
            check_classifier(fit.model.as_ref(), &on_its_genes.select_cells(&[0, 1, 2, 299]));
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let (cells, labels) = random_cells(2, 3000, 40, 5);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let fit = fit(CentroidParams::default(), &cells, &labels);
            (fit.model.to_arrays(), probabilities(&fit, &cells))
        })
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn profiles_tell_labels_apart_and_know_how_well() {
    let (cells, labels) = random_cells(3, 800, 60, 4);
    let (new_cells, new_labels) = random_cells(4, 400, 60, 4);
    for correlation in [Correlation::Pearson, Correlation::Spearman] {
        let fit = fit(CentroidParams { correlation, ..CentroidParams::default() }, &cells, &labels);
        let found = probabilities(&fit, &new_cells);
        let share = right(&found, &new_labels) as f64 / 400.0;
        assert!(share > 0.7, "chance is 0.25, found {share}");
        let sure: f64 = found.rows().map(|row| row.iter().copied().fold(0.0, f64::max)).sum::<f64>() / 400.0;
        assert!((sure - share).abs() < 0.08, "right {share}, said {sure}");
    }
}

#[test]
fn one_cell_is_enough_for_a_label() {
    // Two cells of one label, one of the other: the other's profile is that cell.
    let cells =
        Block::new(3, vec![0, 2, 4, 6], vec![0, 2, 0, 2, 1, 2], vec![2.0, 1.0, 3.0, 1.0, 2.5, 1.0]).unwrap();
    let two = fit(CentroidParams::default(), &cells, &Labels::from_names(&["a", "a", "b"]));
    let found = probabilities(&two, &cells);
    assert!(found.row(0)[0] > 0.5 && found.row(1)[0] > 0.5 && found.row(2)[1] > 0.5, "{found:?}");
    // One cell of each: nothing can be held out, and the temperature is a stated one.
    let one = fit(CentroidParams::default(), &cells, &Labels::from_names(&["a", "b", "c"]));
    assert_eq!(one.model.to_arrays().f64("temperature", &[1]).unwrap(), [20.0]);
    let nothing = Block::new(3, vec![0, 0], vec![], vec![]).unwrap();
    assert!(probabilities(&two, &nothing).row(0).iter().all(|p| (p - 0.5).abs() < 1e-12));
    // Cells without any difference have no markers at all.
    let same = Block::new(1, vec![0, 1, 2], vec![0, 0], vec![1.0, 1.0]).unwrap();
    let none = fit(CentroidParams::default(), &same, &Labels::from_names(&["a", "b"]));
    assert!(probabilities(&none, &same).row(0).iter().all(|p| (p - 0.5).abs() < 1e-12));
}

#[test]
fn a_temperature_that_was_asked_for_is_kept() {
    let (cells, labels) = random_cells(5, 100, 20, 4);
    let asked = fit(CentroidParams { temperature: 7.5, ..CentroidParams::default() }, &cells, &labels);
    assert_eq!(asked.model.to_arrays().f64("temperature", &[1]).unwrap(), [7.5]);
}

#[test]
fn numbers_that_no_training_gives_are_refused() {
    let header = ModelHeader {
        format_version: MODEL_FORMAT_VERSION,
        kind: "centroid".into(),
        settings: serde_json::json!({}),
        genes: vec!["A".into()],
        other_gene_names: vec![],
        labels: Labels::from_names(&["x", "y"]).set().clone(),
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
    let error = |profiles: [f32; 2], spread: f32, temperature: f64| {
        let array =
            |name: &str, shape: &[usize], data| NamedArray { name: name.into(), shape: shape.into(), data };
        let arrays = NamedArrays::new(vec![
            array("profiles", &[1, 2], ArrayData::F32(profiles.to_vec())),
            array("spread", &[1], ArrayData::F32(vec![spread])),
            array("temperature", &[1], ArrayData::F64(vec![temperature])),
        ]);
        load(&header, &arrays.unwrap()).err()
    };
    assert!(error([1.0, 2.0], 1.0, 10.0).is_none());
    assert!(matches!(error([1.0, -2.0], 1.0, 10.0), Some(LoadError::Value { position: 1, .. })));
    assert!(matches!(error([1.0, 2.0], 1e9, 10.0), Some(LoadError::Value { .. })));
    assert!(matches!(error([1.0, 2.0], 1.0, 1e9), Some(LoadError::Value { .. })));
}
