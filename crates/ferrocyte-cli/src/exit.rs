//! From the end of a command to an exit status.

use std::io::Write;
use std::process::ExitCode;

/// How a command ended that was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// Nothing needs the user's eye.
    Clean,
    /// Done, but there are warnings.
    WithWarnings,
}

/// 0: done. 1: done, with warnings. 2: refused or failed, with the chain of causes on standard error.
pub(crate) fn code(result: anyhow::Result<Done>) -> ExitCode {
    match result {
        Ok(Done::Clean) => ExitCode::SUCCESS,
        Ok(Done::WithWarnings) => ExitCode::from(1),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let mut stderr = std::io::stderr().lock();
            for (i, cause) in error.chain().enumerate() {
                let lead = if i == 0 { "error" } else { "  because" };
                writeln!(stderr, "{lead}: {cause}").ok(); // a closed standard error is not a panic
            }
            if let Some(hint) = ferrocyte::hint(error.as_ref()) {
                writeln!(stderr, "\nhint: {hint}").ok();
            }
            ExitCode::from(2)
        }
    }
}

/// Whether the reader of standard output went away, as `head` does.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
