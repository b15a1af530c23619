//! A fully connected layer.

use ferrocyte_core::ArrayError;
use rayon::prelude::*;

use super::parameter::{Layout, Parameter, Visitor};
use super::source::{Source, Start};
use crate::kernels::matrix::{PANEL_COLUMNS, Panels, multiply, outer_panel};
use crate::optimise::AdamWStep;

/// `y = x · Wᵀ + b`, with `W` of shape `(outputs, inputs)` as in `PyTorch`.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    inputs: usize,
    outputs: usize,
    used: usize, // the first output that is computed; those before it are kept, but nobody needs them
    pub(crate) weight: Parameter,
    pub(crate) bias: Parameter,
    forward: Panels,  // Wᵀ of the used outputs
    backward: Panels, // W of the used outputs
}

impl Linear {
    /// Weights and biases uniform within `1 / √inputs`, where they are not known.
    pub(crate) fn new(
        path: &str,
        inputs: usize,
        outputs: usize,
        source: &mut dyn Source,
    ) -> Result<Self, ArrayError> {
        let start = Start::Uniform(libm::sqrt(inputs.max(1) as f64).recip());
        let weight = source.take(&format!("{path}.weight"), &[outputs, inputs], Layout::Rows, start)?;
        let bias = source.take(&format!("{path}.bias"), &[outputs], Layout::Rows, start)?;
        Ok(Self::with(inputs, outputs, 0, weight, bias))
    }

    /// With given weights; outputs before `used` are kept as parameters but not computed.
    pub(crate) fn with(inputs: usize, outputs: usize, used: usize, weight: Vec<f32>, bias: Vec<f32>) -> Self {
        let (weight, bias) = (Parameter::new(weight), Parameter::new(bias));
        let (forward, backward) = (Panels::default(), Panels::default());
        let mut linear = Self { inputs, outputs, used, weight, bias, forward, backward };
        linear.weights_changed();
        linear
    }

    /// Outputs that are computed.
    pub(crate) fn width(&self) -> usize {
        self.outputs - self.used
    }

    /// Weights of the outputs that are computed.
    pub(crate) fn used_weight(&self) -> &[f32] {
        &self.weight.value[self.used * self.inputs..]
    }

    /// Biases of the outputs that are computed.
    pub(crate) fn used_bias(&self) -> &[f32] {
        &self.bias.value[self.used..]
    }

    /// The weights of the outputs that are computed, as products want them.
    pub(crate) fn panels(&self) -> &Panels {
        &self.forward
    }

    /// Must be called after the weights were changed.
    pub(crate) fn weights_changed(&mut self) {
        let used = &self.weight.value[self.used * self.inputs..];
        let width = self.outputs - self.used;
        self.forward.pack_transposed(self.inputs, width, used);
        self.backward.pack(width, self.inputs, used);
    }

    /// `x` of shape `(n, inputs)` to `y` of shape `(n, width)`.
    pub(crate) fn forward(&self, x: &[f32], y: &mut [f32]) {
        multiply(x, &self.forward, Some(self.used_bias()), y);
    }

    /// The gradient of the loss by `y` to its gradient by `x`.
    pub(crate) fn backward(&self, d_y: &[f32], d_x: &mut [f32]) {
        multiply(d_y, &self.backward, None, d_x);
    }

    /// Sums the gradients of weights and biases over parts of the batch, `(x, gradient by y)`, in their order, and moves the
    /// weights where there is a step.
    pub(crate) fn learn(&mut self, parts: &[(&[f32], &[f32])], step: Option<&AdamWStep>) {
        let (width, inputs) = (self.width(), self.inputs);
        let panels: Vec<Vec<f32>> = (0..inputs.div_ceil(PANEL_COLUMNS))
            .into_par_iter()
            .map(|panel| {
                let columns = (inputs - panel * PANEL_COLUMNS).min(PANEL_COLUMNS);
                let mut out = vec![0.0; width * columns];
                outer_panel(parts.iter().map(|&(x, d_y)| (d_y, x)), width, inputs, panel, &mut out);
                out
            })
            .collect();
        let used = self.used;
        let gradient = &mut self.weight.gradient()[used * inputs..];
        for (panel, values) in panels.iter().enumerate() {
            let first = panel * PANEL_COLUMNS;
            let columns = (inputs - first).min(PANEL_COLUMNS);
            for (row, values) in gradient.chunks_exact_mut(inputs).zip(values.chunks_exact(columns)) {
                row[first..first + columns].copy_from_slice(values);
            }
        }
        let gradient = &mut self.bias.gradient()[used..];
        gradient.fill(0.0);
        for (_, d_y) in parts {
            add_columns(d_y, gradient);
        }
        if let Some(step) = step {
            self.weight.apply(used * inputs, step);
            self.bias.apply(used, step);
            self.weights_changed();
        }
    }

    pub(crate) fn visit(&mut self, path: &str, visitor: &mut Visitor<'_>) {
        self.visit_as(&format!("{path}.weight"), &format!("{path}.bias"), visitor);
    }

    pub(crate) fn visit_as(&mut self, weight: &str, bias: &str, visitor: &mut Visitor<'_>) {
        self.weight.visit(weight.to_owned(), &[self.outputs, self.inputs], visitor);
        self.bias.visit(bias.to_owned(), &[self.outputs], visitor);
    }
}

/// Adds the rows of a matrix with as many columns as `sums`.
pub(crate) fn add_columns(matrix: &[f32], sums: &mut [f32]) {
    for row in matrix.chunks_exact(sums.len().max(1)) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
}

/// The mean of each `n` rows that follow each other, for as many as `means` has room for.
pub(crate) fn mean_rows(rows: &[f32], n: usize, width: usize, means: &mut [f32]) {
    let share = 1.0 / n as f32;
    for (mean, rows) in means.chunks_exact_mut(width).zip(rows.chunks_exact(n * width)) {
        mean.fill(0.0);
        add_columns(rows, mean);
        for mean in mean {
            *mean *= share;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::testing::{check_gradient, numbers, weighted_sum};

    #[test]
    fn gradients_are_those_of_differences() {
        let (n, inputs, outputs, used) = (5, 7, 6, 2);
        let mut linear =
            Linear::with(inputs, outputs, used, numbers(inputs * outputs, 1), numbers(outputs, 2));
        let (x, d_y) = (numbers(n * inputs, 3), numbers(n * (outputs - used), 4));
        let loss = |linear: &Linear, x: &[f32]| {
            let mut y = vec![0.0; n * linear.width()];
            linear.forward(x, &mut y);
            weighted_sum(&y, &d_y)
        };
        let mut d_x = vec![0.0; x.len()];
        linear.backward(&d_y, &mut d_x);
        check_gradient(&x, &d_x, |x| loss(&linear, x));

        let cut = 2;
        let parts = [
            (&x[..cut * inputs], &d_y[..cut * linear.width()]),
            (&x[cut * inputs..], &d_y[cut * linear.width()..]),
        ];
        linear.learn(&parts, None);
        let with = |weight: &[f32], bias: &[f32]| {
            loss(&Linear::with(inputs, outputs, used, weight.to_vec(), bias.to_vec()), &x)
        };
        check_gradient(&linear.weight.value, &linear.weight.gradient, |w| with(w, &linear.bias.value));
        check_gradient(&linear.bias.value, &linear.bias.gradient, |b| with(&linear.weight.value, b));
        assert!(linear.weight.gradient[..used * inputs].iter().all(|&g| g == 0.0));
    }
}
