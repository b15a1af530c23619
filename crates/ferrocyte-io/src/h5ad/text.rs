//! Strings: of data sets, of table fields and of attributes.

use hdf5_reader::{
    Attribute, ByteOrder, Dataset, Datatype, H5Type, SliceInfo, SliceInfoElem, StringPadding, StringSize,
    VarLenKind,
};

use super::container::Container;
use crate::memory_limit::NAME_BYTES;
use crate::read_error::{ReadError, ReadErrorKind};

/// How strings are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextType {
    /// In place, padded to a length in bytes.
    Fixed(usize, StringPadding),
    /// References into the heap of the file.
    Variable,
}

impl TextType {
    /// The stored type, when it is text.
    pub(crate) fn of(datatype: &Datatype) -> Option<Self> {
        match datatype {
            Datatype::String { size: StringSize::Fixed(size), padding, .. } => {
                Some(Self::Fixed(*size as usize, *padding))
            }
            Datatype::String { size: StringSize::Variable, .. } => Some(Self::Variable),
            Datatype::VarLen { base, kind: VarLenKind::String, .. } if base.is_vlen_string_base() => {
                Some(Self::Variable)
            }
            _ => None,
        }
    }

    /// Bytes of one element where it stands in `dataset`.
    pub(crate) fn element_size(self, dataset: &Dataset) -> usize {
        match self {
            Self::Fixed(size, _) => size,
            Self::Variable => dataset.vlen_reference_size(),
        }
    }

    /// Decodes `n` strings. Bytes that are not UTF-8 are replaced, as a name is better than none.
    pub(crate) fn decode(
        self,
        raw: &[u8],
        n: usize,
        dataset: &Dataset,
        container: &Container,
        path: &str,
    ) -> Result<Vec<String>, ReadError> {
        let size = self.element_size(dataset);
        if size == 0 {
            return Ok(vec![String::new(); n]);
        }
        // Many references may point at one long string: the sum is bounded, not only each.
        let mut kept = n.saturating_mul(NAME_BYTES as usize);
        container.check_kept(path, kept)?;
        let elements = raw.chunks_exact(size).take(n);
        let decoded = elements.map(|element| match self {
            Self::Fixed(_, padding) => Ok(to_string(trimmed(element, padding))),
            Self::Variable => {
                let bytes = container.call(path, || dataset.resolve_vlen_reference_bytes(element, 1))?;
                kept = kept.saturating_add(bytes.len());
                container.check_kept(path, kept)?;
                Ok(to_string(trimmed(&bytes, StringPadding::NullTerminate)))
            }
        });
        decoded.collect()
    }

    /// Decodes one string.
    fn decode_one(
        self,
        element: &[u8],
        dataset: &Dataset,
        container: &Container,
        path: &str,
    ) -> Result<String, ReadError> {
        Ok(match self {
            Self::Fixed(_, padding) => to_string(trimmed(element, padding)),
            Self::Variable => {
                let bytes = container.call(path, || dataset.resolve_vlen_reference_bytes(element, 1))?;
                to_string(trimmed(&bytes, StringPadding::NullTerminate))
            }
        })
    }
}

/// Strings of which the references are read at a time.
const SLAB: u64 = 1 << 14;

