//! What a run needs in memory, part by part: the figures of docs/memory.md. Most are estimates on the safe side.

use ferrocyte_core::ModelHeader;
use ferrocyte_io::Storage;
use ferrocyte_learn::models::{Centroid, Logistic, Train, Weighted};

use crate::dataset::Dataset;

/// The program itself, the names of known genes, and what the system lends it.
const PROGRAM: u64 = 64 << 20;
/// Cells on the way from the file: those that its scale was first seen in, and batches that are read, worked on and packed; and more
/// for each two threads.
const CELLS_ON_THE_WAY: u64 = 20 << 10;
const CELLS_OF_THREADS: u64 = 4 << 10;
/// Where there are fewer than that: how often each is there at a time.
const COPIES_OF_ALL: u64 = 6;
/// Cells of a part that is learnt from, and parts at a time.
const PART_CELLS: u64 = 8192;
const PARTS: u64 = 4;
/// What a matrix that is stored gene by gene takes at most: a larger one is turned on the disk.
const TURNED_ON_DISK: u64 = 512 << 20;
/// What a value takes in a block, and a name beside its letters.
const VALUE: u64 = 8;
const NAME: u64 = 48;
/// Codes of labels and groups, positions, what identifies a cell's counts: for each cell.
const CELL: u64 = 160;
/// The same, of a cell that is labelled: the rest lies on disk.
const LABELLED_CELL: u64 = 64;
/// Copies of the weights of a model that is there: as read, as numbers of its kind, side by side for the processor.
const COPIES_OF_KNOWN_WEIGHTS: u64 = 6;
/// Copies of weights while a model is trained: of the thirty steps that are remembered where cells are many, two each, and some more.
const COPIES_OF_WEIGHTS: u64 = 72;
/// Copies of probabilities of all cells while they are judged: own, calibrated, of baselines, drawn.
const COPIES_OF_PROBABILITIES: u64 = 8;
/// Of so many values one is that of a marker, which profiles keep side by side: an estimate on the safe side.
const ONE_OF_MARKERS_IN: u64 = 4;
/// Values that near copies are looked for among, at most: see `near_copies`.
const COMPARED_VALUES: u64 = 1 << 25;
/// Cells above which a linear model copies those in doubt: a quarter of all, and so many values, at most.
const VERY_MANY_CELLS: u64 = 1 << 18;
const VALUES_IN_DOUBT: u64 = 1 << 26;
/// Copies of all cells where they are in memory: those that were read, on the genes that are left, and of a fold.
const COPIES_TO_TRAIN: u64 = 3;
const COPIES_TO_SCORE: u64 = 4;

/// A kind of model, and whether it reads cells part by part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) name: String,
    pub(crate) can_stream: bool,
}

impl Kind {
    pub(crate) fn of(trainer: &dyn Train) -> Self {
        Self { name: trainer.kind().to_owned(), can_stream: trainer.can_stream() }
    }
}

/// What a run does with its cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// The kinds of model that learn from them.
    pub(crate) kinds: Vec<Kind>,
    /// Whether every cell is held out once, and judged.
    pub(crate) scored: bool,
    /// Whether cells are called by their names.
    pub(crate) named: bool,
}

/// What the parts of a run take, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Estimate {
    /// All that is needed wherever the cells lie, with its name.
    pub(super) parts: Vec<(&'static str, u64)>,
    /// All cells, with the copies that are made of them, in memory.
    pub(super) cells: u64,
    /// How many that are.
    pub(super) copies: u64,
}

