//! Judge kinds of models beside each other: the same cells, the same folds, the same draws.

use std::time::Instant;

use ferrocyte_core::{
    CellStore, ComparedModel, Comparison, Flow, ModelSummary, Progress, RunRecord, ScoreDifference, Silent,
    StepTiming, Timing, Warning,
};
use ferrocyte_learn::evaluate::{Folds, PairedAnswers, PairedScore, Resampled, resample};
use ferrocyte_learn::models::Train;

use crate::baselines::baselines;
use crate::choices::choice;
use crate::dataset::DataError;
use crate::memory::{Kind, Needs};
use crate::model_choices::genes_choice;
use crate::model_options::{ModelOptions, ModelOptionsError};
use crate::peak_memory::{forget_peak, peak_bytes};
use crate::reference::{Reference, ReferenceOptions};
use crate::scoring::{Learnt, Scored, ScoringError, ScoringOptions, begin, cross_validate, fill, plan};

/// The score that decides which kind is better: every label counts the same, however rare.
pub(crate) const DECIDED_BY: PairedScore = PairedScore::F1Macro;
/// The kinds that are compared when none is named: those that train in seconds.
pub const COMPARED_BY_DEFAULT: [&str; 3] = ["weighted", "logistic", "svm"];

/// Which kinds of models are compared, on what, and how.
#[derive(Debug, Clone, Default)]
pub struct CompareOptions {
    /// The labelled cells.
    pub reference: ReferenceOptions,
    /// The kinds of models, two or more.
    pub models: Vec<ModelOptions>,
    /// How cells are divided.
    pub scoring: ScoringOptions,
    /// Seed of everything random.
    pub seed: u64,
}

