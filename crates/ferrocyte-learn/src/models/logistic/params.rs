//! Settings of logistic regression.

use serde::{Deserialize, Serialize};

use crate::models::balance::Balance;
use crate::models::param_error::ParamError;

/// Unchecked settings, as typed by a user or read from a file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogisticParams {
    /// Weight of `½ |W|²` beside the sum over cells of their cross-entropies; `1 / C` of scikit-learn. The
    /// intercepts are not penalised. 1 does well from hundreds of cells to hundreds of thousands.
    pub l2: f64,
    /// Steps after which training stops with a warning if it has not converged.
    pub max_iterations: usize,
    /// The objective is brought to within this share of its lowest value.
    pub tolerance: f64,
    /// How much the cells of rare labels count. The root is the default because it raised macro F1 on two of four
    /// measured tasks, left it on the others, and moved accuracy little on any (`docs/choices.md`).
    pub balance: Balance,
}

impl Default for LogisticParams {
    fn default() -> Self {
        Self { l2: 1.0, max_iterations: 2000, tolerance: 1e-6, balance: Balance::Sqrt }
    }
}

impl LogisticParams {
    /// The only way to a [`Logistic`], which holds settings known to be valid.
    ///
    /// # Errors
    /// Names the setting that breaks its rule.
    pub fn check(self) -> Result<Logistic, ParamError> {
        let Self { l2, max_iterations, tolerance, balance: _ } = self;
        if !(1e-6..=1e6).contains(&l2) {
            return Err(ParamError { name: "l2", rule: "from 0.000001 to 1000000", found: l2.to_string() });
        }
        if max_iterations == 0 {
            return Err(ParamError { name: "max_iterations", rule: "at least 1", found: "0".into() });
        }
        if !(tolerance > 0.0 && tolerance < 1.0) {
            return Err(ParamError {
                name: "tolerance",
                rule: "between 0 and 1",
                found: tolerance.to_string(),
            });
        }
        Ok(Logistic { params: self })
    }
}

/// Trains multinomial logistic regression: minimises
///
/// ```text
/// Σ over cells of weight · −ln p(label | cell)  +  l2 / 2 · Σ W²       p = softmax(intercept + x · W)
/// ```
///
/// over all genes that some training cell has, from all weights zero. The objective has one lowest point, which
/// is reached whatever the order of cells, genes or labels; nothing is random.
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
        assert!(error(LogisticParams { max_iterations: 0, ..good }).contains("`max_iterations`"));
        assert!(error(LogisticParams { tolerance: f64::NAN, ..good }).contains("`tolerance`"));
    }
}
