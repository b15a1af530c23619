//! One open HDF5 file: the only place that calls `hdf5-reader`, so that every error names its object and no
//! fault of a file, or of the reader, becomes a panic.

use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use hdf5_reader::error::Error as Hdf5Error;
use hdf5_reader::group::Group;
use hdf5_reader::{Attribute, Dataset, FileStorage, Hdf5File, OpenOptions};

use super::filters;
use super::number::{FromStored, Number, into_plain};
use super::signature::{LOOK_AT, Signature};
use crate::anndata::{self, dimensions};
use crate::memory_limit::{DEFLATE_EXPANSION, MemoryLimit, NAME_BYTES};
use crate::read_error::{ReadError, ReadErrorKind};

/// An open HDF5 file.
#[derive(Clone)]
pub(crate) struct Container {
    path: Arc<Path>,
    hdf5: Hdf5File,
    storage: Arc<FileStorage>,
    n_bytes: usize,
    /// What may be decoded as one: a chunk, or an array that is read whole.
    limit: MemoryLimit,
    /// The array of records that was read last.
    last_records: Arc<Mutex<Option<Records>>>,
}

/// An array of records, and its bytes.
type Records = (Weak<Dataset>, Arc<Vec<u8>>);

/// What stands at a path inside a file.
pub(crate) type Object = anndata::Object<Group, Arc<Dataset>>;

impl Container {
    /// Opens a file after a look at its first bytes, and checks that it is as long as its header says.
    pub(crate) fn open(path: PathBuf) -> Result<Self, ReadError> {
        let path: Arc<Path> = path.into();
        let fail = |kind| ReadError::new(&path, kind);
        let io = |error| fail(ReadErrorKind::Io(error));
        let mut file = File::open(&path).map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        if metadata.is_dir() {
            return Err(fail(ReadErrorKind::NotHdf5 { found: "a folder" }));
        }
        let mut head = Vec::with_capacity(LOOK_AT);
        file.by_ref().take(LOOK_AT as u64).read_to_end(&mut head).map_err(io)?;
        if let Signature::Other(found) = Signature::of(&head) {
            return Err(fail(ReadErrorKind::NotHdf5 { found }));
        }

        let n_bytes = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
        let limit = MemoryLimit::of_file(metadata.len());
        // Positional reads, not a memory map: a file that shrinks meanwhile is an error, not a signal.
        let storage = Arc::new(call(&path, "/", || FileStorage::from_file(file))?);
        let hdf5 = open_storage(&path, &storage, limit)?;
        let superblock = hdf5.superblock();
        if superblock.base_address == 0 && superblock.eof_address > metadata.len() {
            return Err(fail(ReadErrorKind::Truncated {
                expected: superblock.eof_address,
                found: metadata.len(),
            }));
        }
        Ok(Self { path, hdf5, storage, n_bytes, limit, last_records: Arc::default() })
    }

    /// The same file, of which nothing is remembered: the reader keeps the heaps of texts that it has seen, which take several
    /// times the memory of the texts, and a file may have millions.
    pub(crate) fn afresh(&self) -> Result<Self, ReadError> {
        let hdf5 = open_storage(&self.path, &self.storage, self.limit)?;
        Ok(Self { hdf5, last_records: Arc::default(), ..self.clone() })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses to keep so many bytes of an object in memory.
    pub(crate) fn check_kept(&self, object: &str, bytes: usize) -> Result<(), ReadError> {
        self.limit.check(object, bytes as u64).map_err(|kind| self.error(kind))
    }

    /// An error of this file.
    pub(crate) fn error(&self, kind: ReadErrorKind) -> ReadError {
        ReadError::new(&self.path, kind)
    }

    /// An object that is not what it has to be.
    pub(crate) fn unexpected(
        &self,
        object: &str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> ReadError {
        self.error(ReadErrorKind::Unexpected {
            object: object.to_owned(),
            expected: expected.into(),
            found: found.into(),
        })
    }

    /// Calls `hdf5-reader` for an object.
    pub(crate) fn call<T>(
        &self,
        object: &str,
        read: impl FnOnce() -> Result<T, Hdf5Error>,
    ) -> Result<T, ReadError> {
        call(&self.path, object, read)
    }

    /// The bytes of an array of records. They are kept for the next call: a table may have thousands of columns.
    pub(super) fn records(&self, dataset: &Arc<Dataset>, path: &str) -> Result<Arc<Vec<u8>>, ReadError> {
        let this = Arc::downgrade(dataset);
        // Another thread that panicked left what was read before.
        let mut last = self.last_records.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, bytes)) = &*last
            && of.ptr_eq(&this)
        {
            return Ok(Arc::clone(bytes));
        }
        let bytes = Arc::new(self.call(path, || dataset.read_raw_bytes())?);
        *last = Some((this, Arc::clone(&bytes)));
        Ok(bytes)
    }

    /// The group at the root.
    pub(crate) fn root(&self) -> Result<Group, ReadError> {
        self.call("/", || self.hdf5.root_group())
    }

