//! Settings of nearest neighbours.

use serde::{Deserialize, Serialize};

use crate::models::param_error::ParamError;

/// Largest number of components; time and memory of a fit grow with it.
const MOST_COMPONENTS: usize = 1000;

/// Largest number of neighbours: they are kept in order while the nearest are looked for.
const MOST_NEIGHBOURS: usize = 1000;

/// Unchecked settings, as typed by a user or read from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KnnParams {
    /// Nearest training cells that vote; all of them where there are fewer.
    pub neighbours: usize,
    /// Principal components in which distances are measured; as many as the training cells have where that is fewer.
    pub components: usize,
    /// Genes of the principal components: those whose log-normalised values vary most.
    pub variable_genes: usize,
}

impl Default for KnnParams {
    fn default() -> Self {
        Self { neighbours: 15, components: 50, variable_genes: 2000 }
    }
}

impl KnnParams {
    /// The only way to a [`Knn`], which holds settings known to be valid.
    ///
    /// # Errors
    /// Names the setting that breaks its rule.
    pub fn check(self) -> Result<Knn, ParamError> {
        let Self { neighbours, components, variable_genes } = self;
        let found = |value: usize| value.to_string();
        if !(1..=MOST_NEIGHBOURS).contains(&neighbours) {
            return Err(ParamError { name: "neighbours", rule: "from 1 to 1000", found: found(neighbours) });
        }
        if !(1..=MOST_COMPONENTS).contains(&components) {
            return Err(ParamError { name: "components", rule: "from 1 to 1000", found: found(components) });
        }
        if variable_genes < components {
            return Err(ParamError {
                name: "variable_genes",
                rule: "at least the number of `components`",
                found: found(variable_genes),
            });
        }
        Ok(Knn { params: self })
    }
}

/// Keeps the training cells, and lets the nearest vote:
///
/// 1. The genes whose log-normalised values have the largest variance among the training cells are kept.
/// 2. Cells are projected on the leading principal components of the training cells on these genes, centred and not
///    scaled. The components come from subspace iteration from a random start (Halko, Martinsson and Tropp 2011, doi
///    10.1137/090771806, algorithm 4.4, with ten components to spare) on sparse rows; the mean is taken off in the
///    products, not in the cells.
/// 3. The nearest training cells by Euclidean distance are found exactly. Neighbour `i` has a vote of
///    `exp(-(dᵢ / d)²)`, where `d` is the distance of the farthest of them: 1 beside the cell, 0.37 at the edge.
/// 4. A label's probability is its share of the votes and of one half of a vote more that is dealt evenly to all
///    labels: labels without a neighbour are unlikely, not impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Knn {
    pub(super) params: KnnParams,
}

impl Knn {
    /// Name of this kind of model.
    pub const KIND: &'static str = "knn";

    /// The settings.
    pub fn params(&self) -> &KnnParams {
        &self.params
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_make_no_sense_are_named() {
        let error = |params: KnnParams| params.check().unwrap_err().to_string();
        let good = KnnParams::default();
        assert!(good.check().is_ok());
        assert!(error(KnnParams { neighbours: 0, ..good }).contains("`neighbours`"));
        assert!(error(KnnParams { neighbours: usize::MAX, ..good }).contains("`neighbours`"));
        assert!(error(KnnParams { components: 0, ..good }).contains("`components`"));
        let fewer = error(KnnParams { components: 50, variable_genes: 49, ..good });
        assert!(
            fewer.starts_with("setting `variable_genes` must be at least the number of `components`"),
            "{fewer}"
        );
    }
}
