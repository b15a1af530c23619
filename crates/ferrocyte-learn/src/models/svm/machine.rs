//! One label against the rest.

use ferrocyte_core::{Block, LogNorm};

use crate::sample::Seeded;

/// Rounds from one look at the duality gap to the next; a look costs about as much as a round.
const LOOK_EVERY: usize = 5;

/// What the machines of all labels learn from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Margins<'a> {
    pub(super) cells: &'a Block<LogNorm>,
    /// Position of each cell's label.
    pub(super) truth: &'a [u32],
    /// `c` times the weight of each cell.
    pub(super) costs: &'a [f64],
    /// Cells that are learnt from; their costs are above zero.
    pub(super) trained: &'a [usize],
    /// What the values are multiplied with.
    pub(super) factor: f64,
    pub(super) gap: f64,
    pub(super) max_rounds: usize,
    pub(super) seed: u64,
}

/// A separating plane and the way to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Machine {
    /// One per gene, for values that are multiplied by the factor.
    pub(super) weights: Vec<f64>,
    pub(super) intercept: f64,
    pub(super) rounds: usize,
    pub(super) converged: bool,
    /// What every look found; at least one.
    pub(super) looks: Vec<Look>,
}

/// The objective, and how much lower the lowest can be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    pub(super) value: f64,
    pub(super) gap: f64,
}

/// Where the dual stands: a multiplier for each trained cell, and the weights that they add up to.
struct Dual<'a> {
    margins: Margins<'a>,
    sign: Vec<f64>,  // per trained cell
    alpha: Vec<f64>, // likewise, not below 0
    curvature: Vec<f64>,
    weights: Vec<f64>,
    intercept: f64,
}

impl Machine {
    /// The score of a cell: above 0 on the label's side.
    pub(super) fn margin(&self, margins: &Margins<'_>, cell: usize) -> f64 {
        let sum: f64 =
            margins.cells.cell(cell).iter().map(|(gene, x)| f64::from(x) * self.weights[gene as usize]).sum();
        self.intercept + margins.factor * sum
    }

    /// The machine of the other label, where there are two.
    pub(super) fn mirrored(&self) -> Self {
        Self {
            weights: self.weights.iter().map(|weight| -weight).collect(),
            intercept: -self.intercept,
            ..self.clone()
        }
    }
}

impl Margins<'_> {
    /// Separates a label from the rest by dual coordinate descent with shrinking (Hsieh et al. 2008,
    /// doi:10.1145/1390156.1390208, algorithm 3, for the squared hinge). Rounds visit the cells in an order that the seed
    /// decides, until
    ///
    /// ```text
    /// [½ |w|² + Σ cost · max(0, 1 − y w·x)²]  −  [Σ α − ½ |w|² − Σ α² / (4 · cost)]      w = Σ α y x, bias included
    /// ```
    ///
    /// the gap between the objective and its dual, is within the wanted share of the objective.
    pub(super) fn separate(&self, label: usize) -> Machine {
        let mut dual = Dual::new(*self, label);
        let mut looks = vec![dual.look()];
        let mut converged = dual.is_near(&looks);
        let mut active: Vec<usize> = (0..self.trained.len()).collect();
        let mut largest_before = f64::INFINITY;
        let mut rounds = 0;
        while !converged && rounds < self.max_rounds {
            Seeded::of_epoch(self.seed, rounds).shuffle(&mut active);
            let mut largest = f64::NEG_INFINITY;
            active.retain(|&i| {
                let stays = dual.visit(i, largest_before);
                largest = largest.max(stays.unwrap_or(f64::NEG_INFINITY));
                stays.is_some()
            });
            rounds += 1;
            // Where nothing pulls upwards there is nothing to judge the next round by.
            largest_before = if largest > 0.0 { largest } else { f64::INFINITY };
            if rounds % LOOK_EVERY == 0 || rounds == self.max_rounds || active.is_empty() {
                looks.push(dual.look());
                converged = dual.is_near(&looks);
                active = (0..self.trained.len()).collect(); // those that were shrunk away get another chance
                largest_before = f64::INFINITY;
            }
        }
        Machine { weights: dual.weights, intercept: dual.intercept, rounds, converged, looks }
    }
}

impl<'a> Dual<'a> {
    fn new(margins: Margins<'a>, label: usize) -> Self {
        let sign = |&cell: &usize| if margins.truth[cell] as usize == label { 1.0 } else { -1.0 };
        let curvature = |&cell: &usize| {
            let squares: f64 = margins.cells.cell(cell).iter().map(|(_, x)| f64::from(x).powi(2)).sum();
            1.0 + margins.factor.powi(2) * squares + 0.5 / margins.costs[cell]
        };
        Self {
            sign: margins.trained.iter().map(sign).collect(),
            alpha: vec![0.0; margins.trained.len()],
            curvature: margins.trained.iter().map(curvature).collect(),
            weights: vec![0.0; margins.cells.n_genes()],
            intercept: 0.0,
            margins,
        }
    }

    fn margin(&self, i: usize) -> f64 {
        let cell = self.margins.cells.cell(self.margins.trained[i]);
        let sum: f64 = cell.iter().map(|(gene, x)| f64::from(x) * self.weights[gene as usize]).sum();
        self.sign[i] * (self.intercept + self.margins.factor * sum)
    }

    /// Brings the multiplier of a cell to its best. The projected slope, or `None` where the cell is so far on the right side
    /// that it need not be visited for a while: further than the largest slope of the round before.
    fn visit(&mut self, i: usize, largest_before: f64) -> Option<f64> {
        let cell = self.margins.trained[i];
        let slope = self.margin(i) - 1.0 + self.alpha[i] * 0.5 / self.margins.costs[cell];
        if self.alpha[i] == 0.0 {
            if slope > largest_before {
                return None;
            }
            if slope >= 0.0 {
                return Some(0.0);
            }
        }
        let alpha = (self.alpha[i] - slope / self.curvature[i]).max(0.0);
        let moved = (alpha - self.alpha[i]) * self.sign[i];
        if moved != 0.0 {
            self.alpha[i] = alpha;
            let step = moved * self.margins.factor;
            for (gene, x) in self.margins.cells.cell(cell).iter() {
                self.weights[gene as usize] += step * f64::from(x);
            }
            self.intercept += moved;
        }
        Some(slope)
    }

    fn look(&self) -> Look {
        let half =
            0.5 * (self.weights.iter().map(|weight| weight * weight).sum::<f64>() + self.intercept.powi(2));
        let (mut value, mut dual) = (half, -half);
        for (i, &cell) in self.margins.trained.iter().enumerate() {
            let (cost, alpha) = (self.margins.costs[cell], self.alpha[i]);
            value += cost * (1.0 - self.margin(i)).max(0.0).powi(2);
            dual += alpha - 0.25 * alpha * alpha / cost;
        }
        Look { value, gap: (value - dual).max(0.0) }
    }

    fn is_near(&self, looks: &[Look]) -> bool {
        looks.last().is_some_and(|look| look.gap <= self.margins.gap * look.value)
    }
}
