//! Folds by cell where donors are known.

use ferrocyte_core::Warning;

/// Folds are by cell although a column, one of [`donor_like_columns`](super::donor_like_columns), looks like it
/// says which cells belong together.
///
/// Cells of one donor are not independent of each other: Squair et al. 2021,
/// <https://doi.org/10.1038/s41467-021-25960-2>.
pub fn score_flatters(column: &str) -> Warning {
    Warning::new(
        "score-flatters",
        format!(
            "folds are by cell, and column `{column}` looks like it says which cells belong together: cells of \
             one `{column}` stand on both sides of each split, so this score flatters"
        ),
    )
    .with_hint(format!("score by group: `--group {column}`"))
}
