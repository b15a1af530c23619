//! What a gene shows in a typical training cell, for queries that lack it.
//!
//! A gene that was not measured is not a gene that a cell does not have. Taken for zero, missing markers make every cell
//! look like the labels that are told by what is absent.

use std::ops::Range;

use ferrocyte_core::{ArrayData, NamedArray, NamedArrays, Vocabulary};

use super::load::LoadError;
use super::train::FitError;
use crate::labelled_cells::{LARGEST_VALUE, LabelledCells};

/// Name of the array in a model file; files of before it was kept do not have it.
const ARRAY: &str = "reference.gene_means";

/// The log-normalised value of each gene in a typical training cell: the mean over the labels of the means over their
/// cells, so that it does not depend on how many cells each has.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneMeans(Vec<f32>);

impl GeneMeans {
    /// Of cells whose columns are `all`, for some of the genes; a gene that is not among `all` has a mean of zero.
    ///
    /// # Errors
    /// When cells that are not in memory cannot be read.
    pub fn of(data: &LabelledCells<'_>, all: &Vocabulary, genes: &Vocabulary) -> Result<Self, FitError> {
        let cells_of = data.weight_per_label();
        let n_labels = cells_of.iter().filter(|&&cells| cells > 0.0).count().max(1) as f64;
        let means_of = |genes: Range<usize>| (genes.start, vec![0.0_f64; genes.len()]);
        let means = data.cells().by_genes(means_of, |(first, means), position, cell| {
            let weight = data.weight(position);
            if weight > 0.0 {
                let share = weight / cells_of[data.labels().code(position)] / n_labels;
                for (gene, value) in cell.iter() {
                    means[gene as usize - *first] += share * f64::from(value);
                }
            }
        })?;
        let means: Vec<f64> = means.into_iter().flat_map(|(_, means)| means).collect();
        let mean = |name: &String| {
            let mean = all.find(name).and_then(|gene| means.get(gene.0 as usize));
            mean.map_or(0.0, |&mean| (mean as f32).min(LARGEST_VALUE))
        };
        Ok(Self(genes.names().iter().map(mean).collect()))
    }

    /// One mean for each gene.
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// What a model file has; `None` where it has none.
    ///
    /// # Errors
    /// When there is not one mean for each gene, or one is not a logarithm of counts.
    pub fn of_model(arrays: &NamedArrays, n_genes: usize) -> Result<Option<Self>, LoadError> {
        if !arrays.iter().any(|array| array.name == ARRAY) {
            return Ok(None);
        }
        let means = arrays.f32(ARRAY, &[n_genes])?;
        match means.iter().position(|mean| !(0.0..=LARGEST_VALUE).contains(mean)) {
            Some(position) => Err(LoadError::Value {
                array: ARRAY.to_owned(),
                position,
                found: f64::from(means[position]),
                expected: format!("a mean of logarithms of counts, from 0 to {LARGEST_VALUE}"),
            }),
            None => Ok(Some(Self(means.to_vec()))),
        }
    }

    /// The arrays of a model, with the means beside them.
    ///
    /// # Panics
    /// When means stand there already.
    pub fn beside(&self, arrays: &NamedArrays) -> NamedArrays {
        let shape = vec![self.0.len()];
        let own = NamedArray { name: ARRAY.to_owned(), shape, data: ArrayData::F32(self.0.clone()) };
        NamedArrays::new(arrays.iter().cloned().chain([own]).collect())
            .expect("no kind of model has an array of this name")
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::{Block, Labels, LogNorm};

    use super::*;

    fn means() -> GeneMeans {
        let cells =
            Block::<LogNorm>::new(3, vec![0, 2, 3, 4], vec![0, 1, 2, 2], vec![3.0, 1.0, 8.0, 4.0]).unwrap();
        let labels = Labels::from_names(&["a", "b", "b"]);
        let data = LabelledCells::new(&cells, &labels).unwrap();
        let all = Vocabulary::of_distinct(["A", "B", "C"]);
        GeneMeans::of(&data, &all, &Vocabulary::of_distinct(["A", "C", "D"])).unwrap()
    }

    #[test]
    fn every_label_counts_the_same_and_the_genes_are_those_named() {
        assert_eq!(means().as_slice(), [1.5, 3.0, 0.0]);
    }

    #[test]
    fn what_a_file_says_is_checked() {
        let of = |name: &str, means: Vec<f32>| {
            let data = ArrayData::F32(means);
            let array = NamedArray { name: name.to_owned(), shape: vec![data.len()], data };
            GeneMeans::of_model(&NamedArrays::new(vec![array]).unwrap(), 3)
        };
        assert_eq!(of("weights", vec![1.0]).unwrap(), None);
        for wrong in [vec![0.5], vec![-0.5, 0.5, 0.0], vec![1e9, 0.0, 0.0], vec![f32::NAN, 0.0, 0.0]] {
            assert!(of(ARRAY, wrong).is_err());
        }
        let written = means().beside(&NamedArrays::default());
        assert_eq!(GeneMeans::of_model(&written, 3).unwrap(), Some(means()));
    }
}
