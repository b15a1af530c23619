//! Training that also learns from the cells that are to be labelled.

use ferrocyte_core::{Block, LabelSet, LogNorm, Progress, Scores, TrainingRecord, Vocabulary, Warning};

use super::fit::{Fitted, Form};
use super::model::WeightedModel;
use super::params::Weighted;
use crate::labelled_cells::LabelledCells;
use crate::models::classifier::{Classifier, PredictError};
use crate::models::train::{FitError, check_columns};

/// Times that the query is labelled and learnt from.
pub const ADAPT_ROUNDS: usize = 2;
/// A cell of the query is learnt from when its label has at least this probability.
pub const ADAPT_CONFIDENCE: f64 = 0.8;
/// The query's cells of a label count together at most this share of what the reference's do.
pub const ADAPT_SHARE: f64 = 0.5;
/// Cells that the query must have for each label of the reference.
pub const ADAPT_CELLS_PER_LABEL: usize = 30;

/// A model that learnt from the query too, and how it came about.
#[derive(Debug)]
pub struct Adapted {
    /// The model.
    pub model: WeightedModel,
    /// What each round learnt from.
    pub rounds: Vec<AdaptRound>,
    /// How the last training went.
    pub training: TrainingRecord,
    /// What needs the user's eye in the last training.
    pub warnings: Vec<Warning>,
}

/// One round: what the query was called with confidence, and learnt from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdaptRound {
    /// Cells of the query with each label of the model.
    pub kept: Vec<usize>,
}

/// What became of an adaptation.
#[derive(Debug)]
pub enum Adaptation {
    /// The query has too few cells to say how it differs: the model of the reference alone is the better one.
    TooFewCells {
        /// Cells of the query.
        found: usize,
        /// Cells that it takes.
        needed: usize,
    },
    /// The model learnt from the query too.
    Adapted(Box<Adapted>),
}

/// Why there is no adapted model.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AdaptError {
    /// The reference cannot be learnt from.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The query cannot be scored.
    #[error("the query cannot be scored")]
    Query(#[from] PredictError),
}

/// Cells that a query must have to be learnt from, by a model of so many labels.
pub fn adapt_needs_cells(n_labels: usize) -> usize {
    ADAPT_CELLS_PER_LABEL.saturating_mul(n_labels)
}

