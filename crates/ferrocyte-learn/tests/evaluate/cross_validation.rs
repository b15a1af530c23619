//! Cross-validation with models that are simple enough to know what they must answer.

use ferrocyte_core::{Block, CellStore, Labels, LogNorm, Scores, Silent};
use ferrocyte_learn::evaluate::{
    CrossValidation, CrossValidationError, FoldData, FoldPrediction, cross_validate, leave_one_group_out,
    stratified, test_part, unseen_labels,
};

#[derive(Debug, thiserror::Error)]
#[error("cannot learn from {0}")]
struct CannotLearn(&'static str);

/// One gene per label; each cell expresses the gene of its label alone.
fn cells_of(labels: &Labels) -> Block<LogNorm> {
    let n_cells = labels.len();
    let genes = labels.codes().map(|code| code as u32).collect();
    Block::new(labels.set().len(), (0..=n_cells).collect(), genes, vec![1.0; n_cells]).unwrap()
}

/// Knows the gene of each label that it was shown, and is sure of it; divides its belief where it knows nothing.
fn by_gene(data: FoldData<'_>) -> Result<FoldPrediction, CannotLearn> {
    let labels = data.training_labels;
    let mut label_of_gene = vec![None; data.training_cells.n_genes()];
    let all = |cells: &dyn CellStore| cells.read(0..cells.n_cells()).expect("these can always be read");
    for (cell, code) in all(data.training_cells).cells().zip(labels.codes()) {
        label_of_gene[cell.genes[0] as usize] = Some(code);
    }
    let n_labels = labels.set().len();
    let mut probabilities = Scores::zeros(data.test_cells.n_cells(), n_labels);
    for (index, cell) in all(data.test_cells).cells().enumerate() {
        let &gene = cell.genes.first().ok_or(CannotLearn("an empty cell"))?;
        match label_of_gene[gene as usize] {
            Some(code) => probabilities.row_mut(index)[code] = 1.0,
            None => probabilities.row_mut(index).fill(1.0 / n_labels as f64),
        }
    }
    Ok(FoldPrediction { probabilities, converged: true, iterations: data.fold.number })
}

fn labels() -> Labels {
    Labels::from_names(&["T", "B", "T", "NK", "B", "T", "B", "T"])
}

fn run(labels: &Labels, n_folds: usize) -> CrossValidation {
    let folds = stratified(labels, n_folds, 3).unwrap();
    cross_validate(&cells_of(labels), labels, &folds, &Silent, by_gene).unwrap()
}

#[test]
fn what_can_be_learnt_is_right_and_the_single_cell_is_wrong() {
    let labels = labels(); // NK has one cell, number 3
    let found = run(&labels, 3);
    for cell in 0..labels.len() {
        assert_eq!(found.called[cell] == Some(labels.code(cell)), cell != 3, "cell {cell}");
    }
    assert_eq!(found.probabilities.row(3)[labels.code(3)], 0.0);
    assert_eq!(found.judgement.metrics.accuracy, 7.0 / 8.0);
    assert_eq!(found.folds.len(), 3);
    let unseen: Vec<_> = found.folds.iter().flat_map(|fold| &fold.labels_not_in_training).collect();
    assert_eq!(unseen, ["NK"]);
    let iterations: Vec<_> = found.folds.iter().map(|fold| fold.iterations).collect();
    assert_eq!(iterations, [1, 2, 3]);
    assert_eq!(
        unseen_labels(&found.folds).unwrap().message,
        "held-out cells have labels that no training cell of their fold had, and count as wrong: `NK` (1 of 3 folds)"
    );
}

#[test]
fn folds_are_judged_by_the_labels_they_have() {
    let found = run(&labels(), 3);
    let all_right = found.folds.iter().filter(|fold| fold.labels_not_in_training.is_empty());
    assert!(all_right.clone().count() == 2 && all_right.clone().all(|fold| fold.metrics.f1_macro == 1.0));
    let mean = found.folds.iter().map(|fold| fold.metrics.accuracy).sum::<f64>() / 3.0;
    assert_eq!(found.fold_mean.unwrap().accuracy, mean);
}

#[test]
fn a_label_of_one_group_alone_is_named_with_the_group() {
    let labels = labels();
    let groups = Labels::from_names(&["x", "x", "x", "y", "y", "y", "z", "z"]);
    let folds = leave_one_group_out(&groups).unwrap();
    let found = cross_validate(&cells_of(&labels), &labels, &folds, &Silent, by_gene).unwrap();
    assert_eq!(found.folds[1].held_out_groups, ["y"]);
    assert_eq!(found.folds[1].labels_not_in_training, ["NK"]);
    assert!(found.folds[0].labels_not_in_training.is_empty());
    assert_eq!((found.folds[1].training_cells, found.folds[1].test_cells), (5, 3));
}

#[test]
fn a_model_is_shown_only_its_training_labels() {
    let labels = Labels::from_names(&["a", "b"]);
    let folds = stratified(&labels, 2, 0).unwrap();
    let mut shown = Vec::new();
    let found = cross_validate(&cells_of(&labels), &labels, &folds, &Silent, |data| {
        shown.push(data.training_labels.set().names().to_vec());
        by_gene(data)
    })
    .unwrap();
    shown.sort();
    assert_eq!(shown, [["a"], ["b"]]);
    assert_eq!(found.judgement.metrics.accuracy, 0.0);
}

#[test]
fn what_goes_wrong_says_in_which_fold() {
    let labels = labels();
    let cells = cells_of(&labels);
    let folds = stratified(&labels, 2, 0).unwrap();
    let chain = |error: CrossValidationError<CannotLearn>| {
        let mut words = error.to_string();
        let mut next = std::error::Error::source(&error);
        while let Some(cause) = next {
            words = format!("{words}: {cause}");
            next = cause.source();
        }
        words
    };
    let fails = cross_validate(&cells, &labels, &folds, &Silent, |_| Err(CannotLearn("so few cells")));
    assert_eq!(chain(fails.unwrap_err()), "fold 1 failed: cannot learn from so few cells");
    let answers = |probabilities: fn(&FoldData<'_>) -> Scores| {
        let wrong = |data: FoldData<'_>| {
            Ok(FoldPrediction { probabilities: probabilities(&data), converged: true, iterations: 0 })
        };
        chain(cross_validate(&cells, &labels, &folds, &Silent, wrong).unwrap_err())
    };
    assert!(
        answers(|_| Scores::default()).starts_with("fold 1: the model's answers cannot be judged: expected "),
        "no scores"
    );
    assert!(
        answers(|data| Scores::zeros(1, data.training_labels.set().len()))
            .contains(": expected probabilities of 4 cells"),
        "scores of one cell"
    );
    assert!(
        answers(|data| {
            let mut scores = Scores::zeros(data.test_cells.n_cells(), data.training_labels.set().len());
            scores.row_mut(1)[0] = f64::NAN;
            scores
        })
        .ends_with("cell 1: expected probabilities between 0 and 1, found NaN"),
        "not a number"
    );
    let few = labels.select(&[0, 1]);
    let lengths = cross_validate(&cells, &few, &folds, &Silent, by_gene).unwrap_err();
    assert_eq!(chain(lengths), "8 cells, but 2 labels and folds of 8 cells");
}

