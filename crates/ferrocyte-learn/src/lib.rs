//! Models, evaluation and decisions: numbers in, numbers out. No files, no clock, no global random state.

pub mod back_off;
pub mod calibrate;
pub mod conformal;
pub mod decide;
pub mod evaluate;
pub mod explain;
pub mod models;
pub mod optimise;
pub mod sample;
pub mod samples;
pub mod unknown;

mod cell_parts;
mod kernels;
mod labelled_cells;
mod nn;

pub use labelled_cells::{LabelledCells, LabelledCellsError};
