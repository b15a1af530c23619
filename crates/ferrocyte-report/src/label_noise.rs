//! Given labels that held-out predictions speak against.

use ferrocyte_core::{DoubtedLabel, DoubtedPair, DoubtfulCell, LabelNoise, RunRecord};
use maud::{Markup, html};

use crate::label::label;
use crate::number::{count, optional_score, percent, score};
use crate::section::{Section, scrolling};
use crate::svg::bar;

/// How many labels are doubtful, by given and suggested label, label by label, and the most doubtful cells.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let noise = record.label_noise.as_ref()?;
    let body = html! {
        p {
            (count(noise.doubtful)) " of " (count(noise.cells)) " cells (" (percent(noise.share))
            ") seem to be another label than the one they were given, to models that never saw them. Either the label is "
            "wrong or the model is: look at these cells before believing either."
        }
        @if noise.not_judged > 0 {
            p { (count(noise.not_judged)) " cells could not be judged: no training cell of their fold had their label." }
        }
        @if noise.doubtful > 0 {
            div.columns {
                div {
                    h3 { "By given and suggested label" }
                    (scrolling("Doubtful cells by given and suggested label", &pairs(&noise.pairs)))
                }
                div {
                    h3 { "Label by label" }
                    (scrolling("Doubtful cells of each label", &labels(&noise.labels)))
                }
            }
            details.long {
                summary { "The most doubtful cells" }
                (scrolling("The most doubtful cells", &cells(noise)))
            }
        }
    };
    Some(Section { id: "doubtful", title: "Doubtful labels", body })
}

fn pairs(pairs: &[DoubtedPair]) -> Markup {
    let most = pairs.iter().map(|pair| pair.cells).max().unwrap_or(0);
    html! {
        table.sortable {
            caption.unseen { "Doubtful cells by given and suggested label" }
            thead {
                tr {
                    th scope="col" { "Given" }
                    th scope="col" { "Seems to be" }
                    th.number scope="col" { "Cells" }
                }
            }
            tbody {
                @for pair in pairs {
                    tr {
                        td { (label(&pair.given)) }
                        td { (label(&pair.suggested)) }
                        td.number { span.barred { (bar(pair.cells as f64, most as f64)) (count(pair.cells)) } }
                    }
                }
            }
        }
    }
}

fn labels(labels: &[DoubtedLabel]) -> Markup {
    html! {
        table.sortable {
            caption.unseen { "Doubtful cells of each label" }
            thead {
                tr {
                    th scope="col" { "Label" }
                    th.number scope="col" { "Cells" }
                    th.number scope="col" { "Doubtful" }
                    th.number scope="col" { "Certainty" }
                }
            }
            tbody {
                @for of in labels {
                    tr {
                        th scope="row" { (label(&of.label)) }
                        td.number { (count(of.cells)) }
                        td.number { (count(of.doubtful)) }
                        td.number { (optional_score(of.threshold)) }
                    }
                }
            }
        }
    }
}

fn cells(noise: &LabelNoise) -> Markup {
    let several_files = noise.worst.iter().any(|cell| cell.file.is_some());
    let row = |cell: &DoubtfulCell| {
        html! {
            th scope="row" { (label(&cell.cell)) }
            @if several_files { td { (label(cell.file.as_deref().unwrap_or(""))) } }
            td { (label(&cell.given)) }
            td { (label(&cell.suggested)) }
            td.number { (score(cell.probability_given)) }
            td.number { (score(cell.probability_suggested)) }
        }
    };
    html! {
        table.sortable {
            caption.unseen { "The most doubtful cells" }
            thead {
                tr {
                    th scope="col" { "Cell" }
                    @if several_files { th scope="col" { "File" } }
                    th scope="col" { "Given" }
                    th scope="col" { "Seems to be" }
                    th.number scope="col" { "Probability of the given" }
                    th.number scope="col" { "Of the other" }
                }
            }
            tbody { @for cell in &noise.worst { tr { (row(cell)) } } }
        }
    }
}
