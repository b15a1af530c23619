//! Where networks are trained.

use ferrocyte_core::Choice;
use ferrocyte_learn::models::{ModelKind, Train};
use serde_json::Value;

#[cfg(feature = "gpu")]
use crate::choices::choice;
use crate::model_options::ModelOptionsError;

/// What computes a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// The processor: the same bytes on every machine.
    #[default]
    Cpu,
    /// A GPU, where the crate was built with its feature `gpu`. The model is not the same, bit by bit, as from the processor.
    Gpu,
}

/// Why nothing can be trained on a GPU.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// The feature is off.
    #[error(
        "this program was built without what trains on a GPU: build it with `cargo install --path crates/ferrocyte-cli --features \
         gpu` (Rust 1.95), or train on the processor"
    )]
    NotBuilt,
    /// Only one kind of model knows how.
    #[error("only models of kind `genebert` can be trained on a GPU, found `{kind}`")]
    Kind {
        /// The kind.
        kind: ModelKind,
    },
    /// There is none here.
    #[cfg(feature = "gpu")]
    #[error(transparent)]
    Gpu(#[from] ferrocyte_gpu::GpuError),
}

/// The trainer of a kind on a GPU, with settings that were checked.
pub(crate) fn trainer_on_gpu(kind: ModelKind, settings: Value) -> Result<Box<dyn Train>, ModelOptionsError> {
    if kind != ModelKind::Genebert {
        return Err(DeviceError::Kind { kind }.into());
    }
    on_gpu(settings)
}

#[cfg(not(feature = "gpu"))]
fn on_gpu(_: Value) -> Result<Box<dyn Train>, ModelOptionsError> {
    Err(DeviceError::NotBuilt.into())
}

#[cfg(feature = "gpu")]
fn on_gpu(settings: Value) -> Result<Box<dyn Train>, ModelOptionsError> {
    use ferrocyte_learn::models::{GenebertParams, SettingsError};

    let params: GenebertParams = serde_json::from_value(settings).map_err(SettingsError::from)?;
    let genebert = params.check().map_err(SettingsError::from)?;
    let gpu = ferrocyte_gpu::Gpu::open().map_err(DeviceError::from)?;
    Ok(Box::new(ferrocyte_gpu::GenebertOnGpu::new(genebert, gpu)))
}

impl Device {
    /// What was chosen, where it is not what everybody has. It stands in the run record, the report and the model file.
    pub(crate) fn choice(self) -> Option<Choice> {
        match self {
            Self::Cpu => None,
            Self::Gpu => gpu_choice(),
        }
    }
}

#[cfg(not(feature = "gpu"))]
fn gpu_choice() -> Option<Choice> {
    None // refused before anything is chosen
}

#[cfg(feature = "gpu")]
fn gpu_choice() -> Option<Choice> {
    let gpu = ferrocyte_gpu::Gpu::open().ok()?;
    let why = "asked for; the steps of the training are those of the processor but for rounding: neither weights nor scores are \
               the same bytes on another machine, driver or device";
    Some(choice("device of the training", format!("GPU: {}", gpu.name()), true, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ModelOptions;

    #[test]
    fn what_a_gpu_cannot_train_is_refused() {
        let error =
            |options: ModelOptions| options.on_device(Device::Gpu).trainer().err().unwrap().to_string();
        assert_eq!(
            error(ModelOptions::of("mlp")),
            "only models of kind `genebert` can be trained on a GPU, found `mlp`"
        );
        assert!(error(ModelOptions::of("genebert").with("heads", Some(3))).contains("`heads`"));
        assert!(Device::Cpu.choice().is_none());
    }

    #[cfg(not(feature = "gpu"))]
    #[test]
    fn without_the_feature_it_says_how_to_get_it() {
        let options = ModelOptions::of("genebert").on_device(Device::Gpu);
        let error = options.trainer().err().unwrap().to_string();
        assert!(error.contains("--features gpu"), "{error}");
        assert!(Device::Gpu.choice().is_none());
    }
}
