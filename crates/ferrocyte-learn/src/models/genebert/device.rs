//! Training of `GeneBERT` on a device beside the processor: a GPU.
//!
//! Everything but the arithmetic of a batch stays here: cells set aside, scaling, first weights, order of the cells, what is left out
//! at random, learning rates, best epoch, saved states. So a training on a device takes the same steps as one on the processor, but
//! for rounding.

use ferrocyte_core::{Block, LogNorm, Progress, Scores, Vocabulary};

use super::network::Net;
use super::params::{Genebert, GenebertParams};
use crate::kernels::softmax::softmax;
use crate::labelled_cells::LabelledCells;
use crate::models::network::{Architecture, fit_by};
use crate::models::train::{Checkpoints, Fit, FitError};
use crate::nn::dropout::Noise;
use crate::nn::encoder_layer::PLACES;
use crate::nn::learner::Learner;
use crate::nn::loss::CrossEntropy;
use crate::nn::network::Network;
use crate::nn::parameter::{Parameter, Visitor, from_rows, to_rows};
use crate::nn::train_batch::BatchCells;
use crate::nn::training::{chain, train_on};
use crate::optimise::AdamWStep;

/// Why a device failed; the crate that knows the device knows the kinds.
pub type DeviceError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Computes a `GeneBERT` and its gradient, as [`Genebert`] writes it down, and moves its weights.
///
/// What is handed over may be queued: only [`loss`](Self::loss), [`scores`](Self::scores) and [`weights`](Self::weights) must
/// wait for results.
pub trait GenebertDevice {
    /// Makes room for a network. Weights follow.
    ///
    /// # Errors
    /// When the device has no room.
    fn begin(&mut self, network: DeviceNetwork<'_>) -> Result<(), DeviceError>;

    /// Takes all weights of the network over, and what the optimiser remembers of each.
    ///
    /// # Errors
    /// When the device fails.
    fn set_weights(&mut self, weights: Vec<DeviceWeights>) -> Result<(), DeviceError>;

    /// All weights as they now are, by the names and in the shapes in which they were given.
    ///
    /// # Errors
    /// When the device fails.
    fn weights(&mut self) -> Result<Vec<DeviceWeights>, DeviceError>;

    /// Moves the weights by a batch.
    ///
    /// # Errors
    /// When the device fails.
    fn learn(&mut self, batch: &DeviceBatch<'_>) -> Result<(), DeviceError>;

    /// The losses of the batches since it was last asked, each times the weight of its cells, summed up.
    ///
    /// # Errors
    /// When the device fails.
    fn loss(&mut self) -> Result<f64, DeviceError>;

    /// Scores of cells before the softmax, in shape `(n_cells, n_labels)`; nothing is left out.
    ///
    /// # Errors
    /// When the device fails.
    fn scores(&mut self, block: &Block<LogNorm>, cells: &[usize]) -> Result<Vec<f32>, DeviceError>;
}

/// A network but for its weights.
#[derive(Debug, Clone, Copy)]
pub struct DeviceNetwork<'a> {
    /// Its settings.
    pub params: &'a GenebertParams,
    /// Number of labels.
    pub n_labels: usize,
    /// Token of each gene; empty where there is one token.
    pub token_of: &'a [u32],
    /// What each gene's values are multiplied by: one over the standard deviation, or 0 where nothing can be learnt of it.
    pub factor: &'a [f32],
    /// What is then taken off: mean over standard deviation, or 0.
    pub shift: &'a [f32],
}

/// One array of weights.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceWeights {
    /// Its name in a `PyTorch` `state_dict`.
    pub name: String,
    /// Its shape there.
    pub shape: Vec<usize>,
    /// The weights, row by row.
    pub value: Vec<f32>,
    /// The running mean of the gradients; empty for zeros.
    pub first: Vec<f32>,
    /// The running mean of their squares; empty for zeros.
    pub second: Vec<f32>,
}

/// Cells of one step.
#[derive(Debug, Clone, Copy)]
pub struct DeviceBatch<'a> {
    batch: BatchCells<'a>,
    smoothing: f64,
    noise: Option<Noise>,
    step: AdamWStep,
}

/// Where an encoder layer leaves numbers out at random.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// Shares of attention: a row per cell, as wide as heads times tokens times tokens.
    Shares,
    /// What attention gives: a row per cell and token.
    Attended,
    /// Between the two fully connected layers: a row per cell and token.
    Hidden,
    /// What they give: a row per cell and token.
    Forwarded,
}

impl<'a> DeviceBatch<'a> {
    /// The cells of `block` that `cells` names, and how the weights move. `labels` and `weights` have an entry for every cell of the
    /// block. Nothing is left out at random.
    pub fn new(
        block: &'a Block<LogNorm>,
        cells: &'a [usize],
        labels: &'a [u32],
        weights: &'a [f64],
        smoothing: f64,
        step: AdamWStep,
    ) -> Self {
        Self { batch: BatchCells { block, cells, labels, weights }, smoothing, noise: None, step }
    }

