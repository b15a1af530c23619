//! How low the objective can be: a bound from its dual.

use rayon::prelude::*;

use super::{CrossEntropy, add};
use crate::kernels::lanes::LANES;

/// Probabilities that moved between labels, so that each label's add up to the weight of its cells.
#[derive(Debug)]
struct Moved {
    taken: Vec<f64>, // share of its probability that a label gives up
    given: Vec<f64>, // share of what was given up that a label gets; adds up to 1, or all are 0
}

/// An elastic net: `l1 · Σ |W| + l2 / 2 · Σ W²`.
#[derive(Debug, Clone, Copy)]
pub(in crate::models::linear) struct Penalty {
    pub(in crate::models::linear) l1: f64,
    pub(in crate::models::linear) l2: f64,
}

impl Penalty {
    /// The largest `pull · W − penalty(W)` over all weights `W`, for the pull at one of them.
    fn conjugate(self, pull: f64) -> f64 {
        let beyond = (pull.abs() - self.l1).max(0.0);
        if beyond > 0.0 { beyond * beyond / (2.0 * self.l2) } else { 0.0 }
    }
}

impl CrossEntropy<'_> {
    /// The value at `point`, without the gradient.
    pub(in crate::models::linear) fn value_at(&mut self, point: &[f64]) -> f64 {
        let mut value = 0.5 * self.l2 * self.go_to(point);
        self.for_each_part(|this, part| {
            this.residuals(part);
            value += this.sums.iter().map(|sums| sums.loss).sum::<f64>();
        });
        value
    }

    /// A value that `Σ weight · cross-entropy + penalty` is nowhere below, found at the point of the latest evaluation,
    /// and what the cells pull at each weight there, written into `pull`.
    ///
    /// For any probabilities `q` of each cell's labels that add up, label by label, to the weight of its cells,
    ///
    /// ```text
    /// Σ over cells of weight · entropy(q)  −  Σ over weights of penalty*(Σ over cells of weight · x · (q − truth))
    /// penalty*(u) = max(|u| − l1, 0)² / (2 · l2),   and infinite beyond l1 where l2 = 0
    /// ```
    ///
    /// is not above the lowest value (Fenchel's duality: Bach et al. 2012, doi:10.1561/2200000015, section 1.4). The
    /// model's own probabilities are taken, moved between labels where the
    /// intercepts are not yet at their best, and mixed with the truth until no pull is beyond `l1`.
    pub(in crate::models::linear) fn lower_bound(&mut self, penalty: Penalty, pull: &mut [f64]) -> f64 {
        let moved = self.moved();
        pull.fill(0.0);
        self.for_each_part(|this, part| {
            this.residuals(part);
            this.move_residuals(part.range().start, part.range().len(), &moved);
            this.pull(part, pull);
        });
        let largest = pull.iter().fold(0.0_f64, |largest, pull| largest.max(pull.abs()));
        let within = if largest > penalty.l1 { penalty.l1 / largest } else { 1.0 };
        let mut shares = vec![within];
        if within < 1.0 && penalty.l2 > 0.0 {
            shares.push(1.0);
        }
        let mut entropies = vec![0.0; shares.len()];
        self.for_each_part(|this, part| {
            this.residuals(part);
            this.move_residuals(part.range().start, part.range().len(), &moved);
            for (entropy, &share) in entropies.iter_mut().zip(&shares) {
                *entropy += this.entropy(part.range().start, part.range().len(), share);
            }
        });
        let bounds = shares.iter().zip(entropies).map(|(&share, entropy)| {
            // Scaled to just within `l1`, what is beyond is rounding.
            let excess: f64 =
                if share == within { 0.0 } else { pull.iter().map(|&pull| penalty.conjugate(pull)).sum() };
            entropy - excess
        });
        bounds.fold(0.0, f64::max) // cross-entropy and penalty are nowhere below 0
    }

    /// What must move so that the probabilities of each label add up to the weight of its cells.
    fn moved(&mut self) -> Moved {
        let n_labels = self.intercept.len();
        let mut surplus = vec![0.0; n_labels];
        self.for_each_part(|this, part| {
            this.residuals(part);
            for sums in &this.sums {
                add(&mut surplus, &sums.residual);
            }
        });
        let mut total = vec![0.0; n_labels];
        for (&label, weight) in self.truth.iter().zip(self.cell_weights) {
            total[label as usize] += weight;
        }
        let lacking: f64 = surplus.iter().map(|surplus| (-surplus).max(0.0)).sum();
        let taken = surplus
            .iter()
            .zip(&total)
            .map(|(surplus, total)| if *surplus > 0.0 { surplus / (total + surplus) } else { 0.0 });
        let given =
            surplus.iter().map(|surplus| if *surplus < 0.0 { -surplus / lacking } else { 0.0 }).collect();
        Moved { taken: taken.collect(), given }
    }

    /// Moves the probabilities behind the residuals of the part that begins at cell `first`.
    fn move_residuals(&mut self, first: usize, n_cells: usize, moved: &Moved) {
        for cell in 0..n_cells {
            let (truth, weight) = (self.truth[first + cell] as usize, self.cell_weights[first + cell]);
            let mut freed = 0.0;
            for (label, taken) in moved.taken.iter().enumerate().filter(|(_, taken)| **taken > 0.0) {
                let residual = &mut self.residuals[label / LANES][cell].0[label % LANES];
                let probability = f64::from(*residual) + if label == truth { weight } else { 0.0 };
                *residual -= (taken * probability) as f32;
                freed += taken * probability;
            }
            for (label, given) in moved.given.iter().enumerate().filter(|(_, given)| **given > 0.0) {
                self.residuals[label / LANES][cell].0[label % LANES] += (given * freed) as f32;
            }
        }
    }

    /// `Σ weight · entropy` of `truth + share · residual` over a part's cells.
    fn entropy(&self, first: usize, n_cells: usize, share: f64) -> f64 {
        let n_labels = self.intercept.len();
        let of_cell = |cell: usize| {
            let (truth, weight) = (self.truth[first + cell] as usize, self.cell_weights[first + cell]);
            if weight == 0.0 {
                return 0.0;
            }
            let mut entropy = 0.0;
            for label in 0..n_labels {
                let residual = f64::from(self.residuals[label / LANES][cell].0[label % LANES]);
                let off = (share * residual / weight).clamp(-1.0, 1.0);
                if label == truth {
                    // What is nearly certain keeps its digits.
                    if off > -1.0 {
                        entropy -= (1.0 + off) * libm::log1p(off.min(0.0));
                    }
                } else if off > 0.0 {
                    entropy -= off * libm::log(off);
                }
            }
            weight * entropy
        };
        (0..n_cells).into_par_iter().map(of_cell).collect::<Vec<f64>>().iter().sum()
    }
}
