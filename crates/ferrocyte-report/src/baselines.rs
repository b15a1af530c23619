//! The model beside what needs no model.

use ferrocyte_core::{Interval, MetricIntervals, RunRecord};
use maud::{Markup, html};

use crate::number::{interval, optional_score};
use crate::section::{Section, scrolling};

/// What each baseline is, by its name in the record.
const MEANINGS: [(&str, &str); 3] = [
    ("majority class", "the most common training label for every cell"),
    ("stratified random", "the label of a training cell drawn at random"),
    ("nearest centroid", "the label whose mean profile the cell correlates with most"),
];

/// A score that is shown.
type Shown = (&'static str, fn(&MetricIntervals) -> Option<Interval>);

const SHOWN: [Shown; 4] = [
    ("Accuracy", |m| Some(m.accuracy)),
    ("Macro F1", |m| Some(m.f1_macro)),
    ("Balanced accuracy", |m| Some(m.balanced_accuracy)),
    ("Log loss", |m| m.log_loss),
];

/// Scores of the model and of the baselines, each with its interval.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let model = record.metrics.as_ref().filter(|_| !record.baselines.is_empty())?;
    let kind = record.model.as_ref().map_or("the model", |model| model.kind.as_str());
    let meaning = |name: &str| MEANINGS.iter().find(|(known, _)| *known == name).map(|(_, meaning)| *meaning);
    let table = html! {
        table.baselines {
            caption.unseen { "Scores of the model and of the baselines" }
            thead {
                tr {
                    th scope="col" { "Answers of" }
                    @for (name, _) in SHOWN { th.number scope="col" { (name) } }
                }
            }
            tbody {
                tr { th scope="row" { (kind) } (scores(model)) }
                @for baseline in &record.baselines {
                    tr {
                        th scope="row" {
                            (baseline.name)
                            @if let Some(meaning) = meaning(&baseline.name) { span.meaning { (meaning) } }
                        }
                        (scores(&baseline.metrics))
                    }
                }
            }
        }
    };
    let body = html! {
        p { "The same cells, answered with next to nothing learnt. A model that is not clearly better has learnt little." }
        (scrolling("Scores of the model and of the baselines", &table))
    };
    Some(Section { id: "baselines", title: "Beside no model", body })
}

fn scores(metrics: &MetricIntervals) -> Markup {
    html! {
        @for (_, of) in SHOWN {
            td.number {
                (optional_score(of(metrics).map(|found| found.value)))
                @if let Some(found) = of(metrics) { (interval(found)) }
            }
        }
    }
}
