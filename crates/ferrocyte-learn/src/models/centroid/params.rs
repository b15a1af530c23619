//! Settings of correlation with class profiles.

use serde::{Deserialize, Serialize};

use super::correlation::Correlation;
use crate::models::param_error::ParamError;

/// Largest temperature: beyond it, a difference of a thousandth in correlation is certainty.
pub(super) const LARGEST_TEMPERATURE: f64 = 1e4;

/// Unchecked settings, as typed by a user or read from a file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CentroidParams {
    /// Marker genes kept for each label: those with the largest effect, up-regulated only.
    pub markers: usize,
    /// Cells that must show a gene for it to be a marker.
    pub min_cells: usize,
    /// How the likeness of a cell and a profile is measured.
    pub correlation: Correlation,
    /// What correlations are multiplied by before the softmax; 0: fitted on training cells held out of the profiles.
    pub temperature: f64,
}

impl Default for CentroidParams {
    fn default() -> Self {
        Self { markers: 50, min_cells: 1, correlation: Correlation::Spearman, temperature: 0.0 }
    }
}

impl CentroidParams {
    /// The only way to a [`Centroid`], which holds settings known to be valid.
    ///
    /// # Errors
    /// Names the setting that breaks its rule.
    pub fn check(self) -> Result<Centroid, ParamError> {
        for (name, value) in [("markers", self.markers), ("min_cells", self.min_cells)] {
            if value == 0 {
                return Err(ParamError { name, rule: "at least 1", found: "0".into() });
            }
        }
        if !(0.0..=LARGEST_TEMPERATURE).contains(&self.temperature) {
            return Err(ParamError {
                name: "temperature",
                rule: "from 0, which means fitted, to 10000",
                found: self.temperature.to_string(),
            });
        }
        Ok(Centroid { params: self })
    }
}

/// Makes a profile of each label, after the idea of `SingleR` (Aran et al. 2019, doi 10.1038/s41590-018-0276-y):
///
/// 1. Markers are chosen as [`Weighted`](crate::models::Weighted) chooses them, and all that a label's cells are
///    asked for is their mean: one cell of a label is enough.
/// 2. A label's profile is the mean of its cells' log-normalised values of the markers of all labels together.
/// 3. A cell's score for a label is its [`Correlation`] with the profile; probabilities are
///    `softmax(temperature · correlation)`.
///
/// The temperature is the one that makes cells likeliest that had no part in their profile: cells of each label are
/// dealt to five folds, and correlate with the means of the other four. The markers are those of all cells, which
/// flatters the probabilities a little, and the labels not at all. Nothing is random.
///
/// `SingleR` takes a high quantile over a label's cells instead of their mean, and repeats itself among the best labels
/// on the markers between those alone. The one would keep every cell in the model, the other would choose markers
/// for each cell; neither is done here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Centroid {
    pub(super) params: CentroidParams,
}

impl Centroid {
    /// Name of this kind of model.
    pub const KIND: &'static str = "centroid";

    /// The settings.
    pub fn params(&self) -> &CentroidParams {
        &self.params
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_make_no_sense_are_named() {
        let error = |params: CentroidParams| params.check().unwrap_err().to_string();
        let good = CentroidParams::default();
        assert!(good.check().is_ok());
        assert!(error(CentroidParams { markers: 0, ..good }).contains("`markers`"));
        assert!(error(CentroidParams { min_cells: 0, ..good }).contains("`min_cells`"));
        for temperature in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(error(CentroidParams { temperature, ..good }).contains("`temperature`"));
        }
    }
}
