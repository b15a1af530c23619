//! Reads all that a file has: errors are as good as values, but the same file must always say the same.

use ferrocyte_core::{Block, BlockSource, Stored};
use ferrocyte_io::frame::Frame;
use ferrocyte_io::{CellFile, ReadError};

/// Cells that are read at a time, the second time so many that there is one block.
const BLOCKS: [usize; 2] = [3, 1 << 20];

/// Reads annotations and every matrix, twice.
///
/// # Panics
/// When what was read contradicts itself.
pub fn read_everything(opened: Result<impl CellFile, ReadError>) {
    match opened {
        Ok(file) => read_open(&file),
        Err(error) => say(&error),
    }
}

/// As [`read_everything`], of a file that was opened.
///
/// # Panics
/// As [`read_everything`].
pub fn read_open(file: &dyn CellFile) {
    read_frame(file.obs());
    assert_eq!(file.n_cells(), file.obs().len());
    file.notes();
    let matrices = match file.matrices() {
        Ok(matrices) => matrices,
        Err(error) => return say(&error),
    };
    for info in matrices {
        let genes = file.genes_of(&info.path);
        if let Ok(genes) = &genes {
            read_frame(genes);
        }
        let read = BLOCKS.map(|block_cells| match file.source(&info.path, block_cells) {
            Ok(mut source) => Some(read_cells(&mut *source, file.n_cells())),
            Err(error) => {
                say(&error);
                None
            }
        });
        let [Some(small), Some(large)] = read else {
            assert!(read.iter().all(Option::is_none), "a matrix can be opened once only");
            continue;
        };
        assert_eq!(small, large, "cells depend on the size of the blocks they are read in");
        if let (Ok(genes), Some(_)) = (genes, small) {
            let source = file.source(&info.path, 1);
            assert!(source.is_ok_and(|source| source.genes().len() == genes.len()), "other genes");
        }
    }
}

/// The sum over all values, weighted by where they stand; `None` when they cannot be read.
fn read_cells(source: &mut dyn BlockSource, n_cells: usize) -> Option<u64> {
    assert_eq!(source.n_cells(), n_cells);
    let first = read_once(source);
    source.rewind().ok()?;
    assert_eq!(first, read_once(source), "the second pass reads something else");
    first
}

fn read_once(source: &mut dyn BlockSource) -> Option<u64> {
    let (mut sum, mut n_cells) = (0_u64, 0);
    loop {
        match source.next_block() {
            Ok(Some(block)) => {
                assert_eq!(block.n_genes(), source.genes().len());
                sum = weighed(&block, n_cells, sum);
                n_cells += block.n_cells();
            }
            Ok(None) => {
                assert_eq!(n_cells, source.n_cells());
                return Some(sum);
            }
            Err(error) => {
                say(&*error);
                return None;
            }
        }
    }
}

fn weighed(block: &Block<Stored>, first_cell: usize, mut sum: u64) -> u64 {
    for (cell, values) in (first_cell..).zip(block.cells()) {
        for (gene, value) in values.iter() {
            let place = ((cell as u64) << 32) | u64::from(gene);
            sum = sum.rotate_left(5) ^ place.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(value.to_bits());
        }
    }
    sum
}

fn read_frame(frame: &Frame) {
    for name in frame.names() {
        match frame.column(name) {
            Ok(column) => {
                assert_eq!(column.to_names().len(), frame.len());
                column.to_numbers();
            }
            Err(error) => say(&error),
        }
    }
}

/// Makes the message a user would see, with its causes.
fn say(error: &dyn std::error::Error) {
    let mut cause = Some(error);
    while let Some(error) = cause {
        assert!(!error.to_string().is_empty());
        cause = error.source();
    }
}
