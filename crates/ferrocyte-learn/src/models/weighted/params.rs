//! Settings of marker-weighted logistic regression.

use serde::{Deserialize, Serialize};

use crate::models::balance::Balance;
use crate::models::linear::Intercept;
use crate::models::logistic::LogisticParams;
use crate::models::param_error::ParamError;

/// Models that can be averaged.
pub(super) const MOST_VIEWS: usize = 2;

/// Unchecked settings, as typed by a user or read from a file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WeightedParams {
    /// Marker genes kept for each label: those with the largest effect, up-regulated only.
    pub markers: usize,
    /// A gene's values are multiplied by its largest effect to this power; 0 scales nothing.
    pub exponent: f64,
    /// Cells that must show a gene for it to be a marker: fewer say little, and are another draw in the next data.
    pub min_cells: usize,
    /// Weight of `½ |W|²` beside the sum over cells of their cross-entropies; `1 / C` of scikit-learn.
    pub l2: f64,
    /// Whether labels have an intercept.
    pub intercept: Intercept,
    /// How much the cells of rare labels count.
    pub balance: Balance,
    /// Models whose probabilities are averaged, from 1 to 2: the second sees the genes in another light.
    pub views: usize,
    /// Marker genes kept for each label in the second view, if `markers` are not fewer.
    pub second_markers: usize,
    /// The power of the effect in the second view.
    pub second_exponent: f64,
    /// Steps after which training stops with a warning if it has not converged.
    pub max_iterations: usize,
    /// The objective is brought to within this share of its lowest value.
    pub tolerance: f64,
}

impl Default for WeightedParams {
    fn default() -> Self {
        let LogisticParams { max_iterations, tolerance, balance, .. } = LogisticParams::default();
        Self {
            markers: 1000,
            exponent: 0.5,
            min_cells: 3,
            l2: 20.0,
            intercept: Intercept::Zero,
            balance,
            views: 1,
            second_markers: 300,
            second_exponent: 1.0,
            max_iterations,
            tolerance,
        }
    }
}

impl WeightedParams {
    /// The settings in a model file. Files of before there were views have one.
    ///
    /// # Errors
    /// When they are not settings of this kind.
    pub fn of_model(mut settings: serde_json::Value) -> Result<Self, serde_json::Error> {
        if let Some(settings) = settings.as_object_mut() {
            settings.entry("views").or_insert_with(|| 1.into());
        }
        serde_json::from_value(settings)
    }

    /// How one of `views`, counted from 0, sees the genes: how many of each label it keeps, and the power of their effect.
    pub(super) fn view(&self, view: usize) -> (usize, f64) {
        if view == 0 {
            (self.markers, self.exponent)
        } else {
            // Its genes are then among those of the first.
            (self.second_markers.min(self.markers), self.second_exponent)
        }
    }

    /// The only way to a [`Weighted`], which holds settings known to be valid.
    ///
    /// # Errors
    /// Names the setting that breaks its rule.
    pub fn check(self) -> Result<Weighted, ParamError> {
        let Self { l2, max_iterations, tolerance, balance, .. } = self;
        LogisticParams { l2, max_iterations, tolerance, balance, ..LogisticParams::default() }.check()?;
        let at_least_one = [
            ("markers", self.markers),
            ("min_cells", self.min_cells),
            ("second_markers", self.second_markers),
        ];
        for (name, value) in at_least_one {
            if value == 0 {
                return Err(ParamError { name, rule: "at least 1", found: "0".into() });
            }
        }
        for (name, value) in [("exponent", self.exponent), ("second_exponent", self.second_exponent)] {
            if !(0.0..=4.0).contains(&value) {
                return Err(ParamError { name, rule: "from 0 to 4", found: value.to_string() });
            }
        }
        if !(1..=MOST_VIEWS).contains(&self.views) {
            return Err(ParamError { name: "views", rule: "1 or 2", found: self.views.to_string() });
        }
        Ok(Weighted { params: self })
    }
}

/// Trains marker-weighted logistic regression:
///
/// 1. The effect of gene `j` for label `k` is `E = (mean in k − mean in the rest) / √(variance over all + 0.01)`.
///    The 0.01 keeps genes that hardly vary from looking like markers.
/// 2. The genes with the largest effects of each label are kept, up-regulated ones only: a gene that is absent from
///    a cell may just not have been caught.
/// 3. Each is multiplied by `(max over labels of E)^exponent`, scaled so that the mean square of the thousand
///    largest is 1. A strong marker then costs the penalty less than a weak one: a ridge that adapts to the gene.
/// 4. [`Logistic`](crate::models::Logistic)'s objective on these, with the intercepts held at zero. A label with weak
///    markers otherwise gains a large intercept, and takes every cell that shows little of anything.
/// 5. With two views, the same again with fewer genes and a larger exponent; a cell's probabilities are the mean of both.
///
/// The factors fold into the weights, so the model is linear in the log-normalised values of the kept genes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighted {
    pub(super) params: WeightedParams,
}

impl Weighted {
    /// Name of this kind of model.
    pub const KIND: &'static str = "weighted";

    /// The settings.
    pub fn params(&self) -> &WeightedParams {
        &self.params
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_make_no_sense_are_named() {
        let error = |params: WeightedParams| params.check().unwrap_err().to_string();
        let good = WeightedParams::default();
        assert!(good.check().is_ok());
        assert!(error(WeightedParams { markers: 0, ..good }).contains("`markers`"));
        assert!(error(WeightedParams { min_cells: 0, ..good }).contains("`min_cells`"));
        assert!(error(WeightedParams { exponent: f64::NAN, ..good }).contains("`exponent`"));
        assert!(error(WeightedParams { l2: 0.0, ..good }).contains("`l2`"));
        for views in [0, 3] {
            assert!(error(WeightedParams { views, ..good }).contains("`views`"));
        }
        assert!(error(WeightedParams { second_markers: 0, ..good }).contains("`second_markers`"));
        assert!(error(WeightedParams { second_exponent: -1.0, ..good }).contains("`second_exponent`"));
    }
}
