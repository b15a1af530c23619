//! The command-line door: arguments in, exit status out. Decisions are made in the library `ferrocyte`.

mod args;
mod commands;
mod exit;
mod messages;
mod progress_bar;
mod tables;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

/// The command line as `clap` knows it, for the reference in `docs/cli.md`.
pub fn command() -> clap::Command {
    args::Cli::command()
}

/// Reads the arguments of the process, runs the command and says how it went.
pub fn main() -> ExitCode {
    let cli = args::Cli::parse();
    exit::code(commands::run(cli))
}
