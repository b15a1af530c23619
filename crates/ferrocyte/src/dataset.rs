//! Files opened as one data set: which cells of them are used, on which genes, with which library sizes.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use ferrocyte_core::{
    BlockError, GeneMap, GeneUnion, InputRecord, LibrarySizeError, Progress, SourceError, TargetSum,
    Vocabulary, Warning,
};
use ferrocyte_io::cell_store::CellStoreError;
use ferrocyte_io::frame::Frame;
use ferrocyte_io::gene_table::GeneTableError;
use ferrocyte_io::hash::HashError;
use ferrocyte_io::obo::OboError;
use ferrocyte_io::{CellFile, MatrixPath, MatrixPathError, OpenOptions, ReadError};

use crate::cell_selection::CellSelection;
use crate::duplicates::{self, Duplicates, Fingerprint};
use crate::entries::{Entries, EntriesSoFar};
use crate::file_digest::Digest;
use crate::filter::Filter;
use crate::genes::{self, GeneNames};
use crate::hierarchy::HierarchyOptionsError;
use crate::input_file::{self, InputFile, InputFileError};
use crate::label_from_name::LabelFromName;
use crate::memory::MemoryError;
use crate::pass::Pass;
use crate::repeated_names::repeated_names;
use crate::scale::convert::{Goal, NormBlock};
use crate::scale::found::{Found, Library};
use crate::scale::pick::{BLOCK_CELLS, Opened, Picked};
use crate::scale::{self, Place, Reading, Verdict};
use crate::way_round;

/// What a data set is read for: to be learnt from. A [`QUERY`] is labelled.
pub(crate) const REFERENCE: &str = "reference";
/// What a data set is read for: to be labelled.
pub(crate) const QUERY: &str = "query";

/// Which files, which matrix, which cells.
#[derive(Debug, Clone, Default)]
pub struct DataOptions {
    /// The files: one data set, in this order. A pattern (`study/*.h5ad`) stands for the files that it matches, `@list.txt` for
    /// those that the list names.
    pub files: Vec<InputFile>,
    /// Labels of which one stands in the name of each file.
    pub label_from_name: Option<LabelFromName>,
    /// The matrix: `X`, `raw`, or the name of a layer; found out when `None`.
    pub layer: Option<String>,
    /// What the numbers of the matrix are; found out when `None`.
    pub scale: Option<Reading>,
    /// What the files cannot say of themselves.
    pub open: OpenOptions,
    /// Which cells are used.
    pub filter: Filter,
    /// Column with the counts of each cell over all genes that were measured.
    pub library_size: Option<String>,
    /// Cells that are read at a time, at least one; no result depends on it. 1,024 when `None`.
    pub block_cells: Option<usize>,
}

/// Several files as one data set.
pub(crate) struct Dataset {
    pub(crate) files: Vec<DataFile>,
    scale: Option<Reading>,
    /// What was seen when the files were opened.
    found: Vec<Warning>,
    pub(crate) gene_names: GeneNames,
}

/// One file of a data set.
pub(crate) struct DataFile {
    pub(crate) path: std::path::PathBuf,
    /// The label of all its cells, where no column has them.
    pub(crate) label: Option<String>,
    pub(crate) content: Box<dyn CellFile>,
    pub(crate) genes: Arc<[String]>,
    /// The cells that are used.
    pub(crate) cells: CellSelection,
    /// What is said of it, without the hash and the reading.
    pub(crate) input: InputRecord,
    digest: Digest,
    pub(crate) matrix: MatrixPath,
    /// Whether the matrix was named by the user.
    pub(crate) asked: bool,
    /// How the first cells look.
    pub(crate) verdict: Verdict,
    /// Matrices that are not read, with what they hold.
    pub(crate) others: Vec<(MatrixPath, String)>,
    /// The matrix, opened, as it was left when its first cells had been looked at.
    pub(crate) opened: RefCell<Option<Opened>>,
    /// Cells that are read at a time.
    pub(crate) block_cells: usize,
    pub(crate) library: Library,
}

/// What a reader of cells gets.
pub(crate) enum Step<T> {
    /// The next cells, or what was made of them.
    Cells(T),
    /// The first cells were not what they seemed to be: all cells come again, on another scale.
    StartAgain,
}

