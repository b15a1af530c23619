//! Settings of `GeneBERT`.

use serde::{Deserialize, Serialize};

use crate::models::balance::Balance;
use crate::models::param_error::ParamError;
use crate::nn::order::Mixing;
use crate::nn::schedule::Schedule;
use crate::nn::training::Training;

/// Unchecked settings, as typed by a user or read from a file. The defaults are those of the original work.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GenebertParams {
    /// Times that every training cell is seen.
    pub epochs: usize,
    /// Cells of one step.
    pub batch_size: usize,
    /// Size of a step of `AdamW`.
    pub learning_rate: f64,
    /// Width of a token; the feed-forward layers are four times as wide.
    pub dim: usize,
    /// Number of encoder layers.
    pub layers: usize,
    /// Heads of attention.
    pub heads: usize,
    /// Share of numbers that is left out at random in training.
    pub dropout: f64,
    /// Share of a weight that goes in a step, times the learning rate.
    pub weight_decay: f64,
    /// Stop after so many epochs in a row that are no better on the cells set aside; 0 for never.
    pub patience: usize,
    /// Tokens per cell, among which the genes are divided. With one, as in the original work, attention has nothing to choose from.
    pub tokens: usize,
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

impl Default for GenebertParams {
    fn default() -> Self {
        Self {
            epochs: 10,
            batch_size: 32,
            learning_rate: 1e-4,
            dim: 128,
            layers: 2,
            heads: 4,
            dropout: 0.2,
            weight_decay: 0.01,
            patience: 0,
            tokens: 1,
            validation: 0.2,
            schedule: Schedule::Constant,
            warm_up: 0,
            balance: Balance::None,
            label_smoothing: 0.0,
        }
    }
}

impl GenebertParams {
    /// The only way to a [`Genebert`], which holds settings known to be valid.
    ///
    /// # Errors
    /// Names the setting that breaks its rule.
    pub fn check(self) -> Result<Genebert, ParamError> {
        let Self { dim, layers, heads, tokens, balance: _, schedule: _, .. } = self;
        self.training().check(self.validation)?;
        let whole = |name, rule, ok: bool, found: usize| {
            if ok { Ok(()) } else { Err(ParamError { name, rule, found: found.to_string() }) }
        };
        whole("dim", "from 1 to 4096", (1..=4096).contains(&dim), dim)?;
        whole("layers", "from 1 to 64", (1..=64).contains(&layers), layers)?;
        whole("heads", "a divisor of `dim`", heads > 0 && dim % heads == 0, heads)?;
        whole("tokens", "from 1 to 256", (1..=256).contains(&tokens), tokens)?;
        Ok(Genebert { params: self, mixing: Mixing::default() })
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

/// Trains `GeneBERT`, the classifier of the original work, with cross-entropy and `AdamW`:
///
/// ```text
/// z = (x − mean) / sd                       per gene, over the training part alone
/// t = LayerNorm(GELU(z · W + b)) + p        one token; p is learnt
/// twice: t = LayerNorm(t + Attention(t));  t = LayerNorm(t + W₂ · GELU(W₁ · t))
/// scores = V₂ · ReLU(V₁ · t)
/// ```
///
/// **What attention does here.** A cell is one token, and attention among one token mixes nothing: the softmax over a single score is
/// 1 whatever the queries and keys are. What is left of it is one linear map of the token (values, then the output projection), in
/// which training leaves out whole heads at random. Queries and keys get no gradient; weight decay alone moves them. They are kept
/// in the file so that it stays `PyTorch`'s. So this is a residual network of fully connected layers, under a transformer's name:
/// nothing in it compares genes with genes the way BERT compares words. Only with `tokens` above 1 does attention mix anything.
///
/// Devlin et al., BERT: <https://arxiv.org/abs/1810.04805>. Every step is computed so that neither the number of threads nor the
/// processor changes a bit of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Genebert {
    pub(super) params: GenebertParams,
    pub(super) mixing: Mixing,
}

impl Genebert {
    /// Name of this kind of model.
    pub const KIND: &'static str = "genebert";

    /// The settings.
    pub fn params(&self) -> &GenebertParams {
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
        type Change = fn(&mut GenebertParams);
        let good = GenebertParams::default();
        assert!(good.check().is_ok());
        let wrong: [(&str, Change); 14] = [
            ("epochs", |p| p.epochs = 0),
            ("batch_size", |p| p.batch_size = 0),
            ("learning_rate", |p| p.learning_rate = f64::NAN),
            ("learning_rate", |p| p.learning_rate = 0.0),
            ("dropout", |p| p.dropout = 1.0),
            ("dropout", |p| p.dropout = -0.1),
            ("weight_decay", |p| p.weight_decay = -1.0),
            ("label_smoothing", |p| p.label_smoothing = 1.0),
            ("validation", |p| p.validation = 1.0),
            ("warm_up", |p| p.warm_up = 11),
            ("dim", |p| p.dim = 0),
            ("layers", |p| p.layers = 0),
            ("heads", |p| p.heads = 3),
            ("tokens", |p| p.tokens = 0),
        ];
        for (name, change) in wrong {
            let mut params = good;
            change(&mut params);
            let error = params.check().unwrap_err().to_string();
            assert!(error.starts_with(&format!("setting `{name}` must be")), "{error}");
        }
    }
}
