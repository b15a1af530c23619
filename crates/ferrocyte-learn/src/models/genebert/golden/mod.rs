//! `PyTorch` and we compute the same.

mod tests;