impl Dataset {
    /// Opens the files and applies the filter.
    pub(crate) fn open(options: &DataOptions, role: &str) -> Result<Self, DataError> {
        let inputs = input_file::expand(&options.files)?;
        let inputs = input_file::with_labels(&inputs, options.label_from_name.as_ref())?;
        let alone = inputs.len() == 1;
        let mut files: Vec<DataFile> = Vec::with_capacity(inputs.len());
        let mut found = input_file::notes(&inputs);
        for input in inputs {
            let mut file = DataFile::open(input, options, role, alone)?;
            // Files of one study have the same genes: these are kept once.
            if let Some(last) = files.last().filter(|last| last.genes == file.genes) {
                file.genes = Arc::clone(&last.genes);
            }
            found.extend(way_round::check(file.content.as_ref(), &file.genes, &options.open)?);
            files.push(file);
        }
        match repeated(&files)? {
            Some(error) if role == REFERENCE => return Err(error),
            Some(error) => found.push(Warning::new("file-twice", error.to_string())),
            None => {}
        }
        found.extend(way_round::mixed(&files));
        let gene_names = GeneNames::open(options.open.gene_table.as_deref())?;
        let dataset = Self { files, scale: options.scale, found, gene_names };
        if dataset.n_cells() == 0 {
            return Err(dataset.no_cells(&options.filter));
        }
        Ok(dataset)
    }

    /// Number of cells that are used.
    pub(crate) fn n_cells(&self) -> usize {
        self.files.iter().map(|file| file.cells.len()).sum()
    }

    /// Number of cells in the files.
    pub(crate) fn n_cells_in_files(&self) -> usize {
        self.files.iter().map(|file| file.content.n_cells()).sum()
    }

    /// The genes of all files, each once whatever the files call it, in the order in which they first appear; what
    /// else the files call them; and where each file's genes are among them.
    pub(crate) fn union_of_genes(&self) -> Result<(Vocabulary, Vec<String>, Vec<GeneMap>), DataError> {
        let mut union = GeneUnion::default();
        for file in &self.files {
            let var = file.var()?;
            let found = genes::find_genes(&var, &self.gene_names, |table| union.index(table));
            found.add_to(&mut union, &var);
        }
        Ok(union.finish())
    }

    /// Number of different genes in the files, by their names as they stand.
    pub(crate) fn n_genes(&self) -> usize {
        Vocabulary::of_distinct(self.files.iter().flat_map(|file| file.genes.iter().map(String::as_str)))
            .len()
    }

    /// The entries of a column of obs, over the cells that are used.
    pub(crate) fn column(&self, name: &str) -> Result<Entries, DataError> {
        Ok(self.column_of_few(name, usize::MAX)?.unwrap_or_default())
    }

    /// The same, of a column with at most so many different entries; `None` of others.
    pub(crate) fn column_of_few(&self, name: &str, most: usize) -> Result<Option<Entries>, DataError> {
        let mut entries = EntriesSoFar::with_capacity(self.n_cells());
        for file in &self.files {
            let column = file.content.obs().column(name)?;
            for cell in file.cells.iter() {
                entries.push(column.name(cell).as_deref());
                if entries.n_names() > most {
                    return Ok(None);
                }
            }
        }
        Ok(Some(entries.finish()))
    }

    /// Names of the cells that are used.
    pub(crate) fn cell_names(&self) -> Vec<String> {
        let mut names = Vec::with_capacity(self.n_cells());
        for file in &self.files {
            let index = file.content.obs().index();
            names.extend(file.cells.iter().map(|cell| index[cell].clone()));
        }
        names
    }

    /// The files as they were given, with their labels.
    pub(crate) fn inputs(&self) -> Vec<InputFile> {
        let input = |file: &DataFile| InputFile { path: file.path.clone(), label: file.label.clone() };
        self.files.iter().map(input).collect()
    }

    /// Notes on names that several cells of one file have. Cells of different files are told apart by their file.
    pub(crate) fn repeated_cell_names(&self) -> Result<Vec<Warning>, DataError> {
        let mut found = Vec::new();
        for file in &self.files {
            let repeated = repeated_names(&file.name(), file.content.obs().row_names());
            found.extend(repeated.map_err(DataError::Kept)?);
        }
        Ok(found)
    }

