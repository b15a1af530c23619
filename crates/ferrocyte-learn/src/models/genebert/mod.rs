//! `GeneBERT`: a small transformer over one token per cell, exactly as its original work has it.

mod device;
mod fit;
#[cfg(test)]
mod golden;
mod model;
mod network;
mod params;
#[cfg(test)]
mod tests;
mod tokens;

pub use device::{DeviceBatch, DeviceError, DeviceNetwork, DeviceWeights, GenebertDevice, LeftOut};
pub use model::GenebertModel;
pub use params::{Genebert, GenebertParams};
