//! Weights of which most are zero: logistic regression with an elastic net.

mod best_shift;
mod descent;
mod quadratic;
mod working_genes;

use ferrocyte_core::{Curve, Progress, TrainingRecord, Warning};

use self::descent::{Descent, Gap, gap};
use self::working_genes::working_genes;
use super::coordinates::Coordinates;
use super::moments::Moments;
use super::objective::CrossEntropy;
use super::objective::dual::Penalty;
use super::solve::{Problem, Solution};
use crate::cell_parts::CellParts;
use crate::kernels::gene_major::GeneMajor;
use crate::kernels::weight_rows::WeightRows;
use crate::models::train::FitError;

/// Units of the progress bar: thousandths of the way to the goal, on a logarithmic scale.
const PROGRESS_UNITS: u64 = 1000;
/// Share of the goal, and of the gap there is, to which the working genes are brought before all genes are looked at
/// again.
const GOAL_WITHIN: f64 = 0.3;
const GAP_WITHIN: f64 = 0.1;
/// Rounds in a row that bring the gap no lower after which none will.
const PATIENCE: usize = 5;

/// `Σ over cells of weight · −ln p(label | cell) + l2 · (l1 · Σ |W| + (1 − l1) / 2 · Σ W²)`, to be brought to its lowest
/// point.
///
/// Few weights are other than zero there, so most of the work is done on a few genes. In rounds, those that the cells
/// pull at harder than the penalty holds are taken up, hardest first, the lowest point on the genes taken up is found
/// by [`Descent`], and all genes are looked at again. It ends when the duality gap over all genes is small enough,
/// which bounds how far the value is from the lowest, whatever the way there.
pub(in crate::models) struct ElasticNet<'a> {
    /// Cells, labels and the strength of the penalty, `l2`. The intercepts are free.
    pub(in crate::models) problem: Problem<'a>,
    /// Share of the L1 norm in the penalty, above 0 and up to 1.
    pub(in crate::models) l1: f64,
    /// Goal: the duality gap as a share of the objective.
    pub(in crate::models) gap: f64,
}

/// Weights of the genes that were seen, shape `(n_genes, n_labels)`, and intercepts.
struct Place {
    weights: Vec<f64>,
    intercept: Vec<f64>,
}

/// What each look at all genes found.
#[derive(Default)]
struct Looks {
    gaps: Vec<Gap>,
    steps: usize,
    end: Option<End>,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Converged,
    MaxIterations,
    Stalled,
}

impl ElasticNet<'_> {
    /// Finds the lowest point, from all weights zero. Nothing is random.
    pub(in crate::models) fn solve(&self, progress: &dyn Progress) -> Result<Solution, FitError> {
        let Problem { truth, n_labels, cell_weights, l2, intercept, .. } = self.problem;
        let cells = &*self.problem.cells.whole()?;
        let penalty = Penalty { l1: l2 * self.l1, l2: l2 * (1.0 - self.l1) };
        let parts = CellParts::of(cells);
        let moments = Moments::of(parts, cell_weights)?;
        let coordinates = Coordinates::new(&moments, n_labels, intercept);
        let mut all = CrossEntropy::new(parts, truth, cell_weights, &moments.genes, &coordinates, penalty.l2);

        let mut place = Place { weights: vec![0.0; all.n_weights()], intercept: self.shares() };
        let mut pull = vec![0.0; all.n_weights()];
        let mut looks = Looks::default();
        let mut bar = Bar::new(progress, self.gap);
        let end = loop {
            let point = coordinates.to_point(&place.weights, &place.intercept);
            let found = gap(&mut all, penalty, &point, &mut pull);
            looks.gaps.push(found);
            bar.show(&looks);
            if let Some(end) = self.end(&looks) {
                break end;
            }
            let genes = working_genes(&place.weights, &pull, penalty.l1, n_labels);
            let columns: Vec<u32> = genes.iter().map(|&gene| moments.genes[gene]).collect();
            let some_cells = cells.select_genes(&columns);
            let some = GeneMajor::new(&some_cells);
            let some_parts = CellParts::of(&some_cells);
            let coordinates = Coordinates::new(&Moments::of(some_parts, cell_weights)?, n_labels, intercept);
            let mut objective =
                CrossEntropy::new(some_parts, truth, cell_weights, &some.genes, &coordinates, penalty.l2);
            let goal = (GOAL_WITHIN * self.gap).max(GAP_WITHIN * found.share);
            let mut descent = Descent {
                genes: &some,
                coordinates: &coordinates,
                cell_weights,
                penalty,
                weights: place.of(&genes),
                intercept: place.intercept.clone(),
                passes: 0,
            };
            descent.descend(&mut objective, goal, self.problem.max_iterations - looks.steps);
            looks.steps += descent.passes;
            place.take(&genes, &descent.weights, &descent.intercept);
        };
        looks.end = Some(end);
        progress.finish();

        let mut weights = WeightRows::zeros(cells.n_genes(), n_labels);
        for (&gene, row) in moments.genes.iter().zip(place.weights.chunks_exact(n_labels)) {
            weights.set(gene as usize, row.iter().map(|&weight| weight as f32));
        }
        // The same number on every intercept changes nothing; a mean of zero makes them easy to compare.
        let mean = place.intercept.iter().sum::<f64>() / n_labels as f64;
        Ok(Solution {
            weights,
            intercept: place.intercept.iter().map(|intercept| intercept - mean).collect(),
            spread: coordinates.spread(&moments.genes, cells.n_genes()),
            warnings: looks.warning().into_iter().collect(),
            training: looks.record(self.gap),
        })
    }

    /// The intercepts that are best without any gene: the logarithms of the labels' shares.
    fn shares(&self) -> Vec<f64> {
        let mut weights = vec![0.0; self.problem.n_labels];
        for (&label, weight) in self.problem.truth.iter().zip(self.problem.cell_weights) {
            weights[label as usize] += weight;
        }
        let total: f64 = weights.iter().sum();
        weights.iter().map(|weight| libm::log(weight / total)).collect()
    }

    /// Why there is no further round.
    fn end(&self, looks: &Looks) -> Option<End> {
        let share = |look: &Gap| look.share;
        let now = looks.gaps.last().map_or(0.0, share);
        let before = looks.gaps.len().checked_sub(PATIENCE + 1);
        let stuck = before.is_some_and(|before| {
            let lowest = looks.gaps[..=before].iter().map(share).fold(f64::INFINITY, f64::min);
            looks.gaps[before + 1..].iter().all(|look| look.share >= lowest)
        });
        if now <= self.gap {
            Some(End::Converged)
        } else if looks.steps >= self.problem.max_iterations {
            Some(End::MaxIterations)
        } else if stuck {
            Some(End::Stalled)
        } else {
            None
        }
    }
}

