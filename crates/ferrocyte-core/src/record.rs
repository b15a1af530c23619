//! What a run did and found: the one source of every number in a report.
//!
//! The JSON form is published as `docs/run-record.schema.json`. Everything in it except [`Timing`] is the same,
//! byte by byte, whenever input, settings and seed are the same.

use serde::{Deserialize, Serialize};

use crate::comparison::Comparison;
use crate::conformal::ConformalRecord;
use crate::explanation::Explanations;
use crate::gene_map::Coverage;
use crate::hierarchy::HierarchyRecord;
use crate::interval::{ClassIntervals, MetricIntervals, Resampling};
use crate::label_noise::LabelNoise;
use crate::samples::SampleScores;
use crate::unknown::UnknownRecord;
use crate::warning::Warning;

/// Version of the JSON form. It changes when a field changes its meaning or goes away, not when one is added.
pub const RECORD_SCHEMA_VERSION: u32 = 1;

/// Which main job a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Flow {
    /// A model was trained.
    Train,
    /// A kind of model was judged on cells that were held out of its training.
    Evaluate,
    /// Cells got labels from a model.
    Annotate,
    /// Kinds of models were judged beside each other.
    Compare,
}

impl Flow {
    /// The name as the command line and the JSON have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Evaluate => "evaluate",
            Self::Annotate => "annotate",
            Self::Compare => "compare",
        }
    }
}

/// What a run did and found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunRecord {
    /// [`RECORD_SCHEMA_VERSION`] of the program that wrote it.
    pub schema_version: u32,
    /// Which main job it was.
    pub flow: Flow,
    /// Version of Ferrocyte.
    pub ferrocyte_version: String,
    /// Seed of everything random in the run.
    pub seed: u64,
    /// The files that were read.
    pub inputs: Vec<InputRecord>,
    /// Every choice that shaped the result, and why it was made.
    pub choices: Vec<Choice>,
    /// Size of the data that was used.
    pub data: DataSummary,
    /// The model that was used or made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelSummary>,
    /// How much of the model's genes the query has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// How the cells were divided for scoring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub splits: Option<Splits>,
    /// What lets a score be good for another reason than the one that was asked about; looked for before any score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaks: Vec<Leak>,
    /// Scores over all held-out cells together, each with its interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<MetricIntervals>,
    /// The same scores as plain numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics_plain: Option<Metrics>,
    /// What was drawn for the intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resampling: Option<Resampling>,
    /// What can be reached without learning anything, or very little, on the same cells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub baselines: Vec<Baseline>,
    /// Mean over the folds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fold_mean: Option<Metrics>,
    /// Fold by fold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folds: Vec<FoldRecord>,
    /// Class by class, in label order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub per_class: Vec<ClassRecord>,
    /// Who was taken for whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confusion: Option<Confusion>,
    /// Confidence against how often it was right, bin by bin.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reliability: Vec<ReliabilityBin>,
    /// How probabilities were made to say how often they are right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationRecord>,
    /// Given labels that the held-out predictions speak against, where they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_noise: Option<LabelNoise>,
    /// What labels of whole samples can be predicted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<SampleScores>,
    /// Scores where a wider name than the label counts as partly right, where the labels have wider names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hierarchy: Option<HierarchyRecord>,
    /// How often prediction sets hold the right label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conformal: Option<ConformalRecord>,
    /// How well cells of labels stand out that the training did not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<UnknownRecord>,
    /// Kinds of models beside each other; the other scores are those of the kind that is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// How training went: of the one model that was trained, or of the first fold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<TrainingRecord>,
    /// What the cells were called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predictions: Option<PredictionSummary>,
    /// Which genes pushed the cells to their labels, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanations: Option<Explanations>,
    /// What needs the user's eye.
    pub warnings: Vec<Warning>,
    /// The files that were written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<OutputRecord>,
    /// How long it took. Left out where the same run must give the same bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
}

