//! Some cells of the reference, kept beside a model.

use ferrocyte_core::{
    ArrayData, Block, BlockError, LabelError, LabelSet, Labels, LogNorm, NamedArray, NamedArrays,
};

/// Version of the arrays. A sketch of another version is refused.
const VERSION: u16 = 1;
const VERSION_ARRAY: &str = "sketch.version";
/// Position of each cell's label.
const LABELS: &str = "sketch.labels";
/// Number of values of each cell.
const LENGTHS: &str = "sketch.lengths";
/// Position of each value's gene, increasing within a cell.
const GENES: &str = "sketch.genes";
/// Log-normalised values, times [`STEPS`].
const VALUES: &str = "sketch.values";
/// Steps in which a log-normalised value of 1 is written down: 16 is the largest that can be, of which `ln(1 + 10,000)`,
/// a cell of one gene alone, stays far below.
const STEPS: f32 = 4096.0;

/// Some cells of the reference, on the genes of the model, and their labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    cells: Block<LogNorm>,
    labels: Labels,
}

/// Why there is no sketch.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SketchError {
    /// Positions are written down in 16 bits.
    #[error("a sketch takes at most 65536 {what}, and the model has {found}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many.
        found: usize,
    },
    /// An array is missing, or of the wrong type or shape.
    #[error(transparent)]
    Array(#[from] ferrocyte_core::ArrayError),
    /// Another version of Ferrocyte wrote it.
    #[error("the sketch of the reference has version {found}, and this Ferrocyte reads version {VERSION}")]
    Version {
        /// Its version.
        found: u16,
    },
    /// The cells do not have the values that are there.
    #[error("the cells of the sketch have {expected} values by their lengths, found {found}")]
    Length {
        /// Sum of the lengths.
        expected: usize,
        /// Number of values.
        found: usize,
    },
    /// Not cells on the genes of the model.
    #[error("the cells of the sketch are not cells on the genes of the model")]
    Cells(#[from] BlockError),
    /// A label of the model is in no cell.
    #[error("the sketch of the reference has no cell of `{label}`")]
    NoCells {
        /// The label.
        label: String,
    },
    /// Not labels of the model.
    #[error("the labels of the sketch are not labels of the model")]
    Labels(#[from] LabelError),
}

impl Sketch {
    /// Of cells on the genes of a model. What is kept is what is read back: values rounded to a 4096th, and none above
    /// 16.
    ///
    /// # Errors
    /// When there are more genes, labels than 16 bits can tell apart.
    ///
    /// # Panics
    /// When there is not one label for each cell.
    pub fn new(cells: &Block<LogNorm>, labels: Labels) -> Result<Self, SketchError> {
        assert_eq!(cells.n_cells(), labels.len(), "one label for each cell");
        let limit = usize::from(u16::MAX) + 1;
        for (what, found) in [("genes", cells.n_genes()), ("labels", labels.set().len())] {
            if found > limit {
                return Err(SketchError::TooMany { what, found });
            }
        }
        let (mut row_ptr, mut gene, mut value) = (vec![0], Vec::new(), Vec::new());
        for cell in cells.cells() {
            for (of, found) in cell.iter() {
                let steps = (found * STEPS).round().min(f32::from(u16::MAX));
                // A cell with a value of every one of 65,536 genes has one more than its length can say.
                if steps > 0.0 && gene.len() - row_ptr[row_ptr.len() - 1] < usize::from(u16::MAX) {
                    gene.push(of);
                    value.push(steps / STEPS);
                }
            }
            row_ptr.push(gene.len());
        }
        Ok(Self { cells: Block::new(cells.n_genes(), row_ptr, gene, value)?, labels })
    }

    /// The cells, on the genes of the model.
    pub fn cells(&self) -> &Block<LogNorm> {
        &self.cells
    }

    /// The label of each cell, among those of the model.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The arrays of a model, with those of the sketch beside them.
    ///
    /// # Panics
    /// When a sketch stands there already.
    pub fn beside(&self, arrays: &NamedArrays) -> NamedArrays {
        let (row_ptr, genes, values) = self.cells.as_csr();
        let array = |name: &str, values: Vec<u16>| NamedArray {
            name: name.to_owned(),
            shape: vec![values.len()],
            data: ArrayData::U16(values),
        };
        let own = [
            array(VERSION_ARRAY, vec![VERSION]),
            array(LABELS, self.labels.codes().map(|label| label as u16).collect()),
            array(LENGTHS, row_ptr.windows(2).map(|row| (row[1] - row[0]) as u16).collect()),
            array(GENES, genes.iter().map(|&gene| gene as u16).collect()),
            array(VALUES, values.iter().map(|value| (value * STEPS) as u16).collect()),
        ];
        NamedArrays::new(arrays.iter().cloned().chain(own).collect())
            .expect("no kind of model has arrays of these names")
    }

    /// What a model file has, which may come from anywhere; `None` where it has none.
    ///
    /// # Errors
    /// When the arrays are not those of a sketch of cells with these genes and labels.
    pub fn of_model(
        arrays: &NamedArrays,
        n_genes: usize,
        labels: &LabelSet,
    ) -> Result<Option<Self>, SketchError> {
        let length =
            |name: &str| arrays.iter().find(|array| array.name == name).map(|array| array.data.len());
        if length(VERSION_ARRAY).is_none() {
            return Ok(None);
        }
        match arrays.u16(VERSION_ARRAY, &[1])? {
            [VERSION] => {}
            other => return Err(SketchError::Version { found: other.first().copied().unwrap_or_default() }),
        }
        let all = |name: &str| arrays.u16(name, &[length(name).unwrap_or_default()]);
        let (lengths, genes) = (all(LENGTHS)?, all(GENES)?);
        let codes = arrays.u16(LABELS, &[lengths.len()])?;
        let values = arrays.u16(VALUES, &[genes.len()])?;
        let mut row_ptr = vec![0];
        let mut end = 0_usize;
        for length in lengths {
            end += usize::from(*length);
            row_ptr.push(end);
        }
        if end != genes.len() {
            return Err(SketchError::Length { expected: end, found: genes.len() });
        }
        let genes = genes.iter().map(|&gene| u32::from(gene)).collect();
        let values = values.iter().map(|&steps| f32::from(steps) / STEPS).collect();
        let cells = Block::new(n_genes, row_ptr, genes, values)?;
        let codes: Vec<usize> = codes.iter().map(|&label| usize::from(label)).collect();
        let labels = Labels::from_codes(labels.clone(), &codes)?;
        if let Some(label) = labels.counts().iter().position(|&cells| cells == 0) {
            return Err(SketchError::NoCells { label: labels.set().name(label).to_owned() });
        }
        Ok(Some(Self { cells, labels }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch() -> Sketch {
        let cells = Block::<LogNorm>::new(
            3,
            vec![0, 2, 2, 4],
            vec![0, 2, 1, 2],
            vec![1.0 / 3.0, 9.2, 20.0, 0.000_01],
        )
        .unwrap();
        Sketch::new(&cells, Labels::from_names(&["T", "B", "T"])).unwrap()
    }

    fn of(arrays: Vec<NamedArray>) -> Result<Option<Sketch>, SketchError> {
        let arrays = NamedArrays::new(arrays).unwrap();
        Sketch::of_model(&arrays, 3, &LabelSet::new(["B", "T"].map(String::from)))
    }

    fn arrays() -> Vec<NamedArray> {
        sketch().beside(&NamedArrays::default()).iter().cloned().collect()
    }

    /// The arrays, with another content of one of them.
    fn with(name: &str, values: &[u16]) -> Vec<NamedArray> {
        let mut arrays = arrays();
        for array in arrays.iter_mut().filter(|array| array.name == name) {
            array.shape = vec![values.len()];
            array.data = ArrayData::U16(values.to_vec());
        }
        arrays
    }

    #[test]
    fn what_is_kept_is_what_is_read_back() {
        let sketch = sketch();
        let values = sketch.cells().as_csr().2;
        assert!((values[0] - 1.0 / 3.0).abs() <= 0.5 / STEPS && (values[1] - 9.2).abs() <= 0.5 / STEPS);
        assert_eq!(values.len(), 3, "what rounds to zero is zero");
        assert!((values[2] - 16.0).abs() < 0.001, "the largest value that is kept");
        assert_eq!(of(arrays()).unwrap(), Some(sketch));
        assert_eq!(of(vec![]).unwrap(), None);
    }

    #[test]
    fn what_a_file_says_is_checked() {
        let error = |arrays| of(arrays).unwrap_err();
        assert_eq!(error(with(VERSION_ARRAY, &[2])), SketchError::Version { found: 2 });
        assert!(matches!(error(with(VERSION_ARRAY, &[])), SketchError::Array(_)));
        assert_eq!(error(with(LENGTHS, &[2, 0, 2])), SketchError::Length { expected: 4, found: 3 });
        assert!(matches!(error(with(LENGTHS, &[2, 1])), SketchError::Array(_)), "one label too many");
        assert!(matches!(error(with(LABELS, &[0, 1, 2])), SketchError::Labels(_)));
        assert_eq!(error(with(LABELS, &[0, 0, 0])), SketchError::NoCells { label: "T".into() });
        assert!(matches!(error(with(GENES, &[2, 0, 1])), SketchError::Cells(_)), "out of order");
        assert!(matches!(error(with(GENES, &[0, 3, 1])), SketchError::Cells(_)), "out of range");
        assert!(matches!(error(with(VALUES, &[1])), SketchError::Array(_)));
        for missing in [LABELS, LENGTHS, GENES, VALUES] {
            let rest = arrays().into_iter().filter(|array| array.name != missing).collect();
            assert!(of(rest).is_err(), "without {missing}");
        }
    }

    #[test]
    fn more_genes_than_positions_are_refused() {
        let cells = Block::<LogNorm>::empty(65_537);
        let error = Sketch::new(&cells, Labels::from_names::<&str>(&[])).unwrap_err();
        assert_eq!(error, SketchError::TooMany { what: "genes", found: 65_537 });
    }
}
