//! What the user says of a file that does not say it itself.

use crate::orientation::Orientation;

/// What the user says of a file; by default everything is found out.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// Where the genes of a table are; found out from the names when `None`.
    pub genes: Option<Orientation>,
}
