//! What is its own of a kind of network.

use ferrocyte_core::{NamedArray, NamedArrays};

use super::prepared::Prepared;
use crate::models::balance::Balance;
use crate::models::kind::SettingsError;
use crate::models::load::LoadError;
use crate::nn::network::Network;
use crate::nn::scaling::Scaling;
use crate::nn::training::Training;

/// A kind of network, with settings that were checked. How it is trained, predicts and is written down is the same for
/// all of them.
pub(in crate::models) trait Architecture: Clone + Send + Sync + 'static {
    /// Name of the kind of model.
    const KIND: &'static str;

    /// The layers.
    type Net: Network + Clone + 'static;

    /// Checks settings that come from a file.
    fn of_settings(settings: serde_json::Value) -> Result<Self, SettingsError>;

    /// The settings, as they are written into model files.
    fn settings(&self) -> serde_json::Value;

    /// What the training loop wants to know.
    fn training(&self) -> Training;

    /// How much the cells of rare labels count.
    fn balance(&self) -> Balance;

    /// Share of the training cells that is set aside to find the best epoch.
    fn validation(&self) -> f64;

    /// Whether the network before training is made from all cells at once, so that they must be in memory.
    fn needs_whole(&self) -> bool {
        false
    }

    /// The network before training.
    fn untrained(&self, cells: &Prepared<'_>, seed: u64) -> Self::Net;

    /// The network that arrays hold. No number is beyond what training gives; nothing else about them is known yet.
    fn stored(
        &self,
        n_labels: usize,
        scaling: &Scaling,
        arrays: &NamedArrays,
    ) -> Result<Self::Net, LoadError>;

    /// Arrays that [`stored`](Self::stored) wants beside the weights, and mean and standard deviation of the genes.
    fn other_arrays(_net: &Self::Net) -> Vec<NamedArray> {
        Vec::new()
    }
}