/// Why a comparison was refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// Nothing to be compared with.
    #[error("expected two or more kinds of models to compare, found {found}")]
    TooFew {
        /// Number of kinds.
        found: usize,
    },
    /// The same kind with the same settings, twice.
    #[error("`{name}` is named twice: there is nothing to compare")]
    Twice {
        /// What it is called.
        name: String,
    },
    /// A model's settings are out of range.
    #[error(transparent)]
    Model(#[from] ModelOptionsError),
    /// The reference cannot be used.
    #[error("the reference cannot be used")]
    Reference(#[source] DataError),
    /// The scoring failed.
    #[error(transparent)]
    Scoring(#[from] ScoringError),
}

/// Trains and scores every kind in the same folds; returns everything that was found. The scores of the record are those
/// of the winner, or of the kind that scores best where there is none.
///
/// [`RunRecord::timing`] holds seconds and peak memory of each kind; everything else is the same whenever files,
/// settings and seed are.
///
/// # Errors
/// When a setting, the reference or the division into folds cannot be used.
pub fn compare(options: &CompareOptions, progress: &dyn Progress) -> Result<RunRecord, CompareError> {
    let candidates = candidates(&options.models)?;
    let kinds = candidates.iter().map(|candidate| Kind::of(candidate.trainer.as_ref())).collect();
    let needs = Needs { kinds, scored: true, named: false };
    let reference = Reference::read(&options.reference, &needs, options.seed, progress)
        .map_err(CompareError::Reference)?;
    let mut record = RunRecord::new(Flow::Compare, crate::VERSION, options.seed);
    reference.begin_record(&mut record);
    record.choices.extend(options.models.first().map(|model| genes_choice(model.genes)));
    let compared = judge(&reference, &candidates, options.scoring, options.seed, progress, &mut record)?;
    let best = compared.best;
    compared.take(best, &candidates, &reference, options.seed, &mut record)?;
    let message = format!(
        "the scores of this record are those of `{}`, the best of {} kinds on these very cells: they flatter by a little; \
         `evaluate --model auto` scores such a choice itself, made anew inside the training cells of each fold",
        candidates[best].name,
        candidates.len()
    );
    record.warnings.push(Warning::note("best-of-several", message));
    Ok(record)
}

/// A kind of model that may be chosen.
pub(crate) struct Candidate {
    pub(crate) name: String,
    pub(crate) trainer: Box<dyn Train>,
}

/// Checks the kinds that are to be compared.
pub(crate) fn candidates(models: &[ModelOptions]) -> Result<Vec<Candidate>, CompareError> {
    let mut candidates: Vec<Candidate> = Vec::with_capacity(models.len());
    for options in models {
        let candidate = Candidate { name: options.to_string(), trainer: options.trainer()? };
        let same = |other: &Candidate| {
            other.trainer.kind() == candidate.trainer.kind()
                && other.trainer.settings() == candidate.trainer.settings()
        };
        if candidates.iter().any(same) {
            return Err(CompareError::Twice { name: candidate.name });
        }
        candidates.push(candidate);
    }
    if candidates.len() < 2 {
        return Err(CompareError::TooFew { found: candidates.len() });
    }
    Ok(candidates)
}

/// What a comparison found, kind by kind.
pub(crate) struct Compared {
    pub(crate) scored: Vec<Scored>, // one per candidate
    /// How the cells were divided.
    pub(crate) folds: Folds,
    /// The deciding score of each kind, on the cells and on every draw of them.
    pub(crate) decisive: Resampled,
    options: ScoringOptions,
    /// The kind with the best score, clearly or not.
    pub(crate) best: usize,
}

/// Trains and scores every kind in the same folds and writes the comparison into the record.
pub(crate) fn judge(
    reference: &Reference,
    candidates: &[Candidate],
    options: ScoringOptions,
    seed: u64,
    progress: &dyn Progress,
    record: &mut RunRecord,
) -> Result<Compared, ScoringError> {
    let started = Instant::now();
    let plan = plan(reference, options, seed)?;
    begin(reference, &plan, record)?;
    let mut results = Vec::with_capacity(candidates.len());
    let mut steps = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        forget_peak();
        let begun = Instant::now();
        results.push(cross_validate(reference, candidate.trainer.as_ref(), &plan.folds, seed, progress)?);
        steps.push(StepTiming {
            step: candidate.name.clone(),
            secs: begun.elapsed().as_secs_f64(),
            peak_bytes: peak_bytes(),
        });
    }
    let called: Vec<&[Option<usize>]> =
        results.iter().map(|of: &Scored| of.result.called.as_slice()).collect();
    record.baselines = baselines(reference, &plan.folds, seed, progress)?;
    let tested = plan.folds.tested();
    let given = reference.labels.select(&tested);
    let groups = reference.units().map(|(_, groups)| groups.select(&tested).over_occurring());
    let groups = groups.as_ref();
    let answers = PairedAnswers { given: &given, called: &called, groups };
    let resamples = resamples(given.len());
    let names: Vec<&str> = candidates.iter().map(|candidate| candidate.name.as_str()).collect();
    let decisive = resample(answers, DECIDED_BY, resamples, seed);
    let best = position_of_largest(&decisive.scores);
    let mut differences: Vec<ScoreDifference> = all_pairs(&decisive, &names, DECIDED_BY).collect();
    let accuracy = resample(answers, PairedScore::Accuracy, resamples, seed);
    differences.extend(all_pairs(&accuracy, &names, PairedScore::Accuracy));
    let unit = if groups.is_some() { "groups" } else { "cells" };
    let (winner, verdict) = verdict(&names, best, &differences, unit);
    record.choices.push(choice(
        "deciding score",
        "macro F1".to_owned(),
        false,
        "every label counts the same, so a kind of model cannot win by the common ones alone",
    ));
    let models = candidates.iter().zip(&results).map(|(candidate, of)| ComparedModel {
        name: candidate.name.clone(),
        settings: candidate.trainer.settings(),
        metrics: of.result.judgement.metrics,
        fold_mean: of.result.fold_mean,
        not_converged: of.result.folds.iter().filter(|fold| !fold.converged).count(),
    });
    record.comparison = Some(Comparison {
        models: models.collect(),
        decided_by: DECIDED_BY.name().to_owned(),
        differences,
        resampled: unit.to_owned(),
        resamples,
        level: Resampled::LEVEL,
        winner,
        verdict,
    });
    record.timing = Some(Timing {
        total_secs: started.elapsed().as_secs_f64(),
        steps,
        threads: rayon::current_num_threads(),
    });
    Ok(Compared { scored: results, folds: plan.folds, decisive, options, best })
}

impl Compared {
    /// Writes the scores of one kind into the record, as if it alone had been evaluated; gives what a model of all
    /// cells can learn from it.
    pub(crate) fn take(
        mut self,
        taken: usize,
        candidates: &[Candidate],
        reference: &Reference,
        seed: u64,
        record: &mut RunRecord,
    ) -> Result<Learnt, ScoringError> {
        record.model = Some(ModelSummary {
            kind: candidates[taken].trainer.kind().to_owned(),
            genes: reference.genes.len(),
            labels: reference.labels.set().names().to_vec(),
            training_cells: reference.cells.n_cells(),
        });
        let mut scored = self.scored.swap_remove(taken);
        scored.measure_sets(reference, &self.folds, self.options.coverage);
        if self.options.unknown {
            let trainer = candidates[taken].trainer.as_ref();
            scored.leave_labels_out(reference, trainer, &self.folds, seed, &Silent)?;
        }
        fill(record, reference, scored, seed)
    }
}

/// How often cells are drawn: often enough for the ends of an interval of 95 %, less often where each draw is long.
pub(crate) fn resamples(n_cells: usize) -> usize {
    const MOST: usize = 2000;
    const CELLS_IN_ALL: usize = 400_000_000;
    (CELLS_IN_ALL / n_cells.max(1)).clamp(200, MOST)
}

/// The first of the largest values.
pub(crate) fn position_of_largest(values: &[f64]) -> usize {
    (0..values.len()).reduce(|best, i| if values[i] > values[best] { i } else { best }).unwrap_or(0)
}

fn all_pairs<'a>(
    found: &'a Resampled,
    names: &'a [&str],
    score: PairedScore,
) -> impl Iterator<Item = ScoreDifference> + 'a {
    let pairs = (0..names.len()).flat_map(move |one| (one + 1..names.len()).map(move |other| (one, other)));
    pairs.map(move |(one, other)| {
        let first_is_better = found.scores[one] >= found.scores[other];
        let (better, other) = if first_is_better { (one, other) } else { (other, one) };
        let (difference, low, high) = found.difference(better, other);
        ScoreDifference {
            better: names[better].to_owned(),
            other: names[other].to_owned(),
            score: score.name().to_owned(),
            difference,
            low,
            high,
        }
    })
}

