//! Numbers of a network that come from a file.

use ferrocyte_core::{ArrayData, NamedArray, NamedArrays};

use crate::labelled_cells::LARGEST_VALUE;
use crate::models::load::LoadError;
use crate::nn::scaling::{SMALLEST_SD, Scaling};

/// Largest number that is loaded. Training gives far smaller ones; what a network makes of such numbers can still be
/// told from infinity, because it normalises on the way or has few layers.
const LARGEST: f32 = 1e6;

/// Names of the arrays with mean and standard deviation of each gene.
const MEAN: &str = "mean";
const SD: &str = "sd";

/// Checks that no number is beyond what training gives.
pub(super) fn check_arrays(arrays: &NamedArrays) -> Result<(), LoadError> {
    for array in arrays.iter() {
        if let ArrayData::F32(values) = &array.data
            && let Some(position) = values.iter().position(|value| value.is_nan() || value.abs() > LARGEST)
        {
            return Err(LoadError::Value {
                array: array.name.clone(),
                position,
                found: f64::from(values[position]),
                expected: format!("a number between -{LARGEST:e} and {LARGEST:e}"),
            });
        }
    }
    Ok(())
}

/// Mean and standard deviation of each gene.
pub(super) fn stored_scaling(arrays: &NamedArrays, n_genes: usize) -> Result<Scaling, LoadError> {
    let in_range = |name: &str, lowest: f32, highest: f32| {
        let values = arrays.f32(name, &[n_genes])?;
        match values.iter().position(|value| !(lowest..=highest).contains(value)) {
            Some(position) => Err(LoadError::Value {
                array: name.to_owned(),
                position,
                found: f64::from(values[position]),
                expected: format!("a number from {lowest:e} to {highest}"),
            }),
            None => Ok(values.to_vec()),
        }
    };
    Ok(Scaling { mean: in_range(MEAN, 0.0, LARGEST_VALUE)?, sd: in_range(SD, SMALLEST_SD, LARGEST_VALUE)? })
}

/// Mean and standard deviation of each gene as arrays.
pub(super) fn scaling_arrays(scaling: &Scaling) -> [NamedArray; 2] {
    [(MEAN, &scaling.mean), (SD, &scaling.sd)].map(|(name, values)| NamedArray {
        name: name.to_owned(),
        shape: vec![values.len()],
        data: ArrayData::F32(values.clone()),
    })
}