#[test]
fn a_single_part_is_judged_by_its_own_cells_alone() {
    let labels = labels(); // T B T NK B T B T
    let tested = [true, false, false, true, false, true, true, false];
    let folds = test_part(&tested, None).unwrap();
    let found = cross_validate(&cells_of(&labels), &labels, &folds, &Silent, by_gene).unwrap();
    assert_eq!(found.probabilities.n_cells(), 4);
    let names: Vec<_> = found.called.iter().map(|called| labels.set().name(called.unwrap())).collect();
    assert_eq!((names[0], names[2], names[3]), ("T", "T", "B"));
    assert_eq!(found.judgement.metrics.accuracy, 0.75, "NK was never trained on");
    assert_eq!(found.folds[0].labels_not_in_training, ["NK"]);
    assert_eq!((found.folds[0].training_cells, found.folds[0].test_cells), (4, 4));
    // Probabilities from elsewhere are of the same cells.
    let again = found.clone().judged_by(&labels, &folds, found.probabilities.clone()).unwrap();
    assert_eq!(again, found);
}

/// Cells that are not in memory as far as anybody can tell.
struct Elsewhere(Block<LogNorm>);

impl CellStore for Elsewhere {
    fn n_cells(&self) -> usize {
        self.0.n_cells()
    }
    fn n_genes(&self) -> usize {
        self.0.n_genes()
    }
    fn n_non_zeros(&self) -> Result<u64, ferrocyte_core::SourceError> {
        Ok(self.0.n_non_zeros() as u64)
    }
    fn read(&self, cells: std::ops::Range<usize>) -> Result<Block<LogNorm>, ferrocyte_core::SourceError> {
        CellStore::read(&self.0, cells)
    }
}

#[test]
fn cells_that_lie_elsewhere_score_the_same() {
    let labels = labels();
    let folds = stratified(&labels, 3, 3).unwrap();
    let elsewhere = Elsewhere(cells_of(&labels));
    let found = cross_validate(&elsewhere, &labels, &folds, &Silent, by_gene).unwrap();
    assert_eq!(found, run(&labels, 3));
}