    /// All cells that there are.
    pub fn block(&self) -> &'a Block<LogNorm> {
        self.batch.block
    }

    /// Those of the batch.
    pub fn cells(&self) -> &'a [usize] {
        self.batch.cells
    }

    /// How the weights move.
    pub fn step(&self) -> AdamWStep {
        self.step
    }

    /// How much the cells count together.
    pub fn weight(&self) -> f64 {
        self.batch.weight()
    }

    /// What the scores are held against, in shape `(cells, n_labels)`: the loss is minus the sum of these times the logarithms of the
    /// probabilities. Rows are as long as their cell counts among the batch, smoothed as the settings say.
    pub fn targets(&self, n_labels: usize) -> Vec<f32> {
        let total = self.weight();
        let even = self.smoothing / n_labels as f64;
        let mut targets = Vec::with_capacity(self.cells().len() * n_labels);
        for &cell in self.cells() {
            let share = self.batch.weights[cell] / total;
            let label = self.batch.labels[cell] as usize;
            targets.extend((0..n_labels).map(|i| {
                let target = even + if i == label { 1.0 - self.smoothing } else { 0.0 };
                (target * share) as f32
            }));
        }
        targets
    }

    /// Factors of `rows` rows of `width` numbers at a place of encoder layer number `layer`, 0 for what is left out; `None` where
    /// nothing is. They are those of the same training on the processor.
    pub fn factors(&self, layer: usize, place: LeftOut, rows: usize, width: usize) -> Option<Vec<f32>> {
        let noise = self.noise?;
        let place = match place {
            LeftOut::Shares => 0,
            LeftOut::Attended => 1,
            LeftOut::Hidden => 2,
            LeftOut::Forwarded => 3,
        };
        let mut factors = vec![0.0; rows * width];
        noise.factors_of_rows(0, width, layer as u32 * PLACES + place, &mut factors);
        Some(factors)
    }
}

impl Genebert {
    /// As [`fit_with`](crate::models::Train::fit_with), computed on a device. The model is not the same, bit by bit: each device adds
    /// up in an order of its own.
    ///
    /// # Errors
    /// As there, and when the device fails.
    pub fn fit_on(
        &self,
        device: &mut dyn GenebertDevice,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        seed: u64,
        progress: &dyn Progress,
        checkpoints: &mut dyn Checkpoints,
    ) -> Result<Fit, FitError> {
        fit_by(self, data, genes, seed, |net, cells| {
            let mut learner = OnDevice::new(net, &self.params, device)?;
            train_on(&mut learner, cells, &Architecture::training(self), seed, progress, checkpoints)
        })
    }
}

/// A device computes; the network here is where its weights come back to.
struct OnDevice<'a> {
    net: &'a mut Net,
    device: &'a mut dyn GenebertDevice,
}

impl<'a> OnDevice<'a> {
    fn new(
        net: &'a mut Net,
        params: &GenebertParams,
        device: &'a mut dyn GenebertDevice,
    ) -> Result<Self, FitError> {
        let (first, n_labels) = (net.first(), net.n_labels());
        let (factor, shift) = first.folded_scaling();
        let network = DeviceNetwork { params, n_labels, token_of: first.token_of(), factor, shift };
        device.begin(network).map_err(failed)?;
        let mut learner = Self { net, device };
        learner.weights_changed()?;
        Ok(learner)
    }
}

/// Cells that a device scores at once.
const SCORED_CELLS: usize = 512;

impl Learner for OnDevice<'_> {
    fn n_labels(&self) -> usize {
        self.net.n_labels()
    }

    fn learn(
        &mut self,
        batch: BatchCells<'_>,
        loss: CrossEntropy,
        noise: Option<&Noise>,
        step: &AdamWStep,
    ) -> Result<(), FitError> {
        let batch = DeviceBatch { batch, smoothing: loss.smoothing, noise: noise.copied(), step: *step };
        self.device.learn(&batch).map_err(failed)
    }

    fn loss(&mut self) -> Result<f64, FitError> {
        self.device.loss().map_err(failed)
    }

    fn predict(&mut self, block: &Block<LogNorm>, cells: &[usize], out: &mut Scores) -> Result<(), FitError> {
        let n_labels = self.n_labels();
        out.reset(cells.len(), n_labels);
        let rows = out.as_mut_slice().chunks_mut(SCORED_CELLS * n_labels);
        for (cells, rows) in cells.chunks(SCORED_CELLS).zip(rows) {
            let scores = self.device.scores(block, cells).map_err(failed)?;
            let length = [rows.len(), scores.len()];
            if length[0] != length[1] {
                return Err(wrong_length("scores", length));
            }
            for (row, scores) in rows.chunks_exact_mut(n_labels).zip(scores.chunks_exact(n_labels)) {
                for (probability, &score) in row.iter_mut().zip(scores) {
                    *probability = f64::from(score);
                }
                softmax(row);
            }
        }
        Ok(())
    }

    fn visit(&mut self, visitor: &mut Visitor<'_>) -> Result<(), FitError> {
        let mut weights = self.device.weights().map_err(failed)?.into_iter();
        let mut problem = None;
        self.net.visit(&mut |named| {
            let found = weights.next().filter(|found| found.name == named.name).unwrap_or(DeviceWeights {
                name: String::new(),
                shape: Vec::new(),
                value: Vec::new(),
                first: Vec::new(),
                second: Vec::new(),
            });
            let expected = named.parameter.value.len();
            for part in [&found.value, &found.first, &found.second] {
                if part.len() != expected && problem.is_none() {
                    problem = Some(wrong_length(&named.name, [expected, part.len()]));
                }
            }
            if problem.is_none() {
                let lie = |values: &[f32]| from_rows(&named.shape, named.layout, values);
                *named.parameter = Parameter {
                    value: lie(&found.value),
                    gradient: Vec::new(),
                    first: lie(&found.first),
                    second: lie(&found.second),
                };
            }
        });
        if let Some(problem) = problem {
            return Err(problem);
        }
        self.net.visit(visitor);
        Ok(())
    }

    fn weights_changed(&mut self) -> Result<(), FitError> {
        let mut weights = Vec::new();
        self.net.visit(&mut |named| {
            let rows = |values: &[f32]| match values {
                [] => Vec::new(),
                values => to_rows(&named.shape, named.layout, values),
            };
            let Parameter { value, first, second, .. } = &*named.parameter;
            let (value, first, second) = (rows(value), rows(first), rows(second));
            weights.push(DeviceWeights { name: named.name, shape: named.shape, value, first, second });
        });
        self.net.weights_changed();
        self.device.set_weights(weights).map_err(failed)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "handed to `map_err`")]
