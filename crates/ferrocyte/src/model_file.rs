//! `model show` and `model verify`.

use std::path::Path;

use ferrocyte_core::{Block, GeneMap, LogNorm, ModelHeader, NamedArrays, Scores};
use ferrocyte_io::bundle::{ModelFileError, read_model};
use ferrocyte_learn::conformal::PredictionSets;
use ferrocyte_learn::models::{self, Classifier, GeneMeans, LoadError, PredictError, Sketch};
use ferrocyte_learn::unknown::KnownCells;

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
pub(crate) fn open_model(path: &Path) -> Result<OpenedModel, ModelError> {
    let (header, arrays) = read_model(path)?;
    let content = |source| ModelError::Content { file: path.display().to_string(), source };
    let model = models::load(&header, &arrays).map_err(content)?;
    let means = GeneMeans::of_model(&arrays, header.genes.len()).map_err(content)?;
    let sketch = Sketch::of_model(&arrays, header.genes.len(), &header.labels)
        .map_err(|error| content(error.into()))?;
    let sets = PredictionSets::of_model(&arrays, header.labels.len()).map_err(content)?;
    let known_cells = KnownCells::of_model(&arrays).map_err(content)?;
    Ok(OpenedModel { header, model, arrays, means, sketch, known_cells, sets })
}

/// A model, and what else its file has.
pub(crate) struct OpenedModel {
    pub(crate) header: ModelHeader,
    pub(crate) model: Box<dyn Classifier>,
    arrays: NamedArrays,
    pub(crate) means: Option<GeneMeans>,
    pub(crate) sketch: Option<Sketch>,
    pub(crate) known_cells: Option<KnownCells>,
    pub(crate) sets: Option<PredictionSets>,
}

impl OpenedModel {
    /// The model for a query that lacks some of its genes; `None` where it lacks none, or the model as it is does as well
    /// as any.
    pub(crate) fn lacking(&self, query: &GeneMap) -> Option<Box<dyn Classifier>> {
        let means = self.means.as_ref()?;
        let found: Vec<bool> = query.found().collect();
        if found.iter().all(|found| *found) {
            return None;
        }
        let mut model = models::load(&self.header, &self.arrays).ok()?; // as it was loaded before
        model.lack(means.as_slice(), &found).then_some(model)
    }
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
    let OpenedModel { header, model, .. } = open_model(path)?;
    let genes = header.genes.len();
    let cell =
        Block::<LogNorm>::new(genes, vec![0, 1], vec![0], vec![1.0]).unwrap_or_else(|_| Block::empty(genes));
    model
        .probabilities_into(&cell, &mut Scores::default())
        .map_err(|source| ModelError::Predict { file: path.display().to_string(), source })?;
    Ok(header)
}
