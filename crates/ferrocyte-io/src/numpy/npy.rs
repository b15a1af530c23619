//! One `.npy`: an array, or a pickled object.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::array::{Array, n_elements};
use super::dense_in_file::DenseInFile;
use super::element::Element;
use super::header::{Header, LONGEST};
use super::{Outcome, unexpected};
use crate::pickle::Pickle;
use crate::read_error::ReadErrorKind;

/// Bytes that hold any header with what comes before it.
const LONGEST_WITH_HEAD: u64 = LONGEST as u64 + 12;

/// What an `.npy` holds.
pub(super) enum Npy<'a> {
    Array(Array<'a>),
    Pickle(Pickle<'a>),
}

/// Reads an `.npy`; `object` names it in messages.
pub(super) fn read<'a>(object: &str, file: &'a [u8]) -> Outcome<Npy<'a>> {
    let (Header { element, fortran, shape }, data) = Header::split(object, file)?;
    if element == Element::Object {
        let pickle = Pickle::read(data);
        return pickle
            .map(Npy::Pickle)
            .map_err(|source| ReadErrorKind::Pickle { object: object.to_owned(), source });
    }
    let raw = size_of_values(&shape, element).and_then(|wanted| data.get(..wanted));
    let raw = raw.ok_or_else(|| cut_short(object, &shape, data.len() as u64))?;
    Array::of_raw(object, element, shape, fortran, Cow::Borrowed(raw)).map(Npy::Array)
}

/// Finds the dense matrix that an `.npy` is, without reading its numbers; nothing where it holds something else.
pub(super) fn dense_in_file(object: &str, path: &Path, file: File) -> Outcome<Option<DenseInFile>> {
    let n_bytes = file.metadata()?.len();
    let mut head = Vec::new();
    (&file).take(LONGEST_WITH_HEAD).read_to_end(&mut head)?;
    let (Header { element, fortran, shape }, rest) = Header::split(object, &head)?;
    let (Element::Number(number), &[rows, columns]) = (element, shape.as_slice()) else { return Ok(None) };
    let start = (head.len() - rest.len()) as u64;
    let there = n_bytes.saturating_sub(start);
    match size_of_values(&shape, element) {
        Some(wanted) if wanted as u64 <= there => {
            Ok(Some(DenseInFile::new(file, path, start, number, (rows, columns), fortran)))
        }
        _ => Err(cut_short(object, &shape, there)),
    }
}

fn size_of_values(shape: &[usize], element: Element) -> Option<usize> {
    n_elements(shape).zip(element.n_bytes()).and_then(|(n, bytes)| n.checked_mul(bytes))
}

fn cut_short(object: &str, shape: &[usize], there: u64) -> ReadErrorKind {
    unexpected(object, format!("values in the shape {shape:?}"), format!("{there} bytes"))
}
