//! The heading of the page.

use ferrocyte_core::{Flow, RunRecord};

use crate::inputs::files;
use crate::options::RenderOptions;

/// What was done, on which file.
pub(crate) fn title(record: &RunRecord, options: &RenderOptions) -> String {
    if let Some(title) = &options.title {
        return title.clone();
    }
    let model = record.model.as_ref().map_or("", |model| model.kind.as_str());
    match record.flow {
        Flow::Train => {
            format!("Training of {}{}", article(model), of(" on ", &files(record, "reference")))
        }
        Flow::Evaluate => {
            format!("How well {} labels cells{}", article(model), of(" of ", &files(record, "reference")))
        }
        Flow::Compare => {
            let kinds = record.comparison.as_ref().map_or(0, |comparison| comparison.models.len());
            format!("{kinds} kinds of models compared{}", of(" on ", &files(record, "reference")))
        }
        Flow::Annotate => {
            let query = of("", &files(record, "query"));
            let query = if query.is_empty() { "Cells".to_owned() } else { query };
            format!("{query} labelled{}", of(" by ", &files(record, "model")))
        }
    }
}

fn article(kind: &str) -> String {
    match kind.chars().next() {
        None => "a model".to_owned(),
        Some('a' | 'e' | 'i' | 'o' | 'u') => format!("an {kind} model"),
        Some(_) => format!("a {kind} model"),
    }
}

/// File names as a phrase; nothing when there are none.
fn of(lead: &str, names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("{lead}{one}"),
        [one, two] => format!("{lead}{one} and {two}"),
        [first, ..] => format!("{lead}{first} and more files"),
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::InputRecord;

    use super::*;

    #[test]
    fn the_title_names_the_files() {
        let mut record = RunRecord::new(Flow::Evaluate, "0.1.0", 0);
        let options = RenderOptions::default();
        assert_eq!(title(&record, &options), "How well a model labels cells");
        for file in ["a.h5ad", "b.h5ad", "c.h5ad"] {
            record.inputs.push(InputRecord {
                role: "reference".into(),
                file: file.into(),
                format: "h5ad".into(),
                sha256: String::new(),
                bytes: 0,
                reading: String::new(),
            });
        }
        assert_eq!(title(&record, &options), "How well a model labels cells of a.h5ad and more files");
        let options = RenderOptions { title: Some("Mine".into()), ..options };
        assert_eq!(title(&record, &options), "Mine");
        record.flow = Flow::Annotate;
        assert_eq!(title(&record, &RenderOptions::default()), "Cells labelled");
    }
}
