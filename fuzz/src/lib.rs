//! What the targets share: a file for the bytes, a reader that reads everything, a meter of memory, and what makes
//! damaged bytes get past a checksum.

pub mod assemble;
pub mod contained;
pub mod input_file;
pub mod memory;
pub mod mutate;
pub mod read_everything;
pub mod repair;
pub mod store;
