use ferrocyte::Progress;

use super::{finish, is_stdout, print};
use crate::args::{CompareArgs, GlobalArgs};
use crate::exit::Done;
use crate::tables;

pub(super) fn run(args: CompareArgs, global: &GlobalArgs, progress: &dyn Progress) -> anyhow::Result<Done> {
    let (json, report) = (args.json.clone(), args.report.clone());
    let record = ferrocyte::compare(&args.options(global.seed), progress)?;
    if !json.as_deref().is_some_and(is_stdout) {
        print(&tables::comparison(&record))?;
    }
    finish(&record, json.as_deref(), report.as_deref(), global)
}
