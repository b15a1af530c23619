//! How well labels were predicted. Never imports `models`: a metric cannot know which model it judges.
//!
//! ```text
//! labels, groups ─► stratified | by_group | leave_one_group_out | leave_one_study_out | test_part ─► Folds
//! Folds, a closure that trains ─► cross_validate ─► out-of-fold probabilities ─► Answers ─► judge, intervals ─► run record
//! ```

mod answers;
mod baseline;
mod cross_validate;
mod fold_mean;
mod hierarchical;
mod intervals;
mod judge;
mod label_noise;
mod leak;
mod metric;
mod paired;
mod split;
mod spread;
mod warn;

pub use answers::{Answers, AnswersError};
pub use baseline::{majority, stratified_random};
pub use cross_validate::{CrossValidation, CrossValidationError, FoldData, FoldPrediction, cross_validate};
pub use fold_mean::fold_mean;
pub use hierarchical::hierarchical;
pub use intervals::{Intervals, intervals};
pub use judge::{Judgement, judge, metrics};
pub use label_noise::{Doubt, Doubts, doubts};
pub use leak::{Follows, NearCopies, TellingGene, follows, near_copies, telling_genes};
pub use metric::{F1Scope, RELIABILITY_BINS};
pub(crate) use metric::{Ranking, Tally, brier, roc_auc};
pub use paired::{PairedAnswers, PairedScore, Resampled, resample};
pub use split::{
    Fold, Folds, SplitError, by_group, leave_one_group_out, leave_one_study_out, stratified, test_part,
};
pub use spread::{SpreadError, spread};
pub use warn::{donor_like_columns, score_flatters, small_classes, unseen_labels};
