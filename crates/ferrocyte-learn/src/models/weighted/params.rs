//! Settings of marker-weighted logistic regression.

use serde::{Deserialize, Serialize};

use crate::models::balance::Balance;
use crate::models::linear::Intercept;
use crate::models::logistic::LogisticParams;
use crate::models::param_error::ParamError;

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
    /// Steps after which training stops with a warning if it has not converged.
    pub max_iterations: usize,
    /// The objective is brought to within this share of its lowest value.
    pub tolerance: f64,
}

impl Default for WeightedParams {
    fn default() -> Self {
        let LogisticParams { max_iterations, tolerance, balance, .. } = LogisticParams::default();
        Self {
            markers: 500,
            exponent: 0.5,
            min_cells: 3,
            l2: 20.0,
            intercept: Intercept::Zero,
            balance,
            max_iterations,
            tolerance,
        }
    }
}

impl WeightedParams {
    /// The only way to a [`Weighted`], which holds settings known to be valid.
    ///
    /// # Errors
    /// Names the setting that breaks its rule.
    pub fn check(self) -> Result<Weighted, ParamError> {
        let Self { l2, max_iterations, tolerance, balance, .. } = self;
        LogisticParams { l2, max_iterations, tolerance, balance, ..LogisticParams::default() }.check()?;
        for (name, value) in [("markers", self.markers), ("min_cells", self.min_cells)] {
            if value == 0 {
                return Err(ParamError { name, rule: "at least 1", found: "0".into() });
            }
        }
        if !(0.0..=4.0).contains(&self.exponent) {
            return Err(ParamError {
                name: "exponent",
                rule: "from 0 to 4",
                found: self.exponent.to_string(),
            });
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
    }
}
