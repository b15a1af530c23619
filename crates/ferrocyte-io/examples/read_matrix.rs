//! Reads the matrix `X` of a file to its end, block by block, and says how long it took: `read_matrix FILE BLOCK_CELLS [keep]`.
//! With `keep` the blocks stay in memory, as on the side of a reader that gives the whole matrix.

use std::time::Instant;

use ferrocyte_io::MatrixPath;

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("expected a file")?;
    let block_cells: usize = arguments.next().ok_or("expected the cells of a block")?.parse()?;
    let keep = arguments.next().is_some_and(|word| word == "keep");
    let began = Instant::now();
    let file = ferrocyte_io::open(&path)?;
    let mut source = file.source(&MatrixPath::X, block_cells)?;
    let (mut n_values, mut sum) = (0, 0.0);
    let mut blocks = Vec::new();
    while let Some(block) = source.next_block()? {
        n_values += block.n_non_zeros();
        sum += block.as_csr().2.iter().step_by(1 << 12).map(|&value| f64::from(value)).sum::<f64>();
        if keep {
            blocks.push(block);
        }
    }
    let secs = began.elapsed().as_secs_f64();
    let (n_cells, n_genes) = (file.n_cells(), source.genes().len());
    let n_bytes = std::fs::metadata(&path)?.len();
    let found = format!(
        r#"{{"secs": {secs}, "bytes": {n_bytes}, "cells": {n_cells}, "genes": {n_genes}, "non_zeros": {n_values}, "sum": {sum}}}"#
    );
    std::io::Write::write_all(&mut std::io::stdout(), found.as_bytes())?;
    Ok(())
}