/// Passes the strings of an array of one dimension, a few at a time; `false` when it holds something else.
pub(crate) fn each(
    container: &Container,
    dataset: &Dataset,
    path: &str,
    see: &mut dyn FnMut(String) -> std::io::Result<()>,
) -> Result<bool, ReadError> {
    let Some(text) = TextType::of(dataset.dtype()) else { return Ok(false) };
    container.check_count(dataset, path)?;
    let n = container.length(dataset, path)?;
    if text.element_size(dataset) == 0 {
        let seen = (0..n).try_for_each(|_| see(String::new()));
        return seen.map(|()| true).map_err(|error| container.error(ReadErrorKind::Io(error)));
    }
    // Chunks are decoded whole, so that each is decoded once.
    let chunk = dataset.chunks().and_then(|chunk| chunk.first().copied()).map_or(1, u64::from).max(1);
    let step = (SLAB / chunk).max(1).saturating_mul(chunk);
    let mut kept = n.saturating_mul(NAME_BYTES);
    let mut start = 0;
    while start < n {
        let end = start.saturating_add(step).min(n);
        let afresh = container.afresh()?;
        let found = afresh.dataset(path).ok();
        let dataset = found.as_deref().unwrap_or(dataset);
        let elements = elements(container, dataset, path, start..end)?;
        if elements.len() as u64 != end - start {
            let found = format!("{} values from {start} to {end}", elements.len());
            return Err(container.unexpected(path, format!("{n} values"), found));
        }
        for element in elements {
            let name = text.decode_one(&element, dataset, container, path)?;
            // Many references may point at one long string: the sum is bounded, not only each.
            kept = kept.saturating_add(name.len() as u64);
            container.check_kept(path, usize::try_from(kept).unwrap_or(usize::MAX))?;
            see(name).map_err(|error| container.error(ReadErrorKind::Io(error)))?;
        }
        start = end;
    }
    Ok(true)
}

/// The stored bytes of some elements of an array of one dimension.
fn elements(
    container: &Container,
    dataset: &Dataset,
    path: &str,
    range: std::ops::Range<u64>,
) -> Result<Vec<Vec<u8>>, ReadError> {
    let selections = vec![SliceInfoElem::Slice { start: range.start, end: range.end, step: 1 }];
    let read = || dataset.read_slice::<Stored>(&SliceInfo { selections });
    let (elements, _) = container.call(path, read)?.into_raw_vec_and_offset();
    Ok(elements.into_iter().map(|element| element.0).collect())
}

/// An element as it is stored.
#[derive(Clone)]
pub(crate) struct Stored(pub(crate) Vec<u8>);

impl H5Type for Stored {
    fn hdf5_type() -> Datatype {
        Datatype::FixedPoint { size: 1, signed: false, byte_order: ByteOrder::LittleEndian }
    }

    fn from_bytes(bytes: &[u8], _: &Datatype) -> hdf5_reader::error::Result<Self> {
        Ok(Self(bytes.to_vec()))
    }

    fn element_size(_: &Datatype) -> usize {
        1
    }
}

/// Reads all strings of an array; `None` when it holds something else.
pub(crate) fn read(
    container: &Container,
    dataset: &Dataset,
    path: &str,
) -> Result<Option<Vec<String>>, ReadError> {
    let Some(text) = TextType::of(dataset.dtype()) else { return Ok(None) };
    container.check_count(dataset, path)?;
    let n = container.call(path, || dataset.num_elements())?;
    let raw = container.call(path, || dataset.read_raw_bytes())?;
    let n = usize::try_from(n).unwrap_or(usize::MAX);
    text.decode(&raw, n, dataset, container, path).map(Some)
}

/// The text of an attribute, when there is one of that name and it is one string.
pub(crate) fn attribute(attributes: &[Attribute], name: &str) -> Option<String> {
    match attribute_list(attributes, name)?.as_mut_slice() {
        [only] => Some(std::mem::take(only)),
        _ => None,
    }
}

/// The strings of an attribute, when there is one of that name; an attribute without elements has any type.
pub(crate) fn attribute_list(attributes: &[Attribute], name: &str) -> Option<Vec<String>> {
    let attribute = attributes.iter().find(|attribute| attribute.name == name)?;
    if attribute.num_elements().ok()? == 0 {
        return Some(Vec::new());
    }
    attribute.read_strings().ok()
}

fn trimmed(bytes: &[u8], padding: StringPadding) -> &[u8] {
    let end = match padding {
        StringPadding::NullTerminate => bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len()),
        StringPadding::NullPad => bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1),
        StringPadding::SpacePad => bytes.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1),
    };
    &bytes[..end]
}

fn to_string(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_cut() {
        assert_eq!(trimmed(b"ab\0c\0", StringPadding::NullTerminate), b"ab");
        assert_eq!(trimmed(b"ab\0c\0", StringPadding::NullPad), b"ab\0c");
        assert_eq!(trimmed(b"ab c  ", StringPadding::SpacePad), b"ab c");
        assert_eq!(trimmed(b"\0\0", StringPadding::NullPad), b"");
    }
}
