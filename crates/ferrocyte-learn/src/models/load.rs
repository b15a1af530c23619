//! From arrays back to a model.

use ferrocyte_core::{ArrayError, ModelHeader, NamedArrays, Vocabulary, VocabularyError};

use super::centroid::CentroidModel;
use super::classifier::Classifier;
use super::ensemble::EnsembleModel;
use super::genebert::Genebert;
use super::kind::{ModelKind, SettingsError, UnknownModelKind};
use super::knn::KnnModel;
use super::linear::LinearModel;
use super::mlp::Mlp;
use super::network::{Architecture, NetworkModel};
use super::sketch::SketchError;
use super::weighted::WeightedModel;

/// Makes the model again whose [`to_arrays`](Classifier::to_arrays) gave `arrays`; it predicts the same, bit by
/// bit. Header and arrays may come from anywhere: everything in them is checked.
///
/// # Errors
/// When the kind is unknown, a gene has no name of its own, there are fewer than two labels, settings cannot be
/// read, or the arrays are not those of such a model.
pub fn load(header: &ModelHeader, arrays: &NamedArrays) -> Result<Box<dyn Classifier>, LoadError> {
    let kind: ModelKind = header.kind.parse()?;
    let genes = Vocabulary::new(header.genes.clone())?;
    let other_names = header.other_gene_names.len();
    if other_names != 0 && other_names != genes.len() {
        return Err(LoadError::OtherGeneNames { expected: genes.len(), found: other_names });
    }
    if header.labels.len() < 2 {
        return Err(LoadError::Labels { found: header.labels.len() });
    }
    if let Some(hierarchy) = header.hierarchy.as_ref().filter(|tree| tree.n_labels() != header.labels.len()) {
        return Err(LoadError::Hierarchy { found: hierarchy.n_labels(), labels: header.labels.len() });
    }
    if !header.calibration.fits(header.labels.len()) {
        return Err(LoadError::Calibration {
            method: header.calibration.method(),
            labels: header.labels.len(),
        });
    }
    match kind {
        ModelKind::Logistic | ModelKind::Svm => {
            let settings = kind.trainer(header.settings.clone())?.settings();
            let labels = header.labels.clone();
            Ok(Box::new(LinearModel::from_arrays(kind.name(), settings, genes, labels, arrays)?))
        }
        ModelKind::Weighted => {
            let model = WeightedModel::from_arrays(header.settings.clone(), &genes, &header.labels, arrays)?;
            Ok(Box::new(model))
        }
        ModelKind::Centroid => {
            let model =
                CentroidModel::from_arrays(genes, header.labels.clone(), header.settings.clone(), arrays)?;
            Ok(Box::new(model))
        }
        ModelKind::Knn => {
            let model = KnnModel::from_arrays(genes, header.labels.clone(), header.settings.clone(), arrays)?;
            Ok(Box::new(model))
        }
        ModelKind::Genebert => network::<Genebert>(genes, header, arrays),
        ModelKind::Mlp => network::<Mlp>(genes, header, arrays),
        ModelKind::Ensemble => Ok(Box::new(EnsembleModel::from_arrays(genes, header, arrays)?)),
    }
}

fn network<A: Architecture>(
    genes: Vocabulary,
    header: &ModelHeader,
    arrays: &NamedArrays,
) -> Result<Box<dyn Classifier>, LoadError> {
    let architecture = A::of_settings(header.settings.clone())?;
    Ok(Box::new(NetworkModel::from_arrays(architecture, genes, header.labels.clone(), arrays)?))
}

