//! Settings of linear support vector machines.

use serde::{Deserialize, Serialize};

use crate::models::balance::Balance;
use crate::models::param_error::ParamError;

/// Unchecked settings, as typed by a user or read from a file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SvmParams {
    /// How much a cell on the wrong side counts beside the width of the margin: `C` of scikit-learn's `LinearSVC`.
    pub c: f64,
    /// Training of a label goes on until its duality gap is within this share of its objective.
    pub gap: f64,
    /// Rounds over the cells after which training stops with a warning if it has not converged.
    pub max_iterations: usize,
    /// How much the cells of rare labels count.
    pub balance: Balance,
}

impl Default for SvmParams {
    fn default() -> Self {
        Self { c: 1.0, gap: 1e-4, max_iterations: 2000, balance: Balance::Sqrt }
    }
}

impl SvmParams {
    /// The only way to an [`Svm`], which holds settings known to be valid.
    ///
    /// # Errors
    /// Names the setting that breaks its rule.
    pub fn check(self) -> Result<Svm, ParamError> {
        let Self { c, gap, max_iterations, balance: _ } = self;
        if !(1e-6..=1e6).contains(&c) {
            return Err(ParamError { name: "c", rule: "from 0.000001 to 1000000", found: c.to_string() });
        }
        if !(1e-9..1.0).contains(&gap) {
            return Err(ParamError {
                name: "gap",
                rule: "from 0.000000001 to below 1",
                found: gap.to_string(),
            });
        }
        if max_iterations == 0 {
            return Err(ParamError { name: "max_iterations", rule: "at least 1", found: "0".into() });
        }
        Ok(Svm { params: self })
    }
}

/// Trains linear support vector machines. For each label, with `y` = 1 for its cells and −1 for the rest, minimises
///
/// ```text
/// ½ (w² + b²)  +  c · Σ over cells of weight · max(0, 1 − y (b + x · w))²       x = log-normalised values / length
/// ```
///
/// where `length` is the root mean square length of the training cells: one number for all genes, so that zeros stay zeros
/// and `c` means the same however many genes there are. The bias is penalised as a weight of a gene that is 1 everywhere,
/// as `LinearSVC` has it, whose lowest point this is. Two labels share one machine.
///
/// Margins are not probabilities. `p = softmax(t · margins)`, where the temperature `t` is the one with the smallest
/// log-loss on a fifth of the training cells that was set aside, label by label, from machines trained on the others
/// alone; the machines of the model are then trained on all. Truths count as a little less than certain, as Platt has it
/// (1999), so that cells without any error give a finite `t`. The order of the labels by probability is that by margin.
///
/// The factor and the temperature fold into the weights: the model is a [`LinearModel`](crate::models::LinearModel).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Svm {
    pub(super) params: SvmParams,
}

impl Svm {
    /// Name of this kind of model.
    pub const KIND: &'static str = "svm";

    /// The settings.
    pub fn params(&self) -> &SvmParams {
        &self.params
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_make_no_sense_are_named() {
        let error = |params: SvmParams| params.check().unwrap_err().to_string();
        let good = SvmParams::default();
        assert!(good.check().is_ok());
        for c in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(error(SvmParams { c, ..good }).starts_with("setting `c` must be"));
        }
        assert!(error(SvmParams { gap: 0.0, ..good }).contains("`gap`"));
        assert!(error(SvmParams { max_iterations: 0, ..good }).contains("`max_iterations`"));
    }
}