impl RunRecord {
    /// A record of a run that has found nothing yet.
    pub fn new(flow: Flow, ferrocyte_version: &str, seed: u64) -> Self {
        Self {
            schema_version: RECORD_SCHEMA_VERSION,
            flow,
            ferrocyte_version: ferrocyte_version.to_owned(),
            seed,
            inputs: Vec::new(),
            choices: Vec::new(),
            data: DataSummary::default(),
            model: None,
            coverage: None,
            splits: None,
            leaks: Vec::new(),
            metrics: None,
            metrics_plain: None,
            resampling: None,
            baselines: Vec::new(),
            fold_mean: None,
            folds: Vec::new(),
            per_class: Vec::new(),
            confusion: None,
            reliability: Vec::new(),
            calibration: None,
            conformal: None,
            hierarchy: None,
            label_noise: None,
            samples: None,
            unknown: None,
            comparison: None,
            training: None,
            predictions: None,
            explanations: None,
            warnings: Vec::new(),
            outputs: Vec::new(),
            timing: None,
        }
    }
}

/// A file that was read, as what, and which bytes it held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InputRecord {
    /// What it was read for: `reference`, `query`, `model`.
    pub role: String,
    /// File name, without the folder: the same data elsewhere gives the same record.
    pub file: String,
    /// Format that was found in the content: `h5ad`.
    pub format: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// What was read and how it was understood, in one sentence.
    pub reading: String,
}

/// Where the value of a setting came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Nobody said otherwise.
    Default,
    /// The user said so.
    Flag,
    /// The data says so.
    Detected,
}

/// A setting that shaped the result, its value, where the value came from and why it is a good one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Choice {
    /// What was chosen: `normalisation`, `folds`, `class weights`.
    pub setting: String,
    /// The value, for people.
    pub value: String,
    /// Where the value came from.
    pub origin: Origin,
    /// Why.
    pub reason: String,
}

/// Size of the data that was used, after filters and downsampling.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DataSummary {
    /// Cells in the files.
    pub cells_in_files: usize,
    /// Cells used.
    pub cells_used: usize,
    /// Genes in the files.
    pub genes: usize,
    /// Genes of the files that no cell has a count of; they are not among [`genes`](Self::genes).
    #[serde(default)]
    pub genes_without_counts: usize,
    /// Values other than zero among the cells used.
    pub non_zeros: u64,
    /// Column that holds the labels, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_column: Option<String>,
    /// Column that says which cells belong together (donor), where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_column: Option<String>,
    /// Column that says which study a cell is from, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study_column: Option<String>,
    /// Cells of each label, in label order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<LabelCount>,
    /// Cells of each group, in the order of the groups' names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<LabelCount>,
}

/// Number of cells of a label or a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LabelCount {
    /// The label or group.
    pub label: String,
    /// Its cells.
    pub cells: usize,
}

/// The model of a run, in brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModelSummary {
    /// Kind: `logistic`.
    pub kind: String,
    /// Number of genes.
    pub genes: usize,
    /// The labels it can give.
    pub labels: Vec<String>,
    /// Number of cells it was trained on.
    pub training_cells: usize,
}

/// How cells were divided into training and test parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SplitKind {
    /// By cell, each label in each fold in proportion. Cells of one donor stand on both sides.
    StratifiedCells,
    /// By group: no group stands on both sides.
    Groups,
    /// Each group is held out once, alone.
    LeaveOneGroupOut,
    /// Each study is held out once, alone.
    LeaveOneStudyOut,
    /// One part, named by a condition, is tested on; the other cells are trained on.
    TestPart,
}

impl SplitKind {
    /// The rule in words, for a line of text.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::StratifiedCells => "folds by cell",
            Self::Groups => "folds by group, no group on both sides",
            Self::LeaveOneGroupOut => "each group held out once",
            Self::LeaveOneStudyOut => "each study held out once",
            Self::TestPart => "one part tested on, the other trained on",
        }
    }
}

/// How the cells were divided for scoring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Splits {
    /// The rule.
    pub kind: SplitKind,
    /// Number of folds.
    pub folds: usize,
    /// What says who is held out: the column of groups or studies, or the condition that test cells meet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_out_by: Option<String>,
    /// Number of groups (studies) that are held out, over all folds, where cells are divided by them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<usize>,
    /// Test cells of each fold. Every cell is tested once, but for those that a single test part leaves out.
    pub sizes: Vec<usize>,
}

