//! Whether a query can be labelled in so much memory.

use ferrocyte_core::ModelHeader;

use super::needs::Estimate;
use super::plan::{MemoryError, in_words};
use super::size::ByteSize;
use crate::dataset::Dataset;

/// Checks a promise for a query and a model, which learns from all of its cells where it is `adapted`.
///
/// # Errors
/// When the promise cannot be kept.
pub(crate) fn check_query(
    promised: Option<ByteSize>,
    query: &Dataset,
    header: &ModelHeader,
    adapted: bool,
) -> Result<(), MemoryError> {
    let Some(promised) = promised else { return Ok(()) };
    let estimate = Estimate::of_query(query, header, adapted);
    if estimate.fixed() <= promised.as_bytes() {
        return Ok(());
    }
    Err(MemoryError::TooLittle {
        cells: query.n_cells(),
        promised,
        needed: ByteSize::bytes(estimate.fixed()),
        parts: in_words(&estimate.parts),
        fewer: "--where",
    })
}