    /// Names of some of the cells that are used.
    pub(crate) fn names_of(&self, positions: Range<usize>) -> std::io::Result<Vec<String>> {
        /// Names of a file that are read at a time: those that are used may stand far apart.
        const STEP: usize = 1 << 12;
        let mut names = Vec::with_capacity(positions.len());
        let mut first = 0;
        for file in &self.files {
            let end = first + file.cells.len();
            let wanted = positions.start.max(first)..positions.end.min(end);
            let mut read = (0, Vec::new());
            for cell in wanted.filter_map(|position| file.cells.get(position - first)) {
                if cell >= read.0 + read.1.len() {
                    read = (cell, file.content.obs().row_names().range(cell..cell + STEP)?);
                }
                names.extend(read.1.get(cell - read.0).cloned());
            }
            first = end;
        }
        Ok(names)
    }

    /// The label of each cell's file, over the cells that are used.
    pub(crate) fn file_labels(&self) -> Entries {
        let mut entries = EntriesSoFar::with_capacity(self.n_cells());
        for file in &self.files {
            file.cells.iter().for_each(|_| entries.push(file.label.as_deref()));
        }
        entries.finish()
    }

    /// Position of each cell's file, over the cells that are used.
    pub(crate) fn file_of_cells(&self) -> Vec<usize> {
        self.files.iter().enumerate().flat_map(|(i, file)| file.cells.iter().map(move |_| i)).collect()
    }

    /// Names that tell the files apart: without folders, where those are not needed.
    pub(crate) fn file_names(&self) -> Vec<String> {
        input_file::telling_names(&self.files.iter().map(|file| file.path.as_path()).collect::<Vec<_>>())
    }

    /// Cells with the same counts, by the fingerprints of the cells that are used; and a name for each cell.
    pub(crate) fn duplicates(&self, fingerprints: &[Fingerprint]) -> Duplicates {
        duplicates::find(fingerprints, |cell| self.cell_name(cell))
    }

    /// The name of one of the cells that are used, for a sentence; empty where there is none.
    pub(crate) fn cell_name(&self, position: usize) -> String {
        self.cell(position).map_or_else(String::new, |(_, name)| name)
    }

    /// A cell for a sentence: its name, and its file where there are several.
    pub(crate) fn cell_in_words(&self, position: usize) -> String {
        match self.cell(position) {
            Some((file, name)) if self.files.len() > 1 => format!("`{name}` of {}", file.name()),
            Some((_, name)) => format!("`{name}`"),
            None => String::new(),
        }
    }

    /// The file and the name of one of the cells that are used.
    fn cell(&self, position: usize) -> Option<(&DataFile, String)> {
        let mut left = position;
        for file in &self.files {
            if let Some(cell) = file.cells.get(left) {
                return Some((file, file.cell_name(cell)));
            }
            left -= file.cells.len();
        }
        None
    }

    /// Whether every file has this column in obs.
    pub(crate) fn has_column(&self, name: &str) -> bool {
        self.files.iter().all(|file| file.content.obs().names().iter().any(|known| known == name))
    }

    /// Takes library sizes from this column, which the model was trained with.
    pub(crate) fn use_library_size(&mut self, column: &str) {
        for file in &mut self.files {
            file.library = Library::OfModel(column.to_owned());
        }
    }

    /// Keeps only these cells, named by their position among the cells that are used now; ascending.
    pub(crate) fn keep(&mut self, positions: &[usize]) {
        let mut positions = positions.iter().copied().peekable();
        let mut first = 0;
        for file in &mut self.files {
            let end = first + file.cells.len();
            let mut kept = Vec::new();
            while let Some(position) = positions.next_if(|&position| position < end) {
                kept.extend(file.cells.get(position - first));
            }
            file.cells = CellSelection::of(kept.into_iter());
            first = end;
        }
    }

    /// Reads the cells that are used block by block, in order, on the genes that `maps`, one for each file, lead to and
    /// the scale of a model, and returns what was found of every file.
    pub(crate) fn for_each_block<E: From<DataError> + Send>(
        &self,
        maps: &[GeneMap],
        target: TargetSum,
        progress: &dyn Progress,
        visit: impl FnMut(Step<NormBlock>) -> Result<(), E>,
    ) -> Result<Vec<Found>, E> {
        self.for_each_block_done(maps, target, progress, &Ok, visit)
    }

