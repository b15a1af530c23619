use ferrocyte::{DemoOptions, Progress};

use super::{print, print_readings};
use crate::args::{DemoArgs, GlobalArgs};
use crate::exit::Done;
use crate::messages::{print_warnings, say};
use crate::tables;

/// The demo ends with status 0 whatever its warnings: they are part of what it shows.
pub(super) fn run(args: &DemoArgs, global: &GlobalArgs, progress: &dyn Progress) -> anyhow::Result<Done> {
    say("real blood cells (Zheng et al. 2017, a part of Zheng68k) from inside this program", global.quiet);
    let demo = ferrocyte::demo(&DemoOptions { folder: args.out.clone(), seed: global.seed }, progress)?;
    print_readings(&demo.evaluation, global);
    print_readings(&demo.annotation, global);
    print_warnings(&demo.evaluation.warnings, global.quiet);
    print_warnings(&demo.annotation.warnings, global.quiet);
    print(&format!("\n{}\n{}", tables::scores(&demo.evaluation), tables::demo(&demo)))?;
    Ok(Done::Clean)
}
