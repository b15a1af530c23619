//! A network on a device, as the training loop of `ferrocyte-learn` asks for it.

use burn_tensor::activation::log_softmax;
use burn_tensor::{Device, Tensor};
use ferrocyte_core::{Block, LogNorm};
use ferrocyte_learn::models::{
    DeviceBatch, DeviceError, DeviceNetwork, DeviceWeights, GenebertDevice, LeftOut,
};

use crate::layers::Dropout;
use crate::network::Network;
use crate::parameters::{Parameter, Parameters, tensor};

/// The only array whose numbers lie otherwise on the device: a column per column of a dense cell.
const FIRST_LAYER: &str = "embedding.0.weight";

/// Losses that wait on the device to be fetched together: whoever fetches one waits for all work before it.
const PENDING_LOSSES: usize = 64;

/// Weights that are not those of the network.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WeightsError {
    #[error("the network is not there yet")]
    NoNetwork,
    #[error("expected the weights `{expected}`, found `{found}`")]
    Names { expected: String, found: String },
    #[error("`{name}`: expected {expected} numbers, found {found}")]
    Length { name: String, expected: usize, found: usize },
}

/// A device with a network on it.
pub(crate) struct Learner {
    device: Device,
    network: Option<Network>,
    parameters: Parameters,
    order: Vec<(String, Vec<usize>)>, // names and shapes as they were given
    pending: Vec<(Tensor<1>, f64)>,   // loss of a batch, and how much its cells count
    loss: f64,                        // of those that were fetched
}

/// What a batch leaves out, on its way to the device.
struct OfBatch<'a> {
    batch: &'a DeviceBatch<'a>,
    device: &'a Device,
}

impl Dropout for OfBatch<'_> {
    fn factors(&self, layer: usize, place: LeftOut, shape: [usize; 2]) -> Option<Tensor<2>> {
        let factors = self.batch.factors(layer, place, shape[0], shape[1])?;
        Some(tensor(factors, shape, self.device))
    }
}

/// Nothing is left out.
struct Everything;

impl Dropout for Everything {
    fn factors(&self, _: usize, _: LeftOut, _: [usize; 2]) -> Option<Tensor<2>> {
        None
    }
}

/// Gradients by name.
type Gradients = Vec<(String, Option<Tensor<1>>)>;

impl Learner {
    pub(crate) fn new(device: Device) -> Self {
        let parameters = Parameters::default();
        Self { device, network: None, parameters, order: Vec::new(), pending: Vec::new(), loss: 0.0 }
    }

    fn network(&self) -> Result<&Network, WeightsError> {
        self.network.as_ref().ok_or(WeightsError::NoNetwork)
    }

    fn dense(&self, network: &Network, block: &Block<LogNorm>, cells: &[usize]) -> Tensor<2> {
        tensor(network.columns.dense(block, cells), [cells.len(), network.columns.len()], &self.device)
    }

    /// The loss of a batch, and its gradient by each array.
    pub(crate) fn gradients(&self, batch: &DeviceBatch<'_>) -> Result<(Tensor<1>, Gradients), WeightsError> {
        let network = self.network()?;
        let weights = self.parameters.tracked();
        let cells = self.dense(network, batch.block(), batch.cells());
        let shape = [batch.cells().len(), network.n_labels];
        let targets = tensor(batch.targets(network.n_labels), shape, &self.device);
        let scores = network.forward(cells, &weights, &OfBatch { batch, device: &self.device });
        let loss = (log_softmax(scores, 1) * targets).sum().neg();
        let mut gradients = loss.backward();
        Ok((loss.inner(), Parameters::gradients(&weights, &mut gradients)))
    }

