//! Weights that are learnt.

use crate::optimise::AdamWStep;

/// An array of weights, its gradient, and what the optimiser remembers of past gradients. A model that only predicts has the
/// weights alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) value: Vec<f32>,
    pub(crate) gradient: Vec<f32>, // empty or as long as `value`
    pub(crate) first: Vec<f32>,    // running mean of the gradient; empty or as long as `value`
    pub(crate) second: Vec<f32>,   // running mean of its square; empty or as long as `value`
}

/// How the weights lie in memory, beside the shape that `PyTorch` gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// As in `PyTorch`, row by row.
    Rows,
    /// The transpose of a matrix.
    Transposed,
}

/// A parameter with the name and shape that it has in a `PyTorch` `state_dict`.
pub(crate) struct Named<'a> {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) layout: Layout,
    pub(crate) parameter: &'a mut Parameter,
}

/// What is done with every parameter of a network, in the order of the network.
pub(crate) type Visitor<'v> = dyn FnMut(Named<'_>) + 'v;

impl Parameter {
    pub(crate) fn new(value: Vec<f32>) -> Self {
        Self { value, ..Self::default() }
    }

    /// Makes room for a gradient.
    pub(crate) fn gradient(&mut self) -> &mut [f32] {
        self.gradient.resize(self.value.len(), 0.0);
        &mut self.gradient
    }

    /// Makes room for what the optimiser remembers.
    pub(crate) fn begin_training(&mut self) {
        self.first.resize(self.value.len(), 0.0);
        self.second.resize(self.value.len(), 0.0);
    }

    /// Forgets all but the weights.
    pub(crate) fn end_training(&mut self) {
        *self = Self::new(std::mem::take(&mut self.value));
    }

    /// Moves the weights by their gradient; those before `used`, which never have one, only decay.
    pub(crate) fn apply(&mut self, used: usize, step: &AdamWStep) {
        self.begin_training();
        let (unused, value) = self.value.split_at_mut(used);
        step.decay(unused);
        step.apply(&self.gradient[used..], value, &mut self.first[used..], &mut self.second[used..]);
    }

    /// Tells a visitor about itself.
    pub(crate) fn visit(&mut self, name: String, shape: &[usize], visitor: &mut Visitor<'_>) {
        visitor(Named { name, shape: shape.to_vec(), layout: Layout::Rows, parameter: self });
    }
}

/// The values in the order of the named shape: transposed back where they lie transposed.
pub(crate) fn to_rows(shape: &[usize], layout: Layout, values: &[f32]) -> Vec<f32> {
    match (layout, shape) {
        (Layout::Transposed, &[rows, columns]) => transpose(columns, rows, values),
        _ => values.to_vec(),
    }
}

/// The values in the order in which they lie in memory.
pub(crate) fn from_rows(shape: &[usize], layout: Layout, values: &[f32]) -> Vec<f32> {
    match (layout, shape) {
        (Layout::Transposed, &[rows, columns]) => transpose(rows, columns, values),
        _ => values.to_vec(),
    }
}

/// The transpose of a row-major matrix.
fn transpose(rows: usize, columns: usize, matrix: &[f32]) -> Vec<f32> {
    // In squares that stay in the cache.
    const SQUARE: usize = 32;
    let mut turned = vec![0.0; rows * columns];
    for first_row in (0..rows).step_by(SQUARE) {
        for first_column in (0..columns).step_by(SQUARE) {
            for row in first_row..(first_row + SQUARE).min(rows) {
                for column in first_column..(first_column + SQUARE).min(columns) {
                    turned[column * rows + row] = matrix[row * columns + column];
                }
            }
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_transposed_is_named_the_right_way_round() {
        let shape = [2, 3];
        let named = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let lies = from_rows(&shape, Layout::Transposed, &named);
        assert_eq!(lies, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        assert_eq!(to_rows(&shape, Layout::Transposed, &lies), named);
        assert_eq!(to_rows(&shape, Layout::Rows, &named), named);
    }
}
