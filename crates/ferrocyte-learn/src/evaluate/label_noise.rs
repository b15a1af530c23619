//! Given labels that held-out probabilities speak against.

use ferrocyte_core::{Labels, Scores};

/// How far below a threshold a probability may be and still reach it: sums of the same numbers in another order.
const TOLERANCE: f64 = 1e-6;

/// A cell whose given label is doubtful. Labels are codes of the set of labels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Doubt {
    /// Position of the cell.
    pub cell: usize,
    /// The label that it was given.
    pub given: usize,
    /// The label that it seems to have.
    pub suggested: usize,
    /// Probability of the given label.
    pub probability_given: f64,
    /// Probability of the suggested label.
    pub probability_suggested: f64,
}

/// Cells whose given label is doubtful.
#[derive(Debug, Clone, PartialEq)]
pub struct Doubts {
    /// Mean probability of each label over the cells that were given it; `None` where there is no such cell.
    pub thresholds: Vec<Option<f64>>,
    /// The cells, the most doubtful first: by how much more probable the suggested label is than the given one.
    pub cells: Vec<Doubt>,
}

/// Finds cells whose given label is doubtful, by the off-diagonal of the confident joint (Northcutt et al. 2021, section
/// 3.1, doi:10.1613/jair.1.12125). A cell is confidently a label where the label's probability is at least the mean over the
/// cells that were given it, so that a label which the model is never sure of is not asked for more than it can show. A cell
/// is doubtful where it is confidently another label than the given one, and the given one is not the most probable;
/// of several confident labels the most probable of all counts, as in `find_label_issues` of the authors' program `cleanlab`.
///
/// `probabilities` must be of models that never saw the cells. Cells that are not `judged` are left out: those whose label
/// their model could not know.
///
/// # Panics
/// When `probabilities` does not have a row for each cell and a column for each label, or `judged` an entry for each cell.
pub fn doubts(labels: &Labels, probabilities: &Scores, judged: &[bool]) -> Doubts {
    let thresholds = thresholds(labels, probabilities, judged);
    let doubt = |cell: usize| {
        let (row, given) = (probabilities.row(cell), labels.code(cell));
        let best = probabilities.best(cell);
        let suggested = confident(row, &thresholds, best)?;
        (suggested != given && best != given).then(|| Doubt {
            cell,
            given,
            suggested,
            probability_given: row[given],
            probability_suggested: row[suggested],
        })
    };
    let mut cells: Vec<Doubt> = (0..labels.len()).filter(|&cell| judged[cell]).filter_map(doubt).collect();
    let margin = |doubt: &Doubt| doubt.probability_suggested - doubt.probability_given;
    // Stable: of equals, the cell that comes first.
    cells.sort_by(|one, other| margin(other).total_cmp(&margin(one)));
    Doubts { thresholds, cells }
}

/// Mean probability of each label over the judged cells that were given it.
fn thresholds(labels: &Labels, probabilities: &Scores, judged: &[bool]) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0, 0_usize); labels.set().len()];
    for (cell, given) in labels.codes().enumerate().filter(|&(cell, _)| judged[cell]) {
        let (sum, cells) = &mut sums[given];
        *sum += probabilities.row(cell)[given];
        *cells += 1;
    }
    sums.into_iter().map(|(sum, cells)| (cells > 0).then(|| sum / cells as f64)).collect()
}

