//! Settings of logistic regression.

use serde::{Deserialize, Serialize};

use crate::models::balance::Balance;
use crate::models::param_error::ParamError;

/// Unchecked settings, as typed by a user or read from a file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogisticParams {
    /// Weight of the penalty beside the sum over cells of their cross-entropies; `1 / C` of scikit-learn. The
    /// intercepts are not penalised. 1 does well from hundreds of cells to hundreds of thousands.
    pub l2: f64,
    /// Share of `Σ |W|` in the penalty, `l1_ratio` of scikit-learn; the rest is `½ Σ W²`. Above 0, most weights are zero.
    pub l1: f64,
    /// Where `l1` is above 0: training goes on until the duality gap is within this share of the objective.
    pub gap: f64,
    /// Steps after which training stops with a warning if it has not converged.
    pub max_iterations: usize,
    /// Where `l1` is 0: the objective is brought to within this share of its lowest value.
    pub tolerance: f64,
    /// The same above 262,144 cells, where steps are dear. Of a million cells, 1e-6 instead of 1e-4 moved the probabilities of
    /// 100,000 others by .00007 at most, and no label.
    pub tolerance_at_scale: f64,
    /// How much the cells of rare labels count. The root is the default because it raised macro F1 on two of four
    /// measured tasks, left it on the others, and moved accuracy little on any (`docs/choices.md`).
    pub balance: Balance,
}

impl Default for LogisticParams {
    fn default() -> Self {
        Self {
            l2: 1.0,
            l1: 0.0,
            gap: 1e-4,
            max_iterations: 2000,
            tolerance: 1e-6,
            tolerance_at_scale: 1e-4,
            balance: Balance::Sqrt,
        }
    }
}

impl LogisticParams {
    /// The only way to a [`Logistic`], which holds settings known to be valid.
    ///
    /// # Errors
    /// Names the setting that breaks its rule.
    pub fn check(self) -> Result<Logistic, ParamError> {
        let Self { l2, l1, gap, max_iterations, tolerance, tolerance_at_scale, balance: _ } = self;
        if !(1e-6..=1e6).contains(&l2) {
            return Err(ParamError { name: "l2", rule: "from 0.000001 to 1000000", found: l2.to_string() });
        }
        if !(0.0..=1.0).contains(&l1) {
            return Err(ParamError { name: "l1", rule: "from 0 to 1", found: l1.to_string() });
        }
        if !(1e-5..1.0).contains(&gap) {
            return Err(ParamError { name: "gap", rule: "from 0.00001 to below 1", found: gap.to_string() });
        }
        if max_iterations == 0 {
            return Err(ParamError { name: "max_iterations", rule: "at least 1", found: "0".into() });
        }
        for (name, share) in [("tolerance", tolerance), ("tolerance_at_scale", tolerance_at_scale)] {
            if !(share > 0.0 && share < 1.0) {
                return Err(ParamError { name, rule: "between 0 and 1", found: share.to_string() });
            }
        }
        Ok(Logistic { params: self })
    }
}

/// Trains multinomial logistic regression: minimises
///
/// ```text
/// Σ over cells of weight · −ln p(label | cell)  +  l2 · (l1 · Σ |W|  +  (1 − l1) / 2 · Σ W²)
///                                                              p = softmax(intercept + x · W)
/// ```
///
/// over all genes that some training cell has, from all weights zero: multinomial regression with an elastic net, as
/// Friedman et al. 2010 have it (doi:10.18637/jss.v033.i01). Without `l1`, the objective has one lowest point, which
/// is reached whatever the order of cells, genes or labels; with all of it (`l1` = 1) there can be several of the same
/// value. Nothing is random.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Logistic {
    pub(super) params: LogisticParams,
}

impl Logistic {
    /// Name of this kind of model.
    pub const KIND: &'static str = "logistic";

    /// The settings.
    pub fn params(&self) -> &LogisticParams {
        &self.params
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_make_no_sense_are_named() {
        let error = |params: LogisticParams| params.check().unwrap_err().to_string();
        let good = LogisticParams::default();
        assert!(good.check().is_ok());
        for l2 in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(error(LogisticParams { l2, ..good }).starts_with("setting `l2` must be"));
        }
        for l1 in [-0.1, 1.1, f64::NAN] {
            assert!(error(LogisticParams { l1, ..good }).starts_with("setting `l1` must be"));
        }
        assert!(error(LogisticParams { gap: 0.0, ..good }).contains("`gap`"));
        assert!(error(LogisticParams { max_iterations: 0, ..good }).contains("`max_iterations`"));
        assert!(error(LogisticParams { tolerance: f64::NAN, ..good }).contains("`tolerance`"));
        assert!(error(LogisticParams { tolerance_at_scale: 1.0, ..good }).contains("`tolerance_at_scale`"));
    }
}