impl Estimate {
    /// Of the cells that are used of a data set with labels.
    pub(super) fn of(needs: &Needs, dataset: &Dataset, n_labels: usize) -> Self {
        let n_cells = dataset.n_cells() as u64;
        let n_genes = dataset.files.iter().map(|file| file.genes.len()).max().unwrap_or(0) as u64;
        let values: f64 = dataset.files.iter().map(values_used).sum();
        let per_cell = (values / n_cells.max(1) as f64).ceil() as u64;
        let weights = n_genes * n_labels as u64 * 8;
        let on_the_way = CELLS_ON_THE_WAY + CELLS_OF_THREADS * (rayon::current_num_threads() as u64 / 2);
        let mut parts = vec![
            ("the program", PROGRAM),
            ("names and columns of cells", CELL * n_cells),
            ("cells that are read at a time", on_the_way.min(COPIES_OF_ALL * n_cells) * per_cell * VALUE),
            ("cells that are learnt from at a time", PART_CELLS.min(n_cells) * per_cell * VALUE * PARTS),
            ("the model while it learns", weights * COPIES_OF_WEIGHTS),
        ];
        let linear = |kind: &Kind| [Logistic::KIND, Weighted::KIND].contains(&kind.name.as_str());
        if n_cells > VERY_MANY_CELLS && needs.kinds.iter().any(linear) {
            parts.push(("cells in doubt", (values as u64 / 4).min(VALUES_IN_DOUBT) * (VALUE + 1)));
        }
        if let Some(turned) = by_genes(dataset) {
            parts.push(("a matrix that is stored gene by gene", turned));
        }
        if needs.named {
            parts.push(("names of cells in the result", n_cells * NAME));
        }
        let by_profiles = |kind: &Kind| kind.name == Centroid::KIND;
        if needs.scored || needs.kinds.iter().any(by_profiles) {
            // Profiles are a baseline of every score.
            parts.push(("values of marker genes", values as u64 * VALUE / ONE_OF_MARKERS_IN));
        }
        if needs.scored {
            let compared = (values as u64).min(COMPARED_VALUES) * VALUE;
            parts.push((
                "probabilities of held-out cells",
                n_cells * n_labels as u64 * 8 * COPIES_OF_PROBABILITIES,
            ));
            // Not at the same time as parts of cells are learnt from.
            parts.push(("cells among which copies are looked for", compared));
        }
        let copies = if needs.scored { COPIES_TO_SCORE } else { COPIES_TO_TRAIN };
        Self { parts, cells: (values as u64).saturating_mul(VALUE * copies), copies }
    }

    /// Of the cells of a query, and a model that is to label them; all of them in memory where it is to learn from them.
    pub(super) fn of_query(query: &Dataset, header: &ModelHeader, whole: bool) -> Self {
        let n_cells = query.n_cells() as u64;
        let values: f64 = query.files.iter().map(values_used).sum();
        let per_cell = (values / n_cells.max(1) as f64).ceil() as u64;
        let on_the_way = CELLS_ON_THE_WAY + CELLS_OF_THREADS * (rayon::current_num_threads() as u64 / 2);
        let weights = (header.genes.len() * header.labels.len()) as u64 * 8;
        let mut parts = vec![
            ("the program", PROGRAM),
            ("names of its genes and labels", header.genes.len() as u64 * NAME * 4),
            ("what is known of each cell", LABELLED_CELL * n_cells),
            ("cells that are read at a time", on_the_way.min(COPIES_OF_ALL * n_cells) * per_cell * VALUE),
            ("the model", weights * COPIES_OF_KNOWN_WEIGHTS),
        ];
        if let Some(turned) = by_genes(query) {
            parts.push(("a matrix that is stored gene by gene", turned));
        }
        if whole {
            parts.push(("all cells, to adapt to them", (values as u64) * VALUE * COPIES_TO_SCORE));
            parts.push((
                "the reference, as many cells",
                header.training.cells as u64 * per_cell * VALUE * COPIES_TO_TRAIN,
            ));
        }
        Self { parts, cells: 0, copies: 1 }
    }

    /// All that is needed wherever the cells lie.
    pub(super) fn fixed(&self) -> u64 {
        self.parts.iter().map(|(_, bytes)| bytes).sum()
    }
}

/// Values of the cells that are used of a file, as far as the file says before they are read.
fn values_used(file: &crate::dataset::DataFile) -> f64 {
    let all = file.content.n_cells().max(1) as f64;
    let info = file.content.matrix(&file.matrix).ok();
    let dense = all * file.genes.len() as f64;
    let stored = info.and_then(|info| info.n_non_zeros).map_or(dense, |n| (n as f64).min(dense));
    stored * file.cells.len() as f64 / all
}

/// Bytes of the largest matrix that has to be turned.
fn by_genes(dataset: &Dataset) -> Option<u64> {
    let turned = dataset.files.iter().filter_map(|file| {
        let info = file.content.matrix(&file.matrix).ok()?;
        let whole = info.n_non_zeros? * 2 * VALUE;
        match info.storage {
            Storage::Csc => Some(whole.min(TURNED_ON_DISK)),
            Storage::Coordinates => Some(whole),
            _ => None,
        }
    });
    turned.max()
}
