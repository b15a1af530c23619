//! Annotations as AnnData keeps data frames.

use std::collections::BTreeSet;
use std::collections::HashMap;

use super::store::{Attribute, Element, Store};
use super::{kind, version};
use crate::frame::{Categorical, Column};
use crate::write::annotations::Annotations;
use crate::write::write_error::WriteErrorKind;

/// Writes names and columns as a data frame.
pub(super) fn write_frame<S: Store>(
    store: &mut S,
    path: &str,
    frame: &Annotations,
) -> Result<(), WriteErrorKind> {
    let order: Vec<&str> = frame.columns.iter().map(|(name, _)| name.as_str()).collect();
    store.group(
        path,
        &[
            kind("dataframe"),
            version("0.2.0"),
            ("_index", Attribute::Text("_index")),
            ("column-order", Attribute::Texts(&order)),
        ],
    )?;
    store.texts(&format!("{path}/_index"), &frame.names.iter().map(String::as_str).collect::<Vec<_>>())?;
    for (name, column) in &frame.columns {
        write_column(store, &format!("{path}/{name}"), column)?;
    }
    Ok(())
}

fn write_column<S: Store>(store: &mut S, path: &str, column: &Column) -> Result<(), WriteErrorKind> {
    match column {
        Column::Floats(values) => {
            store.array(path, Element::F64, &bytes(values, |value| value.to_le_bytes()))
        }
        Column::Integers(values) => {
            let integers = |value: &Option<i64>| value.unwrap_or_default().to_le_bytes();
            write_nullable(store, path, "nullable-integer", Element::I64, values, integers)
        }
        Column::Booleans(values) => {
            let booleans = |value: &Option<bool>| [u8::from(value.unwrap_or_default())];
            write_nullable(store, path, "nullable-boolean", Element::Bool, values, booleans)
        }
        Column::Strings(values) => {
            let texts: Option<Vec<&str>> = values.iter().map(Option::as_deref).collect();
            match texts {
                Some(texts) => store.texts(path, &texts),
                None => write_categorical(store, path, &categories_of(values)),
            }
        }
        Column::Categorical(values) => write_categorical(store, path, values),
    }
}

/// An array where no value is missing; otherwise values with a mask beside them.
fn write_nullable<S: Store, T, const N: usize>(
    store: &mut S,
    path: &str,
    encoding: &'static str,
    element: Element,
    values: &[Option<T>],
    encode: fn(&Option<T>) -> [u8; N],
) -> Result<(), WriteErrorKind> {
    let content = bytes(values, encode);
    if values.iter().all(Option::is_some) {
        return store.array(path, element, &content);
    }
    store.group(path, &[kind(encoding), version("0.1.0")])?;
    store.array(&format!("{path}/values"), element, &content)?;
    store.array(&format!("{path}/mask"), Element::Bool, &bytes(values, |value| [u8::from(value.is_none())]))
}

/// Text with gaps: `anndata` before 0.11 reads those only as categories, and that is how all of them write it.
fn categories_of(values: &[Option<String>]) -> Categorical {
    let names: BTreeSet<&str> = values.iter().flatten().map(String::as_str).collect();
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let code = |name: &String| names.binary_search(name).ok().and_then(|place| i64::try_from(place).ok());
    let codes: Vec<i64> = values.iter().map(|name| name.as_ref().and_then(code).unwrap_or(-1)).collect();
    Categorical::from_known(&codes, names)
}

fn write_categorical<S: Store>(
    store: &mut S,
    path: &str,
    column: &Categorical,
) -> Result<(), WriteErrorKind> {
    let (categories, position) = distinct(column.categories());
    store.group(
        path,
        &[kind("categorical"), version("0.2.0"), ("ordered", Attribute::Bool(column.is_ordered()))],
    )?;
    store.texts(&format!("{path}/categories"), &categories)?;
    let codes: Vec<i32> =
        (0..column.len()).map(|row| column.code(row).map_or(-1, |code| position[code])).collect();
    let path = format!("{path}/codes");
    // The narrowest signed integer, as pandas has it.
    match categories.len() {
        0..=0x7f => store.array(&path, Element::I8, &bytes(&codes, |&code| (code as i8).to_le_bytes())),
        0x80..=0x7fff => {
            store.array(&path, Element::I16, &bytes(&codes, |&code| (code as i16).to_le_bytes()))
        }
        _ => store.array(&path, Element::I32, &bytes(&codes, |&code| code.to_le_bytes())),
    }
}

/// Each category once, since pandas refuses others, and where each of them went.
fn distinct(categories: &[String]) -> (Vec<&str>, Vec<i32>) {
    let mut seen: HashMap<&str, i32> = HashMap::new(); // looked up, never iterated
    let mut names = Vec::with_capacity(categories.len());
    let position = categories
        .iter()
        .map(|name| {
            let next = i32::try_from(names.len()).unwrap_or(-1);
            *seen.entry(name).or_insert_with(|| {
                names.push(name.as_str());
                next
            })
        })
        .collect();
    (names, position)
}

fn bytes<T, const N: usize>(values: &[T], encode: fn(&T) -> [u8; N]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(values.len() * N);
    for value in values {
        bytes.extend_from_slice(&encode(value));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_stand_once_and_codes_follow_them() {
        let twice: Vec<String> = ["B", "T", "B"].map(String::from).to_vec();
        assert_eq!(distinct(&twice), (vec!["B", "T"], vec![0, 1, 0]));
        let gaps = categories_of(&[Some("b".into()), None, Some("a".into())]);
        assert_eq!(gaps.categories(), ["a", "b"]);
        assert_eq!(gaps.names().collect::<Vec<_>>(), [Some("b"), None, Some("a")]);
    }
}
