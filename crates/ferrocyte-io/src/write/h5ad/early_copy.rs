//! The copy of a query, made while the query is still being read.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use super::annotate_error::AnnotateError;
use crate::write::atomic::AtomicFile;
use crate::write::write_error::{WriteError, WriteErrorKind};

/// A copy of a query under a temporary name, on its way to the disk on a thread of its own: the disk has nothing to do while
/// cells are scored. [`AnnotatedCopy::of_copy`](super::AnnotatedCopy::of_copy) puts results into it.
///
/// Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct EarlyCopy {
    pub(super) query: PathBuf,
    pub(super) target: PathBuf,
    copy: Option<AtomicFile>, // until it is finished
    copying: Option<JoinHandle<io::Result<()>>>,
}

impl EarlyCopy {
    /// Begins to copy `query` to a file that is to be `target`.
    ///
    /// # Errors
    /// When the query cannot be opened, or nothing can be written at the target.
    pub fn begin(query: impl Into<PathBuf>, target: impl Into<PathBuf>) -> Result<Self, WriteError> {
        let (query, target) = (query.into(), target.into());
        // Opened first, so that what is wrong with the query is not said of the target.
        File::open(&query).map_err(|source| {
            let query = query.clone();
            WriteErrorKind::from(AnnotateError::Query { query, source }).at(&target)
        })?;
        let copy = AtomicFile::create(&target)?;
        let (from, to) = (query.clone(), copy.temporary().to_owned());
        let copying = Some(thread::spawn(move || copy_content(&from, &to)));
        Ok(Self { query, target, copy: Some(copy), copying })
    }

    /// Waits until everything is copied.
    pub(super) fn finish(mut self) -> Result<AtomicFile, WriteError> {
        let copied = self.wait();
        let gone = || WriteErrorKind::from(io::Error::other("the copy is gone")).at(&self.target);
        let copy = self.copy.take().ok_or_else(gone)?;
        match copied {
            Ok(()) => Ok(copy),
            Err(error) => Err(copy.error(error)),
        }
    }

    fn wait(&mut self) -> io::Result<()> {
        let copied = self.copying.take().map(JoinHandle::join);
        copied.unwrap_or(Ok(Ok(()))).unwrap_or_else(|_| Err(io::Error::other("copying broke off")))
    }
}

impl Drop for EarlyCopy {
    fn drop(&mut self) {
        // The thread would make the file anew after it is removed.
        let _ = self.wait();
    }
}

/// Copies by whatever means the platform has: on many file systems no byte is moved.
fn copy_content(query: &Path, copy: &Path) -> io::Result<()> {
    fs::copy(query, copy)?;
    make_writable(copy)?;
    // On its way to the disk now, so that little is left when the results have been added.
    File::open(copy)?.sync_data()
}

/// The copy took the query's permissions, and queries are often protected from their users.
fn make_writable(path: &Path) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    if permissions.readonly() {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            permissions.set_mode(permissions.mode() | 0o200);
        }
        #[cfg(not(unix))]
        permissions.set_readonly(false);
        fs::set_permissions(path, permissions)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_is_not_wanted_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let query = folder.path().join("query.h5ad");
        fs::write(&query, vec![7; 1 << 20]).unwrap();
        drop(EarlyCopy::begin(&query, folder.path().join("copy.h5ad")).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only the query");
        let copy = EarlyCopy::begin(&query, folder.path().join("copy.h5ad")).unwrap().finish().unwrap();
        assert_eq!(fs::read(copy.temporary()).unwrap(), vec![7; 1 << 20]);
    }
}
