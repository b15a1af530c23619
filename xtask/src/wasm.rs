//! core, learn and report build for WebAssembly.

use anyhow::{Context, Result, ensure};

use crate::workspace;

const TARGET: &str = "wasm32-unknown-unknown";

/// Builds them where the target is installed, and says aloud that it did not where it is not.
///
/// # Errors
/// When one of them does not build.
pub fn build() -> Result<()> {
    let mut rustc = std::process::Command::new("rustc");
    let output = rustc.args(["--print", "target-libdir", "--target", TARGET]).output()?;
    let libraries = String::from_utf8(output.stdout).context("`rustc` names a folder that is not UTF-8")?;
    if !std::path::Path::new(libraries.trim()).is_dir() {
        eprintln!("skipped: {TARGET} is not installed (`rustup target add {TARGET}`)");
        return Ok(());
    }
    let packages = ["-p", "ferrocyte-core", "-p", "ferrocyte-learn", "-p", "ferrocyte-report"];
    let status = workspace::cargo().args(["build", "--target", TARGET]).args(packages).status()?;
    ensure!(status.success(), "core, learn and report must build for {TARGET}");
    eprintln!("core, learn and report build for {TARGET}");
    Ok(())
}