    /// As [`for_each_block`](Self::for_each_block), where all threads do `work` on blocks, and `visit` gets what they made of
    /// them, in the order of the cells.
    ///
    /// A matrix is read on the scale that its first cells seem to have, while all of them are looked at. Where they
    /// say otherwise in the end, everything is read once more; where no scale fits, it stops.
    pub(crate) fn for_each_block_done<T: Send, E: From<DataError> + Send>(
        &self,
        maps: &[GeneMap],
        target: TargetSum,
        progress: &dyn Progress,
        work: &(impl Fn(NormBlock) -> Result<T, E> + Sync),
        mut visit: impl FnMut(Step<T>) -> Result<(), E>,
    ) -> Result<Vec<Found>, E> {
        let mut passes: Vec<Pass> = self.files.iter().map(|file| Pass::first(file, self.scale)).collect();
        loop {
            progress.begin("reading cells", self.n_cells() as u64);
            let (mut contradicted, mut start) = (false, 0);
            for (at, ((file, map), pass)) in self.files.iter().zip(maps).zip(&mut passes).enumerate() {
                let goal = Goal { map, target };
                let all_again = contradicted;
                let work = |block: NormBlock| {
                    if all_again {
                        return Ok(None);
                    }
                    work(NormBlock { file: at, first: start + block.first, ..block }).map(Some)
                };
                let as_seemed = pass.run(file, &goal, &work, |n_cells, done| {
                    progress.advance(n_cells as u64);
                    done.flatten().map_or(Ok(()), |done| visit(Step::Cells(done)))
                })?;
                contradicted = contradicted || !as_seemed;
                start += file.cells.len();
            }
            progress.finish();
            if !contradicted {
                return Ok(passes
                    .into_iter()
                    .zip(&self.files)
                    .map(|(pass, file)| pass.found(file))
                    .collect());
            }
            visit(Step::StartAgain)?;
        }
    }

    /// Notes on what was read.
    pub(crate) fn warnings(&self, found: &[Found], maps: &[GeneMap]) -> Vec<Warning> {
        let mut warnings = self.found.clone();
        warnings.extend(found.iter().flat_map(Found::warnings));
        for (file, map) in self.files.iter().zip(maps) {
            for note in file.content.notes() {
                warnings.push(Warning::note("reading", format!("{}: {note}", file.name())));
            }
            let repeated = map.n_repeated_columns();
            if repeated > 0 {
                warnings.push(Warning::note(
                    "repeated-genes",
                    format!(
                        "{}: {repeated} columns name a gene that another column names; they are summed",
                        file.name()
                    ),
                ));
            }
        }
        warnings
    }

    fn no_cells(&self, filter: &Filter) -> DataError {
        let file = self.files.first();
        if filter.is_empty() {
            return DataError::Empty { file: file.map(DataFile::name).unwrap_or_default() };
        }
        let mut values = Vec::new();
        for column in filter.columns() {
            let found = file.and_then(|file| Some(file.content.obs().column(column).ok()?.to_names()));
            let mut found: Vec<String> = found.unwrap_or_default().into_iter().flatten().collect();
            found.sort_unstable();
            found.dedup();
            values.push(format!("`{column}` holds {}", crate::hint::list(&found)));
        }
        DataError::NothingPasses { filter: filter.to_string(), values: values.join("; ") }
    }
}

/// A file with the same bytes as an earlier one: its cells would be trained on and scored on.
fn repeated(files: &[DataFile]) -> Result<Option<DataError>, HashError> {
    if files.len() < 2 {
        return Ok(None); // its hash may take its time
    }
    let hashes = files.iter().map(|file| Ok(file.digest.get()?.hex)).collect::<Result<Vec<_>, _>>()?;
    Ok(files.iter().enumerate().find_map(|(i, file)| {
        let earlier = hashes[..i].iter().position(|earlier| *earlier == hashes[i])?;
        let earlier = &files[earlier];
        Some(match (&earlier.label, &file.label) {
            (Some(one), Some(other)) if one != other => {
                DataError::TwoLabels { file: file.name(), one: one.clone(), other: other.clone() }
            }
            _ => DataError::Repeated { file: file.name(), earlier: earlier.name() },
        })
    }))
}

