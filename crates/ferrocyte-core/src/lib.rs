#![doc = include_str!("../README.md")]

mod align;
mod block;
mod cell_store;
mod comparison;
mod conformal;
mod explanation;
mod gene;
mod gene_index;
mod gene_map;
mod gene_name;
mod gene_table;
mod gene_union;
mod hierarchy;
mod interval;
mod label;
mod label_noise;
mod library_size;
mod model_bundle;
mod progress;
mod record;
mod samples;
mod scale;
mod scores;
mod source;
mod stored;
mod unknown;
mod warning;

pub use block::{Block, BlockError, Cell, Csr};
pub use cell_store::{CellStore, SomeCells};
pub use comparison::{ComparedModel, Comparison, ScoreDifference};
pub use conformal::{ClassCoverage, ConformalRecord, GroupCoverage, RuleCoverage};
pub use explanation::{
    Explanation, Explanations, GenePush, LabelMarkers, MarkerGene, ModelMarkers, shown_name,
};
pub use gene::{ModelGene, QueryGene, Vocabulary, VocabularyError};
pub use gene_index::{GeneIndex, MatchedBy, MatchedGenes};
pub use gene_map::{Coverage, GeneMap};
pub use gene_name::{GeneName, Species};
pub use gene_table::{GeneTable, NameKind, TableGene};
pub use gene_union::GeneUnion;
pub use hierarchy::{
    BackOffScores, HierarchicalScores, Hierarchy, HierarchyError, HierarchyNode, HierarchyRecord, LevelScore,
};
pub use interval::{ClassIntervals, Interval, MetricIntervals, ResampledUnit, Resampling};
pub use label::{LabelCodes, LabelError, LabelSet, Labels, UNASSIGNED};
pub use label_noise::{DoubtedLabel, DoubtedPair, DoubtfulCell, LabelNoise};
pub use library_size::{LibrarySizeError, LibrarySizes};
pub use model_bundle::{
    ArrayData, ArrayError, Calibration, HonestScores, MODEL_FORMAT_VERSION, ModelHeader, NamedArray,
    NamedArrays, Preprocessing, TrainingFile, TrainingProvenance,
};
pub use progress::{Progress, Silent};
pub use record::*;
pub use samples::{Conclusion, PermutationTest, SampleCall, SampleCount, SampleModel, SampleScores};
pub use scale::{Counts, LogNorm, Scale, Stored, TargetSum, TargetSumError};
pub use scores::{Scores, ScoresError};
pub use source::{BlockSource, SourceError, VecSource};
pub use stored::LogBase;
pub use unknown::{LeftOutClass, UnknownRecord};
pub use warning::{Severity, Warning};
