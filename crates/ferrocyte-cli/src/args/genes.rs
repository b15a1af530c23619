//! Which way round a table is.

use clap::ValueEnum;
use ferrocyte::Orientation;

/// Where the genes of a table are.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum GenesArg {
    /// A row for each gene, a column for each cell
    Rows,
    /// A column for each gene, a row for each cell
    Columns,
}

impl From<GenesArg> for Orientation {
    fn from(genes: GenesArg) -> Self {
        match genes {
            GenesArg::Rows => Self::GenesInRows,
            GenesArg::Columns => Self::GenesInColumns,
        }
    }
}
