//! One way through the cells of a file.

use ferrocyte_core::{Block, BlockError, LibrarySizes, Stored};

use crate::dataset::{DataError, DataFile};
use crate::duplicates::GeneHashes;
use crate::scale::convert::{Goal, NormBlock, convert};
use crate::scale::found::{Found, Library};
use crate::scale::pick::{BLOCK_CELLS, Opened, number_columns};
use crate::scale::{Amount, Evidence, Place, Reading, Verdict, judge};

/// How a file is read: as it seems to be, until all of its cells have been seen.
pub(crate) struct Pass {
    reading: Option<Reading>,
    stated: bool,
    library: Library,
    /// What all cells say; known after the first way through.
    verdict: Option<Verdict>,
    too_small: u64,
}

impl Pass {
    /// As the first cells of the file look, or as the user says.
    pub(crate) fn first(file: &DataFile, stated: Option<Reading>) -> Self {
        Self {
            reading: stated.or(file.verdict.reading()),
            stated: stated.is_some(),
            library: file.library.clone(),
            verdict: None,
            too_small: 0,
        }
    }

    /// Reads the cells that are used and hands them on, with their number; without cells as soon as they cannot be
    /// what they seemed to be. Returns whether they were.
    ///
    /// # Errors
    /// When the cells cannot be read, or are on no scale that a model could read.
    pub(crate) fn run<E: From<DataError>>(
        &mut self,
        file: &DataFile,
        goal: &Goal<'_>,
        mut visit: impl FnMut(usize, Option<NormBlock>) -> Result<(), E>,
    ) -> Result<bool, E> {
        let mut evidence = self.verdict.is_none().then(Evidence::default);
        let mut reading = self.reading;
        self.too_small = 0;
        let counts = !matches!(reading, Some(Reading { of: Amount::Total(_), .. }));
        let sizes = if counts { library_sizes(file, &self.library)? } else { None };
        let Opened { mut source, first } = open(file)?;
        let mut next = first;
        let mut start = 0; // position in the file
        let hashes = GeneHashes::of(&file.genes);
        let mut wanted = file.cells.iter().peekable();
        while wanted.peek().is_some() {
            let block = match next.take() {
                Some(block) => block,
                None => match source.next_block().map_err(DataError::from)? {
                    Some(block) => block,
                    None => break,
                },
            };
            let end = start + block.n_cells();
            let mut rows = Vec::with_capacity(block.n_cells());
            while let Some(cell) = wanted.next_if(|&cell| cell < end) {
                rows.push(cell - start);
            }
            let block = if rows.len() == block.n_cells() { block } else { block.select_cells(&rows) };
            let cells = || rows.iter().map(|row| start + row);
            if let Some(evidence) = &mut evidence {
                evidence.add(&block, cells());
            }
            let fingerprints = hashes.fingerprints(&block);
            let converted = match reading {
                Some(known) => match self.convert(file, block, known, sizes.as_deref(), cells(), goal)? {
                    Ok(block) => Some(NormBlock { fingerprints, ..block }),
                    Err(error) if self.stated || evidence.is_none() => {
                        return Err(stated_wrong(file, known, error, &cells().collect::<Vec<_>>()).into());
                    }
                    Err(_) => {
                        // The rest is only looked at, so that the whole file is described.
                        reading = None;
                        None
                    }
                },
                None => None,
            };
            visit(rows.len(), converted)?;
            start = end;
        }
        let Some(evidence) = evidence else { return Ok(true) };
        self.conclude(file, &evidence, reading).map_err(E::from)
    }

    /// Compares what the cells seemed to be with what all of them say.
    fn conclude(
        &mut self,
        file: &DataFile,
        evidence: &Evidence,
        read_as: Option<Reading>,
    ) -> Result<bool, DataError> {
        let verdict = judge(evidence, &|| number_columns(file.content.as_ref()));
        let said = verdict.reading();
        if !self.stated && said.is_none() {
            let expected = "counts or logarithms of them".to_owned();
            return Err(file.unusable(expected, verdict.in_words(), verdict.example));
        }
        self.verdict = Some(verdict);
        if self.stated {
            return Ok(true);
        }
        let library_fits = self.too_small == 0 || !matches!(self.library, Library::Detected { .. });
        if !library_fits {
            self.library = Library::Sum;
        }
        self.reading = said;
        Ok(read_as == said && library_fits)
    }

    fn convert(
        &mut self,
        file: &DataFile,
        block: Block<Stored>,
        reading: Reading,
        sizes: Option<&[f64]>,
        cells: impl Iterator<Item = usize>,
        goal: &Goal<'_>,
    ) -> Result<Result<NormBlock, BlockError>, DataError> {
        let sizes = match sizes.map(|sizes| self.sizes_of(file, sizes, cells)) {
            Some(sizes) => sizes?,
            None => None,
        };
        let converted = convert(block, reading, sizes, goal);
        if let Ok(block) = &converted {
            self.too_small += block.too_small;
        }
        Ok(converted)
    }

    /// The library sizes of some cells; `None` where a column that was only thought to hold them does not.
    fn sizes_of(
        &mut self,
        file: &DataFile,
        sizes: &[f64],
        cells: impl Iterator<Item = usize>,
    ) -> Result<Option<LibrarySizes>, DataError> {
        let cells: Vec<usize> = cells.collect();
        match LibrarySizes::new(cells.iter().filter_map(|&cell| sizes.get(cell).copied()).collect()) {
            Ok(sizes) => Ok(Some(sizes)),
            Err(_) if matches!(self.library, Library::Detected { .. }) => {
                self.too_small += 1;
                Ok(None)
            }
            Err(source) => Err(file.bad_library_size(source, cells.first().copied().unwrap_or_default())),
        }
    }

    /// What was found of the file.
    pub(crate) fn found(self, file: &DataFile) -> Found {
        let verdict = self.verdict.unwrap_or_else(|| file.verdict.clone());
        Found {
            file: file.name(),
            matrix: file.matrix.clone(),
            asked: file.asked,
            reading: self.reading.unwrap_or(Reading::COUNTS),
            verdict,
            stated: self.stated,
            others: file.others.clone(),
            library: self.library,
            too_small: self.too_small,
        }
    }
}

/// The matrix at its first cell: as it was left when the first cells had been looked at, or opened again.
fn open(file: &DataFile) -> Result<Opened, DataError> {
    if let Some(opened) = file.opened.take() {
        return Ok(opened);
    }
    Ok(Opened { source: file.content.source(&file.matrix, BLOCK_CELLS)?, first: None })
}

/// Library sizes of all cells of a file, where a column holds them.
fn library_sizes(file: &DataFile, library: &Library) -> Result<Option<Vec<f64>>, DataError> {
    let Some(name) = library.column() else { return Ok(None) };
    let sizes = file
        .content
        .obs()
        .column(name)?
        .to_numbers()
        .ok_or_else(|| DataError::NotNumbers { file: file.name(), column: name.to_owned() })?;
    Ok(Some(sizes))
}

/// A value that the stated scale does not have.
fn stated_wrong(file: &DataFile, reading: Reading, error: BlockError, cells: &[usize]) -> DataError {
    let BlockError::Value { row, gene, value } = error else { return DataError::Block(error) };
    let cell = cells.get(row).copied().unwrap_or_default();
    file.unusable(
        format!("`{reading}`"),
        "a value that this scale does not have".to_owned(),
        Some(Place { cell, gene, value }),
    )
}
