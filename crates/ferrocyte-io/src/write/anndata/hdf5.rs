//! AnnData in HDF5.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rust_hdf5::{
    DatatypeMessage, FilterPipeline, H5Dataset, H5File, H5Group, H5Type, HBool, Hdf5Error, LibverBound,
};

use super::store::{Attribute, Attributes, Element, Store};
use crate::h5ad::H5ad;
use crate::matrix_path::MatrixPath;
use crate::write::AtomicFile;
use crate::write::cell_writer::Written;
use crate::write::chunks::{Chunks, Wrapper};
use crate::write::h5ad::edit::{empty, mark, write_text};
use crate::write::write_error::{WriteError, WriteErrorKind};

/// Elements of a chunk: a quarter of a megabyte of values, four of which fit the cache that HDF5's library has.
const CHUNK: usize = 1 << 16;

/// Bytes of an array that is kept as it is: compressed it would need more room for its index than it saves.
const SMALL: usize = 4096;

/// A new HDF5 file.
pub(in crate::write) struct Hdf5Store {
    target: AtomicFile,
    file: H5File,
}

/// An array that grows chunk by chunk.
pub(in crate::write) struct GrowingDataset {
    dataset: H5Dataset,
    chunks: Chunks,
    chunk_elements: usize,
    element: Element,
    n_elements: usize,
}

impl Hdf5Store {
    /// The group that an object belongs to, and its name there.
    fn place<'a>(&self, path: &'a str) -> Result<(H5Group, &'a str), Hdf5Error> {
        let root = self.file.root_group();
        match path.rsplit_once('/') {
            Some((group, name)) => Ok((root.group(group)?, name)),
            None => Ok((root, path)),
        }
    }

    /// Begins an array in chunks, fixed in length or not.
    fn chunked(
        &self,
        path: &str,
        element: Element,
        n_elements: Option<usize>,
    ) -> Result<GrowingDataset, WriteErrorKind> {
        let chunk_elements = n_elements.map_or(CHUNK, |n| n.clamp(1, CHUNK));
        let dataset = guarded(|| {
            let (group, name) = self.place(path)?;
            let mut new = group.new_dataset::<u8>().datatype(datatype(element)).chunk(&[chunk_elements]);
            new = match n_elements {
                Some(n) => new.shape([n]),
                None => new.shape([0]).max_shape(&[None]),
            };
            let dataset = new.filter_pipeline(filters(element)).create(name)?;
            mark(&dataset, "array", "0.2.0")?;
            Ok(dataset)
        })?;
        let chunks = Chunks::new(Wrapper::Zlib, chunk_elements * element.size()).shuffled(element.size());
        Ok(GrowingDataset { dataset, chunks, chunk_elements, element, n_elements: 0 })
    }
}

impl Store for Hdf5Store {
    type Growing = GrowingDataset;

    const CHUNK: usize = CHUNK;

    fn create(target: &Path) -> Result<Self, WriteError> {
        let target = AtomicFile::create(target)?;
        // Ours alone, and already locked where that is possible. The layout of 2008: R and Java read it too.
        let options = H5File::options().no_locking().libver(LibverBound::V18);
        match guarded(|| options.create(target.temporary())) {
            Ok(file) => Ok(Self { target, file }),
            Err(kind) => Err(target.error(kind)),
        }
    }

    fn group(&mut self, path: &str, attributes: Attributes<'_>) -> Result<(), WriteErrorKind> {
        guarded(|| {
            let (parent, name) = self.place(path)?;
            let group = if path.is_empty() { parent } else { parent.create_group(name)? };
            for &(name, attribute) in attributes {
                match attribute {
                    Attribute::Text(text) => group.set_attr_string(name, text)?,
                    Attribute::Texts(texts) => group.set_attr_string_array(name, texts)?,
                    Attribute::Integers(integers) => group.set_attr_array_numeric(name, integers)?,
                    Attribute::Bool(value) => group.set_attr_numeric(name, &HBool::from(value))?,
                }
            }
            Ok(())
        })
    }

    fn array(&mut self, path: &str, element: Element, bytes: &[u8]) -> Result<(), WriteErrorKind> {
        let n = bytes.len() / element.size();
        if bytes.len() > SMALL {
            let mut array = self.chunked(path, element, Some(n))?;
            array.push(bytes)?;
            return array.end();
        }
        guarded(|| {
            let (group, name) = self.place(path)?;
            let dataset = if n == 0 {
                empty(&group, name, datatype(element))?
            } else {
                let dataset =
                    group.new_dataset::<u8>().datatype(datatype(element)).shape([n]).create(name)?;
                dataset.write_raw_bytes(bytes)?;
                dataset
            };
            mark(&dataset, "array", "0.2.0")
        })
    }

