//! Labels that follow from another column.

use ferrocyte_core::Labels;

/// Above this share of cells a column is said to give the label away.
const NEARLY: f64 = 0.99;

/// How well a column (donor, batch) predicts the labels by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Follows {
    /// Share of cells that have the label which is most common among the cells with the same entry.
    pub share: f64,
}

impl Follows {
    /// Whether every entry of the column goes with one label.
    pub fn perfectly(self) -> bool {
        self.share >= 1.0
    }
}

/// Whether labels can be told from a column alone: each of its entries goes with one label, in (nearly) all cells. `None`
/// where they cannot, and where the column has fewer entries than there are labels: then it cannot tell all of them
/// apart.
///
/// A model that is trained on such data may learn the donor or the batch and score as if it had learnt the label: nothing
/// in the data can tell these apart. Leek et al. 2010, <https://doi.org/10.1038/nrg2825>.
///
/// # Panics
/// When there are not as many entries as labels.
///
/// # Examples
/// ```
/// use ferrocyte_core::Labels;
/// use ferrocyte_learn::evaluate::follows;
///
/// let disease = Labels::from_names(&["AML", "AML", "healthy", "healthy", "healthy"]);
/// let donor = Labels::from_names(&["d1", "d1", "d2", "d3", "d3"]);
/// assert!(follows(&disease, &donor).is_some_and(|found| found.perfectly()));
/// let crossed = Labels::from_names(&["d1", "d2", "d1", "d2", "d2"]);
/// assert!(follows(&disease, &crossed).is_none());
/// ```
pub fn follows(labels: &Labels, column: &Labels) -> Option<Follows> {
    assert_eq!(labels.len(), column.len(), "one entry per cell");
    let (labels, column) = (labels.over_occurring(), column.over_occurring());
    let (n_labels, n_entries) = (labels.set().len(), column.set().len());
    if labels.is_empty() || n_entries < n_labels || n_labels < 2 {
        return None;
    }
    let mut counts = vec![0_usize; n_labels * n_entries]; // entry by entry
    for (label, entry) in labels.codes().zip(column.codes()) {
        counts[entry * n_labels + label] += 1;
    }
    let told: usize = counts.chunks_exact(n_labels).filter_map(|of_entry| of_entry.iter().max()).sum();
    let share = told as f64 / labels.len() as f64;
    (share >= NEARLY).then_some(Follows { share })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_with_few_exceptions_still_gives_the_label_away() {
        let labels = Labels::from_names(&["a", "b"].map(|label| [label; 200]).concat());
        let with_exceptions = |n: usize| {
            let mut column = ["x", "y"].map(|entry| [entry; 200]).concat();
            column[..n].fill("y");
            follows(&labels, &Labels::from_names(&column))
        };
        assert_eq!(with_exceptions(0), Some(Follows { share: 1.0 }));
        assert_eq!(with_exceptions(2), Some(Follows { share: 0.995 }));
        assert_eq!(with_exceptions(20), None);
    }

    #[test]
    fn a_column_that_cannot_tell_labels_apart_gives_nothing_away() {
        let labels = Labels::from_names(&["a", "b", "c", "c", "c", "c"].repeat(100));
        assert_eq!(follows(&labels, &Labels::from_names(&["x"; 600])), None);
        assert_eq!(follows(&labels, &Labels::from_names(&["x", "y", "y", "y", "y", "y"].repeat(100))), None);
        let one = Labels::from_names(&["a"; 6]);
        assert_eq!(follows(&one, &Labels::from_names(&["x", "x", "x", "y", "y", "y"])), None);
    }
}
