//! From a path to an open file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::cell_file::CellFile;
use crate::dense_h5::{DenseH5, is_dense_h5};
use crate::format::Format;
use crate::h5ad::H5ad;
use crate::h5ad::container::Container;
use crate::h5ad::signature::{LOOK_AT, Signature};
use crate::h5mu::{H5mu, is_h5mu};
use crate::loom::{Loom, is_loom};
use crate::matrix_market::{BANNER, Decoded};
use crate::numpy::NumpyFile;
use crate::open_options::OpenOptions;
use crate::read_error::{ReadError, ReadErrorKind};
use crate::tenx::{TenxH5, TenxMtx, is_tar};
use crate::text_table::{self, TextTable};

/// Opens a file or folder of cells.
///
/// # Errors
/// When the file cannot be read or is in no known format; the error says what it looks like.
pub fn open(path: impl AsRef<Path>) -> Result<Box<dyn CellFile>, ReadError> {
    open_with(path, &OpenOptions::default())
}

/// As [`open`], with what the file cannot say of itself. Its content decides the format, not its name, unless the
/// options do.
///
/// # Errors
/// As [`open`]; when a file is not in the format of the options, the error says what it looks like instead.
pub fn open_with(path: impl AsRef<Path>, options: &OpenOptions) -> Result<Box<dyn CellFile>, ReadError> {
    let path = path.as_ref();
    let looks = Looks::at(path);
    let Some(wanted) = options.format else {
        // What is nothing that is known is refused by the reader of `.h5ad`, which says what it looks like.
        return read_as(looks?.format.unwrap_or(Format::H5ad), path, options);
    };
    let opened = read_as(wanted, path, options);
    match (opened, looks) {
        (Err(error), Ok(looks)) if looks.format != Some(wanted) && !is_of_the_system(&error) => {
            let source = Box::new(error.kind);
            Err(ReadError::new(
                path,
                ReadErrorKind::OtherFormat { wanted, looks_like: looks.in_words(), source },
            ))
        }
        (opened, _) => opened,
    }
}

fn is_of_the_system(error: &ReadError) -> bool {
    matches!(error.kind, ReadErrorKind::Io(_))
}

fn read_as(format: Format, path: &Path, options: &OpenOptions) -> Result<Box<dyn CellFile>, ReadError> {
    let genome = options.genome.as_deref();
    Ok(match format {
        Format::H5ad => Box::new(H5ad::open(path)?),
        Format::H5mu => Box::new(H5mu::open(path, options.modality.as_deref())?),
        Format::Loom => Box::new(Loom::open(path)?),
        Format::DenseH5 => Box::new(DenseH5::open(path, options.genes)?),
        Format::TenxMtx if path.is_dir() => Box::new(TenxMtx::open_folder(path, genome)?),
        Format::TenxMtx => Box::new(TenxMtx::open_archive(path, genome)?),
        Format::TenxH5 => Box::new(TenxH5::open(path, genome)?),
        Format::MatrixMarket => Box::new(TenxMtx::open_file(path)?),
        Format::Npy | Format::Npz => {
            let file = NumpyFile::open_with(path, &options.dict_keys)?;
            let found = file.format();
            if found != format {
                let object = "the first bytes".to_owned();
                let (expected, found) = (format!("those of `{format}`"), format!("those of `{found}`"));
                return Err(ReadError::new(path, ReadErrorKind::Unexpected { object, expected, found }));
            }
            Box::new(file)
        }
        Format::TextTable => Box::new(TextTable::open(path, options.genes)?),
    })
}

/// What a file looks like.
struct Looks {
    format: Option<Format>,
    /// What it looks like where that is no format that is read.
    other: &'static str,
}

impl Looks {
    /// Looks at the content.
    fn at(path: &Path) -> Result<Self, ReadError> {
        let known = |format| Ok(Self { format: Some(format), other: "" });
        if path.is_dir() {
            return known(Format::TenxMtx);
        }
        let head = head(path).map_err(|error| ReadError::new(path, ReadErrorKind::Io(error)))?;
        let signature = Signature::of(&head);
        if signature == Signature::Hdf5 {
            return known(hdf5_format(&Container::open(path.to_owned())?)?);
        }
        if NumpyFile::recognises(path) {
            return known(if head.starts_with(b"PK") { Format::Npz } else { Format::Npy });
        }
        let decoded = decoded_head(&head);
        if decoded.get(..BANNER.len()).is_some_and(|banner| banner.eq_ignore_ascii_case(BANNER)) {
            return known(Format::MatrixMarket);
        }
        if is_tar(&decoded) {
            return known(Format::TenxMtx);
        }
        if text_table::is_text_table(&head) {
            return known(Format::TextTable);
        }
        let other = match signature {
            Signature::Other(other) => other,
            Signature::Hdf5 => "HDF5",
        };
        Ok(Self { format: None, other })
    }

    fn in_words(&self) -> String {
        self.format.map_or_else(|| self.other.to_owned(), |format| format!("`{format}`"))
    }
}

/// The format of an HDF5 file. MuData has `obs` and `var` of its own, so it is asked before AnnData; what is nothing
/// else may still be a matrix with labels.
fn hdf5_format(container: &Container) -> Result<Format, ReadError> {
    if is_h5mu(container)? {
        return Ok(Format::H5mu);
    }
    if container.find("obs")?.is_some() && container.find("var")?.is_some() {
        return Ok(Format::H5ad);
    }
    if is_loom(container)? {
        return Ok(Format::Loom);
    }
    if TenxH5::is_one(container)? {
        return Ok(Format::TenxH5);
    }
    if is_dense_h5(container)? {
        return Ok(Format::DenseH5);
    }
    Err(container.unknown_layout())
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(LOOK_AT);
    File::open(path)?.take(LOOK_AT as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// The first bytes of what gzip holds, or of the file as it is; what was cut or is damaged is left out.
fn decoded_head(head: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    if let Ok(reader) = Decoded::new(head) {
        // An error is the end of what was looked at; what came before it has been kept.
        let _ = reader.take(LOOK_AT as u64).read_to_end(&mut decoded);
    }
    decoded
}
