//! What scores of samples allow to be said.

use ferrocyte_core::{Conclusion, Interval, SampleModel};
use ferrocyte_learn::evaluate::{self, PairedAnswers, PairedScore};
use ferrocyte_learn::samples::Samples;

use crate::reference::Reference;

/// A test that finds chance this rarely as good says that it was not chance.
const LEVEL: f64 = 0.05;
/// Draws for the difference between two models.
const RESAMPLES: usize = 1000;
/// Below this many groups, an interval from them says little.
const FEW_GROUPS: usize = 6;

/// What can be concluded and what not, in the order in which a reader needs it.
pub(crate) fn conclusions(
    reference: &Reference,
    samples: &Samples,
    models: &[SampleModel],
    seed: u64,
) -> Vec<Conclusion> {
    let label = reference.summary.label_column.as_deref().unwrap_or("the label");
    let group = reference.summary.group_column.as_deref().unwrap_or("group");
    let mut found = labels_of_one_group(samples, label, group);
    found.extend(confounded(reference, samples, label));
    found.extend(models.iter().filter_map(|model| against_chance(model, label, group)));
    found.extend(beyond_composition(samples, models, label, seed));
    let n_groups = samples.groups().set().len();
    if n_groups < FEW_GROUPS {
        found.push(not_shown(format!(
            "how well this does on the next `{group}`: {n_groups} of them cannot show how much they differ, and the intervals are \
             too narrow"
        )));
    }
    found
}

fn shown(text: String) -> Conclusion {
    Conclusion { shown: true, text }
}

fn not_shown(text: String) -> Conclusion {
    Conclusion { shown: false, text }
}

/// Labels that one group alone has.
fn labels_of_one_group(samples: &Samples, label: &str, group: &str) -> Vec<Conclusion> {
    let labels = samples.labels();
    let only = |code: usize| {
        let members: Vec<usize> = (0..samples.len()).filter(|&sample| labels.code(sample) == code).collect();
        let groups = samples.groups().select(&members).over_occurring();
        match groups.set().names() {
            [only] => Some(not_shown(format!(
                "anything about `{name}`: all its samples are of `{only}`. While that is held out nothing shows what `{name}` is, and what \
                 sets it apart may be that one `{group}` and not `{label}`",
                name = labels.set().name(code)
            ))),
            _ => None,
        }
    };
    (0..labels.set().len()).filter_map(only).collect()
}

/// Columns that divide the samples as the label does.
fn confounded(reference: &Reference, samples: &Samples, label: &str) -> Vec<Conclusion> {
    let first_cells: Vec<usize> = samples.cells().iter().map(|cells| cells[0]).collect();
    let alike = |name: &str, column: &ferrocyte_core::Labels| {
        let same_within = samples
            .cells()
            .iter()
            .all(|cells| cells.iter().all(|&cell| column.code(cell) == column.code(cells[0])));
        let entries = column.select(&first_cells).over_occurring();
        // A column with an entry for each sample says which sample it is, and is no other explanation.
        let few = entries.set().len() < samples.len() && entries.set().len() < samples.groups().set().len();
        let follows = evaluate::follows(samples.labels(), &entries).is_some_and(evaluate::Follows::perfectly);
        (same_within && few && follows).then(|| {
            not_shown(format!(
                "whether models learnt `{label}` or `{name}`: the two columns divide the samples alike"
            ))
        })
    };
    reference.dividing.iter().filter_map(|column| alike(&column.name, &column.groups)).collect()
}

/// Whether a model does better than labels that were dealt anew.
fn against_chance(model: &SampleModel, label: &str, group: &str) -> Option<Conclusion> {
    let test = model.permutation_test.as_ref()?;
    let Interval { value, low, high } = model.metrics.balanced_accuracy;
    let by = format!(
        "`{}` tells `{label}` of samples of a new `{group}`: balanced accuracy {value:.3} ({low:.3} to {high:.3})",
        model.name
    );
    let (p, times) = (test.p_value, test.permutations);
    Some(if p <= LEVEL {
        shown(format!("{by}; p = {p:.2} from {times} deals of the labels"))
    } else if test.smallest_p_value > LEVEL {
        not_shown(format!(
            "that {by}: with so few samples no test could show it, as p cannot be below {:.2}",
            test.smallest_p_value
        ))
    } else {
        not_shown(format!("that {by}; p = {p:.2} from {times} deals of the labels"))
    })
}

/// Whether anything beyond the shares of cell types was needed.
fn beyond_composition(
    samples: &Samples,
    models: &[SampleModel],
    label: &str,
    seed: u64,
) -> Option<Conclusion> {
    let composition = models.iter().find(|model| model.name == "composition")?;
    let others = models.iter().filter(|model| !model.calls.is_empty() && model.name != composition.name);
    let best = others.reduce(|best, model| {
        if model.metrics.accuracy.value > best.metrics.accuracy.value { model } else { best }
    })?;
    let called = |model: &SampleModel| -> Vec<Option<usize>> {
        model.calls.iter().map(|call| samples.labels().set().code(&call.called)).collect()
    };
    let (one, other) = (called(best), called(composition));
    let answers =
        PairedAnswers { given: samples.labels(), called: &[&one, &other], groups: Some(samples.groups()) };
    let (mean, low, high) =
        evaluate::resample(answers, PairedScore::Accuracy, RESAMPLES, seed).difference(0, 1);
    let by = format!("accuracy differs by {mean:+.3} ({low:+.3} to {high:+.3})");
    Some(if low > 0.0 {
        shown(format!("`{}` sees more of `{label}` than the shares of cell types do: {by}", best.name))
    } else {
        not_shown(format!(
            "that more than the shares of cell types is needed for `{label}`: from them to `{}`, {by}",
            best.name
        ))
    })
}
