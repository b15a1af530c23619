//! One `.npy`: an array, or a pickled object.

use std::borrow::Cow;

use super::array::{Array, n_elements};
use super::element::Element;
use super::header::Header;
use super::{Outcome, unexpected};
use crate::pickle::Pickle;
use crate::read_error::ReadErrorKind;

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
    let wanted = n_elements(&shape).zip(element.n_bytes()).and_then(|(n, bytes)| n.checked_mul(bytes));
    let raw = wanted.and_then(|wanted| data.get(..wanted)).ok_or_else(|| {
        unexpected(object, format!("values in the shape {shape:?}"), format!("{} bytes", data.len()))
    })?;
    Array::of_raw(object, element, shape, fortran, Cow::Borrowed(raw)).map(Npy::Array)
}
