//! An array as a file holds it.

use std::borrow::Cow;

use super::element::Element;
use super::{Outcome, unexpected};
use crate::frame::{Categorical, Column};
use crate::h5ad::number::{FromStored, NumberType};

/// An array of any number of dimensions; its values lie in the file until they are asked for.
#[derive(Debug)]
pub(super) struct Array<'a> {
    pub(super) shape: Vec<usize>,
    /// Whether the first axis is the one that runs fastest.
    pub(super) fortran: bool,
    element: Element,
    data: Data<'a>,
}

#[derive(Debug)]
enum Data<'a> {
    Raw(Cow<'a, [u8]>),
    Objects(Objects),
}

/// Python objects, each distinct one once: a pickle mentions an object again in two bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Objects {
    /// Which of `distinct` each element is.
    pub(super) codes: Vec<u32>,
    pub(super) distinct: Vec<Object>,
}

/// A Python object that may be an element.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Object {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

/// The product of the axes.
pub(super) fn n_elements(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis))
}

impl<'a> Array<'a> {
    /// Takes raw values, of which there must be as many as the shape says.
    pub(super) fn of_raw(
        object: &str,
        element: Element,
        shape: Vec<usize>,
        fortran: bool,
        raw: Cow<'a, [u8]>,
    ) -> Outcome<Self> {
        let wanted = n_elements(&shape).zip(element.n_bytes()).and_then(|(n, bytes)| n.checked_mul(bytes));
        if wanted != Some(raw.len()) || element == Element::Object {
            let expected =
                format!("{} bytes of values", wanted.map_or("fewer".to_owned(), |n| n.to_string()));
            return Err(unexpected(object, expected, raw.len().to_string()));
        }
        // Elements of no bytes could be any number.
        if element.n_bytes() == Some(0) && n_elements(&shape) != Some(0) {
            return Err(unexpected(object, "elements of at least a byte", "empty ones"));
        }
        Ok(Self { shape, fortran, element, data: Data::Raw(raw) })
    }

    /// Takes objects, of which there must be as many as the shape says.
    pub(super) fn of_objects(
        object: &str,
        shape: Vec<usize>,
        fortran: bool,
        objects: Objects,
    ) -> Outcome<Self> {
        if n_elements(&shape) != Some(objects.codes.len()) {
            return Err(unexpected(
                object,
                format!("elements in the shape {shape:?}"),
                objects.codes.len().to_string(),
            ));
        }
        Ok(Self { shape, fortran, element: Element::Object, data: Data::Objects(objects) })
    }

    /// The same array, whose bytes stay where they are.
    pub(super) fn view(&self) -> Array<'_> {
        let data = match &self.data {
            Data::Raw(raw) => Data::Raw(Cow::Borrowed(raw)),
            Data::Objects(objects) => Data::Objects(objects.clone()),
        };
        Array { shape: self.shape.clone(), fortran: self.fortran, element: self.element, data }
    }

    /// The type of numbers, where they are numbers.
    pub(super) fn number(&self) -> Option<NumberType> {
        match self.element {
            Element::Number(number) => Some(number),
            _ => None,
        }
    }

    /// What the elements are, in words.
    pub(super) fn describe(&self) -> String {
        let what = match self.element {
            Element::Number(number) => number.to_string(),
            Element::Bytes(_) => "bytes".to_owned(),
            Element::Text { .. } => "text".to_owned(),
            Element::Object => "Python objects".to_owned(),
        };
        format!("{what} of shape {:?}", self.shape)
    }

    /// All values in the order of the file.
    pub(super) fn numbers<T: FromStored>(&self, object: &str) -> Outcome<Vec<T>> {
        match (&self.data, self.number()) {
            (Data::Raw(raw), Some(number)) => Ok(number.read(raw)),
            _ => Err(unexpected(object, "numbers", self.describe())),
        }
    }

    /// The values one after the other as a column; text becomes categories in the order of the alphabet.
    pub(super) fn to_column(&self, object: &str) -> Outcome<Column> {
        match (&self.data, self.element) {
            (Data::Objects(objects), _) => objects.to_column().ok_or_else(|| {
                unexpected(object, "names, or numbers", "long texts, or objects of other kinds")
            }),
            (Data::Raw(raw), Element::Number(number)) if number.is_bool() => {
                Ok(Column::Booleans(number.read::<i64>(raw).into_iter().map(|v| Some(v != 0)).collect()))
            }
            (Data::Raw(raw), Element::Number(number)) if number.is_float() || number.is_u64() => {
                Ok(Column::Floats(number.read(raw)))
            }
            (Data::Raw(raw), Element::Number(number)) => {
                Ok(Column::Integers(number.read(raw).into_iter().map(Some).collect()))
            }
            (Data::Raw(raw), element) => {
                let width = element.n_bytes().unwrap_or(0).max(1);
                let texts: Option<Vec<_>> =
                    raw.chunks_exact(width).map(|raw| text(raw, element).map(Some)).collect();
                texts
                    .map(Column::Strings)
                    .ok_or_else(|| unexpected(object, "UTF-8 or UTF-32 text", "other bytes"))
            }
        }
    }
}