/// The label that a cell confidently has, if any.
fn confident(row: &[f64], thresholds: &[Option<f64>], best: usize) -> Option<usize> {
    let reaches = |label: &usize| thresholds[*label].is_some_and(|least| row[*label] >= least - TOLERANCE);
    let mut candidates = (0..row.len()).filter(reaches);
    let first = candidates.next()?;
    Some(if candidates.next().is_some() { best } else { first })
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::LabelSet;

    use super::*;

    fn scores(rows: &[[f64; 3]]) -> Scores {
        Scores::from_rows(3, rows.iter().flatten().copied().collect()).unwrap()
    }

    #[test]
    fn a_cell_that_is_confidently_another_label_is_doubtful_and_the_worst_stands_first() {
        let labels = Labels::from_names(&["a", "a", "a", "b", "b", "c", "c"]);
        let rows = [
            [0.9, 0.1, 0.0],
            [0.8, 0.1, 0.1],
            [0.1, 0.7, 0.2], // a that looks like b
            [0.1, 0.8, 0.1],
            [0.35, 0.4, 0.25], // unsure, but not of another
            [0.05, 0.9, 0.05], // c that is b, more clearly
            [0.1, 0.1, 0.8],
        ];
        let found = doubts(&labels, &scores(&rows), &[true; 7]);
        let found: Vec<_> =
            found.cells.iter().map(|doubt| (doubt.cell, doubt.given, doubt.suggested)).collect();
        assert_eq!(found, [(5, 2, 1), (2, 0, 1)]);
    }

    #[test]
    fn what_a_model_could_not_know_is_not_held_against_a_cell() {
        let labels = Labels::from_names(&["a", "b", "c"]);
        let rows = [[0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [1.0, 0.0, 0.0]];
        assert_eq!(doubts(&labels, &scores(&rows), &[true; 3]).cells.len(), 1);
        let found = doubts(&labels, &scores(&rows), &[true, true, false]);
        assert_eq!((found.cells.len(), found.thresholds[2]), (0, None));
    }

    /// Cells that `cleanlab` finds among [`made_up`] ones.
    ///
    /// cleanlab 2.9.0, numpy 2.4.6: `np.flatnonzero(find_label_issues(labels, probabilities,
    /// filter_by="confident_learning"))`. No probability is within 2e-4 of a threshold.
    const CLEANLAB: [usize; 38] = [
        1, 9, 13, 14, 20, 28, 30, 42, 46, 50, 51, 64, 65, 79, 88, 98, 100, 113, 121, 123, 127, 130, 133, 134,
        140, 142, 143, 146, 147, 162, 175, 177, 179, 181, 189, 190, 194, 196,
    ];

    /// 200 cells of four labels, of which the first is never sure, so that many cells are confidently several labels.
    fn made_up() -> (Labels, Scores) {
        let mut state = 12_345_u64;
        let mut next = || {
            state = (state * 1_103_515_245 + 12_345) % (1 << 31);
            (state >> 16) % 100
        };
        let (mut rows, mut codes) = (Vec::new(), Vec::new());
        for _ in 0..200 {
            let given = next() % 4;
            let mut row = [(); 4].map(|()| (1 + next()) as f64);
            row[given as usize] += (30 * given) as f64;
            let sum: f64 = row.iter().sum();
            rows.extend(row.map(|value| value / sum));
            codes.push(given as usize);
        }
        let set = LabelSet::new(["a", "b", "c", "d"].map(String::from));
        (Labels::from_codes(set, &codes).unwrap(), Scores::from_rows(4, rows).unwrap())
    }

    #[test]
    fn the_doubtful_cells_are_those_of_cleanlab() {
        let (labels, probabilities) = made_up();
        let found = doubts(&labels, &probabilities, &[true; 200]);
        let mut cells: Vec<usize> = found.cells.iter().map(|doubt| doubt.cell).collect();
        cells.sort_unstable();
        assert_eq!(cells, CLEANLAB);
    }

    #[test]
    fn labels_that_were_flipped_are_found() {
        // 600 cells of three labels; the model is right, and unsure of every seventh. 30 of them were given another label.
        let (mut rows, mut names, mut flipped) = (Vec::new(), Vec::new(), Vec::new());
        for cell in 0..600 {
            let truth = cell % 3;
            let sure = if cell % 7 == 0 { 0.55 } else { 0.95 };
            let mut row = [(1.0 - sure) * 0.6, (1.0 - sure) * 0.4, 0.0];
            row.rotate_right(truth + 1);
            row[truth] = sure;
            rows.push(row);
            let wrong = cell % 20 == 7;
            names.push(["a", "b", "c"][if wrong { (truth + 1) % 3 } else { truth }]);
            flipped.extend(wrong.then_some(cell));
        }
        let found = doubts(&Labels::from_names(&names), &scores(&rows), &[true; 600]);
        let mut cells: Vec<usize> = found.cells.iter().map(|doubt| doubt.cell).collect();
        cells.sort_unstable();
        let right = cells.iter().filter(|cell| flipped.contains(cell)).count();
        assert_eq!(right, cells.len(), "nothing but flips is doubtful");
        let sure = flipped.iter().filter(|&&cell| cell % 7 != 0).count();
        assert_eq!(right, sure, "all of the {} flips are found of which the model is sure", flipped.len());
    }
}