impl Weighted {
    /// Trains on a reference and on the cells of a query that it labels with confidence (self-training). Labels then
    /// depend on all cells of the query, not on each alone. The columns of both are `genes`: those of the reference
    /// that the query has.
    ///
    /// 1. The markers, and a first model, come from the reference alone.
    /// 2. Cells of the query whose most probable label has a probability of 0.8 or more get that label. Where the
    ///    reference's cells of a label have the weight `R` and `N` cells of the query got it, each of these has the
    ///    weight `min(1, 0.5 · R / N)`: a label that takes in too much of the query does not run away with it.
    /// 3. The weights of each label, `R + P`, are multiplied by `1.5 · R / (R + P)`: how common the query's labels seem
    ///    to be changes nothing, only what their cells look like does.
    /// 4. A model of both is trained. 2 to 4 are done twice.
    ///
    /// A query with fewer than 30 cells for each label is not learnt from. Nothing is random.
    ///
    /// Where the reference is only a sketch of one, `stands_for` is how many cells that had: its cells then count as much
    /// as those did, beside the penalty and the query. For a whole one it is the number of its cells.
    ///
    /// # Errors
    /// When the columns of reference or query are not `genes`, or a value of the query is not a logarithm of counts.
    pub fn adapt(
        &self,
        reference: &LabelledCells<'_>,
        stands_for: usize,
        query: &Block<LogNorm>,
        genes: &Vocabulary,
        progress: &dyn Progress,
    ) -> Result<Adaptation, AdaptError> {
        check_columns(reference, genes)?;
        if query.n_genes() != genes.len() {
            return Err(PredictError::Genes { expected: genes.len(), found: query.n_genes() }.into());
        }
        let form = Form::of(self, reference, genes)?;
        let needed = adapt_needs_cells(form.labels.len());
        if query.n_cells() < needed {
            return Ok(Adaptation::TooFewCells { found: query.n_cells(), needed });
        }
        let mut weights = self.params.balance.cell_weights(reference);
        let n_cells = reference.n_cells();
        if stands_for != n_cells {
            let each = stands_for as f64 / n_cells as f64;
            for weight in &mut weights {
                *weight *= each;
            }
        }
        let totals = total_per_label(&form.labels, &form.truth, &weights);
        let mut truth = form.truth.clone();
        let mut cells = form.views_of(&reference.cells().on_genes(&form.columns)?);
        let mut fitted = form.fit(&cells, &truth, &weights, progress)?;

        // Behind the reference stand all cells of the query; those that are not kept weigh nothing.
        let query = query.select_genes(&form.columns);
        for (cells, query) in cells.iter_mut().zip(form.views_of(&query)) {
            cells.append(&query);
        }
        let n_reference = truth.len();
        let alone = weights.clone();
        let mut rounds = Vec::with_capacity(ADAPT_ROUNDS);
        for _ in 0..ADAPT_ROUNDS {
            let called = confident(&fitted.model, &query)?;
            let mut kept = vec![0; form.labels.len()];
            for label in called.iter().flatten() {
                kept[*label as usize] += 1;
            }
            let shares: Vec<Shares> =
                totals.iter().zip(&kept).map(|(&total, &n)| Shares::of(total, n)).collect();
            truth.truncate(n_reference);
            weights.clear();
            let of_reference = alone.iter().zip(&truth);
            weights.extend(of_reference.map(|(weight, &label)| weight * shares[label as usize].reference));
            weights
                .extend(called.iter().map(|label| label.map_or(0.0, |label| shares[label as usize].query)));
            truth.extend(called.iter().map(|label| label.unwrap_or_default()));
            fitted = form.fit(&cells, &truth, &weights, progress)?;
            rounds.push(AdaptRound { kept });
        }
        let Fitted { model, training, warnings } = fitted;
        Ok(Adaptation::Adapted(Box::new(Adapted { model, rounds, training, warnings })))
    }
}

/// What a cell of a label counts: of the reference, as a multiple of what it counted alone, and of the query.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Shares {
    reference: f64,
    query: f64,
}

impl Shares {
    /// Of a label with this weight in the reference and so many cells of the query.
    fn of(reference: f64, kept: usize) -> Self {
        let kept = kept as f64;
        let each = if kept > 0.0 { (ADAPT_SHARE * reference / kept).min(1.0) } else { 0.0 };
        let factor = (1.0 + ADAPT_SHARE) * reference / (reference + kept * each);
        Self { reference: factor, query: each * factor }
    }
}

/// Weight of all cells of each label.
fn total_per_label(labels: &LabelSet, truth: &[u32], weights: &[f64]) -> Vec<f64> {
    let mut totals = vec![0.0; labels.len()];
    for (&label, weight) in truth.iter().zip(weights) {
        totals[label as usize] += weight;
    }
    totals
}

