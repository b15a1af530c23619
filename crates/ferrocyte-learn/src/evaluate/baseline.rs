//! Answers of what has learnt nothing but how common each label is.

use ferrocyte_core::{Labels, Scores};

use crate::sample::{Purpose, Seeded};

/// For each of `n_cells` the shares of the labels among the training cells: the most common label is called for all.
/// What a score must beat before anything was learnt.
pub fn majority(training_labels: &Labels, n_cells: usize) -> Scores {
    let counts = training_labels.counts();
    let total = training_labels.len().max(1) as f64;
    let shares: Vec<f64> = counts.iter().map(|&count| count as f64 / total).collect();
    let mut scores = Scores::zeros(n_cells, counts.len());
    for cell in 0..n_cells {
        scores.row_mut(cell).copy_from_slice(&shares);
    }
    scores
}

/// For each of `n_cells` the label of a training cell that was drawn at random, with probability one. `fold` makes the
/// draws of folds differ.
pub fn stratified_random(training_labels: &Labels, n_cells: usize, seed: u64, fold: usize) -> Scores {
    let mut random = Seeded::numbered(seed, Purpose::Baseline, fold);
    let mut scores = Scores::zeros(n_cells, training_labels.set().len());
    if !training_labels.is_empty() {
        for cell in 0..n_cells {
            let drawn = training_labels.code(random.below(training_labels.len()));
            scores.row_mut(cell)[drawn] = 1.0;
        }
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_the_training_cells() {
        let labels = Labels::from_names(&["a", "b", "b", "b"]);
        assert_eq!(majority(&labels, 2).as_slice(), [0.25, 0.75, 0.25, 0.75]);
        let drawn = stratified_random(&labels, 4000, 0, 1);
        let b: f64 = drawn.rows().map(|row| row[1]).sum();
        assert!((b / 4000.0 - 0.75).abs() < 0.03, "{b}");
        assert_ne!(drawn, stratified_random(&labels, 4000, 0, 2));
    }
}
