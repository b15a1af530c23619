//! Where the weights of a network come from.

use ferrocyte_core::{ArrayError, NamedArrays};

use super::initial::Initial;
use super::parameter::{Layout, from_rows};

/// What weights are where nobody knows better.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start {
    /// Uniform between this and its negative.
    Uniform(f64),
    /// Normal with mean 0 and variance 1.
    Normal,
    /// All the same.
    Same(f32),
}

/// Gives a network its weights as it is put together: a file's, or random ones.
pub(crate) trait Source {
    /// The weights of a name and shape, as they lie in memory.
    fn take(
        &mut self,
        name: &str,
        shape: &[usize],
        layout: Layout,
        start: Start,
    ) -> Result<Vec<f32>, ArrayError>;
}

impl Source for Initial {
    fn take(&mut self, _: &str, shape: &[usize], _: Layout, start: Start) -> Result<Vec<f32>, ArrayError> {
        let n = shape.iter().product();
        Ok(match start {
            Start::Uniform(bound) => self.uniform(n, bound),
            Start::Normal => self.normal(n),
            Start::Same(value) => vec![value; n],
        })
    }
}

impl Source for &NamedArrays {
    fn take(
        &mut self,
        name: &str,
        shape: &[usize],
        layout: Layout,
        _: Start,
    ) -> Result<Vec<f32>, ArrayError> {
        Ok(from_rows(shape, layout, self.f32(name, shape)?))
    }
}
