//! Settings of multilayer perceptrons.

use serde::{Deserialize, Serialize};

use crate::models::balance::Balance;
use crate::models::param_error::ParamError;
use crate::nn::order::Mixing;
use crate::nn::schedule::Schedule;
use crate::nn::training::Training;

/// What is done with the numbers of a hidden layer before `ReLU`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Norm {
    /// Nothing.
    None,
    /// Mean 0 and variance 1 over the numbers of each cell, then learnt scales and shifts.
    #[default]
    Layer,
}

/// Unchecked settings, as typed by a user or read from a file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MlpParams {
    /// Times that every training cell is seen.
    pub epochs: usize,
    /// Cells of one step.
    pub batch_size: usize,
    /// Size of a step of `AdamW`.
    pub learning_rate: f64,
    /// Width of the first hidden layer.
    pub hidden: usize,
    /// Width of the second hidden layer; 0 for none.
    pub hidden2: usize,
    /// What is done with the numbers of a hidden layer.
    pub norm: Norm,
    /// Share of numbers that is left out at random in training, after each hidden layer.
    pub dropout: f64,
    /// Share of a weight that goes in a step, times the learning rate.
    pub weight_decay: f64,
    /// Stop after so many epochs in a row that are no better on the cells set aside; 0 for never.
    pub patience: usize,
    /// Share of the training cells that is set aside, label by label, to find the best epoch.
    pub validation: f64,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// Epochs in which the learning rate rises to its full size.
    pub warm_up: usize,
    /// How much the cells of rare labels count.
    pub balance: Balance,
    /// Share of the truth that is spread evenly over all labels.
    pub label_smoothing: f64,
}

impl Default for MlpParams {
    fn default() -> Self {
        Self {
            epochs: 10,
            batch_size: 32,
            learning_rate: 1e-4,
            hidden: 128,
            hidden2: 0,
            norm: Norm::Layer,
            dropout: 0.2,
            weight_decay: 0.01,
            patience: 0,
            validation: 0.2,
            schedule: Schedule::Constant,
            warm_up: 0,
            balance: Balance::None,
            label_smoothing: 0.0,
        }
    }
}

impl MlpParams {
    /// The only way to an [`Mlp`], which holds settings known to be valid.
    ///
    /// # Errors
    /// Names the setting that breaks its rule.
    pub fn check(self) -> Result<Mlp, ParamError> {
        let Self { hidden, hidden2, norm: _, balance: _, schedule: _, .. } = self;
        self.training().check(self.validation)?;
        if !(1..=16_384).contains(&hidden) {
            return Err(ParamError { name: "hidden", rule: "from 1 to 16384", found: hidden.to_string() });
        }
        if hidden2 > 16_384 {
            return Err(ParamError { name: "hidden2", rule: "from 0 to 16384", found: hidden2.to_string() });
        }
        Ok(Mlp { params: self, mixing: Mixing::default() })
    }

    /// What the training loop wants to know.
    pub(super) fn training(&self) -> Training {
        Training {
            epochs: self.epochs,
            batch_size: self.batch_size,
            learning_rate: self.learning_rate,
            weight_decay: self.weight_decay,
            dropout: self.dropout,
            patience: self.patience,
            schedule: self.schedule,
            warm_up: self.warm_up,
            smoothing: self.label_smoothing,
            mixing: Mixing::default(),
        }
    }
}

/// Trains a multilayer perceptron with cross-entropy and `AdamW`:
///
/// ```text
/// z = (x − mean) / sd                                    per gene, over the training part alone
/// h = dropout(ReLU(LayerNorm(z · W + b)))                once or twice
/// scores = h · V + c
/// ```
///
/// The first layer works on sparse cells: z-scores are folded into it and never written down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mlp {
    pub(super) params: MlpParams,
    pub(super) mixing: Mixing,
}

impl Mlp {
    /// Name of this kind of model.
    pub const KIND: &'static str = "mlp";

    /// The settings.
    pub fn params(&self) -> &MlpParams {
        &self.params
    }

    /// The same with another mixing of the cells of an epoch, which no model file keeps: for tests and measurements.
    #[doc(hidden)]
    #[must_use]
    pub fn mixed(self, mixing: Mixing) -> Self {
        Self { mixing, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_make_no_sense_are_named() {
        let good = MlpParams::default();
        assert!(good.check().is_ok());
        let error = |params: MlpParams| params.check().unwrap_err().to_string();
        assert!(error(MlpParams { hidden: 0, ..good }).starts_with("setting `hidden` must be"));
        assert!(error(MlpParams { hidden2: 20_000, ..good }).starts_with("setting `hidden2` must be"));
        assert!(error(MlpParams { dropout: f64::NAN, ..good }).starts_with("setting `dropout` must be"));
    }
}
