//! The page: what stands on it, and in which order.

use ferrocyte_core::{Flow, RunRecord};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::headline::{headline, title};
use crate::options::RenderOptions;
use crate::section::Section;
use crate::style::{SCRIPT, style_sheet};
use crate::warnings::warnings;
use crate::{
    baselines, choices, comparison, composition, confusion, coverage, curves, folds, hierarchy, inputs,
    metrics, mix_ups, model, per_class, predictions, provenance, reliability,
};

/// What the page may do: show itself. No request leaves it, whatever a label holds.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; form-action 'none'";

/// Draws a record as one self-contained HTML page.
///
/// The page loads nothing, and the same record gives the same bytes. Every text of the record is escaped; every
/// number shown is in the record. A record that holds little gives a short page: no part of it is required.
///
/// # Examples
///
/// ```
/// use ferrocyte_core::{Flow, RunRecord};
/// use ferrocyte_report::{RenderOptions, render};
///
/// let mut record = RunRecord::new(Flow::Annotate, "0.1.0", 0);
/// record.data.cells_used = 2_638;
/// let page = render(&record, &RenderOptions::default());
/// assert!(page.contains(r#"<data value="2638">2,638</data>"#));
/// ```
pub fn render(record: &RunRecord, options: &RenderOptions) -> String {
    let sections = sections(record);
    let title = title(record, options);
    let page = html! {
        (DOCTYPE)
        html lang="en" data-theme=[options.theme.attribute()] {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content={ "Ferrocyte " (record.ferrocyte_version) };
                title { (title) " · Ferrocyte" }
                style { (PreEscaped(style_sheet())) }
            }
            body {
                a.skip href="#main" { "Skip to the results" }
                div.masthead {
                    span { b { "Ferrocyte" } " " (record.ferrocyte_version) }
                    button.theme type="button" hidden {}
                }
                div.page {
                    (headline(record, options))
                    (warnings(&record.warnings))
                    div.body {
                        (contents(&sections))
                        main id="main" tabindex="-1" {
                            @for section in &sections { (section.markup()) }
                        }
                    }
                    footer { "Written by Ferrocyte " (record.ferrocyte_version) " from its run record." }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

fn contents(sections: &[Section]) -> Markup {
    html! {
        nav aria-label="Contents" {
            ol { @for section in sections { li { a href={ "#" (section.id) } { (section.title) } } } }
        }
    }
}

/// The parts of the page, in the order in which a scientist asks for them.
fn sections(record: &RunRecord) -> Vec<Section> {
    let results = [
        comparison::section(record),
        metrics::section(record),
        baselines::section(record),
        per_class::section(record),
        hierarchy::section(record),
        confusion::section(record),
        mix_ups::section(record),
        folds::section(record),
        reliability::section(record),
    ];
    let labels = [predictions::section(record), coverage::section(record)];
    let (first, second): (Vec<_>, Vec<_>) = match record.flow {
        Flow::Annotate => (labels.into(), results.into()),
        Flow::Train | Flow::Evaluate | Flow::Compare => (results.into(), labels.into()),
    };
    let background = [
        curves::section(record),
        composition::section(record),
        model::section(record),
        inputs::section(record),
        choices::section(record),
        Some(provenance::section(record)),
    ];
    first.into_iter().chain(second).chain(background).flatten().collect()
}
