//! Weights on the device, and how they move.

use std::collections::BTreeMap;

use burn_tensor::{Device, Gradients, Tensor, TensorData};
use ferrocyte_learn::optimise::AdamWStep;

/// An array of weights and what the optimiser remembers of its gradients, all flat.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) value: Tensor<1>,
    pub(crate) first: Tensor<1>,
    pub(crate) second: Tensor<1>,
}

/// Every array of a network, by its name in a `PyTorch` `state_dict`.
#[derive(Debug, Default)]
pub(crate) struct Parameters(BTreeMap<String, Parameter>);

/// The weights of one forward pass, flat, by name.
#[derive(Debug, Default)]
pub(crate) struct Weights(BTreeMap<String, Tensor<1>>);

impl Weights {
    /// The weights of a name in a shape that they have.
    pub(crate) fn get<const D: usize>(&self, name: &str, shape: [usize; D]) -> Tensor<D> {
        let flat = self.0.get(name).expect("names were checked when the weights were taken over");
        flat.clone().reshape(shape)
    }
}

impl Parameters {
    pub(crate) fn insert(&mut self, name: String, parameter: Parameter) {
        self.0.insert(name, parameter);
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Parameter> {
        self.0.get(name)
    }

    /// For a forward pass without a way back.
    pub(crate) fn weights(&self) -> Weights {
        Weights(self.0.iter().map(|(name, of)| (name.clone(), of.value.clone())).collect())
    }

    /// For a forward pass whose gradient is wanted.
    pub(crate) fn tracked(&self) -> Weights {
        let track = |of: &Parameter| of.value.clone().autodiff().require_grad();
        Weights(self.0.iter().map(|(name, of)| (name.clone(), track(of))).collect())
    }

    /// The gradient by each array, in the order of the names. What the scores do not depend on has none.
    pub(crate) fn gradients(
        weights: &Weights,
        gradients: &mut Gradients,
    ) -> Vec<(String, Option<Tensor<1>>)> {
        weights.0.iter().map(|(name, leaf)| (name.clone(), leaf.grad_remove(gradients))).collect()
    }

    /// Moves every array by its gradient: `AdamW`, as `ferrocyte-learn` writes it down. Without a gradient, weights only decay.
    pub(crate) fn apply(&mut self, gradients: Vec<(String, Option<Tensor<1>>)>, step: AdamWStep) {
        for (name, gradient) in gradients {
            let Some(Parameter { value, first, second }) = self.0.remove(&name) else { continue };
            let moved = match gradient {
                None => Parameter { value: value.mul_scalar(step.keep), first, second },
                Some(gradient) => {
                    let square = gradient.clone().mul(gradient.clone());
                    let first = first.mul_scalar(step.beta1).add(gradient.mul_scalar(step.new1));
                    let second = second.mul_scalar(step.beta2).add(square.mul_scalar(step.new2));
                    let root = second.clone().sqrt().mul_scalar(step.unbias_root).add_scalar(step.epsilon);
                    let moves = first.clone().mul_scalar(step.size).div(root);
                    Parameter { value: value.mul_scalar(step.keep).sub(moves), first, second }
                }
            };
            self.0.insert(name, moved);
        }
    }
}

/// Numbers to the device.
pub(crate) fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}
