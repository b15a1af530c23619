//! Classifiers of log-normalised cells.
//!
//! Settings as typed ([`LogisticParams`]) are checked into a trainer ([`Logistic`], a [`Train`]), which makes a
//! model ([`LinearModel`], a [`Classifier`]). Learned values exist only on the model; predicting changes nothing.
//! [`ModelKind`] knows every kind by name, and [`load`] makes a model of what [`Classifier::to_arrays`] gave.

mod balance;
mod centroid;
mod classifier;
#[cfg(any(test, feature = "testing"))]
mod contract;
#[cfg(test)]
mod elsewhere_tests;
mod ensemble;
mod gene_choice;
mod gene_means;
mod genebert;
mod kind;
mod knn;
mod label_weights;
mod labels_with_cells;
mod linear;
mod load;
mod logistic;
mod markers;
mod mlp;
mod network;
mod on_genes;
mod param_error;
mod probabilities_of;
mod sketch;
mod svm;
mod train;
mod weighted;

#[doc(hidden)]
pub use crate::nn::order::Mixing;
pub use crate::nn::schedule::Schedule;
pub use balance::Balance;
pub use centroid::{Centroid, CentroidModel, CentroidParams, Correlation};
pub use classifier::{Classifier, PredictError};
#[cfg(any(test, feature = "testing"))]
pub use contract::check_classifier;
pub use ensemble::{Ensemble, EnsembleModel, EnsembleParams};
pub use gene_choice::{GeneChoice, GeneChoiceError, GeneDispersion, OnChosenGenes, gene_dispersions};
pub use gene_means::GeneMeans;
pub use genebert::{
    DeviceBatch, DeviceError, DeviceNetwork, DeviceWeights, Genebert, GenebertDevice, GenebertParams, LeftOut,
};
pub use kind::{ModelKind, SettingsError, UnknownModelKind};
pub use knn::{Knn, KnnModel, KnnParams};
pub use label_weights::{LabelWeights, Marker};
pub use linear::{Intercept, LinearModel};
pub use load::{LoadError, load};
pub use logistic::{Logistic, LogisticParams};
pub use mlp::{Mlp, MlpParams, Norm};
pub use on_genes::on_genes_of;
pub use param_error::ParamError;
pub use probabilities_of::probabilities_of;
pub use sketch::{Sketch, SketchError};
pub use svm::{Svm, SvmParams};
pub use train::{CheckpointError, Checkpoints, Fit, FitError, NoCheckpoints, Train, TrainingState};
pub use weighted::{
    ADAPT_CELLS_PER_LABEL, ADAPT_CONFIDENCE, ADAPT_ROUNDS, ADAPT_SHARE, AdaptError, AdaptRound, Adaptation,
    Adapted, Weighted, WeightedModel, WeightedParams, adapt_needs_cells,
};
