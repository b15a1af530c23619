#![doc = include_str!("../README.md")]

mod adapt;
mod annotate;
mod auto_model;
mod baselines;
mod batches;
mod cell_names;
mod cell_records;
mod cell_selection;
mod cell_sets;
mod cells;
mod checkpoint;
mod choices;
mod compare;
mod conformal;
mod confounded;
mod contents;
mod convert;
mod dataset;
mod demo;
mod device;
mod duplicates;
mod entries;
mod evaluate;
mod explain;
mod file_digest;
mod filter;
mod fixes;
mod genes;
mod group_columns;
mod hierarchy;
mod hint;
mod input_file;
mod inspect;
mod joined;
mod label_check;
mod label_from_name;
mod label_noise;
mod leaks;
mod memory;
mod model_choices;
mod model_file;
mod model_markers;
mod model_options;
mod pass;
mod peak_memory;
mod predictions;
mod record_file;
mod reference;
mod repeated_names;
mod sample_conclusions;
mod samples;
mod scale;
mod scoring;
mod shard;
mod shell;
mod threads;
mod train;
mod unknown;
mod way_round;
mod written_columns;

pub use adapt::{AdaptError, AdaptOptions};
pub use annotate::{AnnotateError, AnnotateOptions, OtherSpecies, TooFewGenes, annotate};
pub use auto_model::AUTO_MODEL;
pub use checkpoint::ResumeError;
pub use compare::{COMPARED_BY_DEFAULT, CompareError, CompareOptions, compare};
pub use convert::{Conversion, ConvertError, ConvertOptions, ConvertedFile, convert};
pub use dataset::{DataError, DataOptions, Unusable};
pub use demo::{Demo, DemoError, DemoFile, DemoOptions, demo};
pub use device::{Device, DeviceError};
pub use evaluate::{EvaluateError, EvaluateOptions, evaluate};
pub use explain::{ExplainError, ExplainOptions};
pub use filter::{Condition, ConditionError, Filter};
pub use fixes::Fix;
pub use hierarchy::{HierarchyOptions, HierarchyOptionsError};
pub use hint::hint;
pub use input_file::{InputFile, InputFileError};
pub use inspect::{
    ColumnInspection, DuplicateInspection, InspectError, InspectOptions, Inspection, MatrixInspection,
    ModelFit, WayRound, inspect,
};
pub use joined::JoinError;
pub use label_from_name::{LabelFromName, LabelFromNameError, NameError};
pub use label_noise::LabelNoiseOptions;
pub use memory::{ByteSize, ByteSizeError, MemoryError, MemoryOptions};
pub use model_file::{ModelError, show_model, verify_model};
pub use model_markers::{ModelMarkersError, model_markers};
pub use model_options::{DEFAULT_MODEL, ModelOptions, ModelOptionsError};
pub use predictions::OutputKindError;
pub use record_file::{RecordFileError, read_record, record_json, write_record, write_report};
pub use reference::ReferenceOptions;
pub use scale::{Amount, Reading, ReadingError};
pub use scoring::{FoldError, ScoringError, ScoringOptions};
pub use shard::{Shard, ShardError};
pub use threads::with_threads;
pub use train::{SKETCH_SETTING, TrainError, TrainOptions, train};

pub use ferrocyte_core as core;
pub use ferrocyte_core::{
    Comparison, Interval, MetricIntervals, Metrics, ModelHeader, Progress, ResampledUnit, Resampling,
    RunRecord, Severity, Silent, SplitKind, Warning,
};
pub use ferrocyte_io::{DictKeys, Format, OpenOptions, Orientation};
pub use ferrocyte_learn::models::{Balance, GeneChoice, Schedule};

/// Version of Ferrocyte, as it stands in records and models.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
