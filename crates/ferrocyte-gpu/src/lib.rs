#![doc = include_str!("../README.md")]

#[cfg(any(feature = "cpu", feature = "wgpu"))]
mod caught;
#[cfg(any(feature = "cpu", feature = "wgpu"))]
mod columns;
#[cfg(any(feature = "cpu", feature = "wgpu"))]
mod gpu;
#[cfg(any(feature = "cpu", feature = "wgpu"))]
mod layers;
#[cfg(any(feature = "cpu", feature = "wgpu"))]
mod learner;
#[cfg(any(feature = "cpu", feature = "wgpu"))]
mod network;
#[cfg(any(feature = "cpu", feature = "wgpu"))]
mod parameters;
#[cfg(any(feature = "cpu", feature = "wgpu"))]
mod train;

#[cfg(test)]
#[cfg(feature = "cpu")]
mod tests;

#[cfg(any(feature = "cpu", feature = "wgpu"))]
pub use gpu::{Gpu, GpuError};
#[cfg(any(feature = "cpu", feature = "wgpu"))]
pub use train::GenebertOnGpu;
