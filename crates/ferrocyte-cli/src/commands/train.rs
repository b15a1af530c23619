use ferrocyte::Progress;

use super::finish;
use crate::args::{GlobalArgs, TrainArgs};
use crate::exit::Done;
use crate::messages::say;
use crate::tables::short_scores;

pub(super) fn run(args: TrainArgs, global: &GlobalArgs, progress: &dyn Progress) -> anyhow::Result<Done> {
    let (json, report) = (args.json.clone(), args.report.clone());
    let options = args.options(global.seed);
    let record = ferrocyte::train(&options, progress)?;
    let done = finish(&record, json.as_deref(), report.as_deref(), global)?;
    if let (Some(metrics), Some(splits)) = (&record.metrics_plain, &record.splits) {
        say(
            &format!("on held-out cells ({}): {}", splits.kind.in_words(), short_scores(metrics)),
            global.quiet,
        );
    }
    say(&format!("model written to {}", options.output.display()), global.quiet);
    Ok(done)
}
