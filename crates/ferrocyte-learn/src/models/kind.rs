//! Every kind of model, by name.

use std::fmt;
use std::str::FromStr;

use super::centroid::{Centroid, CentroidParams};
use super::ensemble::{Ensemble, EnsembleParams};
use super::genebert::{Genebert, GenebertParams};
use super::knn::{Knn, KnnParams};
use super::logistic::{Logistic, LogisticParams};
use super::mlp::{Mlp, MlpParams};
use super::param_error::ParamError;
use super::svm::{Svm, SvmParams};
use super::train::Train;
use super::weighted::{Weighted, WeightedParams};

/// A kind of model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelKind {
    /// Multinomial logistic regression.
    Logistic,
    /// Logistic regression on marker genes, each scaled by how well it marks.
    Weighted,
    /// Linear support vector machines, one for each label against the rest.
    Svm,
    /// Correlation with the mean profile of each label on marker genes.
    Centroid,
    /// Nearest neighbours in principal components.
    Knn,
    /// `GeneBERT`: a small transformer over one token per cell.
    Genebert,
    /// Fully connected layers.
    Mlp,
    /// The mean of several kinds.
    Ensemble,
}

impl ModelKind {
    /// Every kind there is.
    pub const ALL: &'static [Self] = &[
        Self::Weighted,
        Self::Logistic,
        Self::Svm,
        Self::Centroid,
        Self::Knn,
        Self::Genebert,
        Self::Mlp,
        Self::Ensemble,
    ];

    /// The name, as users and model files have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Logistic => Logistic::KIND,
            Self::Weighted => Weighted::KIND,
            Self::Svm => Svm::KIND,
            Self::Centroid => Centroid::KIND,
            Self::Knn => Knn::KIND,
            Self::Genebert => Genebert::KIND,
            Self::Mlp => Mlp::KIND,
            Self::Ensemble => Ensemble::KIND,
        }
    }

    /// What it is, in one line.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Logistic => {
                "multinomial logistic regression, with an L2 penalty or an elastic net, fitted to convergence"
            }
            Self::Weighted => {
                "multinomial logistic regression on the markers of each label, scaled by how well they mark"
            }
            Self::Svm => "linear support vector machines, one for each label against the rest",
            Self::Centroid => "correlation with the mean profile of each label on marker genes",
            Self::Knn => "vote of the nearest training cells in principal components",
            Self::Genebert => "GeneBERT: z-scored genes, one token per cell, two transformer layers",
            Self::Mlp => "multilayer perceptron: z-scored genes, one or two hidden layers",
            Self::Ensemble => "mean of the probabilities of several kinds, each trained on all cells",
        }
    }

    /// The settings it has when nobody says otherwise.
    pub fn default_settings(self) -> serde_json::Value {
        match self {
            Self::Logistic => serde_json::json!(LogisticParams::default()),
            Self::Weighted => serde_json::json!(WeightedParams::default()),
            Self::Svm => serde_json::json!(SvmParams::default()),
            Self::Centroid => serde_json::json!(CentroidParams::default()),
            Self::Knn => serde_json::json!(KnnParams::default()),
            Self::Genebert => serde_json::json!(GenebertParams::default()),
            Self::Mlp => serde_json::json!(MlpParams::default()),
            Self::Ensemble => serde_json::json!(Ensemble::default().params()),
        }
    }

    /// Checks settings and makes a trainer of them; settings that are left out have their default.
    ///
    /// # Errors
    /// When a setting is unknown, of the wrong type, or breaks its rule.
    pub fn trainer(self, settings: serde_json::Value) -> Result<Box<dyn Train>, SettingsError> {
        match self {
            Self::Logistic => Ok(Box::new(serde_json::from_value::<LogisticParams>(settings)?.check()?)),
            Self::Weighted => Ok(Box::new(serde_json::from_value::<WeightedParams>(settings)?.check()?)),
            Self::Svm => Ok(Box::new(serde_json::from_value::<SvmParams>(settings)?.check()?)),
            Self::Centroid => Ok(Box::new(serde_json::from_value::<CentroidParams>(settings)?.check()?)),
            Self::Knn => Ok(Box::new(serde_json::from_value::<KnnParams>(settings)?.check()?)),
            Self::Genebert => Ok(Box::new(serde_json::from_value::<GenebertParams>(settings)?.check()?)),
            Self::Mlp => Ok(Box::new(serde_json::from_value::<MlpParams>(settings)?.check()?)),
            Self::Ensemble => Ok(Box::new(serde_json::from_value::<EnsembleParams>(settings)?.check()?)),
        }
    }
}

impl fmt::Display for ModelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ModelKind {
    type Err = UnknownModelKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| UnknownModelKind { name: name.to_owned() })
    }
}

/// A name that no kind of model has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind of model `{name}`; there is {}", known())]
pub struct UnknownModelKind {
    /// The name.
    pub name: String,
}

fn known() -> String {
    ModelKind::ALL.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ")
}

/// Why settings are not the settings of a kind of model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// A setting is unknown, or of the wrong type.
    #[error("the settings cannot be read")]
    Json(#[from] serde_json::Error),
    /// A setting breaks its rule.
    #[error(transparent)]
    Param(#[from] ParamError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_is_found_by_its_name_and_takes_its_own_settings() {
        for &kind in ModelKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            let trainer = kind.trainer(kind.default_settings()).unwrap();
            assert_eq!(trainer.kind(), kind.name());
            assert_eq!(trainer.settings(), kind.default_settings());
            assert_eq!(kind.trainer(json!({})).unwrap().settings(), kind.default_settings());
            assert!(matches!(kind.trainer(json!({"no-such-setting": 1})), Err(SettingsError::Json(_))));
        }
        let error = "logit".parse::<ModelKind>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no kind of model `logit`; there is `weighted`, `logistic`, `svm`, `centroid`, `knn`, `genebert`, `mlp`, `ensemble`"
        );
    }
}
