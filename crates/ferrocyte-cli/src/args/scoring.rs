//! How a model is scored.

use ferrocyte::ScoringOptions;

/// How cells are divided for scoring.
#[derive(Debug, clap::Args)]
pub(crate) struct ScoringArgs {
    /// Number of folds [default: 5, or the number of groups where there are fewer]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1000))]
    folds: Option<u16>,
    /// Hold each group out once, alone; needs --group
    #[arg(long, requires = "group", conflicts_with = "folds")]
    leave_one_out: bool,
}

impl ScoringArgs {
    pub(crate) fn options(self) -> ScoringOptions {
        ScoringOptions {
            folds: self.folds.map(usize::from),
            leave_one_out: self.leave_one_out,
            ..ScoringOptions::default()
        }
    }
}
