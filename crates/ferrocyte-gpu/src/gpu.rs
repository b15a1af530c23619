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
    /// This machine has none, or only an imitation of one by the processor.
    #[error(
        "no GPU was found: its driver for Vulkan, Metal or DirectX 12 must be installed, and one that computes on the processor does \
         not count; `--device cpu` trains on the processor"
    )]
    NotFound,
    /// There is one that does not come up.
    #[error("the GPU cannot be used: {problem}; `--device cpu` trains on the processor")]
    Unusable {
        /// What its driver or burn says.
        problem: String,
    },
}

impl Gpu {
    /// The GPU that the system puts first: one with its own memory, where there is one. It is opened once per process.
    ///
    /// # Errors
    /// When there is none, or no driver for it, or it does not come up.
    #[cfg(feature = "wgpu")]
    pub fn open() -> Result<Self, GpuError> {
        static OPENED: std::sync::OnceLock<Result<Gpu, GpuError>> = std::sync::OnceLock::new();
        OPENED.get_or_init(open).clone()
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

#[cfg(feature = "wgpu")]
fn open() -> Result<Gpu, GpuError> {
    use burn_tensor::wgpu::{WgpuInitError, wgpu::DeviceType};

    let opened = crate::caught::caught(|| {
        Device::wgpu_options().init_with_setup().map_err(|error| match error {
            WgpuInitError::AdapterUnavailable { .. } | WgpuInitError::UnsupportedGraphicsApi { .. } => {
                GpuError::NotFound
            }
            error => GpuError::Unusable { problem: error.to_string() },
        })
    });
    let (device, setup) = opened.map_err(|panic| GpuError::Unusable { problem: panic.to_string() })??;
    let adapter = setup.adapter.get_info();
    if adapter.device_type == DeviceType::Cpu {
        return Err(GpuError::NotFound);
    }
    Ok(Gpu { device, name: format!("{}, by wgpu", adapter.name) })
}
