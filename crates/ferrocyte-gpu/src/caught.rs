//! burn panics where a device fails, for want of memory for one; whoever trains is told so by an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ferrocyte_core::{Block, LogNorm};
use ferrocyte_learn::models::{DeviceBatch, DeviceError, DeviceNetwork, DeviceWeights, GenebertDevice};

/// What a device said as it broke.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it broke: {0}")]
pub(crate) struct Panicked(String);

/// What `work` gives, or what it said as it panicked. What it had in hand then must not be used again.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|said| {
        let text = said.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| said.downcast_ref::<&str>().copied());
        Panicked(text.unwrap_or("it does not say why").to_owned())
    })
}

/// A device whose panics are errors. Training ends with the first.
pub(crate) struct Caught<D>(pub(crate) D);

impl<D: GenebertDevice> GenebertDevice for Caught<D> {
    fn begin(&mut self, network: DeviceNetwork<'_>) -> Result<(), DeviceError> {
        caught(|| self.0.begin(network))?
    }

    fn set_weights(&mut self, weights: Vec<DeviceWeights>) -> Result<(), DeviceError> {
        caught(|| self.0.set_weights(weights))?
    }

    fn weights(&mut self) -> Result<Vec<DeviceWeights>, DeviceError> {
        caught(|| self.0.weights())?
    }

    fn learn(&mut self, batch: &DeviceBatch<'_>) -> Result<(), DeviceError> {
        caught(|| self.0.learn(batch))?
    }

    fn loss(&mut self) -> Result<f64, DeviceError> {
        caught(|| self.0.loss())?
    }

    fn scores(&mut self, block: &Block<LogNorm>, cells: &[usize]) -> Result<Vec<f32>, DeviceError> {
        caught(|| self.0.scores(block, cells))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_says_what_it_said() {
        let said = |work: fn()| caught(work).unwrap_err().to_string();
        assert_eq!(said(|| panic!("no memory")), "it broke: no memory");
        assert_eq!(said(|| panic!("{} bytes too many", 7)), "it broke: 7 bytes too many");
        assert_eq!(said(|| std::panic::panic_any(7)), "it broke: it does not say why");
        assert_eq!(caught(|| 7), Ok(7));
    }
}
