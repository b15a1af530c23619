//! Scores of samples: what a sample consists of, its profile, and what its cells say together, each against chance.

use ferrocyte_core::{
    Block, Labels, LogNorm, PermutationTest, Progress, RunRecord, SampleCall, SampleCount, SampleModel,
    SampleScores, Scores, Silent, Vocabulary, Warning,
};
use ferrocyte_learn::evaluate::{self, Answers, FoldPrediction, Folds};
use ferrocyte_learn::models::{GeneChoice, LogisticParams, OnChosenGenes, Train};
use ferrocyte_learn::samples::{
    LeftOut, Samples, WhyLeftOut, arrangements, compositions, permuted, pseudobulks, votes,
};

use crate::reference::Reference;
use crate::sample_conclusions::conclusions;
use crate::scoring::{FoldError, Scored, ScoringError, fit_and_predict};

/// How often labels are dealt anew when nobody says: chance can then be told from one in a hundred.
pub(crate) const PERMUTATIONS: usize = 99;
/// Deals for what trains a model of cells in every fold of every deal.
const PERMUTATIONS_OF_VOTES: usize = 19;
/// Cells of each sample that such a model is trained on at most.
const CELLS_OF_VOTES: usize = 50;
/// Genes of pseudobulk profiles: those that vary most among the training samples.
const GENES_OF_PROFILES: usize = 2000;

/// How samples are scored.
pub(crate) struct Trial<'a> {
    /// The kind of model that labels cells.
    pub(crate) trainer: &'a dyn Train,
    /// How cells are divided; no sample is on both sides.
    pub(crate) folds: &'a Folds,
    /// How often labels are dealt anew.
    pub(crate) permutations: usize,
    pub(crate) seed: u64,
}

/// Scores samples, and writes what was found into the record. Where nothing can be scored a warning says why.
pub(crate) fn score(
    reference: &Reference,
    scored: &Scored,
    trial: &Trial<'_>,
    progress: &dyn Progress,
    record: &mut RunRecord,
) -> Result<(), ScoringError> {
    let (Some(of_cells), Some(groups)) = (&reference.samples, &reference.groups) else { return Ok(()) };
    let (samples, left_out) = Samples::of(of_cells, &reference.labels, groups);
    record.warnings.extend(left_out_warnings(&left_out, samples.len()));
    let fold_of = |sample: usize| trial.folds.fold_of(samples.cells()[sample][0]);
    let whole = samples
        .cells()
        .iter()
        .all(|cells| cells.iter().all(|&cell| trial.folds.fold_of(cell) == trial.folds.fold_of(cells[0])));
    let fold_names: Vec<String> =
        (0..samples.len()).map(|sample| format!("{:06}", fold_of(sample))).collect();
    let folds = Labels::from_names(&fold_names);
    if let Some(problem) = problem(&samples, &folds, whole) {
        record.warnings.push(Warning::new("samples-not-scored", problem));
        return Ok(());
    }
    let folds = evaluate::leave_one_group_out(&folds)?;
    let runs = Runs { reference, samples: &samples, folds: &folds, trial };
    let mut models = vec![runs.majority()?];
    progress.begin("scoring samples", 2 + u64::from(reference.cell_types.is_some()));
    if let Some(types) = &reference.cell_types {
        models.push(runs.composition(types)?);
        progress.advance(1);
    }
    models.push(runs.pseudobulk(reference.cell_types.as_ref())?);
    progress.advance(1);
    models.push(runs.votes(&scored.uncalibrated)?);
    progress.advance(1);
    progress.finish();
    record.samples = Some(SampleScores {
        columns: reference.sample_columns.clone(),
        group_column: reference.summary.group_column.clone(),
        labels: counts(&samples),
        groups: samples.groups().counts().len(),
        conclusions: conclusions(reference, &samples, &models, trial.seed),
        models,
    });
    Ok(())
}

