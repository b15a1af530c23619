//! Whether cells of a label that was left out stand out.

use ferrocyte_core::LeftOutClass;

use super::PROMISED_LOSS;
use crate::evaluate::{Ranking, roc_auc};

/// A held-out cell, judged by a model that was trained without a label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JudgedCell {
    /// The fold in which it was held out.
    pub fold: usize,
    /// Whether it has the label that was left out.
    pub unknown: bool,
    /// Its unknown score, in `[0, 1]`.
    pub score: f64,
    /// Its largest probability.
    pub max_probability: f64,
}

impl JudgedCell {
    /// Whether it would be called unassigned.
    pub fn is_over_threshold(&self) -> bool {
        self.score > 1.0 - PROMISED_LOSS
    }
}

/// What the held-out cells say of a label that was left out.
///
/// Cells are ranked among those of their fold, as those of a query are among each other, and the areas are the mean over the
/// folds, each with the weight of its cells of the label. The threshold is one for all.
pub fn judge_left_out(label: &str, cells: &[JudgedCell]) -> LeftOutClass {
    let last = cells.iter().map(|cell| cell.fold).max().unwrap_or(0);
    let area = |score: &dyn Fn(&JudgedCell) -> f64| {
        let (mut sum, mut weight) = (0.0, 0.0);
        for fold in 0..=last {
            let of_fold = || cells.iter().filter(|cell| cell.fold == fold);
            let ranking = Ranking::new(of_fold().map(|cell| (score(cell).clamp(0.0, 1.0), cell.unknown)));
            let unknown = of_fold().filter(|cell| cell.unknown).count() as f64;
            if let Some(area) = roc_auc(&ranking) {
                sum += unknown * area;
                weight += unknown;
            }
        }
        (weight > 0.0).then(|| sum / weight)
    };
    let over = |unknown: bool| {
        let those: Vec<&JudgedCell> = cells.iter().filter(|cell| cell.unknown == unknown).collect();
        let over = those.iter().filter(|cell| cell.is_over_threshold()).count();
        over as f64 / those.len().max(1) as f64
    };
    LeftOutClass {
        label: label.to_owned(),
        cells: cells.iter().filter(|cell| cell.unknown).count(),
        auroc: area(&|cell| cell.score),
        auroc_max_probability: area(&|cell| 1.0 - cell.max_probability),
        found: over(true),
        known_lost: over(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_and_shares_are_of_the_cells() {
        let cell = |unknown, score, max_probability| JudgedCell { fold: 1, unknown, score, max_probability };
        let cells = [
            cell(true, 0.99, 0.9),
            cell(true, 0.5, 0.4),
            cell(false, 0.96, 0.6),
            cell(false, 0.2, 0.5),
            cell(false, 0.1, 1.0),
            cell(false, 0.0, 1.0),
        ];
        let found = judge_left_out("B", &cells);
        assert_eq!((found.cells, found.found, found.known_lost), (2, 0.5, 0.25));
        // 4 + 3 of 8 pairs; 2 + 4 of 8.
        assert_eq!((found.auroc, found.auroc_max_probability), (Some(7.0 / 8.0), Some(6.0 / 8.0)));
        assert_eq!(judge_left_out("B", &cells[2..]).auroc, None);
        // Another fold, in which every cell looks stranger, changes nothing about the order in the first.
        let other = [(false, 0.998), (true, 0.999)]
            .map(|(unknown, score)| JudgedCell { fold: 2, ..cell(unknown, score, 0.5) });
        let both = judge_left_out("B", &[cells.as_slice(), &other].concat());
        assert!((both.auroc.unwrap() - (2.0 * 7.0 / 8.0 + 1.0) / 3.0).abs() < 1e-12);
    }
}
