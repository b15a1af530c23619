//! Where the cells of a run go.

use ferrocyte_core::Warning;
use ferrocyte_io::cell_store::CacheFolder;

use super::budget::MemoryOptions;
use super::needs::{Estimate, Kind, Needs};
use super::size::ByteSize;
use crate::dataset::Dataset;

/// Why a run is refused before it starts: it would take more memory than was promised.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// Too little for anything.
    #[error(
        "{cells} cells cannot be kept to {promised} of memory: {needed} are needed ({parts}); give more with --memory, or use fewer \
         cells with {fewer}"
    )]
    TooLittle {
        /// Number of cells.
        cells: usize,
        /// What was promised.
        promised: ByteSize,
        /// What is needed.
        needed: ByteSize,
        /// What of that each part takes.
        parts: String,
        /// What leaves cells out.
        fewer: &'static str,
    },
    /// Something needs all cells in memory.
    #[error(
        "{what} needs all cells in memory, about {needed} for {cells} cells, and may take {promised}; what fits: {}--max-per-class or \
         --downsample to about {fitting} cells, or more --memory",
        others_in_words(others)
    )]
    AllCells {
        /// What needs them.
        what: String,
        /// Number of cells.
        cells: usize,
        /// What was promised.
        promised: ByteSize,
        /// What is needed.
        needed: ByteSize,
        /// Kinds of model that would do.
        others: Vec<&'static str>,
        /// How many cells would fit.
        fitting: usize,
    },
}

fn others_in_words(others: &[&str]) -> String {
    let names: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!("a model of kind {}; ", names.join(" or ")) }
}

/// Where the cells of a run go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Bytes of values, as a block holds them, that may stay in memory.
    pub(crate) most_in_memory: u64,
    /// Where others go.
    pub(crate) folder: CacheFolder,
}

impl Plan {
    /// Cells that all stay in memory.
    #[cfg(test)]
    pub(crate) fn in_memory() -> Self {
        Self { most_in_memory: u64::MAX, folder: CacheFolder::new(None) }
    }

    /// Says so where what leaves the memory lands in it.
    pub(crate) fn in_memory_after_all(&self) -> Warning {
        let message = format!(
            "cells that do not fit into the memory they may take are kept in `{}`, which lies in memory itself",
            self.folder.path().display()
        );
        Warning::note("cache-in-memory", message).with_hint("name a folder on a disk with --cache")
    }

    /// Of the cells that are used of a data set.
    ///
    /// # Errors
    /// When a promise cannot be kept.
    pub(crate) fn of(
        options: &MemoryOptions,
        needs: &Needs,
        dataset: &Dataset,
        n_labels: usize,
    ) -> Result<Self, MemoryError> {
        let estimate = Estimate::of(needs, dataset, n_labels);
        let kinds = crate::model_options::streaming_kinds();
        decide(options, needs, &estimate, dataset.n_cells(), kinds)
    }
}

fn decide(
    options: &MemoryOptions,
    needs: &Needs,
    estimate: &Estimate,
    n_cells: usize,
    others: Vec<&'static str>,
) -> Result<Plan, MemoryError> {
    let folder = CacheFolder::new(options.cache.as_deref());
    let (budget, fixed) = (options.budget(), estimate.fixed());
    let left = budget.saturating_sub(fixed);
    let whole = needs.kinds.iter().find(|kind| !kind.can_stream);
    if let Some(promised) = options.most {
        if fixed > budget {
            return Err(MemoryError::TooLittle {
                cells: n_cells,
                promised,
                needed: ByteSize::bytes(fixed),
                parts: in_words(&estimate.parts),
                fewer: "--max-per-class or --downsample",
            });
        }
        if let Some(Kind { name, .. }) = whole.filter(|_| estimate.cells > left) {
            let fitting = n_cells as f64 * left as f64 / estimate.cells as f64;
            return Err(MemoryError::AllCells {
                what: format!("a model of kind `{name}`"),
                cells: n_cells,
                promised,
                needed: ByteSize::bytes(fixed + estimate.cells),
                others,
                fitting: fitting as usize,
            });
        }
    }
    // As many as leave room for their copies; all, for what cannot do with less.
    let most_in_memory = if whole.is_some() { u64::MAX } else { left / estimate.copies };
    Ok(Plan { most_in_memory, folder })
}

pub(super) fn in_words(parts: &[(&'static str, u64)]) -> String {
    let parts: Vec<String> =
        parts.iter().map(|(name, bytes)| format!("{name} {}", ByteSize::bytes(*bytes))).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate() -> Estimate {
        Estimate {
            parts: vec![("the program", 100 << 20), ("names of cells", 60 << 20)],
            cells: 3 << 30,
            copies: 3,
        }
    }

    fn plan(most: Option<&str>, can_stream: bool) -> Result<Plan, String> {
        let options = MemoryOptions { most: most.map(|most| most.parse().unwrap()), cache: None };
        let kinds = vec![Kind { name: "knn".into(), can_stream }];
        let needs = Needs { kinds, ..Needs::default() };
        decide(&options, &needs, &estimate(), 1000, vec!["logistic"]).map_err(|error| error.to_string())
    }

    #[test]
    fn cells_stay_in_memory_as_far_as_their_copies_fit() {
        assert_eq!(plan(Some("4GiB"), true).unwrap().most_in_memory, ((4 << 30) - (160 << 20)) / 3);
        assert_eq!(plan(Some("160MiB"), true).unwrap().most_in_memory, 0);
        assert_eq!(plan(Some("4GiB"), false).unwrap().most_in_memory, u64::MAX);
    }

    #[test]
    fn a_promise_that_cannot_be_kept_is_refused_with_the_numbers() {
        assert_eq!(
            plan(Some("100MiB"), true).unwrap_err(),
            "1000 cells cannot be kept to 100 MiB of memory: 160 MiB are needed (the program 100 MiB, names of cells 60 MiB); give \
             more with --memory, or use fewer cells with --max-per-class or --downsample"
        );
        assert_eq!(
            plan(Some("1GiB"), false).unwrap_err(),
            "a model of kind `knn` needs all cells in memory, about 3.2 GiB for 1000 cells, and may take 1.0 GiB; what fits: a \
             model of kind `logistic`; --max-per-class or --downsample to about 281 cells, or more --memory"
        );
    }

    #[test]
    fn without_a_promise_nothing_is_refused() {
        assert_eq!(plan(None, false).unwrap().most_in_memory, u64::MAX);
        assert!(plan(None, true).is_ok());
    }
}