/// The label of each cell that has one with confidence. A cell without any marker has none: nothing speaks for it.
fn confident(model: &WeightedModel, query: &Block<LogNorm>) -> Result<Vec<Option<u32>>, PredictError> {
    let mut scores = Scores::default();
    model.probabilities_into(query, &mut scores)?;
    let label = |cell: usize| {
        let best = scores.best(cell);
        let sure = scores.row(cell)[best] >= ADAPT_CONFIDENCE && !query.cell(cell).is_empty();
        sure.then_some(best as u32)
    };
    Ok((0..query.n_cells()).map(label).collect())
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::{Labels, Silent};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::models::weighted::WeightedParams;
    use crate::models::{Fit, Train};

    const N_LABELS: usize = 4;
    const GENES_PER_LABEL: usize = 12;
    const N_GENES: usize = N_LABELS * GENES_PER_LABEL;

    fn genes() -> Vocabulary {
        Vocabulary::new((0..N_GENES).map(|gene| format!("gene{gene}")).collect()).unwrap()
    }

    fn trainer() -> Weighted {
        WeightedParams::default().check().unwrap()
    }

    /// Cells of four types. Each has twelve genes; `strength` says how strongly a cell shows the `i`-th gene of its
    /// type.
    fn cells(seed: u64, n_cells: usize, strength: impl Fn(usize, usize) -> f32) -> (Block<LogNorm>, Labels) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut row_ptr, mut gene, mut value, mut names) = (vec![0], vec![], vec![], vec![]);
        for cell in 0..n_cells {
            let label = cell % N_LABELS;
            names.push(format!("type{label}"));
            for which in 0..N_GENES {
                let own = if which % N_LABELS == label { strength(cell, which / N_LABELS) } else { 0.0 };
                if rng.random::<f32>() < 0.2 + 0.6 * own {
                    gene.push(which as u32);
                    value.push(0.2 + rng.random::<f32>() * 2.0);
                }
            }
            row_ptr.push(gene.len());
        }
        (Block::new(N_GENES, row_ptr, gene, value).unwrap(), Labels::from_names(&names))
    }

    fn adapted(reference: &(Block<LogNorm>, Labels), query: &Block<LogNorm>) -> Adapted {
        let data = LabelledCells::new(&reference.0, &reference.1).unwrap();
        match trainer().adapt(&data, reference.1.len(), query, &genes(), &Silent).unwrap() {
            Adaptation::Adapted(adapted) => *adapted,
            other @ Adaptation::TooFewCells { .. } => panic!("{other:?}"),
        }
    }

    /// The most probable label of each cell, by the model of the reference alone and by the adapted one.
    fn before_and_after(
        reference: &(Block<LogNorm>, Labels),
        query: &Block<LogNorm>,
    ) -> (Vec<usize>, Vec<usize>) {
        let data = LabelledCells::new(&reference.0, &reference.1).unwrap();
        let Fit { model, .. } = trainer().fit(&data, &genes(), 0, &Silent).unwrap();
        let labels = |model: &dyn Classifier| -> Vec<usize> {
            let mut scores = Scores::default();
            let query = crate::models::on_genes_of(model, query, &genes());
            model.probabilities_into(&query, &mut scores).unwrap();
            (0..query.n_cells()).map(|cell| scores.best(cell)).collect()
        };
        (labels(model.as_ref()), labels(&adapted(reference, query).model))
    }

    #[test]
    fn few_cells_say_nothing_about_a_query() {
        let reference = cells(1, 80, |_, _| 1.0);
        let data = LabelledCells::new(&reference.0, &reference.1).unwrap();
        let of = |n| trainer().adapt(&data, 80, &cells(2, n, |_, _| 1.0).0, &genes(), &Silent).unwrap();
        assert!(matches!(of(119), Adaptation::TooFewCells { found: 119, needed: 120 }));
        assert!(matches!(of(120), Adaptation::Adapted(_)));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let reference = cells(1, 80, |_, _| 1.0);
        let data = LabelledCells::new(&reference.0, &reference.1).unwrap();
        let error = trainer().adapt(&data, 80, &Block::empty(3), &genes(), &Silent).unwrap_err();
        assert!(matches!(error, AdaptError::Query(PredictError::Genes { expected: N_GENES, found: 3 })));
        let few = Vocabulary::new(vec!["A".into()]).unwrap();
        let error = trainer().adapt(&data, 80, &Block::empty(1), &few, &Silent).unwrap_err();
        assert!(matches!(error, AdaptError::Fit(FitError::Genes { columns: N_GENES, genes: 1 })));
        let wild = Block::new(N_GENES, (0..=120).collect(), vec![0; 120], vec![90.0; 120]).unwrap();
        let error = trainer().adapt(&data, 80, &wild, &genes(), &Silent).unwrap_err();
        assert!(matches!(error, AdaptError::Query(PredictError::Value { cell: 0, .. })));
    }

    #[test]
    fn weights_are_those_of_the_recipe() {
        // Reference weight 8. No cell of the query: only the factor 1.5, which every label has.
        assert_eq!(Shares::of(8.0, 0), Shares { reference: 1.5, query: 0.0 });
        // Two cells count 1 each: 1.5 · 8 / 10.
        assert_eq!(Shares::of(8.0, 2), Shares { reference: 1.2, query: 1.2 });
        // Sixteen are capped at 4 / 16 each: 1.5 · 8 / 12.
        assert_eq!(Shares::of(8.0, 16), Shares { reference: 1.0, query: 0.25 });
        for kept in [0, 1, 4, 5, 1000] {
            let Shares { reference, query } = Shares::of(8.0, kept);
            let total = 8.0 * reference + kept as f64 * query;
            assert!((total - 12.0).abs() < 1e-12, "the label as a whole counts what it did: {total}");
        }
    }

    #[test]
    fn a_query_that_differs_is_labelled_better() {
        // Half of the markers hardly show in the reference and are strong in the query, where the others fail every
        // second cell of a type: what the cells with both teach, helps those.
        let reference = cells(3, 800, |_, gene| if gene < 6 { 0.9 } else { 0.1 });
        let fails = |cell: usize| (cell / N_LABELS) % 2 == 1;
        let (query, truth) = cells(4, 800, |cell, gene| if gene < 6 && fails(cell) { 0.2 } else { 0.9 });
        let (before, after) = before_and_after(&reference, &query);
        let right = |called: &[usize]| called.iter().zip(truth.codes()).filter(|(a, b)| **a == *b).count();
        let (before, after) = (right(&before), right(&after));
        assert!(after > before + 16, "{before} and {after} of 800 are right");
    }

    #[test]
    fn a_query_like_the_reference_keeps_its_labels() {
        let reference = cells(5, 240, |_, _| 0.7);
        let (query, _) = cells(6, 400, |_, _| 0.7);
        let (before, after) = before_and_after(&reference, &query);
        let same = before.iter().zip(&after).filter(|(a, b)| a == b).count();
        assert!(same >= 392, "{same} of 400 keep their label");
    }

    #[test]
    fn rounds_say_what_was_learnt_from_and_empty_cells_are_not() {
        let reference = cells(7, 240, |_, _| 0.9);
        let (mut query, _) = cells(8, 200, |_, _| 0.9);
        query.append(&Block::new(N_GENES, vec![0; 41], vec![], vec![]).unwrap());
        let adapted = adapted(&reference, &query);
        assert_eq!(adapted.rounds.len(), ADAPT_ROUNDS);
        for AdaptRound { kept } in &adapted.rounds {
            assert_eq!(kept.len(), N_LABELS);
            let kept: usize = kept.iter().sum();
            assert!((100..=200).contains(&kept), "{kept} of 200 cells with counts");
        }
        assert_eq!(adapted.model.kind(), Weighted::KIND);
        assert!(adapted.training.converged && adapted.warnings.is_empty());
    }

    /// Each cell of the reference three times is the reference, where one cell stands for three.
    #[test]
    fn a_sketch_counts_as_what_it_stands_for() {
        let few = cells(11, 120, |_, _| 0.8);
        let (query, _) = cells(12, 240, |_, _| 0.6);
        let thrice: Vec<usize> = (0..120).flat_map(|cell| [cell; 3]).collect();
        let many = (few.0.select_cells(&thrice), few.1.select(&thrice));
        let rounds = |(cells, labels): &(Block<LogNorm>, Labels), stands_for| {
            let data = LabelledCells::new(cells, labels).unwrap();
            match trainer().adapt(&data, stands_for, &query, &genes(), &Silent).unwrap() {
                Adaptation::Adapted(adapted) => *adapted,
                other @ Adaptation::TooFewCells { .. } => panic!("{other:?}"),
            }
        };
        let (whole, sketch, alone) = (rounds(&many, 360), rounds(&few, 360), rounds(&few, 120));
        assert_eq!(whole.rounds, sketch.rounds);
        assert_ne!(whole.rounds, alone.rounds, "120 cells speak more softly than 360");
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let reference = cells(9, 240, |_, _| 0.6);
        let (query, _) = cells(10, 4000, |_, _| 0.5);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| adapted(&reference, &query).model.to_arrays())
        };
        assert_eq!(with(1), with(3));
    }
}