/// Why a header and arrays are not a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The kind is unknown; a later version may know it.
    #[error(transparent)]
    Kind(#[from] UnknownModelKind),
    /// The calibration is none of such a model.
    #[error("the numbers of the calibration `{method}` cannot be those of a model with {labels} labels")]
    Calibration {
        /// The method.
        method: &'static str,
        /// Number of labels.
        labels: usize,
    },
    /// The wider names are above other labels.
    #[error("expected a hierarchy above {labels} labels, found one above {found}")]
    Hierarchy {
        /// Labels that it is above.
        found: usize,
        /// Number of labels.
        labels: usize,
    },
    /// The genes cannot be told apart.
    #[error("the genes are not a vocabulary")]
    Genes(#[from] VocabularyError),
    /// Not one other name for each gene.
    #[error("expected {expected} other names, one for each gene, found {found}")]
    OtherGeneNames {
        /// Number of genes.
        expected: usize,
        /// Number of other names.
        found: usize,
    },
    /// Nothing to choose from.
    #[error("expected at least 2 labels, found {found}")]
    Labels {
        /// Number of labels.
        found: usize,
    },
    /// The settings are not those of the kind.
    #[error("the settings are not those of the kind of model")]
    Settings(#[from] SettingsError),
    /// The cells of the reference that are kept beside the model are not that.
    #[error("the sketch of the reference cannot be used")]
    Sketch(#[from] SketchError),
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
    /// A number that no training gives.
    #[error("array `{array}`: expected {expected}, found {found:e} at position {position}")]
    Value {
        /// The array.
        array: String,
        /// Position of the value.
        position: usize,
        /// The value.
        found: f64,
        /// What it must be.
        expected: String,
    },
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::{
        ArrayData, Calibration, LabelSet, MODEL_FORMAT_VERSION, NamedArray, Preprocessing, TargetSum,
        TrainingProvenance,
    };

    use super::*;

    fn header() -> ModelHeader {
        ModelHeader {
            format_version: MODEL_FORMAT_VERSION,
            kind: "logistic".into(),
            settings: ModelKind::Logistic.default_settings(),
            genes: vec!["A".into(), "B".into()],
            other_gene_names: vec![],
            labels: LabelSet::new(["x", "y"].map(String::from)),
            hierarchy: None,
            preprocessing: Preprocessing { target_sum: TargetSum::CP10K, library_size_column: None },
            calibration: Calibration::None,
            training: TrainingProvenance {
                ferrocyte_version: String::new(),
                seed: 0,
                files: vec![],
                cells: 0,
                cells_per_label: vec![],
                label_column: String::new(),
                group_column: None,
                study_column: None,
                groups: vec![],
                choices: vec![],
                converged: true,
            },
            scores: None,
        }
    }

    fn arrays(weights: Vec<f32>, intercept: Vec<f64>) -> NamedArrays {
        let array =
            |name: &str, shape: &[usize], data| NamedArray { name: name.into(), shape: shape.into(), data };
        NamedArrays::new(vec![
            array("weights", &[weights.len() / 2, 2], ArrayData::F32(weights)),
            array("intercept", &[intercept.len()], ArrayData::F64(intercept)),
        ])
        .unwrap()
    }

    #[test]
    fn what_is_not_a_model_is_refused() {
        let good = || arrays(vec![1.0, 2.0, 3.0, 4.0], vec![0.0, 1.0]);
        let error = |header: &ModelHeader, arrays: &NamedArrays| load(header, arrays).err().unwrap();
        assert!(load(&header(), &good()).is_ok());
        assert!(matches!(
            error(&ModelHeader { kind: "oracle".into(), ..header() }, &good()),
            LoadError::Kind(_)
        ));
        let twice = ModelHeader { genes: vec!["A".into(), "A".into()], ..header() };
        assert!(matches!(error(&twice, &good()), LoadError::Genes(_)));
        let other = ModelHeader { other_gene_names: vec!["one".into()], ..header() };
        assert!(matches!(error(&other, &good()), LoadError::OtherGeneNames { expected: 2, found: 1 }));
        let one = ModelHeader { labels: LabelSet::new(["x".to_owned()]), ..header() };
        assert!(matches!(error(&one, &good()), LoadError::Labels { found: 1 }));
        let settings = ModelHeader { settings: serde_json::json!({"l2": -1.0}), ..header() };
        assert!(matches!(error(&settings, &good()), LoadError::Settings(SettingsError::Param(_))));
        let settings = ModelHeader { settings: serde_json::json!({"l2": "one"}), ..header() };
        assert!(matches!(error(&settings, &good()), LoadError::Settings(SettingsError::Json(_))));
        assert!(matches!(error(&header(), &arrays(vec![1.0; 6], vec![0.0; 2])), LoadError::Array(_)));
        assert!(matches!(error(&header(), &NamedArrays::default()), LoadError::Array(_)));
        let vast = error(&header(), &arrays(vec![1.0, 2.0, -3e38, 4.0], vec![0.0; 2]));
        assert!(matches!(vast, LoadError::TooLarge { array: "weights", position: 2, .. }), "{vast}");
    }
}
