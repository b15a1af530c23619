#![doc = include_str!("../README.md")]

mod annotate;
mod checkpoint;
mod choices;
mod dataset;
mod demo;
mod evaluate;
mod filter;
mod hint;
mod inspect;
mod model_choices;
mod model_file;
mod model_options;
mod predictions;
mod record_file;
mod reference;
mod scale_check;
mod scoring;
mod threads;
mod train;

pub use annotate::{AnnotateError, AnnotateOptions, annotate};
pub use checkpoint::ResumeError;
pub use dataset::{DataError, DataOptions, NotACount};
pub use demo::{Demo, DemoError, DemoFile, DemoOptions, demo};
pub use evaluate::{EvaluateError, EvaluateOptions, evaluate};
pub use filter::{Condition, ConditionError, Filter};
pub use hint::hint;
pub use inspect::{
    ColumnInspection, InspectError, InspectOptions, Inspection, MatrixInspection, ModelFit, inspect,
};
pub use model_file::{ModelError, show_model, verify_model};
pub use model_options::{DEFAULT_MODEL, ModelOptions, ModelOptionsError};
pub use predictions::OutputKindError;
pub use record_file::{RecordFileError, read_record, record_json, write_record, write_report};
pub use reference::ReferenceOptions;
pub use scoring::{FoldError, ScoringError, ScoringOptions};
pub use threads::with_threads;
pub use train::{TrainError, TrainOptions, train};

pub use ferrocyte_core as core;
pub use ferrocyte_core::{Metrics, ModelHeader, Progress, RunRecord, Severity, Silent, SplitKind, Warning};
pub use ferrocyte_io::{DictKeys, OpenOptions, Orientation};
pub use ferrocyte_learn::models::{Balance, Schedule};

/// Version of Ferrocyte, as it stands in records and models.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
