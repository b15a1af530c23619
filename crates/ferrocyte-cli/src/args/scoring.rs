//! Which model, and how it is scored.

use clap::ValueEnum;
use ferrocyte::{Balance, ModelOptions, ScoringOptions};

/// Kind of model and its settings.
#[derive(Debug, clap::Args)]
pub(crate) struct ModelSettingsArgs {
    /// Kind of model
    #[arg(long, value_name = "NAME", default_value = ferrocyte::DEFAULT_MODEL)]
    model: String,
    /// Strength of the L2 penalty (scikit-learn's 1/C) [default: 1]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    l2: Option<f64>,
    /// Weight of the cells by class [default: sqrt; `--balance` alone: full]
    #[arg(long, value_name = "HOW", num_args = 0..=1, default_missing_value = "full")]
    balance: Option<BalanceArg>,
    /// Stop the optimiser after N steps, converged or not
    #[arg(long, value_name = "N")]
    max_iterations: Option<u32>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BalanceArg {
    /// Every cell counts the same
    None,
    /// A cell counts by one over the square root of the size of its class
    Sqrt,
    /// Every class counts the same
    Full,
}

impl ModelSettingsArgs {
    pub(crate) fn options(self) -> ModelOptions {
        let Self { model, l2, balance, max_iterations } = self;
        let balance = balance.map(|balance| match balance {
            BalanceArg::None => Balance::None,
            BalanceArg::Sqrt => Balance::Sqrt,
            BalanceArg::Full => Balance::Full,
        });
        ModelOptions { kind: model, l2, balance, max_iterations }
    }
}

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
        ScoringOptions { folds: self.folds.map(usize::from), leave_one_out: self.leave_one_out }
    }
}
