use super::print;
use crate::args::{GlobalArgs, ModelCommand};
use crate::exit::Done;
use crate::messages::say;
use crate::tables;

pub(super) fn run(command: &ModelCommand, global: &GlobalArgs) -> anyhow::Result<Done> {
    match command {
        ModelCommand::Show { file, json } => {
            let header = ferrocyte::show_model(file)?;
            if *json {
                print(&format!("{}\n", serde_json::to_string_pretty(&header)?))?;
            } else {
                print(&tables::model(&header))?;
            }
        }
        ModelCommand::Markers { file, top, json } => {
            let markers = ferrocyte::model_markers(file, *top as usize)?;
            if *json {
                print(&format!("{}\n", serde_json::to_string_pretty(&markers)?))?;
            } else {
                print(&tables::markers(&markers))?;
            }
        }
        ModelCommand::Verify { file } => {
            let header = ferrocyte::verify_model(file)?;
            let (genes, labels) = (header.genes.len(), header.labels.len());
            say(
                &format!(
                    "{}: whole and usable, {} with {genes} genes and {labels} labels",
                    file.display(),
                    header.kind
                ),
                global.quiet,
            );
        }
    }
    Ok(Done::Clean)
}
