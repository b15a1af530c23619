//! Networks: layers with forward and backward, and the loop that trains them.
//!
//! Cells of a batch are cut into chunks, and one thread takes a chunk through the whole network and back: no cell
//! needs another, and layers keep what the way back needs on a tape. Then the weights move, each parameter by the sum
//! over the cells in their order. So nothing depends on the number of threads or the size of a chunk.
//!
//! Predicting has layers of its own (`affine`, `encoder_predictor`, `first_predictor`), made once of the weights: no tape, no dropout,
//! and weights as the loops want them.

pub(crate) mod activation;
pub(crate) mod affine;
pub(crate) mod attention;
pub(crate) mod batch;
pub(crate) mod dropout;
pub(crate) mod encoder_layer;
pub(crate) mod encoder_predictor;
pub(crate) mod first_predictor;
pub(crate) mod initial;
pub(crate) mod layer_norm;
pub(crate) mod learner;
pub(crate) mod linear;
pub(crate) mod loss;
pub(crate) mod network;
pub(crate) mod order;
pub(crate) mod parameter;
pub(crate) mod scaling;
pub(crate) mod schedule;
pub(crate) mod source;
pub(crate) mod sparse_linear;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod train_batch;
pub(crate) mod training;
pub(crate) mod validation;
pub(crate) mod windows;