impl DataFile {
    fn open(
        InputFile { path, label }: InputFile,
        options: &DataOptions,
        role: &str,
        alone: bool,
    ) -> Result<Self, DataError> {
        let content = ferrocyte_io::open_with(&path, &options.open)?;
        let filter = &options.filter;
        let cells = passing(content.as_ref(), filter)?;
        let block_cells = options.block_cells.unwrap_or(BLOCK_CELLS).max(1);
        // A scale is stated of one matrix: nothing is looked for then.
        let asked = options.layer.as_deref().map(str::parse::<MatrixPath>).transpose()?;
        let stated = options.scale.map(|_| MatrixPath::X);
        let picked = scale::pick::pick(content.as_ref(), asked.as_ref().or(stated.as_ref()), block_cells)?;
        let library = library(content.as_ref(), &picked, options)?;
        let Picked { matrix, verdict, others, opened } = picked;
        let genes = content.genes_of(&matrix)?.index().to_vec().into();
        let digest = Digest::begin(&path);
        if !alone {
            digest.get()?; // one thread for each of many files would be too many
        }
        let input = InputRecord {
            role: role.to_owned(),
            file: file_name(&path),
            format: content.format().to_string(),
            // Said when all cells have been read.
            sha256: String::new(),
            bytes: 0,
            reading: String::new(),
        };
        // One open matrix is kept to be read on; those of many files would fill the memory.
        let opened = RefCell::new(alone.then_some(opened));
        let asked = asked.is_some();
        Ok(Self {
            path,
            label,
            content,
            genes,
            cells,
            input,
            digest,
            matrix,
            asked,
            verdict,
            others,
            opened,
            block_cells,
            library,
        })
    }

    /// Annotations of the genes.
    pub(crate) fn var(&self) -> Result<Frame, ReadError> {
        self.content.genes_of(&self.matrix)
    }

    /// File name without the folder.
    pub(crate) fn name(&self) -> String {
        self.input.file.clone()
    }

    /// The record of the file, with what was read and how it was understood.
    pub(crate) fn record(&self, found: &Found, target: TargetSum) -> Result<InputRecord, DataError> {
        let stored = self
            .content
            .matrix(&self.matrix)
            .map_or_else(|_| String::new(), |info| format!(", {}, {}", info.storage, info.dtype));
        let reading = format!(
            "{}; {} × {} (cells × genes){stored}; {} cells used{}",
            found.sentence(target),
            self.content.n_cells(),
            self.genes.len(),
            self.cells.len(),
            self.label.as_ref().map_or_else(String::new, |label| format!(", all labelled `{label}`"))
        );
        let digest = self.digest.get()?;
        Ok(InputRecord { reading, sha256: digest.hex, bytes: digest.bytes, ..self.input.clone() })
    }

    /// Why the matrix cannot be read: `expected` was, and something else was `found`.
    pub(crate) fn unusable(&self, expected: String, found: String, place: Option<Place>) -> DataError {
        let found = match place {
            Some(Place { cell, gene, value }) => {
                let cell = self.cell_name(cell);
                let gene = self.genes.get(gene as usize).cloned().unwrap_or_default();
                format!("{found}: found {value} in cell `{cell}`, gene `{gene}`")
            }
            None => found,
        };
        DataError::Unusable(Box::new(Unusable {
            file: self.name(),
            matrix: self.matrix.to_string(),
            expected,
            found,
            others: scale::pick::others(self.content.as_ref(), &self.matrix)
                .into_iter()
                .map(|(matrix, holds)| (matrix.to_string(), holds))
                .collect(),
        }))
    }

    /// The name of a cell, for a sentence; empty where there is none.
    fn cell_name(&self, cell: usize) -> String {
        self.content.obs().row_names().get(cell).ok().flatten().unwrap_or_default()
    }

    /// A library size of a column that no cell can have.
    pub(crate) fn bad_library_size(&self, source: LibrarySizeError, start: usize) -> DataError {
        let source = LibrarySizeError { cell: source.cell + start, ..source };
        DataError::LibrarySize { file: self.name(), source }
    }
}

/// The cells that pass a filter.
fn passing(content: &dyn CellFile, filter: &Filter) -> Result<CellSelection, DataError> {
    let n_cells = content.n_cells();
    if filter.is_empty() {
        return Ok(CellSelection::Range(0..n_cells));
    }
    let mut keep = vec![true; n_cells];
    for name in filter.columns() {
        let column = content.obs().column(name)?;
        for (row, keep) in keep.iter_mut().enumerate() {
            *keep = *keep && filter.accepts(name, column.name(row).as_deref());
        }
    }
    Ok(CellSelection::of((0..n_cells).filter(|&cell| keep[cell])))
}

