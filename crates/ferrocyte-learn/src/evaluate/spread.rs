//! Probabilities over a few labels, written over many.

use ferrocyte_core::{LabelSet, Scores};

/// Writes scores over the labels of `known` as scores over the labels of `all`: a label that `known` lacks is
/// zero for every cell, since a model that never saw it cannot give it. Rows stay cells.
///
/// # Errors
/// When the scores do not have one column per label of `known`, or `all` lacks a label of `known`.
///
/// # Examples
/// ```
/// use ferrocyte_core::{LabelSet, Scores};
/// use ferrocyte_learn::evaluate::spread;
///
/// let set = |names: &[&str]| LabelSet::new(names.iter().map(|&name| name.to_owned()));
/// let scores = Scores::from_rows(2, vec![0.9, 0.1]).unwrap();
/// let all = spread(&scores, &set(&["B", "T"]), &set(&["B", "NK", "T"]))?;
/// assert_eq!(all.row(0), [0.9, 0.0, 0.1]);
/// # Ok::<(), ferrocyte_learn::evaluate::SpreadError>(())
/// ```
pub fn spread(scores: &Scores, known: &LabelSet, all: &LabelSet) -> Result<Scores, SpreadError> {
    if scores.n_labels() != known.len() {
        return Err(SpreadError::Columns { expected: known.len(), found: scores.n_labels() });
    }
    let place = |name: &String| all.code(name).ok_or_else(|| SpreadError::Label { label: name.clone() });
    let places: Vec<usize> = known.names().iter().map(place).collect::<Result<_, _>>()?;
    let mut wide = Scores::zeros(scores.n_cells(), all.len());
    for (cell, row) in scores.rows().enumerate() {
        let wide_row = wide.row_mut(cell);
        for (&place, &score) in places.iter().zip(row) {
            wide_row[place] = score;
        }
    }
    Ok(wide)
}

/// Why scores cannot be written over other labels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpreadError {
    /// Not one column per label.
    #[error("expected {expected} scores per cell, one per label, found {found}")]
    Columns {
        /// Number of labels.
        expected: usize,
        /// Columns of the scores.
        found: usize,
    },
    /// A label that has nowhere to go.
    #[error("label `{label}` is not among the labels to score by")]
    Label {
        /// The label.
        label: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_without_a_place_are_refused() {
        let set = |names: &[&str]| LabelSet::new(names.iter().map(|&name| name.to_owned()));
        let scores = Scores::from_rows(2, vec![0.9, 0.1]).unwrap();
        assert_eq!(
            spread(&scores, &set(&["B", "T"]), &set(&["B", "NK"])).unwrap_err().to_string(),
            "label `T` is not among the labels to score by"
        );
        assert_eq!(
            spread(&scores, &set(&["B"]), &set(&["B"])).unwrap_err().to_string(),
            "expected 1 scores per cell, one per label, found 2"
        );
    }
}
