//! Which files, which cells, which numbers.

use std::path::PathBuf;

use super::open::{GenesArgs, OpenArgs};
use ferrocyte::{
    ByteSize, Condition, DataOptions, Filter, GeneChoice, HierarchyOptions, InputFile, LabelFromName,
    MemoryOptions, Orientation, Reading, ReferenceOptions,
};

/// How the matrix of a file is read and which of its cells are used.
#[derive(Debug, clap::Args)]
pub(crate) struct MatrixArgs {
    /// Matrix to read: `X`, `raw` or the name of a layer [default: the one with counts, else with their logarithms]
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    /// What the numbers are, where you know better than they show: `counts`, `10k`, `cpm` or another total per cell, or
    /// one of these after a logarithm as in `log1p-10k`, `log2-cpm`, `log10-counts` [default: found out from all cells]
    #[arg(long, value_name = "SCALE")]
    scale: Option<Reading>,
    #[command(flatten)]
    open: OpenArgs,
    /// Use only the cells for which this holds: `COLUMN=VALUE` or `COLUMN!=VALUE`. Repeat it: several values of
    /// one column are alternatives, conditions on different columns must all hold
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<Condition>,
    /// Column with the counts of each cell over all genes that were measured, where the file holds only some of
    /// them [default: found out, else the sum over the genes of the file]
    #[arg(long, value_name = "COLUMN")]
    library_size: Option<String>,
    /// Labels of which exactly one stands in the name of each file, whatever its capitals: `healthy|ra|sle`. The
    /// cells of a file get the one in its name, as it is written here
    #[arg(long, value_name = "A|B|C")]
    label_from_name: Option<LabelFromName>,
    /// Cells that are read at a time; results do not depend on it [default: 1024]
    #[arg(long, value_name = "N", hide_short_help = true, value_parser = clap::value_parser!(u32).range(1..))]
    block_cells: Option<u32>,
}

impl MatrixArgs {
    /// `genes` is where the genes of a table are.
    pub(crate) fn options(self, files: Vec<PathBuf>, genes: Option<Orientation>) -> DataOptions {
        let Self { layer, scale, open, conditions, library_size, label_from_name, block_cells } = self;
        DataOptions {
            files: files.into_iter().map(InputFile::from_argument).collect(),
            label_from_name,
            layer,
            scale,
            open: open.options(genes),
            filter: Filter(conditions),
            library_size,
            block_cells: block_cells.map(|cells| cells as usize),
        }
    }
}

/// A labelled reference.
#[derive(Debug, clap::Args)]
pub(crate) struct ReferenceArgs {
    /// Labelled file: .h5ad, zarr folder or .zip, .h5mu, .loom, 10x folder, .tar.gz or .h5, dense .h5, .mtx, .csv or .tsv, .npy or .npz; several files are one data set on the union of their genes. `FILE=LABEL` gives all cells of a file one label (a file of that whole name wins). `study/*.h5ad` stands for the files that it matches, `@list.txt` for those that a list names, one on each line
    #[arg(required = true, value_name = "REF")]
    files: Vec<PathBuf>,
    /// Column with the labels to learn; not needed where each file has its label
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// Column that says which cells belong together, the donor for example: no group is trained on and scored on
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    /// Column that says which study a cell is from. For the score each study is held out once, alone; with --group beside
    /// it, intervals are still over groups
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["test_where", "folds", "leave_one_out"])]
    study: Option<String>,
    /// For the score test on the cells for which this holds, as in --where, and train on all others, once
    #[arg(long, value_name = "CONDITION", conflicts_with_all = ["folds", "leave_one_out"])]
    test_where: Vec<Condition>,
    /// Columns of wider names above the labels, from the widest to the labels: `cell_type_coarse,cell_type`. A cell that is
    /// not sure of its label then gets the wider name, and scores count a wider name as partly right
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', conflicts_with_all = ["ontology", "ontology_ids"])]
    levels: Vec<String>,
    /// Ontology with the wider names: an OBO file such as cl.obo, plain or .gz. Labels are looked for by identifier, name or
    /// exact synonym
    #[arg(long, value_name = "FILE")]
    ontology: Option<PathBuf>,
    /// Column with the identifiers of the labels in the ontology
    #[arg(long, value_name = "COLUMN", requires = "ontology")]
    ontology_ids: Option<String>,
    #[command(flatten)]
    genes: GenesArgs,
    #[command(flatten)]
    matrix: MatrixArgs,
    /// Leave out cells that have exactly the counts of an earlier cell
    #[arg(long)]
    drop_copies: bool,
    /// Use N cells, drawn at random in proportion to the labels
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    downsample: Option<u64>,
    /// Use at most N cells of each label, drawn at random
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_per_class: Option<u64>,
    #[command(flatten)]
    memory: MemoryArgs,
}

/// How much memory a run may take.
#[derive(Debug, clap::Args)]
pub(crate) struct MemoryArgs {
    /// Memory that the run may take, as in `2GiB` or `500MB`: more cells than fit are kept in a temporary file, and what cannot be
    /// done with so little is refused before it starts. Results do not depend on it [default: up to half of what is available
    /// is used for cells, and nothing is refused]
    #[arg(long, value_name = "SIZE")]
    memory: Option<ByteSize>,
    /// Folder for that temporary file, which is gone when the run ends, however it does [default: TMPDIR, else that of the
    /// system]
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
}

impl MemoryArgs {
    pub(crate) fn options(self) -> MemoryOptions {
        MemoryOptions { most: self.memory, cache: self.cache }
    }
}

impl ReferenceArgs {
    /// Which genes a model may use.
    pub(crate) fn gene_choice(&self) -> GeneChoice {
        self.genes.choice()
    }

    pub(crate) fn options(self) -> ReferenceOptions {
        let Self { files, label, group, study, test_where, levels, ontology, ontology_ids, .. } = self;
        let Self { genes, matrix, drop_copies, downsample, max_per_class, memory, .. } = self;
        ReferenceOptions {
            data: matrix.options(files, genes.orientation()),
            label,
            unit: Vec::new(),
            cell_types: None,
            group,
            study,
            test_where: Filter(test_where),
            hierarchy: HierarchyOptions { levels, ontology, ontology_ids },
            drop_copies,
            downsample: downsample.map(|n| usize::try_from(n).unwrap_or(usize::MAX)),
            max_per_class: max_per_class.map(|n| usize::try_from(n).unwrap_or(usize::MAX)),
            memory: memory.options(),
        }
    }
}
