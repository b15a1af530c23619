//! A model at rest: a header and named arrays. `ferrocyte-learn` turns models into this and back,
//! `ferrocyte-io` turns this into bytes and back.

use serde::{Deserialize, Serialize};

use crate::hierarchy::Hierarchy;
use crate::label::LabelSet;
use crate::record::{Choice, Metrics, Splits};
use crate::scale::TargetSum;

/// Version of the model file's header. A file of another version is refused.
pub const MODEL_FORMAT_VERSION: u32 = 1;

/// Everything about a model but its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelHeader {
    /// [`MODEL_FORMAT_VERSION`] of the program that wrote it.
    pub format_version: u32,
    /// Kind of model: `logistic`.
    pub kind: String,
    /// Settings of the training, as the model kind knows them.
    pub settings: serde_json::Value,
    /// Names of the genes, in the order of the arrays.
    pub genes: Vec<String>,
    /// What else the reference called the genes (symbols beside Ensembl identifiers, or the other way round): one for
    /// each gene, empty where there was none; or no names at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_gene_names: Vec<String>,
    /// Names of the labels, sorted, in the order of the arrays.
    pub labels: LabelSet,
    /// Wider names above the labels, where the reference had them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hierarchy: Option<Hierarchy>,
    /// What was done to the counts before the model saw them.
    pub preprocessing: Preprocessing,
    /// How scores become probabilities that can be read as such.
    pub calibration: Calibration,
    /// What the model was made from.
    pub training: TrainingProvenance,
    /// How well models made in this way did on cells that were held out of their training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scores: Option<HonestScores>,
}

/// What was done to the counts before the model saw them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocessing {
    /// Counts each cell was scaled to before `ln(1 + x)`.
    pub target_sum: TargetSum,
    /// Column that held the library sizes in training; `None` where they were sums over all genes of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library_size_column: Option<String>,
}

/// How scores become probabilities that can be read as such.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "method")]
pub enum Calibration {
    /// Probabilities are the model's own.
    None,
    /// Each is raised to `1 / temperature`, and their sum made one again.
    Temperature {
        /// Above one: less sure than the model; below: surer. Positive.
        temperature: f64,
    },
    /// `softmax(slope · ln p + shift)`.
    Vector {
        /// One for each label.
        slopes: Vec<f64>,
        /// One for each label.
        shifts: Vec<f64>,
    },
    /// The probability of the most probable label follows a curve, and the others share what is left.
    Isotonic {
        /// Rising probabilities of the most probable label.
        confidence: Vec<f64>,
        /// What they become, never falling, in `[0, 1]`; as many.
        right: Vec<f64>,
    },
}

impl Calibration {
    /// Its name: `none`, `temperature`, `vector`, `isotonic`.
    pub fn method(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Temperature { .. } => "temperature",
            Self::Vector { .. } => "vector",
            Self::Isotonic { .. } => "isotonic",
        }
    }

    /// Whether it can be used for a model with so many labels: its numbers are what they must be.
    pub fn fits(&self, n_labels: usize) -> bool {
        let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        match self {
            Self::None => true,
            Self::Temperature { temperature } => temperature.is_finite() && *temperature > 0.0,
            Self::Vector { slopes, shifts } => {
                slopes.len() == n_labels && shifts.len() == n_labels && finite(slopes) && finite(shifts)
            }
            Self::Isotonic { confidence, right } => {
                confidence.len() == right.len()
                    && finite(confidence)
                    && confidence.windows(2).all(|pair| pair[0] < pair[1])
                    && right.windows(2).all(|pair| pair[0] <= pair[1])
                    && right.iter().all(|share| (0.0..=1.0).contains(share))
            }
        }
    }
}

/// What a model was made from, so that a reader can find it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingProvenance {
    /// Version of Ferrocyte.
    pub ferrocyte_version: String,
    /// Seed of everything random in the training.
    pub seed: u64,
    /// The files, by name and content.
    pub files: Vec<TrainingFile>,
    /// Number of cells.
    pub cells: usize,
    /// Number of cells of each label, in label order.
    pub cells_per_label: Vec<usize>,
    /// Column that held the labels; empty where each file had one label.
    pub label_column: String,
    /// Column that said which cells belong together (donor), where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_column: Option<String>,
    /// Column that said which study a cell is from, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study_column: Option<String>,
    /// Names of the groups (donors).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Every choice that shaped the model, and why it was made.
    pub choices: Vec<Choice>,
    /// Whether the optimiser reached its goal.
    pub converged: bool,
}

/// A file that a model was trained on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingFile {
    /// File name, without the folder.
    pub file: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
}

/// How well models made in one way did on cells that were held out of their training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HonestScores {
    /// How cells were divided.
    pub splits: Splits,
    /// Over all held-out cells together.
    pub metrics: Metrics,
    /// Mean over the folds.
    pub fold_mean: Metrics,
}

/// An array with a name and a shape, in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedArray {
    /// The name: `weights`.
    pub name: String,
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// The values.
    pub data: ArrayData,
}

/// The values of a [`NamedArray`].
#[derive(Debug, Clone, PartialEq)]
pub enum ArrayData {
    /// 32-bit floats.
    F32(Vec<f32>),
    /// 64-bit floats.
    F64(Vec<f64>),
    /// 16-bit integers, not below zero.
    U16(Vec<u16>),
}

impl ArrayData {
    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
            Self::U16(values) => values.len(),
        }
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The numbers of a model, sorted by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NamedArrays(Vec<NamedArray>);

