//! Where the files of a store are: in a folder, or in a zip archive.
//!
//! A file is asked for by its key, names joined by `/`. Keys are made of what metadata says, so none is trusted:
//! each name must be one plain name, and what a folder has at that place must be inside the store.

mod folder;
mod zip;

pub(super) use folder::Folder;
pub(super) use zip::Archive;

use std::collections::BTreeMap;
use std::path::{Component, Path};

use super::{Outcome, unexpected};

/// An open store.
pub(super) enum Store {
    /// A folder of files.
    Folder(Folder),
    /// A zip archive of files.
    Archive(Archive),
}

impl Store {
    /// Opens a folder or an archive.
    pub(super) fn open(path: &Path) -> Outcome<Self> {
        if path.is_dir() {
            return Ok(Self::Folder(Folder::open(path)?));
        }
        match Archive::open(path)? {
            Some(archive) => Ok(Self::Archive(archive)),
            None => Err(unexpected("the zip archive", "a zarr store", "neither `zarr.json` nor `.zgroup`")),
        }
    }

    /// The content of a file of at most `most` bytes, if there is one of that key.
    pub(super) fn read(&self, key: &str, most: u64) -> Outcome<Option<Vec<u8>>> {
        match self {
            Self::Folder(folder) => folder.read(key, most),
            Self::Archive(archive) => archive.read(key, most),
        }
    }

    /// Some bytes of a file, which must be there. `None` when the file can only be read whole.
    pub(super) fn read_part(&self, key: &str, start: u64, n_bytes: u64) -> Outcome<Option<Vec<u8>>> {
        match self {
            Self::Folder(folder) => folder.read_part(key, start, n_bytes).map(Some),
            Self::Archive(archive) => archive.read_part(key, start, n_bytes),
        }
    }

    /// Names of the folders in a folder, sorted.
    pub(super) fn folders(&self, key: &str) -> Outcome<Vec<String>> {
        match self {
            Self::Folder(folder) => folder.folders(key),
            Self::Archive(archive) => Ok(archive.folders(key)),
        }
    }

    /// Sizes of all files below a folder as they are stored, by their path in it.
    pub(super) fn files(&self, key: &str) -> Outcome<BTreeMap<String, u64>> {
        match self {
            Self::Folder(folder) => folder.files(key),
            Self::Archive(archive) => Ok(archive.files(key)),
        }
    }

    /// Bytes of all files.
    pub(super) fn n_bytes(&self) -> Outcome<u64> {
        match self {
            Self::Folder(folder) => folder.n_bytes(),
            Self::Archive(archive) => Ok(archive.n_bytes()),
        }
    }
}

/// Whether every name of a key is one plain name: not empty, not `..`, not the start of a path.
fn is_key(key: &str) -> bool {
    key.split('/').all(|name| {
        let mut parts = Path::new(name).components();
        !name.contains('\\')
            && matches!(parts.next(), Some(Component::Normal(part)) if part == name)
            && parts.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::is_key;

    #[test]
    fn keys_lead_nowhere_else() {
        for key in ["a", "obs/cell type", "X/c/0/1", "c..d", "ä/ö", ".zattrs"] {
            assert!(is_key(key), "{key}");
        }
        for key in ["", "/", "/etc", "a//b", "a/", ".", "..", "a/../b", "../a", "a\\b", "a/./b"] {
            assert!(!is_key(key), "{key}");
        }
    }
}
