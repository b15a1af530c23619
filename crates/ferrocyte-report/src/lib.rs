#![doc = include_str!("../README.md")]

mod baselines;
mod choices;
mod comparison;
mod composition;
mod confidence;
mod conformal;
mod confusion;
mod coverage;
mod curves;
mod explanations;
mod folds;
mod headline;
mod hierarchy;
mod inputs;
mod label;
mod label_noise;
mod metrics;
mod mix_ups;
mod model;
mod number;
mod options;
mod page;
mod parse;
mod per_class;
mod predictions;
mod provenance;
mod reliability;
mod samples;
mod section;
mod style;
mod svg;
mod unknown;
mod warnings;

pub use options::{RenderOptions, Theme};
pub use page::render;
pub use parse::{RecordError, parse_record};
