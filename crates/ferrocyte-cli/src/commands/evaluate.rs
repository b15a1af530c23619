use ferrocyte::Progress;

use super::{finish, is_stdout, print};
use crate::args::{EvaluateArgs, GlobalArgs};
use crate::exit::Done;
use crate::tables;

pub(super) fn run(args: EvaluateArgs, global: &GlobalArgs, progress: &dyn Progress) -> anyhow::Result<Done> {
    let (json, report) = (args.json.clone(), args.report.clone());
    let record = ferrocyte::evaluate(&args.options(global.seed), progress)?;
    if !json.as_deref().is_some_and(is_stdout) {
        let noise = record.label_noise.as_ref().map(tables::label_noise);
        let samples = record.samples.as_ref().map(tables::samples);
        print(&format!(
            "{}{}{}",
            tables::scores(&record),
            samples.unwrap_or_default(),
            noise.unwrap_or_default()
        ))?;
    }
    finish(&record, json.as_deref(), report.as_deref(), global)
}
