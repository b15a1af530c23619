//! Who was taken for whom, as a picture.

mod geometry;
mod heat_map;
mod shade;

use std::collections::BTreeMap;

use ferrocyte_core::RunRecord;
use maud::html;

use crate::section::{Section, scrolling};
use heat_map::heat_map;
use shade::legend;

/// Cells that were given each label, as the record says it: a picture of its own sums would be computing.
pub(crate) type Supports<'a> = BTreeMap<&'a str, usize>;

/// Given cells of each label.
pub(crate) fn supports(record: &RunRecord) -> Supports<'_> {
    record.per_class.iter().map(|class| (class.label.as_str(), class.support)).collect()
}

/// The confusion matrix as a heat map.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let confusion = record.confusion.as_ref().filter(|confusion| !confusion.labels.is_empty())?;
    let picture = html! {
        figure.confusion {
            (heat_map(confusion, &supports(record)))
        }
    };
    let body = html! {
        p {
            "Who was taken for whom. One row for each given label; the colour is the share of the row’s cells that \
             were called by the label of the column. A perfect model fills the diagonal and nothing else. "
            span.with-script { "Point at a square for its cells." }
        }
        (legend())
        (scrolling("Confusion matrix", &picture))
    };
    Some(Section { id: "confusion", title: "Confusion matrix", body })
}
