//! SHA-256 of files, so that a run record or a model can say exactly which bytes it was made from.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use sha2::{Digest, Sha256};

/// What identifies the content of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDigest {
    /// SHA-256 of the bytes, 64 lower-case hexadecimal digits.
    pub hex: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// A file that could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("cannot compute the SHA-256 of `{}`", path.display())]
pub struct HashError {
    /// The file.
    pub path: PathBuf,
    /// What the operating system said.
    #[source]
    pub source: io::Error,
}

/// Reads a file once, in pieces, and hashes what it reads.
///
/// The hash of a folder is that of the lines `HASH  path/in/folder` of all its files, sorted by path: what
/// `find -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum` prints there. Its size is that
/// of the files.
///
/// # Errors
/// When the file, or one in the folder, cannot be opened or read.
pub fn sha256_file(path: impl AsRef<Path>) -> Result<FileDigest, HashError> {
    let path = path.as_ref();
    let digest = if path.is_dir() { digest_of_folder(path) } else { digest(path) };
    digest.map_err(|source| HashError { path: path.to_owned(), source })
}

/// A file that is hashed on a thread of its own, while it is read for something else.
#[derive(Debug)]
pub struct Hashing {
    path: PathBuf,
    thread: JoinHandle<Result<FileDigest, HashError>>,
}

impl Hashing {
    /// Begins to hash a file or folder, as [`sha256_file`] does.
    pub fn begin(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let to_hash = path.clone();
        Self { path, thread: thread::spawn(move || sha256_file(to_hash)) }
    }

    /// Waits for the hash.
    ///
    /// # Errors
    /// As for [`sha256_file`].
    pub fn finish(self) -> Result<FileDigest, HashError> {
        let Self { path, thread } = self;
        let broken = |_| Err(HashError { path, source: io::Error::other("hashing broke off") });
        thread.join().unwrap_or_else(broken)
    }
}

fn digest_of_folder(folder: &Path) -> io::Result<FileDigest> {
    let mut files = Vec::new();
    list_files(folder, "", &mut files)?;
    files.sort_unstable();
    let (mut lines, mut bytes) = (String::new(), 0);
    for name in files {
        let file = digest(&folder.join(&name))?;
        lines += &format!("{}  {name}\n", file.hex);
        bytes += file.bytes;
    }
    Ok(FileDigest { hex: sha256_of(&[lines.as_bytes()]), bytes })
}

/// The files under a folder, by their path in it. Links are not followed: one may lead back.
fn list_files(folder: &Path, prefix: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list_files(&entry.path(), &format!("{name}/"), files)?;
        } else if kind.is_file() {
            files.push(name);
        }
    }
    Ok(())
}

fn digest(path: &Path) -> io::Result<FileDigest> {
    /// What is copied from the system is still in the cache when it is hashed.
    const PIECE: usize = 1 << 16;
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; PIECE];
    let mut bytes = 0;
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(FileDigest { hex: to_hex(&hasher.finalize()), bytes }),
            Ok(length) => {
                hasher.update(&piece[..length]);
                bytes += length as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// SHA-256 of several slices, as if they were one.
pub(crate) fn sha256_of(slices: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for slice in slices {
        hasher.update(slice);
    }
    to_hex(&hasher.finalize())
}

fn to_hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(2 * digest.len()), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}"); // writing to a `String` cannot fail
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // FIPS 180-2, appendix B.1, and the digest of nothing; both also from coreutils 9.4 `sha256sum`.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn digests_are_those_of_the_standard() {
        assert_eq!(sha256_of(&[b"a", b"", b"bc"]), ABC);
        assert_eq!(sha256_of(&[]), NOTHING);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(sha256_file(&path).unwrap(), FileDigest { hex: ABC.into(), bytes: 3 });
    }

    #[test]
    fn a_file_longer_than_one_piece_is_hashed_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long");
        let content: Vec<u8> = (0..3_000_001_u32).map(|i| (i % 251) as u8).collect();
        std::fs::write(&path, &content).unwrap();
        let found = sha256_file(&path).unwrap();
        assert_eq!(found, FileDigest { hex: sha256_of(&[&content]), bytes: 3_000_001 });
    }

    #[test]
    fn the_hash_of_a_folder_is_that_of_its_files_by_name() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("b")).unwrap();
        std::fs::write(folder.path().join("b/c"), "abc").unwrap();
        std::fs::write(folder.path().join("a"), "").unwrap();
        let lines = format!("{NOTHING}  a\n{ABC}  b/c\n");
        let expected = FileDigest { hex: sha256_of(&[lines.as_bytes()]), bytes: 3 };
        assert_eq!(sha256_file(folder.path()).unwrap(), expected);
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = sha256_file("no/such/file").unwrap_err();
        assert_eq!(error.to_string(), "cannot compute the SHA-256 of `no/such/file`");
    }
}
