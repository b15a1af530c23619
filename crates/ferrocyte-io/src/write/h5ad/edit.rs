//! Puts additions into an `.h5ad` file, in place.

use std::ops::Range;
use std::path::Path;

use rust_hdf5::{DatatypeMessage, H5Dataset, H5File, H5Group, H5Type, HBool, VarLenUnicode};

use super::Additions;
use super::annotate_error::AnnotateError;
use super::inventory::{Inventory, Object};
use super::obs_layout::ObsLayout;
use crate::write::cell_column::{CellColumn, CellColumnKind, CellValues, steps};

impl Additions<'_> {
    /// Paths of what the additions bring, and of what belonged to their predecessors of the same name.
    pub(super) fn replaced_paths(&self) -> impl Iterator<Item = String> {
        // `anndata` 0.7 kept the categories of a column apart from it.
        let columns = self.columns.iter();
        let columns =
            columns.flat_map(|(name, _)| [format!("obs/{name}"), format!("obs/__categories/{name}")]);
        columns.chain(self.uns.iter().map(|(name, _)| format!("uns/{name}")))
    }
}

/// Removes what stands in the place of the additions and writes them.
pub(super) fn edit(
    path: &Path,
    layout: &ObsLayout,
    inventory: &Inventory,
    additions: &Additions<'_>,
) -> Result<(), AnnotateError> {
    // Ours alone, and already locked where that is possible.
    let file = H5File::options().no_locking().open_rw(path)?;
    for path in additions.replaced_paths() {
        match inventory.get(&path) {
            Some(Object::Dataset { .. }) => file.delete_dataset(&path)?,
            Some(Object::Group { .. }) => file.delete_group(&path)?,
            None => {}
        }
    }
    let root = file.root_group();
    if !additions.columns.is_empty() {
        let obs = root.group("obs")?;
        for (name, column) in &additions.columns {
            write_column(&obs, name, column.as_ref())?;
        }
        let order = layout.column_order_with(additions.columns.iter().map(|(name, _)| name));
        obs.set_attr_string_array("column-order", &order)?;
    }
    if !additions.uns.is_empty() {
        let uns = if inventory.get("uns").is_some() {
            root.group("uns")?
        } else {
            let uns = root.create_group("uns")?;
            mark_group(&uns, "dict", "0.1.0")?;
            uns
        };
        for (name, text) in &additions.uns {
            write_text(&uns, name, text)?;
        }
    }
    // The caller brings the bytes to the disk before the copy takes its name.
    Ok(file.close_no_sync()?)
}

fn write_column(obs: &H5Group, name: &str, column: &dyn CellColumn) -> Result<(), AnnotateError> {
    let n = column.n_cells();
    match column.kind() {
        CellColumnKind::F32 => write_array(obs, name, n, &mut |cells, out: &mut Vec<f32>| {
            if let CellValues::F32(values) = column.values(cells)? {
                out.extend_from_slice(&values);
            }
            Ok(())
        }),
        CellColumnKind::F64 => write_array(obs, name, n, &mut |cells, out: &mut Vec<f64>| {
            if let CellValues::F64(values) = column.values(cells)? {
                out.extend_from_slice(&values);
            }
            Ok(())
        }),
        CellColumnKind::Text => {
            // The writer takes all texts of an array together.
            let CellValues::Text(values) = column.values(0..n).map_err(kept)? else { return Ok(()) };
            Ok(write_texts(obs, name, &values)?)
        }
        CellColumnKind::Categorical(categories) => {
            let group = obs.create_group(name)?;
            mark_group(&group, "categorical", "0.2.0")?;
            group.set_attr_numeric("ordered", &HBool::from(false))?;
            write_texts(&group, "categories", categories)?;
            // The narrowest signed integer, as pandas has it.
            match categories.len() {
                0..=0x7f => write_codes(&group, column, |code| code as i8),
                0x80..=0x7fff => write_codes(&group, column, |code| code as i16),
                _ => write_codes(&group, column, |code| code),
            }
        }
    }
}