/// What is in the way of any score.
fn problem(samples: &Samples, folds: &Labels, whole: bool) -> Option<String> {
    let n = samples.len();
    if n < 2 {
        return Some(format!(
            "samples cannot be scored: {n} of them has one label, and at least 2 are needed"
        ));
    }
    if let [only] = samples.labels().set().names() {
        return Some(format!("samples cannot be scored: all {n} have the label `{only}`"));
    }
    if !whole {
        return Some(
            "samples cannot be scored: cells of one sample are trained on while others are held out; give a column with \
             --group or --study that holds whole samples"
                .to_owned(),
        );
    }
    (folds.set().len() < 2).then(|| {
        "samples cannot be scored: all are held out in the same fold, which leaves none to learn from"
            .to_owned()
    })
}

/// Samples that cannot be labelled as one.
fn left_out_warnings(left_out: &[LeftOut], n_kept: usize) -> Vec<Warning> {
    const SHOWN: usize = 3;
    let of = |why: &dyn Fn(&WhyLeftOut) -> Option<String>| -> Vec<String> {
        left_out.iter().filter_map(|out| Some(format!("`{}` ({})", out.name, why(&out.why)?))).collect()
    };
    let labels = of(&|why| match why {
        WhyLeftOut::Labels([(one, n_one), (other, n_other)]) => {
            Some(format!("{n_one} cells `{one}`, {n_other} cells `{other}`"))
        }
        WhyLeftOut::Groups(_) => None,
    });
    let groups = of(&|why| match why {
        WhyLeftOut::Groups([one, other]) => Some(format!("cells of `{one}` and of `{other}`")),
        WhyLeftOut::Labels(_) => None,
    });
    let warning = |code, what: &str, found: &[String], hint: &str| {
        let shown = found.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
        let more = found.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!(
            "samples with cells of {what} are left out of the scores of samples: {shown}{more}; {n_kept} are left"
        );
        (!found.is_empty()).then(|| Warning::new(code, message).with_hint(hint))
    };
    let several_labels = warning(
        "unit-has-two-labels",
        "several labels",
        &labels,
        "a sample is what has one label: name every column that tells samples apart, as in --unit donor,condition",
    );
    let several_groups = warning(
        "unit-has-two-groups",
        "several groups",
        &groups,
        "a group is held out whole: give --group a column that holds whole samples",
    );
    several_labels.into_iter().chain(several_groups).collect()
}

/// Samples and groups of each label.
fn counts(samples: &Samples) -> Vec<SampleCount> {
    let labels = samples.labels();
    let of_label = |(code, label): (usize, &String)| {
        let members: Vec<usize> = (0..samples.len()).filter(|&sample| labels.code(sample) == code).collect();
        let groups = samples.groups().select(&members).over_occurring();
        SampleCount { label: label.clone(), samples: members.len(), groups: groups.set().len() }
    };
    labels.set().names().iter().enumerate().map(of_label).collect()
}

/// What all models of samples have in common.
struct Runs<'a> {
    reference: &'a Reference,
    samples: &'a Samples,
    folds: &'a Folds,
    trial: &'a Trial<'a>,
}

