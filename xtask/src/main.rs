//! `cargo xtask CHORE`: see the crate's modules for what each chore does.

use std::process::ExitCode;

use anyhow::{Result, bail};
use xtask::workspace::Workspace;
use xtask::{edges, generated, no_c, source_rules, wasm};

const USAGE: &str = "\
usage: cargo xtask CHORE

  edges    check that crates and sources keep to ARCHITECTURE.md
  schema   write docs/run-record.schema.json
  docs     write everything under docs/ that is made from code
  wasm     build core, learn and report for WebAssembly, where that target is installed";

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["edges"] => check_edges(),
        ["schema"] => generated::write(&[generated::run_record_schema()?]),
        ["docs"] => generated::write(&generated::all()?),
        ["wasm"] => wasm::build(),
        _ => bail!("expected one chore\n\n{USAGE}"),
    }
}

fn check_edges() -> Result<()> {
    let workspace = Workspace::read()?;
    let mut violations = edges::violations(&workspace);
    violations.extend(no_c::violations(&workspace));
    violations.extend(source_rules::violations()?);
    if violations.is_empty() {
        eprintln!("{} crates keep to ARCHITECTURE.md", workspace.members().count());
        return Ok(());
    }
    bail!("ARCHITECTURE.md is not kept:\n{}", violations.join("\n"))
}
