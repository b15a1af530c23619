//! Several files as one set of cells on the union of their genes; the numbers stay as they are stored.

use std::collections::{HashMap, HashSet};

use ferrocyte_core::{Block, BlockError, GeneUnion, QueryGene, Stored, Warning};
use ferrocyte_io::frame::{Column, Frame, Part};
use ferrocyte_io::write::{Annotations, ObsColumn};
use ferrocyte_io::{CellFile, MatrixPath, ReadError};

use crate::genes::{self, GeneNames};

/// A file that is joined with others.
pub(crate) struct JoinedFile {
    pub(crate) name: String,
    pub(crate) content: Box<dyn CellFile>,
    pub(crate) genes: Frame,
    /// For each gene of the file its place in the union, where it has a name; `None` where all stay in place.
    map: Option<Vec<Option<u32>>>,
}

/// Files that were joined.
pub(crate) struct Joined {
    pub(crate) files: Vec<JoinedFile>,
    pub(crate) obs: Annotations,
    pub(crate) var: Annotations,
    pub(crate) notes: Vec<Warning>,
}

/// Why the cells of a file cannot stand beside those of another.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// Two columns of one gene hold numbers that have no sum.
    #[error(
        "`{file}` has several columns for gene `{gene}`; joined with another file they would be summed, which only \
         counts can be, and found {value}; convert the file alone, or give its genes different names"
    )]
    RepeatedGene {
        /// The file.
        file: String,
        /// The gene.
        gene: String,
        /// A value that is no count.
        value: f32,
    },
    /// A sum that is no number.
    #[error("`{file}`: the cells cannot be joined")]
    Block {
        /// The file.
        file: String,
        /// The rule.
        #[source]
        source: BlockError,
    },
}

impl Joined {
    /// Joins annotations of cells and genes; genes by what they are, as in training. A file that stands alone keeps its genes column by column.
    pub(crate) fn new(
        files: Vec<(String, Box<dyn CellFile>)>,
        matrix: &MatrixPath,
        gene_names: &GeneNames,
    ) -> Result<Self, ReadError> {
        let mut joined = Vec::with_capacity(files.len());
        for (name, content) in files {
            let genes = content.genes_of(matrix)?;
            joined.push(JoinedFile { name, content, genes, map: None });
        }
        let mut all = Self {
            files: joined,
            obs: Annotations::default(),
            var: Annotations::default(),
            notes: Vec::new(),
        };
        all.join_cells()?;
        if let [only] = all.files.as_slice() {
            all.var = Annotations::of(&only.genes)?;
            all.note_repeated_genes();
        } else {
            all.join_genes(gene_names)?;
        }
        all.rename_columns();
        Ok(all)
    }

    /// Number of cells.
    pub(crate) fn n_cells(&self) -> usize {
        self.obs.names.len()
    }

    fn join_cells(&mut self) -> Result<(), ReadError> {
        let frames: Vec<&Frame> = self.files.iter().map(|file| file.content.obs()).collect();
        let (names, note) = cell_names(&frames);
        let mut obs = Annotations { names, columns: join_columns(&frames)? };
        self.notes.extend(note);
        if self.files.len() > 1 {
            obs.columns.push(("file".to_owned(), self.file_of_each_cell()));
        }
        self.obs = obs;
        Ok(())
    }

    /// The name of each cell's file, with its number where two files have one name.
    fn file_of_each_cell(&self) -> Column {
        let distinct: HashSet<&String> = self.files.iter().map(|file| &file.name).collect();
        let numbered = distinct.len() < self.files.len();
        let of_file = |(number, file): (usize, &JoinedFile)| {
            let name = if numbered { format!("{}: {}", number + 1, file.name) } else { file.name.clone() };
            std::iter::repeat_n(Some(name), file.content.n_cells())
        };
        let names: Vec<Option<String>> = self.files.iter().enumerate().flat_map(of_file).collect();
        ObsColumn::from_names(&names).into()
    }

