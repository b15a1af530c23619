//! Which files, which cells, which numbers.

use std::path::PathBuf;

use super::open::OpenArgs;
use ferrocyte::{Condition, DataOptions, Filter, ReferenceOptions};

/// How the matrix of a file is read and which of its cells are used.
#[derive(Debug, clap::Args)]
pub(crate) struct MatrixArgs {
    /// Matrix to read: `X`, `raw` or the name of a layer [default: X]
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    #[command(flatten)]
    open: OpenArgs,
    /// Use only the cells for which this holds: `COLUMN=VALUE` or `COLUMN!=VALUE`. Repeat it: several values of
    /// one column are alternatives, conditions on different columns must all hold
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<Condition>,
    /// Column with the counts of each cell over all genes that were measured, where the file holds only some of
    /// them [default: the sum over the genes of the file]
    #[arg(long, value_name = "COLUMN")]
    library_size: Option<String>,
}

impl MatrixArgs {
    pub(crate) fn options(self, files: Vec<PathBuf>) -> DataOptions {
        let Self { layer, open, conditions, library_size } = self;
        DataOptions { files, layer, open: open.options(), filter: Filter(conditions), library_size }
    }
}

/// A labelled reference.
#[derive(Debug, clap::Args)]
pub(crate) struct ReferenceArgs {
    /// Labelled file: .h5ad, .h5mu, .loom, 10x folder, .tar.gz or .h5, dense .h5, .mtx, .csv or .tsv, .npy or .npz; several files are one data set on the union of their genes
    #[arg(required = true, value_name = "REF")]
    files: Vec<PathBuf>,
    /// Column with the labels to learn
    #[arg(long, value_name = "COLUMN")]
    label: String,
    /// Column that says which cells belong together, the donor for example: no group is trained on and scored on
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    #[command(flatten)]
    matrix: MatrixArgs,
    /// Use N cells, drawn at random in proportion to the labels
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    downsample: Option<u64>,
    /// Use at most N cells of each label, drawn at random
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_per_class: Option<u64>,
}

impl ReferenceArgs {
    pub(crate) fn options(self) -> ReferenceOptions {
        let Self { files, label, group, matrix, downsample, max_per_class } = self;
        ReferenceOptions {
            data: matrix.options(files),
            label,
            group,
            downsample: downsample.map(|n| usize::try_from(n).unwrap_or(usize::MAX)),
            max_per_class: max_per_class.map(|n| usize::try_from(n).unwrap_or(usize::MAX)),
        }
    }
}
