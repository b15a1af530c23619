//! One file per command: options, flow, what the user sees.

mod annotate;
mod compare;
mod convert;
mod demo;
mod evaluate;
mod inspect;
mod model;
mod report;
mod train;

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use ferrocyte::{RunRecord, Severity};

use crate::args::{Cli, Command, GlobalArgs};
use crate::exit::Done;
use crate::messages::{print_warnings, say};
use crate::progress_bar::TerminalProgress;

/// Runs the command that was typed.
pub(crate) fn run(cli: Cli) -> anyhow::Result<Done> {
    let Cli { global, command } = cli;
    let progress = TerminalProgress::new(global.quiet);
    let threads = global.threads.map(usize::from);
    ferrocyte::with_threads(threads, || match command {
        Command::Demo(args) => demo::run(&args, &global, &progress),
        Command::Inspect(args) => inspect::run(&args, &global),
        Command::Train(args) => train::run(args, &global, &progress),
        Command::Evaluate(args) => evaluate::run(args, &global, &progress),
        Command::Compare(args) => compare::run(args, &global, &progress),
        Command::Annotate(args) => annotate::run(args, &global, &progress),
        Command::Convert(args) => convert::run(args, &global, &progress),
        Command::Report(args) => report::run(&args, &global),
        Command::Model(args) => model::run(&args.command, &global),
    })
    .context("cannot start the threads")?
}

/// Writes what was asked for beside the main result, prints warnings, and says how the run ended.
fn finish(
    record: &RunRecord,
    json: Option<&Path>,
    report: Option<&Path>,
    global: &GlobalArgs,
) -> anyhow::Result<Done> {
    if let Some(path) = report {
        ferrocyte::write_report(record, path)?;
    }
    match json {
        Some(path) if is_stdout(path) => print(&ferrocyte::record_json(record))?,
        Some(path) => ferrocyte::write_record(record, path)?,
        None => {}
    }
    print_readings(record, global);
    print_warnings(&record.warnings, global.quiet);
    let worst = record.warnings.iter().map(|warning| warning.severity).max();
    Ok(if worst == Some(Severity::Warning) { Done::WithWarnings } else { Done::Clean })
}

/// Says of every file of cells how it was read.
fn print_readings(record: &RunRecord, global: &GlobalArgs) {
    for input in record.inputs.iter().filter(|input| input.role != "model") {
        say(&format!("{}: {}", input.file, input.reading), global.quiet);
    }
}

/// `-` means standard output.
fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Writes to standard output; a reader that went away is an error the exit code knows.
fn print(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}
