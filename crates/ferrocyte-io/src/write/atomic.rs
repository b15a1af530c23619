//! A file that is there whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::leftover::{remove_leftovers, temporary_path};
use super::write_error::{WriteError, WriteErrorKind};

/// A file that is written beside its target and takes the target's name when it is finished.
///
/// Until [`commit`](Self::commit) the target is what it was before; a run that fails, or is killed at any
/// moment, leaves the old file or none. A temporary that is dropped is removed; one that a killed run left
/// behind is removed when the same target is written next.
#[derive(Debug)]
pub struct AtomicFile {
    asked_for: PathBuf, // as the user named it, for messages
    target: PathBuf,    // the same with symbolic links followed, so that a link stays a link
    temporary: PathBuf,
    file: File, // locked where the platform has locks that keep nobody from writing
    replaced: Option<fs::Permissions>,
}

impl AtomicFile {
    /// Makes the temporary.
    ///
    /// # Errors
    /// When the folder is missing or does not let us write, or something that is not a writable file has the name.
    pub fn create(target: impl AsRef<Path>) -> Result<Self, WriteError> {
        let asked_for = target.as_ref();
        Self::prepare(asked_for).map_err(|kind| kind.at(asked_for))
    }

    fn prepare(asked_for: &Path) -> Result<Self, WriteErrorKind> {
        let target = follow_links(asked_for)?;
        let (folder, name) = split(&target)?;
        if !folder.is_dir() {
            return Err(WriteErrorKind::NoFolder { folder });
        }
        let replaced = match fs::metadata(&target) {
            Ok(metadata) if !metadata.is_file() => return Err(WriteErrorKind::NotAFile),
            Ok(metadata) if metadata.permissions().readonly() => return Err(WriteErrorKind::ReadOnly),
            Ok(metadata) => Some(metadata.permissions()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        remove_leftovers(&folder, &name);
        loop {
            let temporary = temporary_path(&folder, &name);
            let file = match OpenOptions::new().read(true).write(true).create_new(true).open(&temporary) {
                Ok(file) => file,
                // Another container has our process identifier; the next name has another number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error.into()),
            };
            #[cfg(unix)]
            {
                // A file system without locks is no reason to stop: leftovers there stay.
                let _ = file.lock();
                if !temporary.exists() {
                    continue; // taken for a leftover before it was locked
                }
            }
            return Ok(Self { asked_for: asked_for.to_owned(), target, temporary, file, replaced });
        }
    }

    /// The temporary, for those who write by path.
    pub fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// The open temporary, for those who write by handle.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Brings the content to the disk and gives it the target's name.
    ///
    /// # Errors
    /// When the operating system cannot; the target is then what it was before.
    pub fn commit(self) -> Result<(), WriteError> {
        let asked_for = self.asked_for.clone();
        self.finish().map_err(|error| WriteErrorKind::from(error).at(&asked_for))
    }

    fn finish(self) -> io::Result<()> {
        if let Some(permissions) = &self.replaced {
            fs::set_permissions(&self.temporary, permissions.clone())?;
        }
        self.file.sync_all()?;
        fs::rename(&self.temporary, &self.target)?;
        sync_folder(&self.target)
    }

    /// An error of the operating system while the content was written, with the target's name.
    pub fn error(&self, kind: impl Into<WriteErrorKind>) -> WriteError {
        kind.into().at(&self.asked_for)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        // After a commit the name is gone, and nobody else takes it.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Writes a whole file through a buffer; the target is replaced only when `content` has succeeded.
///
/// # Errors
/// As for [`AtomicFile`], and what `content` returns.
pub fn replace_file(
    target: impl AsRef<Path>,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), WriteError> {
    let mut file = AtomicFile::create(target)?;
    let mut buffer = BufWriter::with_capacity(1 << 18, file.file());
    let written = content(&mut buffer).and_then(|()| buffer.flush());
    drop(buffer);
    match written {
        Ok(()) => file.commit(),
        Err(error) => Err(file.error(error)),
    }
}

/// The path with symbolic links followed; a path where nothing stands yet is taken as it is.
pub(super) fn follow_links(path: &Path) -> Result<PathBuf, WriteErrorKind> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => Ok(fs::canonicalize(path)?),
        _ => Ok(path.to_owned()),
    }
}

pub(super) fn split(target: &Path) -> Result<(PathBuf, OsString), WriteErrorKind> {
    let name = target.file_name().ok_or(WriteErrorKind::NoFileName)?;
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    Ok((folder.to_owned(), name.to_owned()))
}

/// Brings the new name to the disk; only Unix has a way to ask for it.
pub(super) fn sync_folder(target: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = target;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_finished_file_replaces_the_old_one_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("labels.csv");
        for content in ["old", "new"] {
            replace_file(&target, |out| out.write_all(content.as_bytes())).unwrap();
            assert_eq!(fs::read_to_string(&target).unwrap(), content);
            assert_eq!(names(folder.path()), ["labels.csv"]);
        }
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("labels.csv");
        fs::write(&target, "old").unwrap();
        let error = replace_file(&target, |out| {
            out.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        })
        .unwrap_err();
        assert!(matches!(error.kind, WriteErrorKind::DiskFull(_)));
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        drop(AtomicFile::create(&target).unwrap());
        assert_eq!(names(folder.path()), ["labels.csv"]);
    }

    #[cfg(unix)]
    #[test]
    fn leftovers_are_removed_only_when_their_writer_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("labels.csv");
        fs::write(folder.path().join(".labels.csv.1-0.tmp"), "half").unwrap();
        fs::write(folder.path().join(".other.csv.1-0.tmp"), "half").unwrap();
        let alive = AtomicFile::create(&target).unwrap();
        replace_file(&target, |out| out.write_all(b"second")).unwrap();
        assert!(alive.temporary().exists(), "a writer at work keeps its temporary");
        assert!(!folder.path().join(".labels.csv.1-0.tmp").exists());
        assert!(folder.path().join(".other.csv.1-0.tmp").exists());
        alive.commit().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"");
    }

    #[test]
    fn what_cannot_be_a_target_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let kind = |path: &Path| AtomicFile::create(path).unwrap_err().kind;
        let missing = folder.path().join("no/such/labels.csv");
        let error = AtomicFile::create(&missing).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot write `{}`", missing.display()));
        assert!(error.kind.to_string().contains("does not exist; create it first"), "{}", error.kind);
        assert!(matches!(kind(folder.path()), WriteErrorKind::NotAFile));
        assert!(matches!(kind(Path::new("..")), WriteErrorKind::NoFileName));
        #[cfg(unix)]
        assert!(matches!(kind(Path::new("/dev/null")), WriteErrorKind::NotAFile));
        let read_only = folder.path().join("read_only.csv");
        fs::write(&read_only, "old").unwrap();
        let mut permissions = fs::metadata(&read_only).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&read_only, permissions).unwrap();
        assert!(matches!(kind(&read_only), WriteErrorKind::ReadOnly));
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_stays_a_link_and_permissions_stay_as_they_were() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target.csv"), folder.path().join("link.csv"));
        fs::write(&target, "old").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        replace_file(&link, |out| out.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
