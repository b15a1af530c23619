//! The only crate of Ferrocyte that opens a file.

pub mod bundle;
pub mod hash;
pub mod write;
