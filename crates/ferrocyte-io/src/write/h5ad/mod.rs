//! A copy of an `.h5ad` file with columns added to `obs` and entries to `uns`.

mod annotate_error;
mod early_copy;
pub(super) mod edit;
mod inventory;
mod kept_texts;
mod obs_layout;
mod read_back;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use hdf5_reader::Hdf5File;

pub use annotate_error::AnnotateError;
pub use early_copy::EarlyCopy;

use self::inventory::Inventory;
use self::kept_texts::KeptTexts;
use self::obs_layout::ObsLayout;
use super::cell_column::{self, CellColumn};
use super::obs_column::ObsColumnError;
use super::write_error::{WriteError, WriteErrorKind};
use crate::memory_limit::MemoryLimit;

/// A copy of a query with results added, readable by `anndata`; everything else in the file stays as it is.
///
/// A column or entry that the query has already, from an earlier run, is replaced and keeps its place. The
/// target may be the query itself.
///
/// The query should have been opened by our reader first. The copy is checked again before and after it is
/// edited: all headers are read by the reader that expects hostile files, what was added is read back and
/// compared, and everything else must still be there in its shape. Only then does it take the target's name.
///
/// ```no_run
/// use ferrocyte_io::write::{AnnotatedCopy, ObsColumn};
///
/// AnnotatedCopy::new("query.h5ad", "annotated.h5ad")
///     .obs_column("predicted_labels", ObsColumn::from_names(&[Some("B cell"), Some("T cell")]))
///     .obs_column("conf_score", ObsColumn::F32(vec![0.9, 0.8]))
///     .uns("ferrocyte", r#"{"flow":"annotate"}"#)
///     .write()?;
/// # Ok::<(), ferrocyte_io::write::WriteError>(())
/// ```
#[derive(Debug)]
pub struct AnnotatedCopy<'a> {
    query: PathBuf,
    target: PathBuf,
    copy: Option<EarlyCopy>, // where one was begun
    additions: Additions<'a>,
}

/// What is added to the copy.
#[derive(Debug, Default)]
struct Additions<'a> {
    columns: Vec<(String, Box<dyn CellColumn + 'a>)>,
    uns: Vec<(String, String)>,
}

impl<'a> AnnotatedCopy<'a> {
    /// A copy of `query` at `target`, so far without additions.
    pub fn new(query: impl Into<PathBuf>, target: impl Into<PathBuf>) -> Self {
        Self { query: query.into(), target: target.into(), copy: None, additions: Additions::default() }
    }

    /// As [`new`](Self::new), with a copy that was begun already.
    pub fn of_copy(copy: EarlyCopy) -> Self {
        let (query, target) = (copy.query.clone(), copy.target.clone());
        Self { query, target, copy: Some(copy), additions: Additions::default() }
    }

    /// Adds a column to `obs`, on the right of those it has; one of the same name is replaced where it is.
    #[must_use]
    pub fn obs_column(mut self, name: impl Into<String>, column: impl CellColumn + 'a) -> Self {
        self.additions.columns.push((name.into(), Box::new(column)));
        self
    }

    /// Adds text to `uns`, where `anndata` shows it as a `str`; whatever has the name is replaced.
    #[must_use]
    pub fn uns(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.additions.uns.push((name.into(), text.into()));
        self
    }

    /// Copies, edits, checks, and gives the copy the target's name.
    ///
    /// # Errors
    /// When the additions do not fit the query, the query is not a file that can be annotated, or the copy cannot
    /// be written. The target is then what it was before.
    pub fn write(self) -> Result<(), WriteError> {
        let refuse = |error: AnnotateError| WriteErrorKind::from(error).at(&self.target);
        self.additions.check_names().map_err(|error| refuse(error.into()))?;
        let copying = match self.copy {
            Some(copying) => copying,
            None => EarlyCopy::begin(&self.query, &self.target)?,
        };
        let copy = copying.finish()?;
        self.additions.put_into(copy.temporary()).map_err(|error| copy.error(error))?;
        copy.commit()
    }
}

impl Additions<'_> {
    fn check_names(&self) -> Result<(), ObsColumnError> {
        let columns = self.columns.iter().map(|(name, _)| name);
        check_names(&columns.collect::<Vec<_>>())?;
        check_names(&self.uns.iter().map(|(name, _)| name).collect::<Vec<_>>())
    }

    /// Edits the file at `path` in place.
    fn put_into(&self, path: &Path) -> Result<(), AnnotateError> {
        let before = Hdf5File::open(path).map_err(AnnotateError::unreadable)?;
        let inventory = Inventory::of(&before)?;
        let layout = ObsLayout::of(&before)?;
        for (name, column) in &self.columns {
            layout.check_name(name)?;
            cell_column::check(column.as_ref(), name, layout.n_cells())?;
        }
        let n_bytes = fs::metadata(path).map_err(|error| AnnotateError::Edit(error.into()))?.len();
        let texts = KeptTexts::of(path, &before, self, MemoryLimit::of_file(n_bytes))?;
        drop(before);

        // The writer is young: a panic of its must not take the caller down. The copy is thrown away then.
        catch_unwind(AssertUnwindSafe(|| edit::edit(path, &layout, &inventory, self)))
            .unwrap_or_else(|panic| Err(AnnotateError::panicked(panic.as_ref())))?;

        let after = Hdf5File::open(path).map_err(AnnotateError::unreadable)?;
        inventory.check_kept(&Inventory::of(&after)?, self)?;
        texts.check(&after)?;
        read_back::check(&after, &layout, self)
    }
}

/// Names that HDF5 and `anndata` can hold, each once.
fn check_names(names: &[&String]) -> Result<(), ObsColumnError> {
    for (position, &name) in names.iter().enumerate() {
        let reason = match name.as_str() {
            "" => "it is empty",
            "." | ".." => "HDF5 gives it another meaning",
            "_index" | "__categories" => "AnnData files give it another meaning",
            name if name.contains('/') => "HDF5 takes `/` as the separator of groups",
            name if name.contains('\0') => "it holds a zero byte",
            _ if names[..position].contains(&name) => {
                return Err(ObsColumnError::Twice { column: name.clone() });
            }
            _ => continue,
        };
        return Err(ObsColumnError::Name { column: name.clone(), reason });
    }
    Ok(())
}
