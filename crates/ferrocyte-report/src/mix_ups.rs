//! Pairs of labels that were confused, the largest first.

use ferrocyte_core::{Confusion, RunRecord};
use maud::{Markup, html};

use crate::confusion::{Supports, supports};
use crate::label::label;
use crate::number::count;
use crate::section::{Section, scrolling};
use crate::svg::bar;

/// Cells of one given label that were called by one label.
#[derive(Clone, Copy)]
struct Pair<'a> {
    given: &'a str,
    called: &'a str,
    cells: u64,
}

/// The largest mix-ups, and all pairs behind a fold.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    const SHOWN: usize = 8;
    let confusion = record.confusion.as_ref()?;
    let supports = supports(record);
    let all = pairs(confusion);
    if all.is_empty() {
        return None;
    }
    let mut mixed: Vec<Pair<'_>> = all.iter().copied().filter(|pair| pair.given != pair.called).collect();
    // Stable: pairs of equal size stay in the order of the matrix.
    mixed.sort_by_key(|pair| std::cmp::Reverse(pair.cells));
    mixed.truncate(SHOWN);
    let body = html! {
        @if mixed.is_empty() {
            p { "No cell was called by another label than its own." }
        } @else {
            p { "Where most cells went astray. The bar is their share of the cells given so." }
            (scrolling("Largest mix-ups", &table(&mixed, &supports, false)))
        }
        details.long {
            summary { "All pairs as a table" }
            (scrolling("All pairs of given and called labels", &table(&all, &supports, true)))
        }
    };
    Some(Section { id: "mix-ups", title: "Largest mix-ups", body })
}

/// Pairs that have cells, in the order of the matrix.
fn pairs(confusion: &Confusion) -> Vec<Pair<'_>> {
    let rows = confusion.labels.iter().zip(&confusion.counts);
    rows.flat_map(|(given, counts)| {
        confusion.labels.iter().zip(counts).map(|(called, &cells)| Pair { given, called, cells })
    })
    .filter(|pair| pair.cells > 0)
    .collect()
}

fn table(pairs: &[Pair<'_>], supports: &Supports<'_>, sortable: bool) -> Markup {
    html! {
        table.mix-ups.sortable[sortable] {
            caption.unseen { "Cells by given and called label" }
            thead {
                tr {
                    th scope="col" { "Given" }
                    th scope="col" { "Called" }
                    th.number scope="col" { "Cells" }
                }
            }
            tbody {
                @for pair in pairs {
                    tr {
                        td { (label(pair.given)) }
                        td { (label(pair.called)) }
                        td.number { (of_support(pair, supports.get(pair.given).copied())) }
                    }
                }
            }
        }
    }
}

fn of_support(pair: &Pair<'_>, support: Option<usize>) -> Markup {
    html! {
        @if let Some(support) = support {
            span.barred {
                (bar(pair.cells as f64, support as f64))
                span { (count(pair.cells)) span.of { " of " (count(support)) } }
            }
        } @else { (count(pair.cells)) }
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::Flow;

    use super::*;

    #[test]
    fn the_largest_stand_first_and_right_calls_are_none() {
        let mut record = RunRecord::new(Flow::Evaluate, "0.1.0", 0);
        record.confusion =
            Some(Confusion { labels: vec!["a".into(), "b".into()], counts: vec![vec![90, 2], vec![5, 80]] });
        let page = section(&record).unwrap().body.into_string();
        let (shown, all) = page.split_once("<details").unwrap();
        assert!(shown.find(r#"value="5""#).unwrap() < shown.find(r#"value="2""#).unwrap());
        assert!(!shown.contains(r#"value="90""#) && all.contains(r#"value="90""#));

        record.confusion.as_mut().unwrap().counts = vec![vec![1, 0], vec![0, 1]];
        assert!(section(&record).unwrap().body.into_string().contains("No cell was called"));
    }
}
