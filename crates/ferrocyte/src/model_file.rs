//! `model show` and `model verify`.

use std::path::Path;

use ferrocyte_core::{Block, LogNorm, ModelHeader, Scores};
use ferrocyte_io::bundle::{ModelFileError, read_model};
use ferrocyte_learn::models::{self, Classifier, LoadError, PredictError};

/// A model file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file is not a whole model file of this version.
    #[error(transparent)]
    File(#[from] ModelFileError),
    /// The file is whole, but what is in it is not a model.
    #[error("`{file}` is whole, but does not hold a usable model")]
    Content {
        /// The file.
        file: String,
        /// The cause.
        #[source]
        source: LoadError,
    },
    /// The model cannot score a cell.
    #[error("`{file}` holds a model that cannot score a cell")]
    Predict {
        /// The file.
        file: String,
        /// The cause.
        #[source]
        source: PredictError,
    },
}

/// Opens a model to annotate with.
pub(crate) fn open_model(path: &Path) -> Result<(ModelHeader, Box<dyn Classifier>), ModelError> {
    let (header, arrays) = read_model(path)?;
    let model = models::load(&header, &arrays)
        .map_err(|source| ModelError::Content { file: path.display().to_string(), source })?;
    Ok((header, model))
}

/// The header of a model: what it is, what it was trained on, how well it does.
///
/// # Errors
/// When the file is not a whole model file of this version.
pub fn show_model(path: &Path) -> Result<ModelHeader, ModelError> {
    Ok(read_model(path)?.0)
}

/// Checks that a model file is whole, that its arrays fit its genes and labels, and that it can score a cell.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_model(path: &Path) -> Result<ModelHeader, ModelError> {
    let (header, model) = open_model(path)?;
    let genes = header.genes.len();
    let cell =
        Block::<LogNorm>::new(genes, vec![0, 1], vec![0], vec![1.0]).unwrap_or_else(|_| Block::empty(genes));
    model
        .probabilities_into(&cell, &mut Scores::default())
        .map_err(|source| ModelError::Predict { file: path.display().to_string(), source })?;
    Ok(header)
}
