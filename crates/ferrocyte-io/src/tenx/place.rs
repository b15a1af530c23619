//! A folder or an archive with files in it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::find::is_matrix;
use super::tar::{Member, Tar};
use crate::matrix_market::{Decoded, LineError, Lines};
use crate::memory_limit::{DEFLATE_EXPANSION, MemoryLimit};
use crate::read_error::{ReadError, ReadErrorKind};

/// More files than this are not of one sample.
const MOST_MEMBERS: usize = 100_000;

/// Bytes of a name with its folders, as operating systems have it.
const LONGEST_NAME: usize = 4096;

/// Where the files are. Members are named by their path in it, with `/`.
pub(crate) struct Place {
    /// What the user named; errors are of this path.
    path: PathBuf,
    kind: Kind,
}

enum Kind {
    Folder(PathBuf),
    /// A tar archive, plain or gzip: read as a stream, each time up to the member that is wanted.
    Archive,
}

impl Place {
    /// The folder at `folder`, which the user reached by naming `path`.
    pub(crate) fn folder(path: &Path, folder: &Path) -> Self {
        Self { path: path.to_owned(), kind: Kind::Folder(folder.to_owned()) }
    }

    /// The archive at `path`.
    pub(crate) fn archive(path: &Path) -> Self {
        Self { path: path.to_owned(), kind: Kind::Archive }
    }

    /// What the user named.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The files, sorted. Of a folder without a matrix, also those of its sub-folders: one per genome.
    pub(crate) fn members(&self) -> Result<Vec<String>, ReadError> {
        let members = match &self.kind {
            Kind::Folder(folder) => members_of_folder(folder),
            Kind::Archive => self.members_of_archive(),
        };
        let mut members = members.map_err(|error| self.error("the archive", error.into()))?;
        members.sort_unstable();
        Ok(members)
    }

    /// Hands the lines of a member to `read`, decompressed.
    pub(crate) fn read<T>(
        &self,
        member: &str,
        read: impl FnOnce(&mut Lines<Decoded<'static>>) -> Result<T, LineError>,
    ) -> Result<T, ReadError> {
        let found = match &self.kind {
            Kind::Folder(folder) => read_file(&folder.join(member), read),
            Kind::Archive => self.read_member(member, read),
        };
        found.map_err(|error| self.error(member, error))
    }

    fn members_of_archive(&self) -> io::Result<Vec<String>> {
        let mut archive = self.open_archive()?;
        let mut members = Vec::new();
        while let Some(Member { name, is_file }) = archive.next()? {
            // Names may be long; those that are looked for are not.
            if is_file && members.len() < MOST_MEMBERS && name.len() < LONGEST_NAME {
                members.push(name);
            }
        }
        Ok(members)
    }

    fn read_member<T>(
        &self,
        member: &str,
        read: impl FnOnce(&mut Lines<Decoded<'static>>) -> Result<T, LineError>,
    ) -> Result<T, LineError> {
        let mut archive = self.open_archive()?;
        while let Some(Member { name, is_file }) = archive.next()? {
            if is_file && name == member {
                let limit = MemoryLimit::of_path(&self.path)?;
                // As much as gzip alone can hold: the archive may be gzip too.
                let most = fs::metadata(&self.path)?.len().saturating_mul(DEFLATE_EXPANSION);
                return read(&mut Lines::with_limit(Decoded::new(archive)?.at_most(most), limit));
            }
        }
        Err(LineError::Io(io::Error::new(
            io::ErrorKind::InvalidData,
            "the archive no longer has this member",
        )))
    }

    fn open_archive(&self) -> io::Result<Tar<Decoded<'static>>> {
        Ok(Tar::new(Decoded::new(File::open(&self.path)?)?))
    }

    fn error(&self, object: &str, error: LineError) -> ReadError {
        let object = object.to_owned();
        let kind = match error {
            LineError::Unexpected { line, expected, found } => {
                ReadErrorKind::Line { object, line, expected, found }
            }
            LineError::TooLarge { line, most } => {
                ReadErrorKind::TooLarge { object: format!("{object}, line {line}"), most }
            }
            // What decoders say, not the operating system.
            LineError::Io(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof
                ) =>
            {
                ReadErrorKind::Damaged { object, source: error.into() }
            }
            LineError::Io(error) => {
                let path = match &self.kind {
                    Kind::Folder(folder) => folder.join(&object),
                    Kind::Archive => self.path.clone(),
                };
                return ReadError::new(&path, ReadErrorKind::Io(error));
            }
        };
        ReadError::new(&self.path, kind)
    }
}

fn read_file<T>(
    path: &Path,
    read: impl FnOnce(&mut Lines<Decoded<'static>>) -> Result<T, LineError>,
) -> Result<T, LineError> {
    read(&mut Lines::with_limit(Decoded::new(File::open(path)?)?, MemoryLimit::of_path(path)?))
}

fn members_of_folder(folder: &Path) -> io::Result<Vec<String>> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    list(folder, "", &mut files, &mut folders)?;
    if !files.iter().any(|name| is_matrix(name)) {
        for name in folders {
            list(&folder.join(&name), &format!("{name}/"), &mut files, &mut Vec::new())?;
        }
    }
    Ok(files)
}

fn list(folder: &Path, prefix: &str, files: &mut Vec<String>, folders: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.take(MOST_MEMBERS) {
        let entry = entry?;
        // A name that is not UTF-8 is none of those that are looked for.
        let Ok(name) = entry.file_name().into_string() else { continue };
        match fs::metadata(entry.path()) {
            Ok(metadata) if metadata.is_dir() => folders.push(name),
            Ok(metadata) if metadata.is_file() => files.push(format!("{prefix}{name}")),
            _ => {} // a pipe, or a link to nothing
        }
    }
    Ok(())
}
