//! `model markers`.

use std::path::Path;

use ferrocyte_core::{LabelMarkers, ModelMarkers};

use crate::explain::{ExplainError, GeneNamesShown, weights_of};
use crate::model_file::{ModelError, open_model};

/// Why a model's markers cannot be listed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelMarkersError {
    /// The model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The model is of a kind that has none.
    #[error(transparent)]
    Kind(#[from] ExplainError),
}

/// The genes that most mark each label of a model, at most `most` for each: those with the largest weight × spread.
///
/// # Errors
/// When the file is not a whole model, or one of a kind whose scores are not sums over genes.
pub fn model_markers(path: &Path, most: usize) -> Result<ModelMarkers, ModelMarkersError> {
    let opened = open_model(path)?;
    let model = opened.model.as_ref();
    let weights = weights_of(model)?;
    let names = GeneNamesShown::of(model, &opened.header);
    let of_label = |(label, name): (usize, &String)| LabelMarkers {
        label: name.clone(),
        genes: weights.markers(label, most).into_iter().map(|marker| names.marker(marker)).collect(),
    };
    Ok(ModelMarkers {
        by: weights.parts().join(", "),
        spread_known: weights.knows_spread(),
        labels: model.labels().names().iter().enumerate().map(of_label).collect(),
    })
}