/// Scores of predicted labels and probabilities against given labels. All are shares or areas in `[0, 1]`
/// except [`mcc`](Self::mcc) and [`kappa`](Self::kappa) in `[-1, 1]`, [`log_loss`](Self::log_loss) in nats and
/// [`brier`](Self::brier) in `[0, 2]`. `None` where the score is not defined on this data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Metrics {
    /// Number of cells.
    pub cells: usize,
    /// Share of cells that got their given label.
    pub accuracy: f64,
    /// Mean recall over the labels that occur among the given ones.
    pub balanced_accuracy: f64,
    /// Mean F1 over the labels: each counts the same, however rare.
    pub f1_macro: f64,
    /// Mean F1 weighted by cells.
    pub f1_weighted: f64,
    /// Matthews correlation coefficient; not defined where all cells were given one label.
    pub mcc: Option<f64>,
    /// Cohen's kappa; not defined where all cells were given one label.
    pub kappa: Option<f64>,
    /// Mean negative logarithm of the probability of the given label.
    pub log_loss: Option<f64>,
    /// Mean squared distance between probabilities and truth, summed over labels.
    pub brier: Option<f64>,
    /// Expected calibration error over 15 equal-width bins of confidence.
    pub ece: Option<f64>,
    /// Mean one-versus-rest area under the ROC curve.
    pub roc_auc_macro: Option<f64>,
    /// Area under the ROC curve over all (cell, label) pairs.
    pub roc_auc_micro: Option<f64>,
    /// Mean one-versus-rest average precision.
    pub average_precision_macro: Option<f64>,
    /// Average precision over all (cell, label) pairs.
    pub average_precision_micro: Option<f64>,
}

/// What happened in one fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FoldRecord {
    /// Number of the fold, from 1.
    pub fold: usize,
    /// Cells that were trained on.
    pub training_cells: usize,
    /// Cells that were held out.
    pub test_cells: usize,
    /// Groups that were held out, where there are groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_out_groups: Vec<String>,
    /// Labels of held-out cells that no training cell had: the model could not know them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels_not_in_training: Vec<String>,
    /// The kind of model that was chosen for this fold by folds inside its training cells, where the kind is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<String>,
    /// Whether the optimiser reached its goal.
    pub converged: bool,
    /// Steps the optimiser took.
    pub iterations: usize,
    /// Scores on the held-out cells; macro F1 over the labels that they have.
    pub metrics: Metrics,
}

/// Scores of one class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClassRecord {
    /// The label.
    pub label: String,
    /// Cells that were given this label.
    pub support: usize,
    /// Cells that were called this.
    pub predicted: usize,
    /// Share of the cells called this that were given it.
    pub precision: f64,
    /// Share of the cells given this that were called it.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// One-versus-rest area under the ROC curve.
    pub roc_auc: Option<f64>,
    /// One-versus-rest average precision.
    pub average_precision: Option<f64>,
    /// The scores with their intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intervals: Option<ClassIntervals>,
}

/// A way in which a score can be good without the label having been learnt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Leak {
    /// Which.
    pub kind: LeakKind,
    /// The column or gene that it is about, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What was found and what it means for the score, in one sentence.
    pub detail: String,
}

/// The ways in which a score can be good without the label having been learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LeakKind {
    /// A column (donor, batch, run) tells the label by itself.
    Confounded,
    /// Each label comes from a file of its own.
    LabelIsFile,
    /// Cells of one group (donor) stand on both sides of a split.
    GroupOnBothSides,
    /// The same cell stands on both sides of a split.
    CopiesAcrossFolds,
    /// Cells that are nearly the same stand on both sides of a split.
    NearCopiesAcrossFolds,
    /// A gene tells a label without a single exception, or is called as the label is.
    FeatureIsLabel,
}

/// The scores of something that is hardly a model, on the same folds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Baseline {
    /// What it is: `majority class`, `stratified random`, `nearest centroid`.
    pub name: String,
    /// Scores over all held-out cells together, each with its interval.
    pub metrics: MetricIntervals,
}