impl NamedArrays {
    /// Takes arrays in any order.
    ///
    /// # Errors
    /// When a shape does not fit its data, or a name stands twice.
    pub fn new(mut arrays: Vec<NamedArray>) -> Result<Self, ArrayError> {
        arrays.sort_by(|a, b| a.name.cmp(&b.name));
        for array in &arrays {
            let expected = array.shape.iter().try_fold(1_usize, |n, &axis| n.checked_mul(axis));
            if expected != Some(array.data.len()) {
                return Err(ArrayError::Shape {
                    name: array.name.clone(),
                    shape: array.shape.clone(),
                    found: array.data.len(),
                });
            }
        }
        match arrays.windows(2).find(|pair| pair[0].name == pair[1].name) {
            Some(pair) => Err(ArrayError::Twice { name: pair[0].name.clone() }),
            None => Ok(Self(arrays)),
        }
    }

    /// The arrays, sorted by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &NamedArray> {
        self.0.iter()
    }

    /// The values of an `f32` array that must have this shape and hold finite numbers.
    ///
    /// # Errors
    /// When there is no such array, or it has another type or shape, or a value is infinite or not a number.
    pub fn f32(&self, name: &str, shape: &[usize]) -> Result<&[f32], ArrayError> {
        let array = self.find(name, shape)?;
        let ArrayData::F32(values) = &array.data else {
            return Err(ArrayError::Type { name: name.to_owned(), expected: "f32" });
        };
        match values.iter().position(|value| !value.is_finite()) {
            Some(position) => Err(ArrayError::NotFinite { name: name.to_owned(), position }),
            None => Ok(values),
        }
    }

    /// The values of an `f64` array that must have this shape and hold finite numbers.
    ///
    /// # Errors
    /// As for [`f32`](Self::f32).
    pub fn f64(&self, name: &str, shape: &[usize]) -> Result<&[f64], ArrayError> {
        let array = self.find(name, shape)?;
        let ArrayData::F64(values) = &array.data else {
            return Err(ArrayError::Type { name: name.to_owned(), expected: "f64" });
        };
        match values.iter().position(|value| !value.is_finite()) {
            Some(position) => Err(ArrayError::NotFinite { name: name.to_owned(), position }),
            None => Ok(values),
        }
    }

    /// The values of a `u16` array that must have this shape.
    ///
    /// # Errors
    /// When there is no such array, or it has another type or shape.
    pub fn u16(&self, name: &str, shape: &[usize]) -> Result<&[u16], ArrayError> {
        match &self.find(name, shape)?.data {
            ArrayData::U16(values) => Ok(values),
            _ => Err(ArrayError::Type { name: name.to_owned(), expected: "u16" }),
        }
    }

    fn find(&self, name: &str, shape: &[usize]) -> Result<&NamedArray, ArrayError> {
        let array = self
            .0
            .iter()
            .find(|array| array.name == name)
            .ok_or_else(|| ArrayError::Missing { name: name.to_owned() })?;
        if array.shape == shape {
            Ok(array)
        } else {
            Err(ArrayError::WrongShape {
                name: name.to_owned(),
                expected: shape.to_vec(),
                found: array.shape.clone(),
            })
        }
    }
}

/// Why arrays are not the arrays of a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArrayError {
    /// The data does not fill the shape.
    #[error("array `{name}`: {found} values do not fill the shape {shape:?}")]
    Shape {
        /// The array.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
        /// Number of values.
        found: usize,
    },
    /// A name stands twice.
    #[error("array `{name}` stands twice")]
    Twice {
        /// The array.
        name: String,
    },
    /// An array that the model needs is not there.
    #[error("array `{name}` is missing")]
    Missing {
        /// The array.
        name: String,
    },
    /// An array has another type than the model needs.
    #[error("array `{name}`: expected values of type {expected}")]
    Type {
        /// The array.
        name: String,
        /// The type that the model needs.
        expected: &'static str,
    },
    /// An array has another shape than genes and labels ask for.
    #[error("array `{name}`: expected shape {expected:?}, found {found:?}")]
    WrongShape {
        /// The array.
        name: String,
        /// The shape that the model needs.
        expected: Vec<usize>,
        /// The shape found.
        found: Vec<usize>,
    },
    /// A value no model can hold.
    #[error("array `{name}`: the value at position {position} is not finite")]
    NotFinite {
        /// The array.
        name: String,
        /// Position of the value.
        position: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(name: &str, shape: &[usize], data: &[f32]) -> NamedArray {
        NamedArray { name: name.into(), shape: shape.to_vec(), data: ArrayData::F32(data.to_vec()) }
    }

    #[test]
    fn arrays_are_checked_where_they_enter() {
        let arrays = NamedArrays::new(vec![array("b", &[2], &[1.0, 2.0]), array("a", &[], &[1.0])]).unwrap();
        assert_eq!(arrays.f32("b", &[2]).unwrap(), [1.0, 2.0]);
        assert!(matches!(arrays.f32("b", &[1, 2]), Err(ArrayError::WrongShape { .. })));
        assert!(matches!(arrays.f32("c", &[2]), Err(ArrayError::Missing { .. })));
        assert!(matches!(arrays.f64("b", &[2]), Err(ArrayError::Type { .. })));
        assert!(matches!(
            NamedArrays::new(vec![array("a", &[3], &[1.0])]),
            Err(ArrayError::Shape { found: 1, .. })
        ));
        assert!(NamedArrays::new(vec![array("a", &[usize::MAX, 2], &[1.0])]).is_err());
        assert!(NamedArrays::new(vec![array("a", &[], &[1.0]), array("a", &[], &[1.0])]).is_err());
        let arrays = NamedArrays::new(vec![array("a", &[1], &[f32::NAN])]).unwrap();
        assert!(matches!(arrays.f32("a", &[1]), Err(ArrayError::NotFinite { position: 0, .. })));
    }
}
