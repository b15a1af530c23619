use ferrocyte::{Progress, Severity};

use crate::args::{ConvertArgs, GlobalArgs};
use crate::exit::Done;
use crate::messages::{print_warnings, say};
use crate::tables;

pub(super) fn run(args: ConvertArgs, global: &GlobalArgs, progress: &dyn Progress) -> anyhow::Result<Done> {
    let options = args.options();
    let conversion = ferrocyte::convert(&options, progress)?;
    print_warnings(&conversion.warnings, global.quiet);
    say(&tables::conversion(&conversion, &options.output), global.quiet);
    let eye = conversion.warnings.iter().any(|warning| warning.severity == Severity::Warning);
    Ok(if eye { Done::WithWarnings } else { Done::Clean })
}
