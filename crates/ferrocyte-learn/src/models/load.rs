//! From arrays back to a model.

use ferrocyte_core::{ArrayError, ModelHeader, NamedArrays, Vocabulary, VocabularyError};

use super::classifier::Classifier;
use super::kind::{ModelKind, SettingsError, UnknownModelKind};
use super::logistic::LogisticModel;

/// Makes the model again whose [`to_arrays`](Classifier::to_arrays) gave `arrays`; it predicts the same, bit by
/// bit. Header and arrays may come from anywhere: everything in them is checked.
///
/// # Errors
/// When the kind is unknown, a gene has no name of its own, there are fewer than two labels, settings cannot be
/// read, or the arrays are not those of such a model.
pub fn load(header: &ModelHeader, arrays: &NamedArrays) -> Result<Box<dyn Classifier>, LoadError> {
    let kind: ModelKind = header.kind.parse()?;
    let genes = Vocabulary::new(header.genes.clone())?;
    if header.labels.len() < 2 {
        return Err(LoadError::Labels { found: header.labels.len() });
    }
    match kind {
        ModelKind::Logistic => {
            let model =
                LogisticModel::from_arrays(genes, header.labels.clone(), header.settings.clone(), arrays)?;
            Ok(Box::new(model))
        }
    }
}

/// Why a header and arrays are not a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The kind is unknown; a later version may know it.
    #[error(transparent)]
    Kind(#[from] UnknownModelKind),
    /// The genes cannot be told apart.
    #[error("the genes are not a vocabulary")]
    Genes(#[from] VocabularyError),
    /// Nothing to choose from.
    #[error("expected at least 2 labels, found {found}")]
    Labels {
        /// Number of labels.
        found: usize,
    },
    /// The settings are not those of the kind.
    #[error("the settings are not those of the kind of model")]
    Settings(#[from] SettingsError),
    /// An array is missing, or of the wrong shape or type.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// A number that no training gives, and that could overflow a score.
    #[error("array `{array}`: expected values up to {limit:e}, found {found:e} at position {position}")]
    TooLarge {
        /// The array.
        array: &'static str,
        /// Position of the value.
        position: usize,
        /// The value.
        found: f64,
        /// The largest value that is accepted.
        limit: f64,
    },
}