impl Place {
    /// The weights of some genes.
    fn of(&self, genes: &[usize]) -> Vec<f64> {
        let n_labels = self.intercept.len();
        genes
            .iter()
            .flat_map(|&gene| &self.weights[gene * n_labels..(gene + 1) * n_labels])
            .copied()
            .collect()
    }

    /// Takes over what was found for some genes.
    fn take(&mut self, genes: &[usize], weights: &[f64], intercept: &[f64]) {
        let n_labels = self.intercept.len();
        for (&gene, row) in genes.iter().zip(weights.chunks_exact(n_labels)) {
            self.weights[gene * n_labels..(gene + 1) * n_labels].copy_from_slice(row);
        }
        self.intercept.copy_from_slice(intercept);
    }
}

impl Looks {
    fn last(&self) -> Gap {
        self.gaps.last().copied().unwrap_or_default()
    }

    /// What a run record says of the training.
    fn record(&self, goal: f64) -> TrainingRecord {
        let share = self.last().share;
        let within = format!("the duality gap is {share:.1e} of the objective");
        let stopped = match self.end {
            Some(End::MaxIterations) => format!("the largest number of steps was reached; {within}"),
            Some(End::Stalled) => format!("rounding allows no further step; {within}"),
            _ => format!("the duality gap is within {goal:e} of the objective"),
        };
        let curve = |name: &str, values: fn(&Gap) -> f64| Curve {
            name: name.into(),
            step: "round".into(),
            values: self.gaps.iter().map(values).collect(),
        };
        TrainingRecord {
            converged: self.end == Some(End::Converged),
            iterations: self.steps,
            stopped,
            curves: vec![
                curve("objective", |look| look.value),
                curve("duality gap, share of the objective", |look| look.share),
            ],
        }
    }

    /// Tells the user where the goal was missed, by how much, and what to do.
    fn warning(&self) -> Option<Warning> {
        let left = format!("at most {:.1e} (relative) above the lowest objective", self.last().share);
        match self.end {
            Some(End::MaxIterations) => Some(
                Warning::new("not-converged", format!("training stopped after {} steps, {left}", self.steps))
                    .with_hint("raise --max-iterations, or --l2 for a simpler model that is found sooner"),
            ),
            Some(End::Stalled) => Some(
                Warning::new(
                    "not-converged",
                    format!("training stopped where rounding allows no further step, {left}"),
                )
                .with_hint("raise --gap or --l2: so weak a penalty hardly determines the weights"),
            ),
            _ => None,
        }
    }
}

/// The bar that a user sees.
struct Bar<'a> {
    progress: &'a dyn Progress,
    goal: f64,
    shown: u64,
}

impl<'a> Bar<'a> {
    fn new(progress: &'a dyn Progress, goal: f64) -> Self {
        progress.begin("training", PROGRESS_UNITS);
        Self { progress, goal, shown: 0 }
    }

    fn show(&mut self, looks: &Looks) {
        let (first, now) = (looks.gaps[0].share, looks.last());
        let share = libm::log(first / now.share) / libm::log(first / self.goal);
        let units = (share.clamp(0.0, 1.0) * PROGRESS_UNITS as f64) as u64; // not a number becomes 0
        self.progress.advance(units.saturating_sub(self.shown));
        self.shown = self.shown.max(units);
        self.progress.note(&format!("step {}, objective {:.6}", looks.steps, now.value));
    }
}