    /// What stands at `path` (`obs/cell_type/codes`), if anything does.
    pub(crate) fn find(&self, path: &str) -> Result<Option<Object>, ReadError> {
        let mut group = self.root()?;
        let mut names = path.split('/').peekable();
        while let Some(name) = names.next() {
            match (self.child(&group, name, path)?, names.peek()) {
                (found, None) => return Ok(found),
                (Some(Object::Group(next)), Some(_)) => group = next,
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The child of a group, if there is one of that name; `path` is its name for messages.
    pub(crate) fn child(&self, group: &Group, name: &str, path: &str) -> Result<Option<Object>, ReadError> {
        self.call(path, || {
            match group.group(name).map_err(innermost) {
                Ok(group) => return Ok(Some(Object::Group(group))),
                Err(Hdf5Error::GroupNotFound(_)) => {}
                Err(error) => return Err(error),
            }
            match group.dataset(name).map_err(innermost) {
                Ok(dataset) => Ok(Some(Object::Dataset(Arc::new(dataset)))),
                Err(Hdf5Error::DatasetNotFound(_)) => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    /// What stands at the root, where it is no layout that is known.
    pub(crate) fn unknown_layout(&self) -> ReadError {
        match self.root().and_then(|root| self.names(&root, "/")) {
            Ok(found) => self.error(ReadErrorKind::UnknownHdf5 { found }),
            Err(error) => error,
        }
    }

    /// The dataset that must stand at `path`.
    pub(crate) fn dataset(&self, path: &str) -> Result<Arc<Dataset>, ReadError> {
        match self.find(path)? {
            Some(Object::Dataset(dataset)) => Ok(dataset),
            Some(Object::Group(_)) => Err(self.unexpected(path, "an array", "a group")),
            None => Err(self.unexpected(path, "an array", "nothing")),
        }
    }

    /// Names of what a group holds, sorted.
    pub(crate) fn names(&self, group: &Group, path: &str) -> Result<Vec<String>, ReadError> {
        let (mut names, datasets) = self.call(path, || group.member_names())?;
        names.extend(datasets);
        names.sort_unstable();
        Ok(names)
    }

    /// The attributes of an object.
    pub(crate) fn attributes(&self, object: &Object, path: &str) -> Result<Vec<Attribute>, ReadError> {
        self.call(path, || match object {
            Object::Group(group) => group.attributes(),
            Object::Dataset(dataset) => Ok(dataset.attributes()),
        })
    }

    /// The length of an array of one dimension.
    pub(crate) fn length(&self, dataset: &Dataset, path: &str) -> Result<u64, ReadError> {
        match dataset.shape() {
            [length] => Ok(*length),
            shape => Err(self.unexpected(path, "an array of one dimension", dimensions(shape.len()))),
        }
    }

    /// Refuses an array whose header promises more than the file can hold. Arrays that are read in parts need
    /// this: a promise of zeros costs no bytes, and would be read for ever.
    pub(crate) fn check_size(&self, dataset: &Dataset, path: &str) -> Result<(), ReadError> {
        let size = self.call(path, || Ok((dataset.num_elements()?, dataset.raw_element_size()?)))?;
        let bytes = size.0.saturating_mul(size.1 as u64);
        let most = (self.n_bytes as u64).saturating_mul(DEFLATE_EXPANSION);
        if bytes > most.max(self.limit.most()) {
            let found = format!("{bytes} bytes in a file of {}", self.n_bytes);
            return Err(self.unexpected(path, "no more values than the file can hold", found));
        }
        Ok(())
    }

    /// Refuses an array of annotations before it is read, when as many values could not be kept. Chunks that were never
    /// written cost no bytes in the file, and each value dozens in memory.
    pub(crate) fn check_count(&self, dataset: &Dataset, path: &str) -> Result<(), ReadError> {
        let n = self.call(path, || dataset.num_elements())?;
        self.limit.check(path, n.saturating_mul(NAME_BYTES)).map_err(|kind| self.error(kind))
    }

    /// Reads all numbers of an array, decoding chunks in parallel.
    pub(crate) fn numbers<T: FromStored>(&self, dataset: &Dataset, path: &str) -> Result<Vec<T>, ReadError> {
        let read = || dataset.read_array_uncached_parallel::<Number<T>>();
        let (numbers, _) = self.call(path, read)?.into_raw_vec_and_offset();
        Ok(into_plain(numbers))
    }
}

fn open_storage(path: &Path, storage: &Arc<FileStorage>, limit: MemoryLimit) -> Result<Hdf5File, ReadError> {
    let most = limit.most_usize();
    let most_chunk = most.min(hdf5_reader::HDF5_MAX_CHUNK_BYTES);
    let options = OpenOptions::default()
        // Blocks go forward and keep the chunk they end in themselves: a cache would only cost memory.
        .with_chunk_cache_bytes(0)
        .with_max_chunk_bytes(most_chunk)
        .with_max_read_bytes(most)
        .with_filter_registry(filters::registry(most_chunk));
    call(path, "/", || Hdf5File::from_storage_with_options(storage.clone(), options))
}

fn call<T>(path: &Path, object: &str, read: impl FnOnce() -> Result<T, Hdf5Error>) -> Result<T, ReadError> {
    // 144,000 damaged files made no panic; still, one in a young crate must not end a program that reads many
    // files. Nothing that it could leave half changed is seen again: the caller gives up on this file.
    let result = catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(Hdf5Error::Other("the HDF5 reader gave up on it".into())));
    result.map_err(|error| {
        let object = object.to_owned();
        let kind = match innermost(error) {
            Hdf5Error::Io(error) => ReadErrorKind::Io(error),
            Hdf5Error::UnsupportedFilter(message) => {
                ReadErrorKind::Filter { object, filter: filters::name(&message) }
            }
            error => ReadErrorKind::Damaged { object, source: error.into() },
        };
        ReadError::new(path, kind)
    })
}

/// The error without the paths that `hdf5-reader` wraps around it: ours are complete.
fn innermost(mut error: Hdf5Error) -> Hdf5Error {
    while let Hdf5Error::Context { source, .. } = error {
        error = *source;
    }
    error
}