impl Runs<'_> {
    /// Calls every sample what most training samples are.
    fn majority(&self) -> Result<SampleModel, ScoringError> {
        let n = self.samples.len();
        let blind =
            Block::<LogNorm>::new(0, vec![0; n + 1], vec![], vec![]).unwrap_or_else(|_| Block::empty(0));
        let found = evaluate::cross_validate(&blind, self.samples.labels(), self.folds, &Silent, |data| {
            let probabilities = evaluate::majority(data.training_labels, data.test_cells.n_cells());
            Ok::<_, FoldError>(FoldPrediction { probabilities, converged: true, iterations: 0 })
        })?;
        let model =
            self.model("majority class", "nothing but how common labels are", &found.probabilities, None)?;
        Ok(SampleModel { calls: Vec::new(), ..model })
    }

    /// Learns from how many cells of each type a sample has.
    fn composition(&self, types: &Labels) -> Result<SampleModel, ScoringError> {
        let (rows, columns) = compositions(self.samples, types);
        let logistic = logistic();
        let run = |samples: &Samples| self.on_rows(samples, &rows, &columns, logistic.as_ref());
        let sees = format!("the shares of {} types of cells, as centred log-ratios", columns.len());
        self.tested("composition", &sees, &run(self.samples)?, self.trial.permutations, None, run)
    }

    /// Learns from mean profiles.
    fn pseudobulk(&self, types: Option<&Labels>) -> Result<SampleModel, ScoringError> {
        let genes = &self.reference.genes;
        let found =
            pseudobulks(self.samples, &self.reference.cells, genes, types).map_err(ScoringError::Read)?;
        let of_types = match found.types.len() {
            0 => "all cells".to_owned(),
            n => format!("each of {n} types of cells"),
        };
        let sees = format!(
            "mean profiles of {of_types}, {GENES_OF_PROFILES} genes that vary most among training samples"
        );
        let trainer = OnChosenGenes::new(GeneChoice::HighlyVariable(GENES_OF_PROFILES), logistic());
        let run = |samples: &Samples| self.on_rows(samples, &found.rows, &found.columns, &trainer);
        self.tested("pseudobulk", &sees, &run(self.samples)?, self.trial.permutations, None, run)
    }

    /// Takes the mean of what a model of cells says of a sample's cells. `probabilities` are those of all cells, held out.
    fn votes(&self, probabilities: &Scores) -> Result<SampleModel, ScoringError> {
        let names = self.reference.labels.set();
        let of_samples =
            over(&votes(self.samples, probabilities), names.names(), self.samples.labels().set().names());
        let (thinned, kept) = self.samples.thinned(CELLS_OF_VOTES);
        let cells = self.reference.cells.copy(&kept).map_err(ScoringError::Read)?;
        let run = |samples: &Samples| self.vote_anew(&thinned.with_labels(samples.labels().clone()), &cells);
        let sees = format!("the mean of what {} says of each cell", self.trial.trainer.kind());
        let permutations = self.trial.permutations.min(PERMUTATIONS_OF_VOTES);
        self.tested("votes", &sees, &of_samples, permutations, Some(CELLS_OF_VOTES), run)
    }

    /// Trains a model of cells in each fold, with the labels of their samples.
    fn vote_anew(&self, samples: &Samples, cells: &Block<LogNorm>) -> Result<Scores, ScoringError> {
        let (mut labels, mut folds) = (vec![""; cells.n_cells()], vec![String::new(); cells.n_cells()]);
        for (sample, of_sample) in samples.cells().iter().enumerate() {
            for &cell in of_sample {
                labels[cell] = samples.labels().name(sample);
                folds[cell] = format!("{:06}", self.folds.fold_of(sample));
            }
        }
        let labels = Labels::from_names(&labels);
        let folds = evaluate::leave_one_group_out(&Labels::from_names(&folds))?;
        let Trial { trainer, seed, .. } = self.trial;
        let found = evaluate::cross_validate(cells, &labels, &folds, &Silent, |data| {
            Ok::<_, FoldError>(fit_and_predict(data, *trainer, &self.reference.genes, *seed)?.0)
        })?;
        Ok(votes(samples, &found.probabilities))
    }

    /// Trains a model of rows in each fold.
    fn on_rows(
        &self,
        samples: &Samples,
        rows: &Block<LogNorm>,
        columns: &Vocabulary,
        trainer: &dyn Train,
    ) -> Result<Scores, ScoringError> {
        let found = evaluate::cross_validate(rows, samples.labels(), self.folds, &Silent, |data| {
            Ok::<_, FoldError>(fit_and_predict(data, trainer, columns, self.trial.seed)?.0)
        })?;
        Ok(found.probabilities)
    }

    /// A model with its scores, beside what the same procedure makes of labels that were dealt anew.
    fn tested(
        &self,
        name: &str,
        sees: &str,
        probabilities: &Scores,
        permutations: usize,
        cells_per_sample: Option<usize>,
        run: impl Fn(&Samples) -> Result<Scores, ScoringError>,
    ) -> Result<SampleModel, ScoringError> {
        let balanced = |labels: &Labels, probabilities: &Scores| -> Result<f64, ScoringError> {
            let called = most_probable(probabilities);
            Ok(evaluate::judge(&Answers::new(labels, &called, Some(probabilities))?)
                .metrics
                .balanced_accuracy)
        };
        let thinner =
            cells_per_sample.is_some_and(|most| self.samples.cells().iter().any(|cells| cells.len() > most));
        let score = if thinner {
            balanced(self.samples.labels(), &run(self.samples)?)?
        } else {
            balanced(self.samples.labels(), probabilities)?
        };
        let mut by_chance = Vec::with_capacity(permutations);
        for number in 0..permutations {
            let dealt = self.samples.with_labels(permuted(self.samples, self.trial.seed, number));
            by_chance.push(balanced(dealt.labels(), &run(&dealt)?)?);
        }
        let at_least = by_chance.iter().filter(|&&chance| chance >= score).count();
        let test = (permutations > 0).then(|| PermutationTest {
            permutations,
            score,
            score_by_chance: by_chance.iter().sum::<f64>() / permutations as f64,
            p_value: (1 + at_least) as f64 / (1 + permutations) as f64,
            smallest_p_value: (1.0 / arrangements(self.samples)).max(1.0 / (1 + permutations) as f64),
            cells_per_sample: cells_per_sample.filter(|_| thinner),
        });
        self.model(name, sees, probabilities, test)
    }

    fn model(
        &self,
        name: &str,
        sees: &str,
        probabilities: &Scores,
        permutation_test: Option<PermutationTest>,
    ) -> Result<SampleModel, ScoringError> {
        let (labels, groups) = (self.samples.labels(), self.samples.groups());
        let called = most_probable(probabilities);
        let answers = Answers::new(labels, &called, Some(probabilities))?;
        let metrics = evaluate::intervals(&answers, Some(groups), self.trial.seed).metrics;
        let call = |(sample, name): (usize, &String)| {
            let best = probabilities.best(sample);
            SampleCall {
                sample: name.clone(),
                group: groups.name(sample).to_owned(),
                given: labels.name(sample).to_owned(),
                called: labels.set().name(best).to_owned(),
                probability: probabilities.row(sample)[best],
            }
        };
        let calls = self.samples.names().iter().enumerate().map(call).collect();
        Ok(SampleModel { name: name.to_owned(), sees: sees.to_owned(), metrics, permutation_test, calls })
    }
}

fn logistic() -> Box<dyn Train> {
    Box::new(LogisticParams::default().check().expect("the default settings keep their own rules"))
}

fn most_probable(scores: &Scores) -> Vec<Option<usize>> {
    (0..scores.n_cells()).map(|row| Some(scores.best(row))).collect()
}

/// Columns of the labels that some sample has, with a sum of one.
fn over(scores: &Scores, from: &[String], to: &[String]) -> Scores {
    let mut found = Scores::zeros(scores.n_cells(), to.len());
    for row in 0..scores.n_cells() {
        let mut sum = 0.0;
        for (label, name) in to.iter().enumerate() {
            let probability =
                from.iter().position(|from| from == name).map_or(0.0, |from| scores.row(row)[from]);
            found.row_mut(row)[label] = probability;
            sum += probability;
        }
        for probability in found.row_mut(row).iter_mut().filter(|_| sum > 0.0) {
            *probability /= sum;
        }
    }
    found
}
