//! The device that computes.

use burn_tensor::Device;

/// A GPU that was found.
#[derive(Debug, Clone)]
pub struct Gpu {
    device: Device,
    name: String,
}

/// Why there is no GPU.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GpuError {
    /// This machine has none.
    #[error(
        "no GPU was found: its driver for Vulkan, Metal or DirectX 12 must be installed; otherwise train on the processor"
    )]
    NotFound,
}

impl Gpu {
    /// The GPU that the system puts first: one with its own memory, where there is one.
    ///
    /// # Errors
    /// When there is none, or no driver for it.
    #[cfg(feature = "wgpu")]
    pub fn open() -> Result<Self, GpuError> {
        use burn_tensor::{DeviceKind, DeviceType};

        if Device::enumerate(DeviceType::Wgpu).into_vec().is_empty() {
            return Err(GpuError::NotFound);
        }
        let device = Device::wgpu(DeviceKind::DefaultDevice);
        let name = device.identity().map_or_else(|| "not named".to_owned(), |identity| identity.name);
        Ok(Self { device, name: format!("{name}, by wgpu") })
    }

    /// The processor, by burn's own back end for it. It is no faster than `ferrocyte-learn`; tests that must run without a GPU
    /// run on it.
    #[cfg(feature = "cpu")]
    pub fn processor() -> Self {
        Self { device: Device::flex(), name: "processor, by burn-flex".to_owned() }
    }

    /// What computes, and by which back end: `NVIDIA H100, by wgpu`.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn device(&self) -> Device {
        self.device.clone()
    }
}
