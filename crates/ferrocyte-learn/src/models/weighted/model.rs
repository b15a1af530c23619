//! One or several views of the same genes as one model.

use ferrocyte_core::{Block, LabelSet, LogNorm, NamedArray, NamedArrays, Scores, Vocabulary};
use serde_json::Value;

use super::params::{Weighted, WeightedParams};
use crate::models::classifier::{Classifier, PredictError};
use crate::models::kind::SettingsError;
use crate::models::label_weights::LabelWeights;
use crate::models::linear::LinearModel;
use crate::models::load::LoadError;

/// What the names of the second view's arrays begin with.
const SECOND: &str = "second.";

/// Fitted models on the same genes and labels, one for each view; a cell's probabilities are the mean of theirs.
#[derive(Debug, Clone)]
pub struct WeightedModel {
    views: Vec<LinearModel>, // one or two
}

impl WeightedModel {
    /// The first of the views has the settings of all.
    pub(super) fn new(views: Vec<LinearModel>) -> Self {
        Self { views }
    }

    /// The arrays of the second view have `second.` before their names.
    pub(in crate::models) fn from_arrays(
        settings: Value,
        genes: &Vocabulary,
        labels: &LabelSet,
        arrays: &NamedArrays,
    ) -> Result<Self, LoadError> {
        let params = WeightedParams::of_model(settings).map_err(SettingsError::Json)?;
        let params = params.check().map_err(SettingsError::from)?.params;
        let settings = serde_json::json!(params);
        let view = |arrays: &NamedArrays| {
            let (settings, genes, labels) = (settings.clone(), genes.clone(), labels.clone());
            LinearModel::from_arrays(Weighted::KIND, settings, genes, labels, arrays)
        };
        let mut views = vec![view(arrays)?];
        if params.views > 1 {
            let own = arrays.iter().filter_map(|array| {
                let name = array.name.strip_prefix(SECOND)?.to_owned();
                Some(NamedArray { name, ..array.clone() })
            });
            views.push(view(&NamedArrays::new(own.collect())?)?);
        }
        Ok(Self { views })
    }

    /// The model of each view.
    pub fn views(&self) -> &[LinearModel] {
        &self.views
    }
}

impl Classifier for WeightedModel {
    fn kind(&self) -> &'static str {
        Weighted::KIND
    }

    fn genes(&self) -> &Vocabulary {
        self.views[0].genes()
    }

    fn labels(&self) -> &LabelSet {
        self.views[0].labels()
    }

    fn settings(&self) -> Value {
        self.views[0].settings()
    }

    fn probabilities_into(
        &self,
        block: &Block<LogNorm>,
        probabilities: &mut Scores,
    ) -> Result<(), PredictError> {
        self.views[0].probabilities_into(block, probabilities)?;
        if self.views.len() == 1 {
            return Ok(());
        }
        let share = 1.0 / self.views.len() as f64;
        for probability in probabilities.as_mut_slice() {
            *probability *= share;
        }
        let mut of_view = Scores::default();
        for view in &self.views[1..] {
            view.probabilities_into(block, &mut of_view)?;
            for (mean, probability) in probabilities.as_mut_slice().iter_mut().zip(of_view.as_slice()) {
                *mean += share * probability;
            }
        }
        Ok(())
    }

    /// The mean of the views' shares.
    fn gene_weights(&self) -> Option<Vec<f64>> {
        let mut mean = vec![0.0; self.genes().len()];
        for view in &self.views {
            let weights = view.gene_weights()?;
            let total: f64 = if self.views.len() == 1 { 1.0 } else { weights.iter().sum() };
            for (mean, weight) in mean.iter_mut().zip(weights).filter(|_| total > 0.0) {
                *mean += weight / total;
            }
        }
        Some(mean)
    }

    /// The mean of the views' weights.
    fn label_weights(&self) -> Option<LabelWeights> {
        let genes: Vec<usize> = (0..self.genes().len()).collect();
        let of_view = |view: &LinearModel| Some((genes.clone(), view.label_weights()?));
        LabelWeights::mean(genes.len(), &self.views.iter().map(of_view).collect::<Option<Vec<_>>>()?)
    }

    fn lack(&mut self, typical: &[f32], found: &[bool]) -> bool {
        self.views.iter_mut().all(|view| view.lack(typical, found))
    }

    /// Those of the first view, a [`LinearModel`], and of the second with `second.` before their names.
    fn to_arrays(&self) -> NamedArrays {
        let mut views = self.views.iter().map(Classifier::to_arrays);
        let mut arrays: Vec<NamedArray> = views.next().iter().flat_map(NamedArrays::iter).cloned().collect();
        for view in views {
            arrays.extend(
                view.iter()
                    .map(|array| NamedArray { name: format!("{SECOND}{}", array.name), ..array.clone() }),
            );
        }
        NamedArrays::new(arrays).expect("names of a view's arrays are distinct")
    }
}
