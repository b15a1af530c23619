//! A store that is a folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::is_key;
use crate::zarr::{Outcome, unexpected};

/// Folders below an array or a group that are looked into; a chunk of eight dimensions is nine deep.
const MOST_DEPTH: usize = 32;

/// A folder; links that lead out of it are refused.
pub(in crate::zarr) struct Folder {
    /// Without links.
    root: PathBuf,
    n_bytes: OnceLock<u64>,
}

impl Folder {
    /// Takes a folder.
    pub(super) fn open(path: &Path) -> Outcome<Self> {
        Ok(Self { root: fs::canonicalize(path)?, n_bytes: OnceLock::new() })
    }

    /// The content of a file of at most `most` bytes, if there is one of that key.
    pub(super) fn read(&self, key: &str, most: u64) -> Outcome<Option<Vec<u8>>> {
        let Some(path) = self.locate(key)? else { return Ok(None) };
        let n_bytes = size_of_file(&path, key)?;
        if n_bytes > most {
            return Err(unexpected(key, format!("at most {most} bytes"), n_bytes.to_string()));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(n_bytes).unwrap_or(0));
        File::open(path)?.take(n_bytes).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// Some bytes of a file.
    pub(super) fn read_part(&self, key: &str, start: u64, n_bytes: u64) -> Outcome<Vec<u8>> {
        let missing = || unexpected(key, format!("{n_bytes} bytes at {start}"), "fewer");
        let path = self.locate(key)?.ok_or_else(missing)?;
        let found = size_of_file(&path, key)?;
        if start.checked_add(n_bytes).is_none_or(|end| end > found) {
            return Err(missing());
        }
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::with_capacity(usize::try_from(n_bytes).unwrap_or(0));
        file.take(n_bytes).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Names of the folders in a folder, sorted.
    pub(super) fn folders(&self, key: &str) -> Outcome<Vec<String>> {
        let Some(folder) = self.locate(key)? else { return Ok(Vec::new()) };
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if let (true, Ok(name)) = (entry.path().is_dir(), entry.file_name().into_string()) {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Sizes of all files below a folder, by their path in it.
    pub(super) fn files(&self, key: &str) -> Outcome<BTreeMap<String, u64>> {
        let mut files = BTreeMap::new();
        let Some(folder) = self.locate(key)? else { return Ok(files) };
        let mut left = vec![(folder, String::new(), 0)];
        while let Some((folder, prefix, depth)) = left.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let Ok(name) = entry.file_name().into_string() else { continue };
                let name = format!("{prefix}{name}");
                let kind = entry.file_type()?;
                if kind.is_dir() && depth < MOST_DEPTH {
                    left.push((entry.path(), format!("{name}/"), depth + 1));
                } else if kind.is_file() {
                    files.insert(name, entry.metadata()?.len());
                } else if kind.is_symlink() {
                    // What is not seen here would count as a chunk of nothing but the fill value.
                    let key = if key.is_empty() { name.clone() } else { format!("{key}/{name}") };
                    let Some(path) = self.locate(&key)? else {
                        return Err(unexpected(&key, "a file", "a link to nothing"));
                    };
                    files.insert(name, size_of_file(&path, &key)?);
                }
            }
        }
        Ok(files)
    }

    /// Bytes of all files.
    pub(super) fn n_bytes(&self) -> Outcome<u64> {
        if let Some(n_bytes) = self.n_bytes.get() {
            return Ok(*n_bytes);
        }
        let n_bytes = self.files("")?.values().fold(0, |sum: u64, size| sum.saturating_add(*size));
        Ok(*self.n_bytes.get_or_init(|| n_bytes))
    }

    /// Where a key is, with every link resolved; `None` when nothing is there.
    fn locate(&self, key: &str) -> Outcome<Option<PathBuf>> {
        if key.is_empty() {
            return Ok(Some(self.root.clone()));
        }
        if !is_key(key) {
            return Ok(None);
        }
        match fs::canonicalize(self.root.join(key)) {
            Ok(path) if path.starts_with(&self.root) => Ok(Some(path)),
            Ok(_) => Err(unexpected(key, "a file inside the store", "a link that leads out of it")),
            Err(error) if is_absent(error.kind()) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn is_absent(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound};
    matches!(kind, NotFound | NotADirectory | InvalidInput | InvalidFilename)
}

/// Opening what is no file, a pipe for example, could wait for ever.
fn size_of_file(path: &Path, key: &str) -> Outcome<u64> {
    let metadata = fs::metadata(path)?;
    if metadata.is_file() { Ok(metadata.len()) } else { Err(unexpected(key, "a file", "something else")) }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_inside_the_store_only() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("store");
        fs::create_dir_all(root.join("a")).unwrap();
        fs::write(folder.path().join("secret"), "s").unwrap();
        fs::write(root.join("a/0"), "inside").unwrap();
        symlink("0", root.join("a/1")).unwrap();
        let store = Folder::open(&root).unwrap();
        assert_eq!(store.read("a/1", 10).unwrap().unwrap(), b"inside");
        assert_eq!(store.files("a").unwrap().into_values().collect::<Vec<_>>(), [6, 6]);
        assert_eq!(store.read_part("a/1", 2, 4).unwrap(), b"side");
        assert!(store.read_part("a/1", 2, 5).unwrap_err().to_string().contains("found fewer"));
        assert!(store.read("a/1", 5).unwrap_err().to_string().contains("at most 5 bytes"));

        symlink("../../secret", root.join("a/2")).unwrap();
        symlink("..", root.join("up")).unwrap();
        for key in ["a/2", "up/secret"] {
            let error = store.read(key, 10).unwrap_err().to_string();
            assert!(error.contains("a link that leads out of it"), "{error}");
        }
        assert!(store.files("a").unwrap_err().to_string().contains("leads out of it"));
        assert_eq!(store.read("../secret", 10).unwrap(), None);
        assert_eq!(store.read("a/0/b", 10).unwrap(), None);
        assert!(store.read("a", 10).unwrap_err().to_string().contains("expected a file"));
    }
}
