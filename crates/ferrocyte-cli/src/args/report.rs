use std::path::PathBuf;

/// Draw the report of a run record
#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    /// Run record, as --json writes it
    #[arg(value_name = "RUN.json")]
    pub(crate) record: PathBuf,
    /// HTML file to write
    #[arg(long, short, value_name = "REPORT.html")]
    pub(crate) output: PathBuf,
}
