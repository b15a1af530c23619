//! Training of linear support vector machines.

use ferrocyte_core::{Block, Curve, LogNorm, Progress, TrainingRecord, Vocabulary, Warning};
use rayon::prelude::*;

use super::machine::{Look, Machine, Margins};
use super::params::{Svm, SvmParams};
use super::temperature::{Judged, temperature};
use crate::kernels::weight_rows::WeightRows;
use crate::labelled_cells::LabelledCells;
use crate::models::labels_with_cells::labels_with_cells;
use crate::models::linear::{LinearModel, spread};
use crate::models::train::{Fit, FitError, Train, check_columns};
use crate::nn::validation::set_aside;

/// Share of the training cells that the temperature is found on.
const ASIDE: f64 = 0.2;

impl Train for Svm {
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
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<Fit, FitError> {
        check_columns(data, genes)?;
        let SvmParams { c, gap, max_iterations, balance } = self.params;
        let cells = &*data.whole()?;
        let (labels, truth) = labels_with_cells(data);
        let cell_weights = balance.cell_weights(data);
        let costs: Vec<f64> = cell_weights.iter().map(|weight| c * weight).collect();
        let counted: Vec<usize> = (0..costs.len()).filter(|&cell| costs[cell] > 0.0).collect();
        let (stay, aside) = set_aside(&counted, &truth, labels.len(), ASIDE, seed);
        let on = |trained| Margins {
            cells,
            truth: &truth,
            costs: &costs,
            trained,
            factor: factor(cells),
            gap,
            max_rounds: max_iterations,
            seed,
        };

        progress.begin("training", 2 * n_machines(labels.len()) as u64);
        let of_some = machines(&on(&stay), labels.len(), progress);
        let temperature = temperature(&judge(&on(&stay), &of_some, &aside, data));
        let of_all = machines(&on(&counted), labels.len(), progress);
        progress.finish();

        let scale = temperature * on(&counted).factor;
        let mut weights = WeightRows::zeros(cells.n_genes(), labels.len());
        for gene in 0..cells.n_genes() {
            weights.set(gene, of_all.iter().map(|machine| (scale * machine.weights[gene]) as f32));
        }
        Ok(Fit {
            training: record(&of_all, gap, temperature),
            warnings: not_converged(&of_all, gap).into_iter().collect(),
            model: Box::new(LinearModel::new(
                Self::KIND,
                self.settings(),
                genes.clone(),
                labels,
                weights,
                of_all.iter().map(|machine| temperature * machine.intercept).collect(),
                Some(spread(cells, &cell_weights)),
            )),
        })
    }
}

/// One over the root mean square length of the cells; 1 where all are empty.
fn factor(cells: &Block<LogNorm>) -> f64 {
    let squares: f64 = cells.as_csr().2.iter().map(|&x| f64::from(x).powi(2)).sum();
    if squares > 0.0 { (cells.n_cells() as f64 / squares).sqrt() } else { 1.0 }
}

/// Two labels share one.
fn n_machines(n_labels: usize) -> usize {
    if n_labels == 2 { 1 } else { n_labels }
}

/// A machine for each label, each by one thread.
fn machines(margins: &Margins<'_>, n_labels: usize, progress: &dyn Progress) -> Vec<Machine> {
    let one = |label| {
        let machine = margins.separate(label);
        progress.advance(1);
        machine
    };
    let mut machines: Vec<Machine> = (0..n_machines(n_labels)).into_par_iter().map(one).collect();
    if let [only] = &machines[..] {
        let other = only.mirrored();
        machines.push(other);
    }
    machines
}

/// Margins of the cells that were set aside.
fn judge(
    margins: &Margins<'_>,
    machines: &[Machine],
    aside: &[usize],
    data: &LabelledCells<'_>,
) -> Vec<Judged> {
    let of_cell = |&cell: &usize| Judged {
        margins: machines.iter().map(|machine| machine.margin(margins, cell)).collect(),
        truth: margins.truth[cell] as usize,
        weight: data.weight(cell),
    };
    aside.par_iter().map(of_cell).collect()
}

/// What a run record says of the training: the objective summed over labels, and the largest share that a gap has.
fn record(machines: &[Machine], goal: f64, temperature: f64) -> TrainingRecord {
    let n_looks = machines.iter().map(|machine| machine.looks.len()).max().unwrap_or(0);
    // A label that is done stays where it is.
    let at = |look: usize| {
        machines.iter().filter_map(move |machine| machine.looks.get(look).or(machine.looks.last()))
    };
    let values = (0..n_looks).map(|look| at(look).map(|look| look.value).sum()).collect();
    let gaps = (0..n_looks).map(|look| at(look).map(share).fold(0.0, f64::max)).collect();
    let curve = |name: &str, values| Curve { name: name.into(), step: "look".into(), values };
    let converged = machines.iter().all(|machine| machine.converged);
    let reached = if converged {
        format!("the duality gap of every label is within {goal:e} of its objective")
    } else {
        "the largest number of rounds was reached".to_owned()
    };
    TrainingRecord {
        converged,
        iterations: machines.iter().map(|machine| machine.rounds).max().unwrap_or(0),
        stopped: format!("{reached}; margins times {temperature:.3} are the logarithms of probabilities"),
        curves: vec![curve("objective", values), curve("duality gap, share of the objective", gaps)],
    }
}

fn share(look: &Look) -> f64 {
    if look.value > 0.0 { look.gap / look.value } else { 0.0 }
}

/// Tells the user where the goal was missed, by how much, and what to do.
fn not_converged(machines: &[Machine], goal: f64) -> Option<Warning> {
    let missed = || machines.iter().filter(|machine| !machine.converged);
    let worst = missed().filter_map(|machine| machine.looks.last()).map(share).fold(0.0, f64::max);
    let rounds = missed().map(|machine| machine.rounds).max()?;
    let message = format!(
        "training stopped after {rounds} rounds, at most {worst:.1e} (relative) above the lowest objective of a label; \
         {goal:.1e} was wanted"
    );
    Some(
        Warning::new("not-converged", message)
            .with_hint("raise --max-iterations, or lower --c for a simpler model that is found sooner"),
    )
}
