//! Promises that every classifier keeps.

use ferrocyte_core::{
    Block, Calibration, LogNorm, MODEL_FORMAT_VERSION, ModelHeader, Preprocessing, Scores, TargetSum,
    TrainingProvenance,
};

use super::classifier::{Classifier, PredictError};
use super::load::load;

/// Promises that every classifier keeps; call it from the tests of each kind of model, with a few cells on the
/// model's genes.
///
/// # Panics
/// When the model breaks a promise; the message says which.
pub fn check_classifier(model: &dyn Classifier, cells: &Block<LogNorm>) {
    let all = probabilities(model, cells);
    assert_eq!((all.n_cells(), all.n_labels()), (cells.n_cells(), model.labels().len()), "one row per cell");
    for row in all.rows() {
        assert!(row.iter().all(|p| (0.0..=1.0).contains(p)), "probabilities are shares: {row:?}");
        assert!(
            (row.iter().sum::<f64>() - 1.0).abs() < 1e-12,
            "the probabilities of a cell add up to 1: {row:?}"
        );
    }
    assert_eq!(all, probabilities(model, cells), "predicting does not change the model");

    for cell in 0..cells.n_cells() {
        let alone = probabilities(model, &cells.select_cells(&[cell]));
        assert_eq!(alone.row(0), all.row(cell), "a cell's answer does not depend on the cells around it");
    }
    let nothing = Block::new(cells.n_genes(), vec![0, 0], vec![], vec![]).expect("an empty cell is a cell");
    assert!(
        probabilities(model, &nothing).row(0).iter().all(|p| p.is_finite()),
        "an empty cell gets an answer"
    );
    assert_eq!(probabilities(model, &Block::empty(cells.n_genes())).n_cells(), 0, "no cells, no rows");

    let mut out = Scores::default();
    let wide = Block::empty(cells.n_genes() + 1);
    assert!(
        matches!(model.probabilities_into(&wide, &mut out), Err(PredictError::Genes { .. })),
        "cells on other genes are refused"
    );

    if let Some(weights) = model.gene_weights() {
        assert_eq!(weights.len(), model.genes().len(), "each gene weighs something");
        assert!(
            weights.iter().all(|w| w.is_finite() && *w >= 0.0),
            "weights of genes are finite and not below 0"
        );
    }

    if let Some(weights) = model.label_weights() {
        let found = (weights.n_genes(), weights.n_labels());
        assert_eq!(found, (model.genes().len(), model.labels().len()), "a weight for each gene and label");
    }

    let again =
        load(&header_of(model), &model.to_arrays()).expect("a model can be loaded from its own arrays");
    assert_eq!(again.kind(), model.kind(), "a loaded model is of the same kind");
    assert_eq!(again.settings(), model.settings(), "a loaded model has the same settings");
    assert_eq!(again.to_arrays(), model.to_arrays(), "a loaded model has the same numbers");
    assert_eq!(again.gene_weights(), model.gene_weights(), "the genes of a loaded model weigh the same");
    assert_eq!(again.label_weights(), model.label_weights(), "a loaded model gives the same reasons");
    assert_eq!(probabilities(again.as_ref(), cells), all, "a loaded model predicts the same, bit by bit");
}

fn probabilities(model: &dyn Classifier, cells: &Block<LogNorm>) -> Scores {
    let mut out = Scores::zeros(1, 1); // what was there before must not matter
    model.probabilities_into(cells, &mut out).expect("cells on the genes of the model get an answer");
    out
}

pub(super) fn header_of(model: &dyn Classifier) -> ModelHeader {
    ModelHeader {
        format_version: MODEL_FORMAT_VERSION,
        kind: model.kind().to_owned(),
        settings: model.settings(),
        genes: model.genes().names().to_vec(),
        other_gene_names: vec![],
        labels: model.labels().clone(),
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
    }
}