    /// The genes of all files, each once whatever the files call it, in the order in which they first appear.
    fn join_genes(&mut self, gene_names: &GeneNames) -> Result<(), ReadError> {
        let mut union = GeneUnion::default();
        for file in &self.files {
            let found = genes::find_genes(&file.genes, gene_names, |table| union.index(table));
            found.add_to(&mut union, &file.genes);
        }
        let (genes, _, maps) = union.finish();
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); genes.len()]; // of each gene in the annotations of all files
        let mut first_row = 0;
        for (file, found) in self.files.iter_mut().zip(maps) {
            let place = |gene: usize| found.model_gene(QueryGene(gene as u32)).map(|gene| gene.0);
            let map: Vec<Option<u32>> = (0..file.genes.len()).map(place).collect();
            for (gene, place) in map.iter().enumerate() {
                if let Some(place) = place {
                    rows[*place as usize].push(first_row + gene);
                }
            }
            first_row += map.len();
            self.notes.extend(genes_notes(file, &map, genes.names()));
            let stays = map.iter().enumerate().all(|(gene, place)| *place == Some(gene as u32));
            file.map = Some(map).filter(|_| !stays);
        }
        let frames: Vec<&Frame> = self.files.iter().map(|file| &file.genes).collect();
        let columns = join_columns(&frames)?.into_iter().map(|(name, column)| {
            let first_known = |rows: &Vec<usize>| {
                rows.iter().copied().find(|&row| !column.is_missing(row)).or(rows.first().copied())
            };
            let wanted: Vec<Option<usize>> = rows.iter().map(first_known).collect();
            (name, column.select(&wanted))
        });
        self.var = Annotations { columns: columns.collect(), names: genes.names().to_vec() };
        Ok(())
    }

    fn note_repeated_genes(&mut self) {
        let distinct: HashSet<&String> = self.var.names.iter().collect();
        let repeated = self.var.names.len() - distinct.len();
        if repeated > 0 {
            self.notes.push(Warning::note(
                "repeated-genes",
                format!("{repeated} columns repeat the name of another gene; they are written as they are"),
            ));
        }
    }

    fn rename_columns(&mut self) {
        for (frame, annotations) in [("obs", &mut self.obs), ("var", &mut self.var)] {
            let (writable, renamed) = std::mem::take(annotations).with_writable_names();
            *annotations = writable;
            for (old, new) in renamed {
                let message = format!("column `{old}` of {frame} is written as `{new}`");
                self.notes.push(Warning::note("column-renamed", message));
            }
        }
    }
}

impl JoinedFile {
    /// Puts cells on the union of the genes.
    pub(crate) fn place(&self, block: Block<Stored>, n_genes: usize) -> Result<Block<Stored>, JoinError> {
        let Some(map) = &self.map else {
            return if block.n_genes() == n_genes { Ok(block) } else { self.widened(&block, n_genes) };
        };
        let (mut row_ptr, mut genes, mut values) = (vec![0], Vec::new(), Vec::new());
        let mut entries: Vec<(u32, f32)> = Vec::new();
        for cell in block.cells() {
            entries.clear();
            entries.extend(cell.iter().filter_map(|(gene, value)| Some((map[gene as usize]?, value))));
            entries.sort_by_key(|&(gene, _)| gene); // stable: repeated genes sum in column order
            let start = genes.len();
            for &(gene, value) in &entries {
                match values.last_mut() {
                    Some(last) if genes.len() > start && genes.last() == Some(&gene) => {
                        for value in [*last, value] {
                            self.check_count(gene, value)?;
                        }
                        *last += value;
                    }
                    _ => {
                        genes.push(gene);
                        values.push(value);
                    }
                }
            }
            row_ptr.push(genes.len());
        }
        self.checked(Block::new(n_genes, row_ptr, genes, values))
    }

    /// The genes are the first of the union, in its order.
    fn widened(&self, block: &Block<Stored>, n_genes: usize) -> Result<Block<Stored>, JoinError> {
        let (row_ptr, genes, values) = block.as_csr();
        self.checked(Block::new(n_genes, row_ptr.to_vec(), genes.to_vec(), values.to_vec()))
    }

