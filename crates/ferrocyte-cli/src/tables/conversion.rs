//! What was converted.

use std::path::Path;

use ferrocyte::Conversion;

use super::thousands;

/// One line: how much of what is where.
pub(crate) fn conversion(conversion: &Conversion, output: &Path) -> String {
    format!(
        "{} cells × {} genes, {} values written to {} ({})",
        thousands(conversion.cells as u64),
        thousands(conversion.genes as u64),
        thousands(conversion.non_zeros),
        output.display(),
        conversion.format
    )
}
