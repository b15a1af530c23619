//! Why cells cannot be divided.

/// Why cells cannot be divided into training and test parts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    /// A single fold leaves nothing to train on.
    #[error("expected at least 2 folds, found {n_folds}")]
    Folds {
        /// Folds asked for.
        n_folds: usize,
    },
    /// A fold would be empty.
    #[error("expected at least one cell for each of {n_folds} folds, found {n_cells} cells")]
    Cells {
        /// Folds asked for.
        n_folds: usize,
        /// Cells there are.
        n_cells: usize,
    },
    /// A fold would hold no group.
    #[error(
        "expected at least one group for each of {n_folds} folds, found {n_groups} groups: \
         ask for {n_groups} folds or fewer"
    )]
    Groups {
        /// Folds asked for.
        n_folds: usize,
        /// Groups that have cells.
        n_groups: usize,
    },
    /// Holding out the only group leaves nothing to train on.
    #[error(
        "expected at least 2 groups to hold one out, found {n_groups}: \
         name a column with more groups, or score by cell"
    )]
    OneGroup {
        /// Groups that have cells: one or none.
        n_groups: usize,
    },
    /// Holding out the only study leaves nothing to train on.
    #[error(
        "expected at least 2 studies to hold one out, found {n_studies}: name a column with more studies"
    )]
    OneStudy {
        /// Studies that have cells: one or none.
        n_studies: usize,
    },
    /// One side of a single split would be empty.
    #[error(
        "expected cells to train on and cells to test on, found {n_tested} of {n_cells} cells to test on"
    )]
    OnePart {
        /// Cells to test on: none or all.
        n_tested: usize,
        /// Cells there are.
        n_cells: usize,
    },
}
