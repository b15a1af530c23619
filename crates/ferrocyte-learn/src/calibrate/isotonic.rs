//! Any rising curve from confidence to how often it is right.

use super::held_out::{HeldOut, Top};

/// A curve through points; straight between them, level beyond them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Isotonic {
    pub(super) confidence: Vec<f64>, // rising
    pub(super) right: Vec<f64>,      // never falling; as many
}

/// Fewest cells that a step of the curve stands on, so that a handful of lucky cells makes no certainty.
const FEWEST_CELLS: f64 = 20.0;

/// The rising curve nearest to what was right, by pool-adjacent-violators (Ayer et al. 1955,
/// <https://doi.org/10.1214/aoms/1177728423>; for probabilities Zadrozny and Elkan 2002,
/// <https://doi.org/10.1145/775047.775151>), of the confidence in the most probable label.
pub(super) fn fit(held_out: &HeldOut<'_>, cells: &[usize]) -> Isotonic {
    let mut tops: Vec<Top> = held_out.tops(cells);
    tops.sort_by(|one, other| one.confidence.total_cmp(&other.confidence));
    let mut steps: Vec<Step> = Vec::new();
    for top in tops {
        steps.push(Step { cells: 1.0, confidence: top.confidence, right: f64::from(u8::from(top.right)) });
        while let [.., before, last] = steps.as_slice()
            && (before.mean() >= last.mean() || before.cells < FEWEST_CELLS)
        {
            let joined = before.joined(last);
            steps.truncate(steps.len() - 2);
            steps.push(joined);
        }
    }
    if let [.., before, last] = steps.as_slice()
        && last.cells < FEWEST_CELLS
    {
        let joined = before.joined(last);
        steps.truncate(steps.len() - 2);
        steps.push(joined);
    }
    // Equal confidences stand in one step or in neighbouring ones: a curve has one value at each place.
    steps.dedup_by(|next, kept| {
        let same = next.confidence / next.cells <= kept.confidence / kept.cells;
        if same {
            *kept = kept.joined(next);
        }
        same
    });
    Isotonic {
        confidence: steps.iter().map(|step| step.confidence / step.cells).collect(),
        right: steps.iter().map(Step::mean).collect(),
    }
}

/// Cells that were pooled; sums.
#[derive(Debug, Clone, Copy)]
struct Step {
    cells: f64,
    confidence: f64,
    right: f64,
}

impl Step {
    fn mean(&self) -> f64 {
        // Of n cells that were all right the next may be wrong: Laplace's rule keeps certainty out.
        (self.right + 0.5) / (self.cells + 1.0)
    }

    fn joined(&self, other: &Self) -> Self {
        Self {
            cells: self.cells + other.cells,
            confidence: self.confidence + other.confidence,
            right: self.right + other.right,
        }
    }
}

impl Isotonic {
    /// Gives the most probable label what the curve says, and the others what is left, in proportion. The most probable
    /// label stays the most probable.
    pub(super) fn apply(&self, row: &mut [f64]) {
        let Some(best) = (0..row.len()).reduce(|best, i| if row[i] > row[best] { i } else { best }) else {
            return;
        };
        let before = row[best];
        let others = 1.0 - before;
        let second =
            (0..row.len()).filter(|&label| label != best).map(|label| row[label]).fold(0.0, f64::max);
        if others <= 0.0 || second <= 0.0 {
            return;
        }
        // Below this share the runner-up would overtake it.
        let least = second / (second + others) + 1e-9;
        let after = self.at(before).max(least).min(1.0);
        for (label, probability) in row.iter_mut().enumerate() {
            *probability = if label == best { after } else { *probability / others * (1.0 - after) };
        }
    }

    fn at(&self, confidence: f64) -> f64 {
        let above = self.confidence.partition_point(|&known| known <= confidence);
        match (above.checked_sub(1), self.confidence.get(above)) {
            (None, None) => confidence,
            (None, Some(_)) => self.right[0],
            (Some(below), None) => self.right[below],
            (Some(below), Some(&next)) => {
                let part = (confidence - self.confidence[below]) / (next - self.confidence[below]);
                self.right[below] + part * (self.right[above] - self.right[below])
            }
        }
    }
}
