//! How training went, step by step.

mod line_plot;

use ferrocyte_core::{Curve, Flow, RunRecord, TrainingRecord};
use maud::html;

use crate::label::prose;
use crate::number::count;
use crate::section::Section;
use line_plot::line_plot;

/// One plot for each thing that was measured, and how training ended.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let training = record.training.as_ref()?;
    let body = html! {
        p {
            @if record.flow == Flow::Evaluate { "Of the first fold. " }
            @if in_epochs(training) { "Training took " }
            @else if training.converged { "Training converged after " }
            @else { strong.caution { "Training did not converge" } " in " }
            (count(training.iterations)) " steps: " (prose(&training.stopped)) "."
        }
        div.plots {
            @for panel in panels(&training.curves) { figure.plot { (line_plot(&panel)) } }
        }
    };
    Some(Section { id: "training", title: "Training", body })
}

/// Whether a model was trained in epochs: it takes as many as it was given, and does not converge.
pub(crate) fn in_epochs(training: &TrainingRecord) -> bool {
    training.curves.iter().any(|curve| curve.step == "epoch")
}

/// Curves of the same kind share a plot: `training loss` and `validation loss`, told by the last word; scores from 0 to 1 are
/// of one kind. A learning rate that never changes is among the choices; there is nothing to draw.
fn panels(curves: &[Curve]) -> Vec<Vec<&Curve>> {
    let kind = |curve: &Curve| {
        let last = match curve.name.rsplit(' ').next().unwrap_or_default() {
            "F1" => "accuracy",
            last => last,
        };
        (last.to_owned(), curve.step.clone())
    };
    let flat = |curve: &Curve| {
        curve.name == "learning rate" && curve.values.windows(2).all(|pair| pair[0] == pair[1])
    };
    let mut panels: Vec<Vec<&Curve>> = Vec::new();
    for curve in curves.iter().filter(|curve| !curve.values.is_empty() && !flat(curve)) {
        match panels.iter_mut().find(|panel| kind(panel[0]) == kind(curve)) {
            Some(panel) => panel.push(curve),
            None => panels.push(vec![curve]),
        }
    }
    panels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_of_a_kind_share_a_plot() {
        let curve = |name: &str, values: &[f64]| Curve {
            name: name.into(),
            step: "epoch".into(),
            values: values.to_vec(),
        };
        let curves = [
            curve("training loss", &[1.0]),
            curve("validation loss", &[2.0]),
            curve("validation accuracy", &[0.5]),
            curve("validation macro F1", &[0.4]),
            curve("nothing", &[]),
            curve("learning rate", &[0.1, 0.1]),
        ];
        let names: Vec<Vec<&str>> =
            panels(&curves).iter().map(|panel| panel.iter().map(|c| c.name.as_str()).collect()).collect();
        assert_eq!(
            names,
            [vec!["training loss", "validation loss"], vec!["validation accuracy", "validation macro F1"]]
        );
    }
}
