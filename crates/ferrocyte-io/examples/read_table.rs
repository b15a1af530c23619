//! Reads a table of text to its end and says how long it took, for `bench/text_table`:
//! `read_table FILE BLOCK_CELLS`.

use std::time::Instant;

use ferrocyte_io::{CellFile, MatrixPath, text_table::TextTable};

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("expected a file")?;
    let block_cells: usize = arguments.next().ok_or("expected the cells of a block")?.parse()?;
    let began = Instant::now();
    let table = TextTable::open(&path, None)?;
    let mut source = table.source(&MatrixPath::X, block_cells)?;
    let (mut n_values, mut sum) = (0, 0.0);
    let mut blocks = Vec::new();
    while let Some(block) = source.next_block()? {
        blocks.push(block); // as the other side keeps its matrix
    }
    let secs = began.elapsed().as_secs_f64();
    for block in &blocks {
        n_values += block.n_non_zeros();
        sum += block.cells().map(|cell| cell.total()).sum::<f64>();
    }
    let (n_cells, n_genes) = (table.n_cells(), source.genes().len());
    let n_bytes = std::fs::metadata(&path)?.len();
    let found = format!(
        r#"{{"secs": {secs}, "bytes": {n_bytes}, "cells": {n_cells}, "genes": {n_genes}, "non_zeros": {n_values}, "sum": {sum}}}"#
    );
    std::io::Write::write_all(&mut std::io::stdout(), found.as_bytes())?;
    Ok(())
}
