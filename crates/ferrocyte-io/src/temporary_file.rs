//! A file without a name.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use crate::positional::{read_exact_at, write_all_at};
use crate::write::leftover::{remove_leftovers, temporary_path};

/// What the file is called in the moment in which it has a name.
const NAME: &str = "ferrocyte-cells";

/// A file that nobody else sees, and that is gone when the process is, however it ends.
#[derive(Debug)]
pub(crate) struct TemporaryFile(File);

impl TemporaryFile {
    /// Makes it. Where a run was killed in the very moment between making and hiding it, its empty file is removed.
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
        remove_leftovers(folder, NAME.as_ref());
        loop {
            let path = temporary_path(folder, NAME.as_ref());
            match options().open(&path) {
                Ok(file) => {
                    hide(&path)?;
                    return Ok(Self(file));
                }
                // Another container has our process identifier; the next name has another number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        write_all_at(&self.0, bytes, offset)
    }

    pub(crate) fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        read_exact_at(&self.0, bytes, offset)
    }
}

#[cfg(not(windows))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// As elsewhere, and the system removes the file when it is closed.
#[cfg(windows)]
fn options() -> OpenOptions {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).custom_flags(FILE_FLAG_DELETE_ON_CLOSE);
    options
}

/// Takes the name of an open file, whose bytes stay until it is closed. Another process that looks for leftovers may have done so.
#[cfg(not(windows))]
fn hide(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(windows)]
#[allow(clippy::unnecessary_wraps)] // elsewhere it can fail
fn hide(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_is_left_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let file = TemporaryFile::create(folder.path()).unwrap();
        file.write_at(b"world", 6).unwrap();
        file.write_at(b"hello ", 0).unwrap();
        let mut bytes = [0; 11];
        file.read_at(&mut bytes, 0).unwrap();
        assert_eq!(&bytes, b"hello world");
        assert_eq!(file.read_at(&mut bytes, 1).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        #[cfg(unix)]
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        drop(file);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    #[cfg(unix)]
    fn what_a_killed_run_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".ferrocyte-cells.1-0.tmp"), "").unwrap();
        std::fs::write(folder.path().join("mine.tmp"), "").unwrap();
        TemporaryFile::create(folder.path()).unwrap();
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["mine.tmp"]);
    }
}
