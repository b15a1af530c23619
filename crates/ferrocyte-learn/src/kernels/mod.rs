//! The inner loops, alone in one place: everything else in this crate is written in terms of them.

pub(crate) mod aligned;
pub(crate) mod curved_rows;
pub(crate) mod exponential;
pub(crate) mod gene_major;
pub(crate) mod lanes;
pub(crate) mod matrix;
pub(crate) mod row_additions;
pub(crate) mod row_sums;
pub(crate) mod softmax;
pub(crate) mod sparse_rows;
pub(crate) mod weight_rows;
pub(crate) mod widest;