fn write_codes<T: H5Type>(
    group: &H5Group,
    column: &dyn CellColumn,
    narrow: fn(i32) -> T,
) -> Result<(), AnnotateError> {
    write_array(group, "codes", column.n_cells(), &mut |cells, out: &mut Vec<T>| {
        if let CellValues::Codes(codes) = column.values(cells)? {
            out.extend(codes.iter().map(|&code| narrow(code)));
        }
        Ok(())
    })
}

/// What puts the values of some cells into a buffer.
type Fill<'a, T> = &'a mut dyn FnMut(Range<usize>, &mut Vec<T>) -> std::io::Result<()>;

/// Writes an array a few cells at a time.
fn write_array<T: H5Type>(
    group: &H5Group,
    name: &str,
    n: usize,
    fill: Fill<'_, T>,
) -> Result<(), AnnotateError> {
    let data = if n == 0 {
        empty(group, name, T::hdf5_type())?
    } else {
        let data = group.new_dataset::<T>().shape([n]).create(name)?;
        let mut values = Vec::new();
        for cells in steps(n) {
            values.clear();
            fill(cells.clone(), &mut values).map_err(kept)?;
            data.write_slice(&[cells.start], &[cells.len()], &values)?;
        }
        data
    };
    Ok(mark(&data, "array", "0.2.0")?)
}

/// What was kept of the cells does not come back.
fn kept(error: std::io::Error) -> AnnotateError {
    AnnotateError::Edit(error.into())
}

fn write_texts(group: &H5Group, name: &str, texts: &[String]) -> Result<(), rust_hdf5::Hdf5Error> {
    let data = if texts.is_empty() {
        empty(group, name, DatatypeMessage::vlen_string_utf8())?
    } else {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        group.write_vlen_strings(name, &texts)?
    };
    mark(&data, "string-array", "0.2.0")
}

/// No values at all, kept in the header: the writer gives other storage an address even then, and HDF5's own
/// library takes a block of no bytes for a broken one.
pub(in crate::write) fn empty(
    group: &H5Group,
    name: &str,
    datatype: DatatypeMessage,
) -> Result<H5Dataset, rust_hdf5::Hdf5Error> {
    group.new_dataset::<u8>().datatype(datatype).shape([0]).compact().create(name)
}

/// One text. Its type has a fixed length, because the writer has no scalar of the other kind; every reader takes both.
pub(in crate::write) fn write_text(
    group: &H5Group,
    name: &str,
    text: &str,
) -> Result<(), rust_hdf5::Hdf5Error> {
    // HDF5 has no strings of length 0; zeros at the end are not part of the text.
    let bytes = if text.is_empty() { b"\0" } else { text.as_bytes() };
    let size = u32::try_from(bytes.len())
        .map_err(|_| rust_hdf5::Hdf5Error::InvalidState("the text is longer than 4 GiB".to_owned()))?;
    // Padded with zeros (1), as `h5py` declares such strings; UTF-8 (1).
    let datatype = DatatypeMessage::FixedString { size, padding: 1, charset: 1 };
    let data = group.new_dataset::<u8>().datatype(datatype).scalar().create(name)?;
    data.write_raw_bytes(bytes)?;
    mark(&data, "string", "0.2.0")
}

/// Says what a data set is, in the words of the AnnData file format.
pub(in crate::write) fn mark(
    data: &H5Dataset,
    kind: &str,
    version: &str,
) -> Result<(), rust_hdf5::Hdf5Error> {
    data.new_attr::<VarLenUnicode>().shape(()).create("encoding-type")?.write_string(kind)?;
    data.new_attr::<VarLenUnicode>().shape(()).create("encoding-version")?.write_string(version)
}

fn mark_group(group: &H5Group, kind: &str, version: &str) -> Result<(), rust_hdf5::Hdf5Error> {
    group.set_attr_string("encoding-type", kind)?;
    group.set_attr_string("encoding-version", version)
}