fn failed(error: DeviceError) -> FitError {
    FitError::Device { problem: chain(error.as_ref()) }
}

fn wrong_length(what: &str, [expected, found]: [usize; 2]) -> FitError {
    FitError::Device { problem: format!("`{what}`: expected {expected} numbers, found {found}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::NoCheckpoints;
    use ferrocyte_core::{Labels, Silent};

    /// A device that learns nothing, and breaks as it is told.
    #[derive(Default)]
    struct Lazy {
        weights: Vec<DeviceWeights>,
        n_labels: usize,
        broken: &'static str,
    }

    impl GenebertDevice for Lazy {
        fn begin(&mut self, network: DeviceNetwork<'_>) -> Result<(), DeviceError> {
            self.n_labels = network.n_labels;
            if self.broken == "begin" { Err("no room".into()) } else { Ok(()) }
        }

        fn set_weights(&mut self, weights: Vec<DeviceWeights>) -> Result<(), DeviceError> {
            self.weights = weights;
            Ok(())
        }

        fn weights(&mut self) -> Result<Vec<DeviceWeights>, DeviceError> {
            let mut weights = self.weights.clone();
            for of in &mut weights {
                of.first.resize(of.value.len(), 0.0);
                of.second.resize(of.value.len(), 0.0);
            }
            if self.broken == "weights" {
                weights[1].value.pop();
            }
            Ok(weights)
        }

        fn learn(&mut self, _: &DeviceBatch<'_>) -> Result<(), DeviceError> {
            if self.broken == "learn" { Err("fell out of its slot".into()) } else { Ok(()) }
        }

        fn loss(&mut self) -> Result<f64, DeviceError> {
            Ok(1.0)
        }

        fn scores(&mut self, _: &Block<LogNorm>, cells: &[usize]) -> Result<Vec<f32>, DeviceError> {
            Ok(vec![0.0; cells.len() * self.n_labels - usize::from(self.broken == "scores")])
        }
    }

    fn fit(broken: &'static str) -> Result<Fit, FitError> {
        let cells = Block::new(2, (0..=10).collect(), [0, 1].repeat(5), (1_u8..=10).map(f32::from).collect());
        let labels = Labels::from_names(&["a", "b"].repeat(5));
        let genes = Vocabulary::new(vec!["A".into(), "B".into()]).unwrap();
        let params = GenebertParams { dim: 4, heads: 2, epochs: 2, ..GenebertParams::default() };
        let mut device = Lazy { broken, ..Lazy::default() };
        let (cells, genebert) = (cells.unwrap(), params.check().unwrap());
        let data = LabelledCells::new(&cells, &labels).unwrap();
        genebert.fit_on(&mut device, &data, &genes, 0, &Silent, &mut NoCheckpoints)
    }

    #[test]
    fn a_device_that_learns_nothing_leaves_the_first_weights() {
        let fit = fit("").unwrap();
        assert_eq!(fit.model.to_arrays().iter().count(), 9 + 2 * 12 + 2);
        assert_eq!(fit.training.iterations, 2);
    }

    #[test]
    fn what_a_device_does_wrong_is_an_error() {
        for (broken, expected) in [
            ("begin", "no room"),
            ("learn", "fell out of its slot"),
            ("scores", "`scores`: expected 4 numbers, found 3"),
            ("weights", "`embedding.0.weight`: expected 8 numbers, found 7"),
        ] {
            let error = fit(broken).err().unwrap().to_string();
            assert_eq!(error, format!("the training failed on the device: {expected}"));
        }
    }
}
