//! `--model auto`: the kind of model that does best on the reference.

use ferrocyte_core::{Choice, Comparison, Origin, Progress, RunRecord, Warning};
use ferrocyte_learn::models::{GeneChoice, Train};

use crate::compare::{COMPARED_BY_DEFAULT, CompareError, candidates, judge};
use crate::model_choices::genes_choice;
use crate::model_options::{DEFAULT_MODEL, ModelOptions};
use crate::reference::Reference;
use crate::scoring::{Learnt, ScoringOptions};

/// The name that asks for it.
pub const AUTO_MODEL: &str = "auto";

/// Compares the kinds on the reference and writes comparison, choice and scores of the chosen kind into the record.
///
/// The default is taken unless the best kind is clearly better than it: on data that cannot tell them apart, what held up
/// on other data decides.
pub(crate) fn choose_model(
    reference: &Reference,
    genes: GeneChoice,
    scoring: ScoringOptions,
    seed: u64,
    progress: &dyn Progress,
    record: &mut RunRecord,
) -> Result<(Box<dyn Train>, Learnt), CompareError> {
    let kinds = COMPARED_BY_DEFAULT.map(|kind| ModelOptions::of(kind).on_genes(genes));
    let mut candidates = candidates(&kinds)?;
    let compared = judge(reference, &candidates, scoring, seed, progress, record)?;
    // Seconds would make two runs differ; they belong to a comparison, not to a model.
    record.timing = None;
    let position = |name: &str| candidates.iter().position(|candidate| candidate.name == name);
    let best = compared.best;
    let clear = record
        .comparison
        .as_ref()
        .is_some_and(|comparison| is_clearly_better(comparison, &candidates[best].name, DEFAULT_MODEL));
    let taken = if clear { best } else { position(DEFAULT_MODEL).unwrap_or(best) };
    let name = candidates[taken].name.clone();
    let reason = if taken == best {
        "it has the highest macro F1 on held-out cells of the kinds that were compared"
    } else {
        "no other kind is better on held-out cells beyond what chance explains, and it held up best on other data"
    };
    record.choices.push(Choice {
        setting: "model".to_owned(),
        value: name.clone(),
        origin: Origin::Detected,
        reason: reason.to_owned(),
    });
    record.choices.push(genes_choice(genes));
    let message = format!(
        "`{name}` was chosen among {} kinds by the scores on the same held-out cells: its own score flatters by a little",
        candidates.len()
    );
    record.warnings.push(Warning::note("chosen-by-score", message));
    let learnt = compared.take(taken, &candidates, reference, seed, record)?;
    Ok((candidates.swap_remove(taken).trainer, learnt))
}

fn is_clearly_better(comparison: &Comparison, one: &str, other: &str) -> bool {
    comparison.differences.iter().any(|pair| {
        pair.score == comparison.decided_by && pair.better == one && pair.other == other && pair.is_clear()
    })
}