    fn checked(&self, block: Result<Block<Stored>, BlockError>) -> Result<Block<Stored>, JoinError> {
        block.map_err(|source| JoinError::Block { file: self.name.clone(), source })
    }

    fn check_count(&self, place: u32, value: f32) -> Result<(), JoinError> {
        if value >= 0.0 && value.fract() == 0.0 {
            return Ok(());
        }
        let map = self.map.as_deref().unwrap_or_default();
        let gene = map.iter().position(|found| *found == Some(place)).unwrap_or_default();
        let gene = self.genes.index().get(gene).cloned().unwrap_or_default();
        Err(JoinError::RepeatedGene { file: self.name.clone(), gene, value })
    }
}

/// What became of the genes of a file.
fn genes_notes(file: &JoinedFile, map: &[Option<u32>], names: &[String]) -> Vec<Warning> {
    let mut seen = HashSet::new();
    let repeated = map.iter().flatten().filter(|place| !seen.insert(**place)).count();
    let nameless = map.iter().filter(|place| place.is_none()).count();
    let mut renamed = file.genes.index().iter().zip(map).filter_map(|(name, place)| {
        let written = &names[(*place)? as usize];
        (written != name).then_some((name, written))
    });
    let example = renamed.next();
    let renamed = renamed.count() + usize::from(example.is_some());
    let are =
        |n: usize, one: &str, many: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {many}") };
    let mut told = Vec::new();
    if repeated > 0 {
        let columns = are(repeated, "column repeats", "columns repeat");
        told.push(format!("{columns} another gene; their counts are summed"));
    }
    if nameless > 0 {
        told.push(format!("{} no name: left out", are(nameless, "gene has", "genes have")));
    }
    if let Some((name, written)) = example {
        let genes = are(renamed, "gene is", "genes are");
        told.push(format!("{genes} written by the name of an earlier file, such as `{name}` as `{written}`"));
    }
    told.into_iter().map(|told| Warning::note("joined-genes", format!("{}: {told}", file.name))).collect()
}

/// Names of all cells. Where one name stands in two files, every cell gets the number of its file, from 1.
fn cell_names(frames: &[&Frame]) -> (Vec<String>, Option<Warning>) {
    let Some(shared) = name_in_two(frames) else {
        return (frames.iter().flat_map(|frame| frame.index()).cloned().collect(), None);
    };
    let numbered = |(file, frame): (usize, &&Frame)| -> Vec<String> {
        frame.index().iter().map(|name| format!("{name}-{}", file + 1)).collect()
    };
    let message = format!(
        "the files share names of cells (`{shared}` for example): every name got the number of its file, \
         `{shared}-1` and so on"
    );
    (frames.iter().enumerate().flat_map(numbered).collect(), Some(Warning::note("cells-renamed", message)))
}

/// The first name of a cell that stands in an earlier file, too.
fn name_in_two<'a>(frames: &[&'a Frame]) -> Option<&'a str> {
    let mut file_of: HashMap<&str, usize> = HashMap::new(); // looked up, never iterated
    for (file, frame) in frames.iter().enumerate() {
        for name in frame.index() {
            if *file_of.entry(name).or_insert(file) != file {
                return Some(name);
            }
        }
    }
    None
}

/// The columns of all frames, in the order in which they first appear; a frame without one has missing rows.
fn join_columns(frames: &[&Frame]) -> Result<Vec<(String, Column)>, ReadError> {
    let mut names: Vec<&String> = Vec::new();
    let mut known = HashSet::new();
    for name in frames.iter().flat_map(|frame| frame.names()) {
        if known.insert(name) {
            names.push(name);
        }
    }
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let mut parts = Vec::with_capacity(frames.len());
        for frame in frames {
            let column = frame.names().contains(name).then(|| frame.column(name)).transpose()?;
            parts.push(Part { column, n_rows: frame.len() });
        }
        columns.push((name.clone(), Column::concat(&parts)));
    }
    Ok(columns)
}