    fn texts(&mut self, path: &str, texts: &[&str]) -> Result<(), WriteErrorKind> {
        guarded(|| {
            let (group, name) = self.place(path)?;
            let dataset = if texts.is_empty() {
                empty(&group, name, DatatypeMessage::vlen_string_utf8())?
            } else {
                group.write_vlen_strings(name, texts)?
            };
            mark(&dataset, "string-array", "0.2.0")
        })
    }

    fn text(&mut self, path: &str, text: &str) -> Result<(), WriteErrorKind> {
        guarded(|| {
            let (group, name) = self.place(path)?;
            write_text(&group, name, text)
        })
    }

    fn grow(&mut self, path: &str, element: Element) -> Result<GrowingDataset, WriteErrorKind> {
        self.chunked(path, element, None)
    }

    fn push(&mut self, array: &mut GrowingDataset, bytes: &[u8]) -> Result<(), WriteErrorKind> {
        array.push(bytes)
    }

    fn end(&mut self, array: GrowingDataset) -> Result<(), WriteErrorKind> {
        array.end()
    }

    fn commit(self, written: &Written) -> Result<(), WriteError> {
        let Self { target, file } = self;
        // The bytes come to the disk before the file takes its name.
        let closed = guarded(|| file.close_no_sync());
        if let Err(kind) = closed.and_then(|()| check(target.temporary(), written)) {
            return Err(target.error(kind));
        }
        target.commit()
    }

    fn error(&self, kind: WriteErrorKind) -> WriteError {
        self.target.error(kind)
    }
}

impl GrowingDataset {
    fn push(&mut self, bytes: &[u8]) -> Result<(), WriteErrorKind> {
        self.n_elements += bytes.len() / self.element.size();
        let Self { dataset, chunks, chunk_elements, n_elements, .. } = self;
        chunks.push(bytes, |number, chunk| put(dataset, number, chunk, *chunk_elements, *n_elements))
    }

    fn end(mut self) -> Result<(), WriteErrorKind> {
        let Self { dataset, chunks, chunk_elements, n_elements, .. } = &mut self;
        chunks.finish(|number, chunk| put(dataset, number, chunk, *chunk_elements, *n_elements))
    }
}

/// Writes a compressed chunk; the array reaches to its end, or to the last element there is.
fn put(
    dataset: &H5Dataset,
    number: u64,
    chunk: &[u8],
    chunk_elements: usize,
    n_elements: usize,
) -> Result<(), WriteErrorKind> {
    let number = number as usize;
    guarded(|| {
        let end = ((number + 1) * chunk_elements).min(n_elements);
        if dataset.shape().first().is_some_and(|&length| length < end) {
            dataset.extend(&[end])?;
        }
        dataset.write_chunk_raw(number, chunk, 0)
    })
}

/// What [`Chunks`] did, in the order in which it was done.
fn filters(element: Element) -> FilterPipeline {
    const LEVEL: u32 = 4; // said, not used: what reads the file needs no level
    match element.size() {
        1 => FilterPipeline::deflate(LEVEL),
        size => FilterPipeline::shuffle_deflate(size as u32, LEVEL),
    }
}

fn datatype(element: Element) -> DatatypeMessage {
    match element {
        Element::Bool => HBool::hdf5_type(),
        Element::I8 => i8::hdf5_type(),
        Element::I16 => i16::hdf5_type(),
        Element::I32 => i32::hdf5_type(),
        Element::I64 => i64::hdf5_type(),
        Element::F32 => f32::hdf5_type(),
        Element::F64 => f64::hdf5_type(),
    }
}

/// Opens what was written with the reader that users' files go through.
fn check(path: &Path, written: &Written) -> Result<(), WriteErrorKind> {
    let broken = |error| WriteErrorKind::Unreadable(Box::new(error));
    let file = H5ad::open(path).map_err(broken)?;
    let matrix = file.matrix(&MatrixPath::X).map_err(broken)?;
    if file.n_cells() == written.n_cells && matrix.n_non_zeros == Some(written.n_values) {
        Ok(())
    } else {
        Err(WriteErrorKind::Unreadable("cells or values are missing".into()))
    }
}

/// The writer is young: a panic of its must not take the caller down. The file is thrown away then.
fn guarded<T>(call: impl FnOnce() -> Result<T, Hdf5Error>) -> Result<T, WriteErrorKind> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(described(error)),
        Err(_) => Err(WriteErrorKind::Hdf5("the HDF5 writer panicked".into())),
    }
}

/// A full disk is one, however deep in the writer it was found.
fn described(error: Hdf5Error) -> WriteErrorKind {
    let mut causes = std::iter::successors(Some(&error as &(dyn Error + 'static)), |&cause| cause.source());
    match causes.find_map(|cause| cause.downcast_ref::<std::io::Error>()) {
        Some(found) => match found.raw_os_error() {
            Some(code) => std::io::Error::from_raw_os_error(code).into(),
            None => std::io::Error::from(found.kind()).into(),
        },
        None => WriteErrorKind::Hdf5(Box::new(error)),
    }
}
