//! From probabilities to a label, or to no label with a reason.

use ferrocyte_core::{Block, LogNorm, Scores};

/// What a cell is called, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// Code of the label, or why there is none.
    pub label: Result<usize, Unassigned>,
    /// Probability of the label; 0 where there is none.
    pub confidence: f64,
    /// Code of the second most probable label; `None` with one label, or where there is no label.
    pub runner_up: Option<usize>,
}

/// Why a cell got no label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unassigned {
    /// No gene of the cell has a count.
    EmptyCell,
    /// The cell has counts, but in none of the genes that the model knows.
    NoModelGenes,
    /// The cell is like no label of the model.
    Unknown,
}

impl Unassigned {
    /// The reason, for a table or a report.
    pub fn reason(self) -> &'static str {
        match self {
            Self::EmptyCell => "no counts in this cell",
            Self::NoModelGenes => "no counts in any gene of the model",
            Self::Unknown => "like no label that the model was trained on",
        }
    }
}

/// Takes the most probable label of each cell; the first of equals. A cell whose model genes are all zero would
/// get the model's prior as an answer: it gets none, with the reason.
///
/// `library_sizes` are over all genes of the query, so that an empty cell can be told from one without known
/// genes. `cells` are aligned to the model.
///
/// # Panics
/// When cells, probabilities and library sizes are not of the same number.
pub fn decide(cells: &Block<LogNorm>, probabilities: &Scores, library_sizes: &[f64]) -> Vec<Decision> {
    assert_eq!(cells.n_cells(), probabilities.n_cells(), "one row of probabilities per cell");
    assert_eq!(cells.n_cells(), library_sizes.len(), "one library size per cell");
    (0..cells.n_cells())
        .map(|cell| {
            if cells.cell(cell).is_empty() {
                let reason =
                    if library_sizes[cell] > 0.0 { Unassigned::NoModelGenes } else { Unassigned::EmptyCell };
                return Decision { label: Err(reason), confidence: 0.0, runner_up: None };
            }
            let row = probabilities.row(cell);
            let best = probabilities.best(cell);
            let runner_up =
                (0..row.len()).filter(|&label| label != best).fold(None, |second, label| match second {
                    Some(known) if row[label] <= row[known] => second,
                    _ => Some(label),
                });
            Decision { label: Ok(best), confidence: row[best], runner_up }
        })
        .collect()
}

/// Takes the label from each cell whose unknown score is over a threshold.
///
/// # Panics
/// When there is not one score for each cell.
pub fn reject(decisions: &mut [Decision], scores: &[f64], threshold: f64) {
    assert_eq!(decisions.len(), scores.len(), "one unknown score per cell");
    for (decision, &score) in decisions.iter_mut().zip(scores) {
        if decision.label.is_ok() && score > threshold {
            *decision = Decision { label: Err(Unassigned::Unknown), confidence: 0.0, runner_up: None };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(cells: &[&[f32]]) -> Block<LogNorm> {
        let mut row_ptr = vec![0];
        let (mut gene, mut value) = (Vec::new(), Vec::new());
        for cell in cells {
            for (i, &v) in cell.iter().enumerate().filter(|(_, v)| **v != 0.0) {
                gene.push(i as u32);
                value.push(v);
            }
            row_ptr.push(gene.len());
        }
        Block::new(2, row_ptr, gene, value).unwrap()
    }

    #[test]
    fn a_cell_without_information_gets_a_reason_not_the_prior() {
        let cells = block(&[&[1.0, 0.0], &[0.0, 0.0], &[0.0, 0.0]]);
        let scores = Scores::from_rows(3, vec![0.2, 0.5, 0.3, 0.9, 0.1, 0.0, 0.9, 0.1, 0.0]).unwrap();
        let decisions = decide(&cells, &scores, &[7.0, 3.0, 0.0]);
        assert_eq!(decisions[0], Decision { label: Ok(1), confidence: 0.5, runner_up: Some(2) });
        assert_eq!(decisions[1].label, Err(Unassigned::NoModelGenes));
        assert_eq!(decisions[2].label, Err(Unassigned::EmptyCell));
    }

    #[test]
    fn strangers_lose_their_label_and_others_keep_their_reason() {
        let cells = block(&[&[1.0, 0.0], &[1.0, 0.0], &[0.0, 0.0]]);
        let scores = Scores::from_rows(3, vec![0.2, 0.5, 0.3, 0.9, 0.1, 0.0, 0.9, 0.1, 0.0]).unwrap();
        let mut decisions = decide(&cells, &scores, &[7.0, 3.0, 0.0]);
        reject(&mut decisions, &[0.96, 0.95, 1.0], 0.95);
        assert_eq!(
            decisions[0],
            Decision { label: Err(Unassigned::Unknown), confidence: 0.0, runner_up: None }
        );
        assert_eq!(decisions[1].label, Ok(0));
        assert_eq!(decisions[2].label, Err(Unassigned::EmptyCell));
    }

    #[test]
    fn ties_go_to_the_first_label() {
        let cells = block(&[&[1.0, 0.0]]);
        let scores = Scores::from_rows(3, vec![0.4, 0.2, 0.4]).unwrap();
        let decision = decide(&cells, &scores, &[1.0])[0];
        assert_eq!((decision.label, decision.runner_up), (Ok(0), Some(2)));
    }
}
