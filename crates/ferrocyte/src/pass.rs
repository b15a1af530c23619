//! One way through the cells of a file.

use ferrocyte_core::{BlockError, LibrarySizeError, LibrarySizes};
use rayon::prelude::*;

use crate::batches::{Batches, Part};
use crate::dataset::{DataError, DataFile};
use crate::duplicates::GeneHashes;
use crate::scale::convert::{Goal, NormBlock, convert};
use crate::scale::found::{Found, Library};
use crate::scale::pick::number_columns;
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

    /// Reads the cells that are used, lets all threads do `work` on parts of them, and hands the results on in the order of
    /// the cells, with the number of cells of each; without a result as soon as they cannot be what they seemed to be.
    /// Returns whether they were.
    ///
    /// The next cells are read while these are worked on. Memory is that of two batches, however many cells there are.
    ///
    /// # Errors
    /// When the cells cannot be read, or are on no scale that a model could read; and what `work` and `visit` return.
    pub(crate) fn run<T: Send, E: From<DataError> + Send>(
        &mut self,
        file: &DataFile,
        goal: &Goal<'_>,
        work: &(impl Fn(NormBlock) -> Result<T, E> + Sync),
        mut visit: impl FnMut(usize, Option<T>) -> Result<(), E>,
    ) -> Result<bool, E> {
        let mut evidence = self.verdict.is_none().then(Evidence::default);
        let mut reading = self.reading;
        self.too_small = 0;
        let counts = !matches!(reading, Some(Reading { of: Amount::Total(_), .. }));
        let sizes = if counts { library_sizes(file, &self.library)? } else { None };
        let conversion = Conversion {
            goal,
            sizes: sizes.as_deref(),
            library: &self.library,
            hashes: GeneHashes::of(&file.genes),
        };
        let mut batches = Batches::open(file)?;
        let mut next = batches.next()?;
        while let Some(batch) = next {
            let work_on = |part: &Part<'_>| match conversion.convert(part, reading?) {
                Ok((block, too_small)) => Some(work(block).map(|done| (done, too_small)).map_err(Stop::Work)),
                Err(stop) => Some(Err(stop)),
            };
            let parts = batch.parts();
            let ((read, ()), done) = rayon::join(
                || rayon::join(|| batches.next(), || batch.add_to(&mut evidence)),
                || parts.par_iter().map(work_on).collect::<Vec<_>>(),
            );
            for (part, done) in parts.iter().zip(done) {
                let done = match done.transpose() {
                    Ok(done) => done,
                    Err(Stop::Work(error)) => return Err(error),
                    Err(Stop::Size { error, first }) => {
                        return Err(file.bad_library_size(error, first).into());
                    }
                    Err(Stop::Scale { error, cells }) if self.stated || evidence.is_none() => {
                        let known = reading.unwrap_or(Reading::COUNTS);
                        return Err(stated_wrong(file, known, error, &cells).into());
                    }
                    Err(Stop::Scale { .. }) => {
                        // The rest is only looked at, so that the whole file is described.
                        reading = None;
                        None
                    }
                };
                let done = done.filter(|_| reading.is_some());
                self.too_small += done.as_ref().map_or(0, |(_, too_small)| *too_small);
                visit(part.cells.len(), done.map(|(done, _)| done))?;
            }
            next = read?;
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

/// What turns cells as stored into cells of a model.
struct Conversion<'a> {
    goal: &'a Goal<'a>,
    /// Library sizes of all cells of the file, where a column has them.
    sizes: Option<&'a [f64]>,
    library: &'a Library,
    hashes: GeneHashes,
}

/// Why cells are not handed on.
enum Stop<E> {
    /// They hold something that the reading does not allow.
    Scale { error: BlockError, cells: Vec<usize> },
    /// A library size makes no sense; the first of the cells is at this position in the file.
    Size { error: LibrarySizeError, first: usize },
    /// What was to be done with them failed.
    Work(E),
}

impl Conversion<'_> {
    /// The cells of a part on the scale and genes of the model, and how many contradict their library size.
    fn convert<E>(&self, part: &Part<'_>, reading: Reading) -> Result<(NormBlock, u64), Stop<E>> {
        let block = part.block.slice(part.rows.clone());
        let fingerprints = self.hashes.fingerprints(&block);
        let (sizes, wrong) = match self.sizes {
            Some(sizes) => self.sizes_of(sizes, part.cells)?,
            None => (None, 0),
        };
        let converted = convert(block, reading, sizes, self.goal)
            .map_err(|error| Stop::Scale { error, cells: part.cells.to_vec() })?;
        let too_small = converted.too_small + wrong;
        Ok((NormBlock { fingerprints, first: part.first, ..converted }, too_small))
    }

    /// The library sizes of some cells; none, and one that contradicts, where a column that was only thought to hold them
    /// does not.
    fn sizes_of<E>(&self, sizes: &[f64], cells: &[usize]) -> Result<(Option<LibrarySizes>, u64), Stop<E>> {
        match LibrarySizes::new(cells.iter().filter_map(|&cell| sizes.get(cell).copied()).collect()) {
            Ok(sizes) => Ok((Some(sizes), 0)),
            Err(_) if matches!(self.library, Library::Detected { .. }) => Ok((None, 1)),
            Err(error) => Err(Stop::Size { error, first: cells.first().copied().unwrap_or_default() }),
        }
    }
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