/// Who was taken for whom: `counts[given][called]`. Where cells got no label, the last row and column stand for
/// that: the row is zero, since every cell was given a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Confusion {
    /// The labels, in the order of rows and columns.
    pub labels: Vec<String>,
    /// Cells, row by row; rows are the given labels.
    pub counts: Vec<Vec<u64>>,
}

/// Cells whose confidence lies in `(low, high]`, and how often they were right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReliabilityBin {
    /// Lower edge of the bin.
    pub low: f64,
    /// Upper edge of the bin.
    pub high: f64,
    /// Cells in the bin.
    pub cells: usize,
    /// Mean confidence of the cells; 0 in an empty bin.
    pub mean_confidence: f64,
    /// Share of the cells that were right; 0 in an empty bin.
    pub accuracy: f64,
}

/// How probabilities were made to say how often they are right, and what that changed on cells that it was not fitted on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CalibrationRecord {
    /// `none`, `temperature`, `vector` or `isotonic`: the one that was best on held-out folds.
    pub method: String,
    /// Expected calibration error of the model's own probabilities.
    pub ece_before: f64,
    /// The same after calibration.
    pub ece_after: f64,
    /// Brier score of the model's own probabilities.
    pub brier_before: f64,
    /// The same after calibration.
    pub brier_after: f64,
    /// Confidence against how often it was right, before.
    pub reliability_before: Vec<ReliabilityBin>,
}

/// How training went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrainingRecord {
    /// Whether the optimiser reached its goal.
    pub converged: bool,
    /// Steps it took.
    pub iterations: usize,
    /// Why it stopped, in words.
    pub stopped: String,
    /// What was measured step by step.
    pub curves: Vec<Curve>,
}

/// A number that was measured step by step in training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Curve {
    /// What was measured: `objective`, `gradient norm`.
    pub name: String,
    /// What one step is: `iteration`, `epoch`.
    pub step: String,
    /// The values: of iterations from 0, before the first; of epochs from 1, after the first.
    pub values: Vec<f64>,
}

/// What the cells were called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PredictionSummary {
    /// Cells of each label that was given, in label order; `Unassigned` last.
    pub labels: Vec<PredictedLabel>,
    /// Cells with a confidence in each tenth: `[0, 0.1)`, ..., `[0.9, 1]`.
    pub confidence_histogram: Vec<usize>,
    /// Cells whose label all members of the model gave, each by itself; `None` where the model has no members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanimous: Option<usize>,
    /// Cells with an unknown score above 0.95, with or without a label: of cells like the reference's, about one in twenty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strange: Option<usize>,
    /// Sizes of the prediction sets, where they were asked for: cells whose set holds 0, 1, 2, ... labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_sizes: Vec<usize>,
    /// Cells that got no label, by reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unassigned: Vec<LabelCount>,
}

/// Cells that were called by one label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PredictedLabel {
    /// The label.
    pub label: String,
    /// Its cells.
    pub cells: usize,
    /// Mean confidence of these cells.
    pub mean_confidence: f64,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutputRecord {
    /// What it is: `labels`, `annotated data`, `model`, `report`.
    pub role: String,
    /// File name, without the folder.
    pub file: String,
}

/// How long a run took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Timing {
    /// Seconds from start to end.
    pub total_secs: f64,
    /// Seconds of each step, in order.
    pub steps: Vec<StepTiming>,
    /// Number of threads.
    pub threads: usize,
}

/// How long one step took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepTiming {
    /// The step.
    pub step: String,
    /// Seconds.
    pub secs: f64,
    /// The most memory that the process held in it, in bytes, where the system says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_bytes: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_json() {
        let mut record = RunRecord::new(Flow::Evaluate, "0.1.0", 7);
        record.warnings.push(Warning::new("score-flatters", "…").with_hint("use --group donor"));
        record.reliability.push(ReliabilityBin {
            low: 0.0,
            high: 1.0 / 15.0,
            cells: 3,
            mean_confidence: 0.05,
            accuracy: 1.0 / 3.0,
        });
        let json = serde_json::to_string(&record).unwrap();
        assert!(json.starts_with(r#"{"schema_version":1,"flow":"evaluate""#));
        assert_eq!(serde_json::from_str::<RunRecord>(&json).unwrap(), record);
    }
}
