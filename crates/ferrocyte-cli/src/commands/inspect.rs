use ferrocyte::{InputFile, InspectOptions, Severity};

use super::print;
use crate::args::{GlobalArgs, InspectArgs};
use crate::exit::Done;
use crate::messages::print_warnings;
use crate::tables;

pub(super) fn run(args: &InspectArgs, global: &GlobalArgs) -> anyhow::Result<Done> {
    let mut inspections = Vec::new();
    for file in &args.files {
        let options = InspectOptions {
            // Typed as for training; the label does not matter here.
            file: InputFile::from_argument(file.clone()).path,
            model: args.model.clone(),
            layer: args.layer.clone(),
            open: args.open.clone().options(args.genes.orientation()),
        };
        inspections.push(ferrocyte::inspect(&options)?);
    }
    if args.json {
        print(&format!("{}\n", serde_json::to_string_pretty(&inspections)?))?;
    } else {
        let tables: Vec<String> = inspections.iter().map(tables::inspection).collect();
        print(&tables.join("\n"))?;
    }
    let warnings: Vec<_> = inspections.into_iter().flat_map(|inspection| inspection.warnings).collect();
    print_warnings(&warnings, global.quiet);
    let eye = warnings.iter().any(|warning| warning.severity == Severity::Warning);
    Ok(if eye { Done::WithWarnings } else { Done::Clean })
}
