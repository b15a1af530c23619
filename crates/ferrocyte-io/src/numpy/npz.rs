//! Archives of arrays: `scipy.sparse.save_npz`, or a matrix and names under names of their own.

use std::borrow::Cow;

use super::array::Array;
use super::dict_keys::DictKeys;
use super::npy::Npy;
use super::parts::{Parts, Value, n_values};
use super::pickled::Pickled;
use super::stored_matrix::{Sparse, SparseArrays};
use super::zip::Zip;
use super::{Outcome, unexpected};
use crate::frame::Column;

/// What a matrix may be called; one that is called otherwise is taken when it is the only one.
const MATRICES: &[&str] = &["X", "matrix", "data", "counts", "UMI", "umi", "expression", "expr"];

/// What the names of genes may be called.
pub(super) const GENES: &[&str] = &["genes", "gene_ids", "gene_names", "var_names", "features"];

/// What the names of cells may be called.
pub(super) const CELLS: &[&str] = &["cells", "barcodes", "cell_ids", "cell_names", "obs_names"];

/// The members of an archive, unpacked, by name and without `.npy`.
pub(super) type Members<'a> = Vec<(String, Cow<'a, [u8]>)>;

/// Unpacks every array.
pub(super) fn unpack<'a>(zip: &Zip<'a>) -> Outcome<Members<'a>> {
    let arrays = zip.names().filter_map(|name| Some((name, name.strip_suffix(".npy")?)));
    arrays.map(|(member, name)| Ok((name.to_owned(), zip.read(member)?))).collect()
}

/// Reads the members, each once; `opened` holds them.
pub(super) fn parts<'m>(
    keys: &DictKeys,
    members: &'m Members<'_>,
    opened: &'m [Npy<'m>],
) -> Outcome<Parts<'m>> {
    let mut values: Vec<(String, Value<'m>)> = Vec::new();
    for ((name, bytes), npy) in members.iter().zip(opened) {
        let value = match npy {
            Npy::Array(array) => Value::Array(array.view()),
            Npy::Pickle(pickle) => {
                let pickled = Pickled { pickle, n_bytes: bytes.len() };
                pickled.value(name, pickled.unwrapped(pickle.root()))?
            }
        };
        values.push((name.clone(), value));
    }
    let matrix = match scipy(&mut values)? {
        Some(sparse) => ("X".to_owned(), Value::Sparse(Box::new(sparse))),
        None => take_matrix(keys, &mut values)?,
    };
    let mut names = |known: &[&str], asked: Option<&str>| {
        let wanted = asked.into_iter().chain(known.iter().copied());
        let place = { wanted }.find_map(|wanted| values.iter().position(|(name, _)| name == wanted))?;
        let (name, value) = values.remove(place);
        Some(value.into_names(&name).map(|array| (name, array)))
    };
    let labels = names(&[], Some(&keys.labels)).transpose()?;
    let genes = names(GENES, Some(&keys.genes)).transpose()?;
    let cells = names(CELLS, None).transpose()?;
    let others =
        values.into_iter().filter_map(|(name, value)| Some((name.clone(), value.into_names(&name).ok()?)));
    Ok(Parts {
        matrix: (matrix.0.clone(), matrix.1.into_matrix(&matrix.0)?),
        labels,
        genes,
        cells,
        others: others.filter(|(_, array)| n_values(array).is_some()).collect(),
        notes: Vec::new(),
    })
}

/// What `save_npz` wrote, when it did: an array called `format` says which kind of matrix the others are.
fn scipy<'m>(values: &mut Vec<(String, Value<'m>)>) -> Outcome<Option<Sparse<'m>>> {
    let is = |values: &[(String, Value)], wanted: &str| values.iter().position(|(name, _)| name == wanted);
    if is(values, "format").is_none() || is(values, "shape").is_none() {
        return Ok(None);
    }
    let mut take = |wanted: &str| -> Outcome<Array<'m>> {
        let place = is(values, wanted).ok_or_else(|| unexpected(wanted, "an array", "nothing"))?;
        match values.remove(place).1 {
            Value::Array(array) => Ok(array),
            Value::Sparse(_) => Err(unexpected(wanted, "an array", "a sparse matrix")),
        }
    };
    let format = match take("format")?.to_column("format")? {
        Column::Integers(_) | Column::Floats(_) | Column::Booleans(_) => String::new(),
        text => text.to_names().into_iter().flatten().next().unwrap_or_default(),
    };
    let shape: Vec<u64> = take("shape")?.numbers("shape")?;
    let &[rows, columns] = shape.as_slice() else {
        return Err(unexpected("shape", "two numbers", shape.len().to_string()));
    };
    let (Ok(rows), Ok(columns)) = (usize::try_from(rows), usize::try_from(columns)) else {
        return Err(unexpected("shape", "numbers that fit this machine", format!("{rows} and {columns}")));
    };
    let arrays = match format.as_str() {
        "csr" | "csc" => SparseArrays::Compressed {
            by_rows: format == "csr",
            indices: take("indices")?,
            starts: take("indptr")?,
        },
        "coo" => SparseArrays::Triples { row: take("row")?, column: take("col")? },
        other => {
            return Err(unexpected("format", "`csr`, `csc` or `coo`", format!("`{}`", other.escape_debug())));
        }
    };
    Ok(Some(Sparse { shape: (rows, columns), data: take("data")?, arrays }))
}

fn take_matrix<'m>(keys: &DictKeys, values: &mut Vec<(String, Value<'m>)>) -> Outcome<(String, Value<'m>)> {
    let is_matrix = |value: &Value| match value {
        Value::Sparse(_) => true,
        Value::Array(array) => array.shape.len() == 2 && array.number().is_some(),
    };
    let matrices: Vec<usize> = (0..values.len()).filter(|&place| is_matrix(&values[place].1)).collect();
    let wanted = std::iter::once(keys.matrix.as_str()).chain(MATRICES.iter().copied());
    let named = { wanted }.find_map(|wanted| matrices.iter().find(|&&place| values[place].0 == wanted));
    match (named, matrices.as_slice()) {
        (Some(&place), _) | (None, &[place]) => Ok(values.remove(place)),
        _ => {
            let found: Vec<String> = values
                .iter()
                .take(40)
                .map(|(name, value)| match value {
                    Value::Array(array) => format!("`{name}` ({})", array.describe()),
                    Value::Sparse(_) => format!("`{name}` (a sparse matrix)"),
                })
                .collect();
            let found = if found.is_empty() { "nothing".to_owned() } else { found.join(", ") };
            Err(unexpected(
                "the archive",
                "one matrix of numbers in two dimensions, or one called `X`",
                found,
            ))
        }
    }
}
