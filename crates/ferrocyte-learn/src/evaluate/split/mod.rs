//! Which cells are trained on and which are held out.

mod by_group;
mod folds;
mod leave_one_group_out;
mod split_error;
mod stratified;
mod test_part;

pub use by_group::by_group;
pub use folds::{Fold, Folds};
pub use leave_one_group_out::{leave_one_group_out, leave_one_study_out};
pub use split_error::SplitError;
pub use stratified::stratified;
pub use test_part::test_part;
