use ferrocyte::Progress;

use super::finish;
use crate::args::{AnnotateArgs, GlobalArgs};
use crate::exit::Done;
use crate::messages::say;
use crate::tables;

pub(super) fn run(args: AnnotateArgs, global: &GlobalArgs, progress: &dyn Progress) -> anyhow::Result<Done> {
    let (json, report) = (args.json.clone(), args.report.clone());
    let options = args.options();
    let record = ferrocyte::annotate(&options, progress)?;
    say(&tables::annotation(&record), global.quiet);
    if let Some(explanations) = &record.explanations {
        say(&tables::explanations(explanations), global.quiet);
    }
    if let Some(metrics) = &record.metrics_plain {
        let truth = match &options.truth {
            Some(column) => format!("column `{column}`"),
            None => "the labels of the files".to_owned(),
        };
        say(&format!("against {truth}: {}", tables::short_scores(metrics)), global.quiet);
    }
    let done = finish(&record, json.as_deref(), report.as_deref(), global)?;
    for output in &options.outputs {
        say(&format!("labels written to {}", output.display()), global.quiet);
    }
    Ok(done)
}
