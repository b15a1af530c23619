//! A folder that is there whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::atomic::{follow_links, split, sync_folder};
use super::leftover::{remove_leftovers, temporary_path};
use super::write_error::{WriteError, WriteErrorKind};

/// A folder that is written beside its target and takes the target's name when it is finished.
///
/// A folder that stands there already is replaced only if it is empty or one of ours: nobody's data goes with it.
/// The two change places in one step, so that a run which is killed at any moment leaves the old folder or the new.
#[derive(Debug)]
pub(super) struct AtomicFolder {
    asked_for: PathBuf,
    target: PathBuf,
    temporary: PathBuf,
    is_ours: fn(&Path) -> bool,
    _lock: Option<File>, // tells other runs that the temporary has a writer
}

impl AtomicFolder {
    /// Makes the temporary. `is_ours` looks at a folder that stands there, and says whether such a writer made it.
    pub(super) fn create(target: &Path, is_ours: fn(&Path) -> bool) -> Result<Self, WriteError> {
        Self::prepare(target, is_ours).map_err(|kind| kind.at(target))
    }

    fn prepare(asked_for: &Path, is_ours: fn(&Path) -> bool) -> Result<Self, WriteErrorKind> {
        // Without the `/` at the end, which would name what is inside.
        let plain: PathBuf = asked_for.components().collect();
        let target = follow_links(&plain)?;
        let (folder, name) = split(&target)?;
        if !folder.is_dir() {
            return Err(WriteErrorKind::NoFolder { folder });
        }
        check_replaceable(&target, is_ours)?;
        remove_leftovers(&folder, &name);
        loop {
            let temporary = temporary_path(&folder, &name);
            match fs::create_dir(&temporary) {
                Ok(()) => {}
                // Another container has our process identifier; the next name has another number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error.into()),
            }
            let lock = lock(&temporary);
            if !temporary.exists() {
                continue; // taken for a leftover before it was locked
            }
            return Ok(Self { asked_for: asked_for.to_owned(), target, temporary, is_ours, _lock: lock });
        }
    }

    /// The temporary.
    pub(super) fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// Brings the content to the disk and gives it the target's name.
    pub(super) fn commit(self) -> Result<(), WriteError> {
        self.finish().map_err(|kind| kind.at(&self.asked_for))
    }

    fn finish(&self) -> Result<(), WriteErrorKind> {
        sync_content(&self.temporary)?;
        if check_replaceable(&self.target, self.is_ours)? {
            swap(&self.temporary, &self.target)?;
        } else {
            fs::rename(&self.temporary, &self.target)?;
        }
        Ok(sync_folder(&self.target)?)
        // What was replaced has the temporary's name now, and goes with it.
    }

    /// An error of the operating system while the content was written, with the target's name.
    pub(super) fn error(&self, kind: impl Into<WriteErrorKind>) -> WriteError {
        kind.into().at(&self.asked_for)
    }
}

impl Drop for AtomicFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.temporary);
    }
}

/// Whether there is a folder to be replaced; an error where something else has the name.
fn check_replaceable(target: &Path, is_ours: fn(&Path) -> bool) -> Result<bool, WriteErrorKind> {
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
        Ok(metadata) if !metadata.is_dir() => Err(WriteErrorKind::NotAFolder),
        Ok(_) if fs::read_dir(target)?.next().is_none() || is_ours(target) => Ok(true),
        Ok(_) => Err(WriteErrorKind::NotOurs),
    }
}

#[cfg(unix)]
fn lock(folder: &Path) -> Option<File> {
    // A file system without locks is no reason to stop: leftovers there stay.
    let folder = File::open(folder).ok()?;
    folder.lock().ok().map(|()| folder)
}

#[cfg(not(unix))]
fn lock(_folder: &Path) -> Option<File> {
    None
}

/// Lets two folders change places in one step.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn swap(one: &Path, other: &Path) -> Result<(), WriteErrorKind> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).map_err(|error| match error {
        rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP => {
            WriteErrorKind::CannotSwap
        }
        other => io::Error::from(other).into(),
    })
}

/// In two steps a run that is killed between them would leave neither.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn swap(_one: &Path, _other: &Path) -> Result<(), WriteErrorKind> {
    Err(WriteErrorKind::CannotSwap)
}

/// Brings every file of a folder, and the folders themselves, to the disk.
fn sync_content(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_content(&entry.path())?;
        } else {
            // Some systems bring only what was opened for writing to the disk.
            File::options().write(true).open(entry.path())?.sync_all()?;
        }
    }
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ours(folder: &Path) -> bool {
        folder.join("ours").exists()
    }

    fn write(target: &Path, content: &str) -> Result<(), WriteError> {
        let folder = AtomicFolder::create(target, is_ours)?;
        fs::create_dir(folder.temporary().join("inner")).unwrap();
        fs::write(folder.temporary().join("inner/file"), content).unwrap();
        fs::write(folder.temporary().join("ours"), "").unwrap();
        folder.commit()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[cfg(unix)]
    #[test]
    fn a_finished_folder_replaces_one_of_ours() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("cells.zarr/");
        for content in ["old", "new"] {
            write(&target, content).unwrap();
            assert_eq!(fs::read_to_string(target.join("inner/file")).unwrap(), content);
            assert_eq!(names(folder.path()), ["cells.zarr"]);
        }
        drop(AtomicFolder::create(&target, is_ours).unwrap());
        assert_eq!(fs::read_to_string(target.join("inner/file")).unwrap(), "new");
        assert_eq!(names(folder.path()), ["cells.zarr"], "a dropped one leaves nothing");
    }

    #[test]
    fn what_is_not_ours_stays() {
        let folder = tempfile::tempdir().unwrap();
        let kind = |name: &str| write(&folder.path().join(name), "x").unwrap_err().kind;
        fs::create_dir(folder.path().join("data")).unwrap();
        fs::write(folder.path().join("data/raw.txt"), "years of work").unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(matches!(kind("data"), WriteErrorKind::NotOurs));
        assert!(matches!(kind("file"), WriteErrorKind::NotAFolder));
        assert!(matches!(kind("no/such"), WriteErrorKind::NoFolder { .. }));
        assert_eq!(names(folder.path()), ["data", "file"]);
        assert_eq!(fs::read_to_string(folder.path().join("data/raw.txt")).unwrap(), "years of work");
    }

    #[cfg(unix)]
    #[test]
    fn leftovers_are_removed_only_when_their_writer_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("cells.zarr");
        let left = folder.path().join(".cells.zarr.1-0.tmp");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("half"), "").unwrap();
        let alive = AtomicFolder::create(&target, is_ours).unwrap();
        write(&target, "second").unwrap();
        assert!(alive.temporary().exists() && !left.exists());
    }
}
