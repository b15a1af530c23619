use std::path::PathBuf;

/// Do the whole main job on real cells inside this program: evaluate, train, annotate, report
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "ferrocyte-demo")]
    pub(crate) out: PathBuf,
}
