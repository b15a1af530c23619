//! Cells in raw little-endian files: `shape.json`, `row_ptr.u64`, `gene.u32`, `value.f32` and `label.u32`.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use ferrocyte_core::{Block, LabelSet, Labels, LogNorm, Vocabulary};
use serde_json::Value;

pub(crate) type Error = Box<dyn std::error::Error>;

/// Cells, their labels named by code, and genes named by number.
pub(crate) fn read(folder: &Path) -> Result<(Block<LogNorm>, Labels, Vocabulary), Error> {
    let shape: Value = serde_json::from_slice(&std::fs::read(folder.join("shape.json"))?)?;
    let n_genes = shape["genes"].as_u64().ok_or("`genes` is not a number")? as usize;
    let row_ptr = numbers(&folder.join("row_ptr.u64"), |bytes| u64::from_le_bytes(bytes) as usize)?;
    let gene = numbers(&folder.join("gene.u32"), u32::from_le_bytes)?;
    let value = numbers(&folder.join("value.f32"), f32::from_le_bytes)?;
    let codes = numbers(&folder.join("label.u32"), |bytes| u32::from_le_bytes(bytes) as usize)?;
    let n_labels = codes.iter().max().map_or(0, |code| code + 1);
    let set = LabelSet::new((0..n_labels).map(|code| format!("{code:05}")));
    let genes = Vocabulary::new((0..n_genes).map(|gene| gene.to_string()).collect())?;
    Ok((Block::new(n_genes, row_ptr, gene, value)?, Labels::from_codes(set, &codes)?, genes))
}

/// Number by number, so that the file is never in memory twice.
fn numbers<const WIDTH: usize, T>(path: &Path, number: impl Fn([u8; WIDTH]) -> T) -> Result<Vec<T>, Error> {
    let file = File::open(path)?;
    let n = file.metadata()?.len() as usize / WIDTH;
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut values = Vec::with_capacity(n);
    let mut bytes = [0; WIDTH];
    for _ in 0..n {
        file.read_exact(&mut bytes)?;
        values.push(number(bytes));
    }
    Ok(values)
}
