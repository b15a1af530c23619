//! The hash of a file of a run, which is worked out while its cells are read.

use std::cell::RefCell;
use std::path::Path;

use ferrocyte_io::hash::{FileDigest, HashError, Hashing};

/// A hash that may still be on its way.
#[derive(Debug)]
pub(crate) struct Digest(RefCell<State>);

#[derive(Debug)]
enum State {
    Known(FileDigest),
    OnItsWay(Hashing),
    Failed,
}

impl Digest {
    /// Begins to hash a file on a thread of its own.
    pub(crate) fn begin(path: &Path) -> Self {
        Self(RefCell::new(State::OnItsWay(Hashing::begin(path))))
    }

    /// The hash; waits for it.
    ///
    /// # Errors
    /// When the file could not be hashed; said once.
    pub(crate) fn get(&self) -> Result<FileDigest, HashError> {
        let digest = match self.0.replace(State::Failed) {
            State::Known(digest) => digest,
            State::OnItsWay(hashing) => hashing.finish()?,
            State::Failed => FileDigest { hex: String::new(), bytes: 0 }, // the run has ended with the error
        };
        self.0.replace(State::Known(digest.clone()));
        Ok(digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_waited_for_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        let digest = Digest::begin(&path);
        let first = digest.get().unwrap();
        // FIPS 180-2, appendix B.1.
        assert!(first.hex.starts_with("ba7816bf8f01cfea") && first.bytes == 3, "{first:?}");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(digest.get().unwrap(), first);
        assert!(Digest::begin(&path).get().is_err());
    }
}
