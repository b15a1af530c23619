//! What a user can type. Each command has a file; each turns into the options of one flow.

mod annotate;
mod compare;
mod convert;
mod data;
mod demo;
mod evaluate;
mod inspect;
mod model;
mod model_settings;
mod open;
mod report;
mod scoring;
mod train;

use clap::{Parser, Subcommand};

pub(crate) use annotate::AnnotateArgs;
pub(crate) use compare::CompareArgs;
pub(crate) use convert::ConvertArgs;
pub(crate) use demo::DemoArgs;
pub(crate) use evaluate::EvaluateArgs;
pub(crate) use inspect::InspectArgs;
pub(crate) use model::{ModelArgs, ModelCommand};
pub(crate) use report::ReportArgs;
pub(crate) use train::TrainArgs;

/// Cell types (or any label) for single-cell RNA-seq: train on a labelled reference, see an honest score,
/// annotate new cells.
///
/// Results go to standard output only where a command's purpose is to show them; progress and messages go to
/// standard error. Exit status: 0 done; 1 done, but something in the data needs your eye (it is printed);
/// 2 refused or failed, nothing written.
#[derive(Debug, Parser)]
#[command(name = "ferrocyte", version, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, clap::Args)]
pub(crate) struct GlobalArgs {
    /// Show errors only: no progress, no messages
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Number of threads; results do not depend on it [default: all cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Seed of everything random
    #[arg(long, global = true, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(DemoArgs),
    Inspect(InspectArgs),
    Train(TrainArgs),
    Evaluate(EvaluateArgs),
    Compare(CompareArgs),
    Annotate(AnnotateArgs),
    Convert(ConvertArgs),
    Report(ReportArgs),
    Model(ModelArgs),
}