impl Objects {
    fn to_column(&self) -> Option<Column> {
        let is = |allowed: fn(&Object) -> bool| {
            self.distinct.iter().all(|object| *object == Object::None || allowed(object))
        };
        let each = |code: &u32| &self.distinct[*code as usize];
        // A missing name is `nan` to pandas.
        if is(|object| matches!(object, Object::Text(_)) || matches!(object, Object::Float(v) if v.is_nan()))
        {
            return self.to_categories();
        }
        if is(|object| matches!(object, Object::Bool(_))) {
            let truth = |object: &Object| if let Object::Bool(v) = object { Some(*v) } else { None };
            return Some(Column::Booleans(self.codes.iter().map(each).map(truth).collect()));
        }
        if is(|object| matches!(object, Object::Int(_))) {
            let int = |object: &Object| if let Object::Int(v) = object { Some(*v) } else { None };
            return Some(Column::Integers(self.codes.iter().map(each).map(int).collect()));
        }
        let float = |object: &Object| match object {
            Object::Float(v) => Some(*v),
            Object::Int(v) => Some(*v as f64),
            Object::None => Some(f64::NAN),
            _ => None,
        };
        self.codes.iter().map(each).map(float).collect::<Option<_>>().map(Column::Floats)
    }

    fn to_categories(&self) -> Option<Column> {
        let texts = self.distinct.iter().filter_map(|object| match object {
            Object::Text(text) => Some(text.clone()),
            _ => None,
        });
        let mut categories: Vec<String> = texts.collect();
        categories.sort_unstable();
        categories.dedup();
        let place = |object: &Object| match object {
            Object::Text(text) => {
                categories.binary_search(text).map_or(-1, |place| i64::try_from(place).unwrap_or(-1))
            }
            _ => -1,
        };
        let places: Vec<i64> = self.distinct.iter().map(place).collect();
        let codes: Vec<i64> = self.codes.iter().map(|&code| places[code as usize]).collect();
        let column = Categorical::new(&codes, categories).ok()?;
        column.too_long().is_none().then_some(Column::Categorical(column))
    }
}

/// Text of a fixed width, without the zeros that pad it.
fn text(raw: &[u8], element: Element) -> Option<String> {
    let Element::Text { big_endian, .. } = element else {
        let length = raw.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        return String::from_utf8(raw[..length].to_vec()).ok();
    };
    let read =
        |bytes: &[u8; 4]| if big_endian { u32::from_be_bytes(*bytes) } else { u32::from_le_bytes(*bytes) };
    let characters = raw.as_chunks::<4>().0;
    let length = characters.iter().rposition(|bytes| *bytes != [0; 4]).map_or(0, |last| last + 1);
    characters[..length].iter().map(|bytes| char::from_u32(read(bytes))).collect()
}
