//! What the scores are scores on: the first thing to ask of any score.

use ferrocyte_core::{Flow, LeakKind, RunRecord, SplitKind};
use maud::{Markup, html};

use crate::label::{code, prose};
use crate::number::count;

/// What the scores are scores on, and whether they flatter.
pub(crate) fn scored_on(record: &RunRecord) -> Markup {
    let Some(splits) = &record.splits else { return against_given_labels(record) };
    if let Some(leak) = record.leaks.iter().find(|leak| undoes_the_score(leak.kind)) {
        return panel(false, &html! { "Something else than the label" }, &prose(&leak.detail));
    }
    let group = html! {
        @match &record.data.group_column { Some(column) => (code(column)), None => "group" }
    };
    let by = html! {
        @match &splits.held_out_by { Some(by) => (code(by)), None => "a condition" }
    };
    let folds = html! { (count(splits.folds)) @if splits.folds == 1 { " fold" } @else { " folds" } };
    let groups = html! {
        @if let Some(groups) = splits.groups { (count(groups)) " values of " (group) " in " }
        (folds)
    };
    match splits.kind {
        SplitKind::StratifiedCells => panel(
            false,
            &html! { "Held-out cells of the same donors" },
            &html! {
                (folds) " of cells drawn at random. Their neighbours from the same donor, run and study were trained on, \
                 so on a new donor expect less."
            },
        ),
        SplitKind::Groups => panel(
            true,
            &html! { "Unseen " (group) },
            &html! {
                (groups) ": each was either trained on or scored on, never both. Expect about this on a new " (group)
                ", from data like these."
            },
        ),
        SplitKind::LeaveOneGroupOut => panel(
            true,
            &html! { "Unseen " (group) ", one at a time" },
            &html! {
                (groups) ": each was held out alone, once, and scored by a model of all others. Expect about this on a new "
                (group) ", from data like these."
            },
        ),
        SplitKind::LeaveOneStudyOut => panel(
            true,
            &html! { "Unseen studies, one at a time" },
            &html! {
                @if let Some(studies) = splits.groups { (count(studies)) " values of " } (by)
                ": each was held out alone, once, and scored by a model of all others. Expect about this on a new study that is \
                 as like these as they are like each other."
            },
        ),
        SplitKind::TestPart => panel(
            true,
            &html! { "One part: " (by) },
            &html! {
                "Cells with " (by) " were scored by a model of all other cells, once. The score is of this part alone."
            },
        ),
    }
}

/// Whether a score says nothing about the label any more.
fn undoes_the_score(kind: LeakKind) -> bool {
    matches!(kind, LeakKind::Confounded | LeakKind::LabelIsFile | LeakKind::FeatureIsLabel)
}

fn against_given_labels(record: &RunRecord) -> Markup {
    let from = html! {
        @if let Some(column) = &record.data.label_column { " in column " (code(column)) }
    };
    match record.flow {
        Flow::Annotate => panel(
            true,
            &html! { "Labels that came with the query" },
            &html! { "The labels of the query" (from) " are taken for the truth." },
        ),
        Flow::Train | Flow::Evaluate | Flow::Compare => panel(
            false,
            &html! { "Unknown cells" },
            &html! { "The record does not say how the cells were divided, so the score may flatter." },
        ),
    }
}

fn panel(honest: bool, title: &Markup, text: &Markup) -> Markup {
    html! {
        div.scored-on.honest[honest].flatters[!honest] {
            p.kicker { "Scored on" }
            p.verdict { span.sign aria-hidden="true" { @if honest { "✓" } @else { "!" } } (title) }
            p { (text) }
        }
    }
}