/// The winner, where chance does not explain its lead over any other, and the verdict in words.
fn verdict(
    names: &[&str],
    best: usize,
    differences: &[ScoreDifference],
    resampled: &str,
) -> (Option<String>, String) {
    let name = names[best];
    let leads: Vec<&ScoreDifference> = differences
        .iter()
        .filter(|pair| pair.score == DECIDED_BY.name() && (pair.better == name || pair.other == name))
        .collect();
    let unclear: Vec<&str> = leads
        .iter()
        .filter(|pair| !pair.is_clear())
        .map(|pair| if pair.better == name { pair.other.as_str() } else { pair.better.as_str() })
        .collect();
    if unclear.is_empty() {
        let words = format!(
            "`{name}` is the best: its macro F1 is higher than that of every other kind, and every 95 % interval of the \
             difference, over {resampled} drawn again and again, lies above zero"
        );
        return (Some(name.to_owned()), words);
    }
    let quoted: Vec<String> = unclear.iter().map(|other| format!("`{other}`")).collect();
    let words = format!(
        "no kind is clearly the best: `{name}` has the highest macro F1, but the 95 % interval of its difference to {} \
         includes zero",
        quoted.join(", ")
    );
    (None, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(better: &str, other: &str, low: f64) -> ScoreDifference {
        let text = |text: &str| text.to_owned();
        ScoreDifference {
            better: text(better),
            other: text(other),
            score: text("f1_macro"),
            difference: 0.1,
            low,
            high: 0.2,
        }
    }

    #[test]
    fn a_winner_is_named_only_where_every_interval_excludes_zero() {
        let clear = [pair("a", "b", 0.01), pair("a", "c", 0.05), pair("b", "c", -0.1)];
        let (winner, words) = verdict(&["a", "b", "c"], 0, &clear, "cells");
        assert_eq!(winner.as_deref(), Some("a"));
        assert!(words.contains("over cells drawn"), "{words}");
        let unclear = [pair("a", "b", 0.0), pair("a", "c", 0.05), pair("b", "c", 0.1)];
        let (winner, words) = verdict(&["a", "b", "c"], 0, &unclear, "groups");
        assert_eq!(winner, None);
        assert!(words.ends_with("its difference to `b` includes zero"), "{words}");
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let error = |models: &[ModelOptions]| candidates(models).err().unwrap().to_string();
        assert_eq!(
            error(&[ModelOptions::default()]),
            "expected two or more kinds of models to compare, found 1"
        );
        let twice = [ModelOptions::of("logistic"), ModelOptions::of("logistic").with("l2", Some(1.0))];
        assert!(error(&twice).starts_with("`logistic:l2=1.0` is named twice"), "{}", error(&twice));
        assert!(error(&[ModelOptions::of("magic"), ModelOptions::default()]).contains("`magic`"));
    }
}
