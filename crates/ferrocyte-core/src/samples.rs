//! Scores of samples, where the cells of one sample have one label.

use serde::{Deserialize, Serialize};

use crate::interval::MetricIntervals;

/// What labels of whole samples (a donor, a donor under one condition) can be predicted, each sample by models that never saw it
/// nor another of its group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SampleScores {
    /// Columns whose entries together name a sample.
    pub columns: Vec<String>,
    /// Column of the groups that are held out whole; `None` where samples are their own groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_column: Option<String>,
    /// Samples of each label, in label order.
    pub labels: Vec<SampleCount>,
    /// Number of groups that the samples are of.
    pub groups: usize,
    /// The models, in the order of how much they look at; baselines first.
    pub models: Vec<SampleModel>,
    /// What the scores allow to be said, and what not.
    pub conclusions: Vec<Conclusion>,
}

/// Number of samples, and of groups that they are of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SampleCount {
    /// The label.
    pub label: String,
    /// Samples with it.
    pub samples: usize,
    /// Groups with such a sample.
    pub groups: usize,
}

/// What one kind of model made of held-out samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SampleModel {
    /// `majority class`, `composition`, `pseudobulk` or `votes`.
    pub name: String,
    /// What it looks at, in words.
    pub sees: String,
    /// Scores over all samples, with intervals from groups that are drawn whole.
    pub metrics: MetricIntervals,
    /// Whether chance does as well; `None` where that was not tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permutation_test: Option<PermutationTest>,
    /// What each sample was called, in the order of their names; none for a baseline that sees nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<SampleCall>,
}

/// The whole procedure, folds and all, with labels of samples dealt anew again and again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PermutationTest {
    /// Times that the labels were dealt.
    pub permutations: usize,
    /// Balanced accuracy with the labels as they are, by the procedure that was repeated.
    pub score: f64,
    /// Mean of the same over the deals.
    pub score_by_chance: f64,
    /// Share of the deals, the labels as they are among them, that did at least as well.
    pub p_value: f64,
    /// The least that the share can be with these samples.
    pub smallest_p_value: f64,
    /// Cells of each sample that were used at most, where it was fewer than all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cells_per_sample: Option<usize>,
}

/// What a sample was called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SampleCall {
    /// Its name.
    pub sample: String,
    /// Its group.
    pub group: String,
    /// Its label.
    pub given: String,
    /// The label it was called by.
    pub called: String,
    /// Probability of that label.
    pub probability: f64,
}

/// Something that the scores allow to be said, or do not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Conclusion {
    /// Whether it is something that can be concluded; else it says what cannot.
    pub shown: bool,
    /// In words.
    pub text: String,
}
