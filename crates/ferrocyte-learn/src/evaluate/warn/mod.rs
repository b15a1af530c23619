//! What makes a score mean less than it seems to: one rule per file, from counts to a warning.

mod donor_like;
mod score_flatters;
mod small_classes;
mod unseen_labels;

pub use donor_like::donor_like_columns;
pub use score_flatters::score_flatters;
pub use small_classes::small_classes;
pub use unseen_labels::unseen_labels;

/// Names in backticks, the first few of them.
fn listed(names: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 5;
    let more = names.len().saturating_sub(SHOWN);
    let shown = names.take(SHOWN).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
