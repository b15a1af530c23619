//! Documents that are made from code. `cargo xtask docs` writes them; a test fails when one is out of date.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{cli_reference, schema, workspace};

/// A document and what it should hold.
#[derive(Debug)]
pub struct Document {
    /// Where it stands, from the root of the workspace.
    pub path: &'static str,
    /// What it should hold.
    pub content: String,
}

impl Document {
    fn file(&self) -> PathBuf {
        workspace::root().join(self.path)
    }

    /// Whether the file holds what it should; line ends do not matter, git may have changed them.
    pub fn is_current(&self) -> bool {
        std::fs::read_to_string(self.file()).is_ok_and(|found| found.lines().eq(self.content.lines()))
    }
}

/// Every generated document.
///
/// # Errors
/// When one cannot be made.
pub fn all() -> Result<Vec<Document>> {
    Ok(vec![run_record_schema()?, command_line_reference()])
}

/// `docs/run-record.schema.json`.
///
/// # Errors
/// When it cannot be made.
pub fn run_record_schema() -> Result<Document> {
    Ok(Document { path: "docs/run-record.schema.json", content: schema::run_record()? })
}

/// `docs/cli.md`.
pub fn command_line_reference() -> Document {
    Document { path: "docs/cli.md", content: cli_reference::markdown() }
}

/// Writes the documents that are not current.
///
/// # Errors
/// When a file cannot be written.
pub fn write(documents: &[Document]) -> Result<()> {
    for document in documents {
        if document.is_current() {
            eprintln!("{} is current", document.path);
        } else {
            std::fs::write(document.file(), &document.content)
                .with_context(|| format!("cannot write `{}`", document.path))?;
            eprintln!("{} written", document.path);
        }
    }
    Ok(())
}
