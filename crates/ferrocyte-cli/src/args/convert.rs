use std::path::PathBuf;

use ferrocyte::ConvertOptions;

use super::open::{GenesWhereArgs, OpenArgs};

/// Write cells in a clean form: .h5ad, zarr, or a folder as Cell Ranger writes it
///
/// One matrix with all columns of obs and var is written: values as 32-bit floats (in a 10x folder whole numbers as
/// such), zeros left out. Other matrices, obsm, varm, obsp, varp and uns are not carried over. Memory does not grow
/// with the number of values, except where the input must be read as a whole (.mtx, tables with genes in rows).
///
/// Several files are one set of cells on the union of their genes, which are matched by name; what a file does not
/// have is zero in the matrix and missing in obs. Where files share a name of a cell, every name gets `-` and the
/// number of its file. A column `file` in obs says where a cell is from. Where files differ on a gene, the first one
/// that has an entry counts.
#[derive(Debug, clap::Args)]
pub(crate) struct ConvertArgs {
    /// File to read, in any format that `inspect` reads
    #[arg(required = true, value_name = "IN")]
    files: Vec<PathBuf>,
    /// What to write; the name says the format: `NAME.h5ad`, `NAME.zarr`, or a 10x folder: `NAME.mtx` or any name
    /// that ends in `/`. A folder that stands there is replaced only if Ferrocyte wrote it
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// Matrix to read: `X`, `raw` or the name of a layer [default: X]
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    #[command(flatten)]
    genes: GenesWhereArgs,
    #[command(flatten)]
    open: OpenArgs,
}

impl ConvertArgs {
    pub(crate) fn options(self) -> ConvertOptions {
        let Self { files, output, layer, genes, open } = self;
        ConvertOptions { files, layer, open: open.options(genes.orientation()), output }
    }
}
