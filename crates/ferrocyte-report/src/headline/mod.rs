//! The first screen: what was done, on which file, what came out, and what the scores are scores on.

mod annotate;
mod compare;
mod evaluate;
mod figure;
mod scored_on;
mod title;
mod train;

use ferrocyte_core::{Flow, RunRecord};
use maud::{Markup, html};

use crate::options::RenderOptions;
pub(crate) use title::title;

/// The first screen, down to the warnings.
pub(crate) fn headline(record: &RunRecord, options: &RenderOptions) -> Markup {
    let kind = match record.flow {
        Flow::Train => "Training",
        Flow::Evaluate => "Evaluation",
        Flow::Annotate => "Annotation",
        Flow::Compare => "Comparison",
    };
    html! {
        header.headline {
            p.kicker { (kind) }
            h1 { (title(record, options)) }
            @match record.flow {
                Flow::Train => { (train::body(record)) },
                Flow::Evaluate => { (evaluate::body(record)) },
                Flow::Annotate => { (annotate::body(record)) },
                Flow::Compare => { (compare::body(record)) },
            }
        }
    }
}