    /// Waits for the losses that are on the device.
    fn fetch_losses(&mut self) -> Result<(), DeviceError> {
        let (losses, weights): (Vec<_>, Vec<_>) = self.pending.drain(..).unzip();
        if !losses.is_empty() {
            let losses: Vec<f32> = Tensor::cat(losses, 0).try_into_vec_as()?;
            self.loss +=
                losses.iter().zip(weights).map(|(&loss, weight)| f64::from(loss) * weight).sum::<f64>();
        }
        Ok(())
    }
}

impl GenebertDevice for Learner {
    fn begin(&mut self, network: DeviceNetwork<'_>) -> Result<(), DeviceError> {
        let to_device = |row: Vec<f32>| {
            let shape = [1, row.len()];
            tensor(row, shape, &self.device)
        };
        self.network = Some(Network::new(&network, to_device));
        self.parameters = Parameters::default();
        self.order.clear();
        self.pending.clear();
        self.loss = 0.0;
        Ok(())
    }

    fn set_weights(&mut self, weights: Vec<DeviceWeights>) -> Result<(), DeviceError> {
        let network = self.network()?;
        let order: Vec<_> = weights.iter().map(|of| (of.name.clone(), of.shape.clone())).collect();
        let mut found = order.clone();
        found.sort();
        let expected = network.shapes();
        if found != expected {
            return Err(WeightsError::Names { expected: in_words(&expected), found: in_words(&found) }.into());
        }
        let mut parameters = Parameters::default();
        for DeviceWeights { name, shape, value, first, second } in weights {
            let expected = shape.iter().product();
            let to_device = |values: Vec<f32>| {
                let values = match values.len() {
                    0 => vec![0.0; expected],
                    n if n == expected => values,
                    found => return Err(WeightsError::Length { name: name.clone(), expected, found }),
                };
                let values =
                    if name == FIRST_LAYER { network.columns.spread(&values, shape[0]) } else { values };
                let length = [values.len()];
                Ok(tensor(values, length, &self.device))
            };
            let parameter =
                Parameter { value: to_device(value)?, first: to_device(first)?, second: to_device(second)? };
            parameters.insert(name, parameter);
        }
        self.parameters = parameters;
        self.order = order;
        Ok(())
    }

    fn weights(&mut self) -> Result<Vec<DeviceWeights>, DeviceError> {
        let columns = &self.network()?.columns;
        let fetch = |name: &str, values: &Tensor<1>| -> Result<Vec<f32>, DeviceError> {
            let values: Vec<f32> = values.try_to_vec_as()?;
            Ok(if name == FIRST_LAYER { columns.gather(&values) } else { values })
        };
        let one = |(name, shape): &(String, Vec<usize>)| {
            let Parameter { value, first, second } =
                self.parameters.get(name).ok_or(WeightsError::NoNetwork)?;
            let (value, first, second) = (fetch(name, value)?, fetch(name, first)?, fetch(name, second)?);
            Ok(DeviceWeights { name: name.clone(), shape: shape.clone(), value, first, second })
        };
        self.order.iter().map(one).collect()
    }

    fn learn(&mut self, batch: &DeviceBatch<'_>) -> Result<(), DeviceError> {
        let (loss, gradients) = self.gradients(batch)?;
        self.parameters.apply(gradients, batch.step());
        self.pending.push((loss, batch.weight()));
        if self.pending.len() == PENDING_LOSSES { self.fetch_losses() } else { Ok(()) }
    }

    fn loss(&mut self) -> Result<f64, DeviceError> {
        self.fetch_losses()?;
        Ok(std::mem::take(&mut self.loss))
    }

    fn scores(&mut self, block: &Block<LogNorm>, cells: &[usize]) -> Result<Vec<f32>, DeviceError> {
        let network = self.network()?;
        let cells = self.dense(network, block, cells);
        Ok(network.forward(cells, &self.parameters.weights(), &Everything).try_into_vec_as()?)
    }
}

fn in_words(shapes: &[(String, Vec<usize>)]) -> String {
    shapes.iter().map(|(name, shape)| format!("{name} {shape:?}")).collect::<Vec<_>>().join(", ")
}
