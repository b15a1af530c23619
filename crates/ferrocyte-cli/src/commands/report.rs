use crate::args::{GlobalArgs, ReportArgs};
use crate::exit::Done;
use crate::messages::say;

pub(super) fn run(args: &ReportArgs, global: &GlobalArgs) -> anyhow::Result<Done> {
    let record = ferrocyte::read_record(&args.record)?;
    ferrocyte::write_report(&record, &args.output)?;
    say(&format!("report written to {}", args.output.display()), global.quiet);
    Ok(Done::Clean)
}
