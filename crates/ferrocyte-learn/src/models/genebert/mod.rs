//! `GeneBERT`: a small transformer over one token per cell, exactly as its original work has it.

mod architecture;
mod device;
#[cfg(test)]
mod golden;
mod network;
mod params;
mod predictor;
#[cfg(test)]
mod tests;
mod tokens;

pub use device::{DeviceBatch, DeviceError, DeviceNetwork, DeviceWeights, GenebertDevice, LeftOut};
pub use params::{Genebert, GenebertParams};