/// Where the library sizes of a file come from.
fn library(content: &dyn CellFile, picked: &Picked, options: &DataOptions) -> Result<Library, DataError> {
    if let Some(column) = &options.library_size {
        content.obs().column(column)?;
        return Ok(Library::Asked(column.clone()));
    }
    let reading = options.scale.or(picked.verdict.reading());
    let found = scale::library_size::of_file(content, picked, reading);
    Ok(found.map_or(Library::Sum, |found| Library::Detected { column: found.name, share: found.share }))
}

/// File name without the folder, so that records do not depend on where a file lies.
pub(crate) fn file_name(path: &std::path::Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Why files cannot be used as data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The name of the matrix makes no sense.
    #[error("the matrix cannot be chosen")]
    Matrix(#[from] MatrixPathError),
    /// The matrix cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The cells cannot be kept on disk.
    #[error(transparent)]
    Store(#[from] CellStoreError),
    /// The run would take too much memory.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// The table of gene names cannot be used.
    #[error(transparent)]
    GeneTable(#[from] GeneTableError),
    /// The ontology cannot be used.
    #[error(transparent)]
    Ontology(#[from] OboError),
    /// Wider names cannot be looked for like this.
    #[error(transparent)]
    Hierarchy(#[from] HierarchyOptionsError),
    /// What is known of the cells cannot be kept.
    #[error("what is known of the cells cannot be kept")]
    Kept(#[source] std::io::Error),
    /// A file cannot be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The labels of the files cannot be used.
    #[error(transparent)]
    Input(#[from] InputFileError),
    /// A file has genes where its format has cells.
    #[error(
        "`{file}` is the wrong way round: expected cells in its rows and genes in its columns, found rows called like \
         {cells} and columns called like {genes}"
    )]
    WrongWayRound {
        /// The file.
        file: String,
        /// What its rows are called.
        cells: String,
        /// What its columns are called.
        genes: String,
    },
    /// A file is given twice.
    #[error("`{file}` is given twice, the same bytes as `{earlier}`: each of its cells would count twice")]
    Repeated {
        /// The file.
        file: String,
        /// The file it is the same as.
        earlier: String,
    },
    /// A file is given twice, with different labels.
    #[error("`{file}` is given twice, as `{one}` and as `{other}`: a cell has one label")]
    TwoLabels {
        /// The file.
        file: String,
        /// Its first label.
        one: String,
        /// Its other label.
        other: String,
    },
    /// There are no cells.
    #[error("`{file}` holds no cells")]
    Empty {
        /// The file.
        file: String,
    },
    /// No cell has a label.
    #[error("no cell has an entry in {place}{words}")]
    NoLabels {
        /// Where labels were looked for: ``column `cell_type` ``.
        place: String,
        /// The words for "no value" that stand there instead.
        words: String,
    },
    /// All cells have one label.
    #[error("expected at least two labels in {place}, found only `{found}`")]
    OneClass {
        /// Where labels were looked for.
        place: String,
        /// The one label.
        found: String,
    },
    /// No cell has a count.
    #[error("`{file}` holds no counts: every value is zero")]
    NoCounts {
        /// The file.
        file: String,
    },
    /// The filter leaves nothing.
    #[error("no cell passes `{filter}`; {values}")]
    NothingPasses {
        /// The filter.
        filter: String,
        /// What the columns hold.
        values: String,
    },
    /// A column should hold numbers.
    #[error("`{file}`: column `{column}` must hold numbers to be used as library sizes")]
    NotNumbers {
        /// The file.
        file: String,
        /// The column.
        column: String,
    },
    /// A library size is impossible.
    #[error("`{file}`: the library sizes cannot be used")]
    LibrarySize {
        /// The file.
        file: String,
        /// The cause.
        #[source]
        source: LibrarySizeError,
    },
    /// The cells do not form a block.
    #[error("the cells cannot be used")]
    Block(#[source] BlockError),
    /// The numbers of a matrix are on no scale that a model could read.
    #[error(transparent)]
    Unusable(Box<Unusable>),
}

/// A matrix whose numbers are on no scale that a model could read, and which could be read instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{file}`: expected {expected} in `{matrix}`, found {found}")]
pub struct Unusable {
    /// The file.
    pub file: String,
    /// The matrix.
    pub matrix: String,
    /// What could have been read.
    pub expected: String,
    /// What it holds, with an example.
    pub found: String,
    /// Other matrices of the file and what they hold.
    pub others: Vec<(String, String)>,
}
