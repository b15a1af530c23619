//! Packs made-up cells into a temporary file, reads them back, and says how fast, for `docs/memory.md`: `pack_cells [FOLDER]`.

use std::path::PathBuf;
use std::time::Instant;

use ferrocyte_core::{Block, CellStore, LogNorm};
use ferrocyte_io::cell_store::{CacheFolder, CellStoreWriter};

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

const CELLS: usize = 50_000;
const VALUES_OF_A_CELL: usize = 500;
const GENES: usize = 14_000;

/// Cells with about as many different values as real ones have, on genes that are spread as theirs.
fn cells() -> Result<Block<LogNorm>, Box<dyn std::error::Error + Send + Sync>> {
    let (mut genes, mut values) = (Vec::new(), Vec::new());
    for cell in 0..CELLS {
        for place in 0..VALUES_OF_A_CELL {
            genes.push((place * (GENES / VALUES_OF_A_CELL) + cell * 7 % 13 + place % 3) as u32);
            let count = 1 + place * 31 % 97 / 24 + place % 11 / 10;
            values.push((count as f32 * (1.0 + (cell % 97) as f32 / 50.0)).ln_1p());
        }
    }
    let row_ptr = (0..=CELLS).map(|cell| cell * VALUES_OF_A_CELL).collect();
    Ok(Block::new(GENES, row_ptr, genes, values)?)
}

fn main() -> Outcome {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let cells = cells()?;
    let gigabytes = 8e-9 * cells.n_non_zeros() as f64;
    let began = Instant::now();
    let mut writer = CellStoreWriter::create(GENES, CELLS, &CacheFolder::new(folder.as_deref()))?;
    for start in (0..CELLS).step_by(4096) {
        writer.append(&cells.slice(start..(start + 4096).min(CELLS)))?;
    }
    let stored = writer.finish();
    let write_secs = began.elapsed().as_secs_f64();
    let began = Instant::now();
    for start in (0..CELLS).step_by(5000) {
        let read = stored.read(start..start + 5000)?;
        assert!(read == cells.slice(start..start + 5000), "what was read back is what was packed");
    }
    let read_secs = began.elapsed().as_secs_f64();
    let found = format!(
        r#"{{"bytes_of_a_value": {:.2}, "written_gb_per_sec": {:.2}, "read_gb_per_sec": {:.2}}}"#,
        stored.n_bytes() as f64 / cells.n_non_zeros() as f64,
        gigabytes / write_secs,
        gigabytes / read_secs
    );
    std::io::Write::write_all(&mut std::io::stdout(), found.as_bytes())?;
    Ok(())
}
