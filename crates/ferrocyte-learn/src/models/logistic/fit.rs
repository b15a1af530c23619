//! Training of logistic regression.

use ferrocyte_core::{Curve, LabelSet, Progress, TrainingRecord, Vocabulary, Warning};

use super::coordinates::Coordinates;
use super::model::LogisticModel;
use super::objective::CrossEntropy;
use super::params::{Logistic, LogisticParams};
use crate::kernels::gene_major::GeneMajor;
use crate::kernels::weight_rows::WeightRows;
use crate::labelled_cells::LabelledCells;
use crate::models::train::{Fit, FitError, Train};
use crate::optimise::{Lbfgs, Minimum, Step, Stop};

/// Steps that L-BFGS remembers.
const HISTORY: usize = 10;

/// Units of the progress bar: thousandths of the way to the goal, on a logarithmic scale.
const PROGRESS_UNITS: u64 = 1000;

impl Train for Logistic {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!(self.params)
    }

    fn fit(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        _seed: u64,
        progress: &dyn Progress,
    ) -> Result<Fit, FitError> {
        if data.cells().n_genes() != genes.len() {
            return Err(FitError::Genes { columns: data.cells().n_genes(), genes: genes.len() });
        }
        let LogisticParams { l2, max_iterations, tolerance, balance } = self.params;
        let (labels, truth) = labels_with_cells(data);
        let cell_weights = balance.cell_weights(data);
        let mut label_weights = vec![0.0; labels.len()];
        for (&label, weight) in truth.iter().zip(&cell_weights) {
            label_weights[label as usize] += weight;
        }
        let by_gene = GeneMajor::new(data.cells());
        let coordinates = Coordinates::new(&by_gene, &cell_weights, labels.len());
        let mut objective =
            CrossEntropy::new(data.cells(), &truth, &cell_weights, &by_gene, &coordinates, l2);

        let mut follower = Follower::new(progress, tolerance);
        let minimum = Lbfgs { max_iterations, tolerance, history: HISTORY }.minimise(
            &mut objective,
            coordinates.start(&label_weights),
            &mut |step| follower.see(step),
        );
        progress.finish();

        let mut weights = WeightRows::zeros(genes.len(), labels.len());
        let mut intercept = vec![0.0; labels.len()];
        coordinates.to_weights(&minimum.point, &by_gene.genes, &mut weights, &mut intercept);
        // The same number on every intercept changes nothing; a mean of zero makes them easy to compare.
        let mean = intercept.iter().sum::<f64>() / intercept.len() as f64;
        for intercept in &mut intercept {
            *intercept -= mean;
        }
        Ok(Fit {
            training: follower.record(&minimum, tolerance),
            warnings: not_converged(&minimum, max_iterations).into_iter().collect(),
            model: Box::new(LogisticModel::new(genes.clone(), labels, self.params, weights, intercept)),
        })
    }
}

/// The labels that some cell has (with a weight), and the position of each cell's label among them. A cell of
/// weight zero may have a label that is left out; it counts nothing, so it gets position 0.
fn labels_with_cells(data: &LabelledCells<'_>) -> (LabelSet, Vec<u32>) {
    let set = data.labels().set();
    let mut names = Vec::new();
    let mut position = vec![0_u32; set.len()];
    for (code, weight) in data.weight_per_label().into_iter().enumerate() {
        if weight > 0.0 {
            position[code] = names.len() as u32;
            names.push(set.name(code).to_owned());
        }
    }
    (LabelSet::new(names), data.labels().codes().map(|code| position[code]).collect())
}

/// Watches the steps: tells the progress and keeps the curves.
struct Follower<'a> {
    progress: &'a dyn Progress,
    tolerance: f64,
    shown: u64,
    first_excess: f64,
    objective: Vec<f64>,
    gradient_norm: Vec<f64>,
}

impl<'a> Follower<'a> {
    fn new(progress: &'a dyn Progress, tolerance: f64) -> Self {
        progress.begin("training", PROGRESS_UNITS);
        Self { progress, tolerance, shown: 0, first_excess: 0.0, objective: vec![], gradient_norm: vec![] }
    }

    fn see(&mut self, step: &Step) {
        if step.iteration == 0 {
            self.first_excess = step.excess;
        }
        self.objective.push(step.value);
        self.gradient_norm.push(step.gradient_norm);
        let goal = self.tolerance * step.value.abs();
        let share = libm::log(self.first_excess / step.excess) / libm::log(self.first_excess / goal);
        let units = (share.clamp(0.0, 1.0) * PROGRESS_UNITS as f64) as u64; // not a number becomes 0
        self.progress.advance(units.saturating_sub(self.shown));
        self.shown = self.shown.max(units);
        self.progress.note(&format!("step {}, objective {:.6}", step.iteration, step.value));
    }

    fn record(self, minimum: &Minimum, tolerance: f64) -> TrainingRecord {
        let share = minimum.step.excess / minimum.step.value;
        let stopped = match minimum.stop {
            Stop::Converged => {
                format!("the objective is within {tolerance:e} (relative) of its lowest value")
            }
            Stop::MaxIterations => format!(
                "the largest number of steps was reached; the objective is within {share:.1e} (relative) of its lowest value"
            ),
            Stop::Stalled => format!(
                "rounding allows no further step; the objective is within {share:.1e} (relative) of its lowest value"
            ),
        };
        let curve = |name: &str, values| Curve { name: name.into(), step: "iteration".into(), values };
        TrainingRecord {
            converged: minimum.stop == Stop::Converged,
            iterations: minimum.step.iteration,
            stopped,
            curves: vec![curve("objective", self.objective), curve("gradient norm", self.gradient_norm)],
        }
    }
}

fn not_converged(minimum: &Minimum, max_iterations: usize) -> Option<Warning> {
    let share = minimum.step.excess / minimum.step.value;
    let (message, hint) = match minimum.stop {
        Stop::Converged => return None,
        Stop::MaxIterations => (
            format!(
                "training stopped after {max_iterations} steps, up to {share:.1e} (relative) above the lowest objective"
            ),
            "raise --max-iterations, or --l2 for a simpler model that is found sooner",
        ),
        Stop::Stalled => (
            format!(
                "training stopped where rounding allows no further step, up to {share:.1e} (relative) above the lowest objective"
            ),
            "raise --l2: with so weak a penalty the weights are hardly determined by the data",
        ),
    };
    Some(Warning::new("not-converged", message).with_hint(hint))
}
