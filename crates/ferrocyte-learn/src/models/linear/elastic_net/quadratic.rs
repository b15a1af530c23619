//! The quadratic model of a cross-entropy at a point, and the way to the lowest point of model and penalty.

use rayon::prelude::*;

use super::super::objective::bend::Bend;
use super::super::objective::dual::Penalty;
use super::best_shift::best_shift;
use crate::kernels::curved_rows::{Columns, move_gene, move_mean, pull};
use crate::kernels::gene_major::GeneMajor;
use crate::kernels::lanes::LANES;
use crate::kernels::row_sums::sum_rows;

/// Products that are summed in `f32` before the sum is taken on in `f64`.
const RUN: usize = 512;
/// Smallest curvature of a weight, as a share of what one of its gene could be: where the cells leave no doubt at all, steps
/// would have no end.
const SMALLEST_BEND: f64 = 1e-5;

/// Cross-entropy and elastic net in second order, as a function of weights and intercepts.
///
/// ```text
/// Σ pull · moved  +  ½ Σ over cells of weight · yᵀ (diag(p) − p pᵀ) y  +  penalty      y = what scores moved by
/// ```
///
/// A weight moves together with its label's intercept, as far as keeps the slope by that intercept where it is: the weight of a centred
/// gene. Otherwise all genes that every cell has would pull at what the intercept does.
pub(super) struct Quadratic<'a> {
    genes: &'a GeneMajor,
    bend: &'a Bend,
    penalty: Penalty,
    cell_weights: Vec<f32>,
    /// The weights that are worth a visit, label by label.
    variables: Vec<Variable>,
    moved: Vec<Vec<f32>>, // per label and cell: what the scores moved by, without `shift`
    mean: Vec<f32>,       // per cell: Σ over labels of p · (moved + shift)
    slope: Vec<f64>,      // per label: by the intercept
    /// What the intercepts moved by.
    pub(super) shift: Vec<f64>,
}

/// A weight of the model.
#[derive(Debug)]
struct Variable {
    gene: usize,
    label: usize,
    value: f64,
    pull: f64,
    centre: f64,
    curvature: f64,     // positive
    by_label: Vec<f64>, // what one unit adds to the slope by each intercept
}

impl<'a> Quadratic<'a> {
    /// At weights of shape `(n_genes, n_labels)`, where `bend` was found. Weights that are zero and pulled at no harder than the penalty
    /// holds stay zero.
    pub(super) fn new(
        genes: &'a GeneMajor,
        bend: &'a Bend,
        cell_weights: &[f64],
        penalty: Penalty,
        weights: &[f64],
    ) -> Self {
        let (n_labels, n_cells) = (bend.columns.len(), cell_weights.len());
        let cell_weights: Vec<f32> = cell_weights.iter().map(|&weight| weight as f32).collect();
        let moves = |at: usize| weights[at] != 0.0 || bend.pull[at].abs() > penalty.l1;
        let places: Vec<usize> = (0..n_labels)
            .flat_map(|label| (0..genes.genes.len()).map(move |gene| gene * n_labels + label))
            .filter(|&at| moves(at))
            .collect();
        let variable = |at: usize| Variable::new(at, weights[at], genes, bend, &cell_weights, penalty.l2);
        Self {
            variables: places.into_par_iter().map(variable).collect(),
            moved: vec![vec![0.0; n_cells]; n_labels],
            mean: vec![0.0; n_cells],
            slope: bend.intercept_pull.clone(),
            shift: vec![0.0; n_labels],
            genes,
            bend,
            penalty,
            cell_weights,
        }
    }

    /// Visits every variable once, and then the intercepts. What the steps won.
    pub(super) fn pass(&mut self) -> f64 {
        let mut variables = std::mem::take(&mut self.variables);
        let won: f64 = variables.iter_mut().map(|variable| self.visit(variable)).sum();
        self.variables = variables;
        won + self.move_intercepts()
    }

    /// Brings a weight to its best. What that won, at least.
    fn visit(&mut self, variable: &mut Variable) -> f64 {
        let label = variable.label;
        let curvature = variable.curvature;
        let slope = self.slope_of(variable);
        let to = shrink(variable.value - slope / curvature, self.penalty.l1 / curvature);
        let to = f64::from(to as f32); // what cells will be scored with
        let step = to - variable.value;
        if step == 0.0 {
            return 0.0;
        }
        variable.value = to;
        let (moved, all) = (&mut self.moved[label], &self.bend.columns[label]);
        for slab in &self.genes.slabs {
            let (cells, values) = slab.gene(variable.gene);
            let range = slab.cells.clone();
            let columns =
                Columns { weights: &self.cell_weights[range.clone()], probabilities: &all[range.clone()] };
            move_gene(cells, values, columns, &mut moved[range.clone()], &mut self.mean[range], step as f32);
        }
        let shift = -variable.centre * step;
        self.shift[label] += shift;
        move_mean(all, shift as f32, &mut self.mean);
        for (slope, by) in self.slope.iter_mut().zip(&variable.by_label) {
            *slope += step * by;
        }
        0.5 * curvature * step * step
    }

    /// Slope of the model without its L1 part.
    fn slope_of(&self, variable: &Variable) -> f64 {
        let label = variable.label;
        let mut slope =
            variable.pull + self.penalty.l2 * variable.value - variable.centre * self.slope[label];
        for slab in &self.genes.slabs {
            let (cells, values) = slab.gene(variable.gene);
            let range = slab.cells.clone();
            let columns = Columns {
                weights: &self.cell_weights[range.clone()],
                probabilities: &self.bend.columns[label][range.clone()],
            };
            let (moved, mean) = (&self.moved[label][range.clone()], &self.mean[range]);
            slope += pull(cells, values, columns, moved, mean, self.shift[label] as f32);
        }
        slope
    }

    /// Brings the intercepts to where they are best.
    fn move_intercepts(&mut self) -> f64 {
        let by = best_shift(&self.bend.of_intercepts_together, &self.slope);
        let won: f64 = -0.5 * by.iter().zip(&self.slope).map(|(by, slope)| by * slope).sum::<f64>();
        let rows = self.bend.of_intercepts_together.chunks_exact(by.len());
        for (slope, row) in self.slope.iter_mut().zip(rows) {
            *slope += row.iter().zip(&by).map(|(bend, by)| bend * by).sum::<f64>();
        }
        for ((shift, by), all) in self.shift.iter_mut().zip(by).zip(&self.bend.columns) {
            *shift += by;
            move_mean(all, by as f32, &mut self.mean);
        }
        won
    }

    /// Writes where the weights are, shape `(n_genes, n_labels)`.
    pub(super) fn write_weights(&self, weights: &mut [f64]) {
        for variable in &self.variables {
            weights[variable.gene * self.shift.len() + variable.label] = variable.value;
        }
    }
}

impl Variable {
    fn new(at: usize, value: f64, genes: &GeneMajor, bend: &Bend, cell_weights: &[f32], l2: f64) -> Self {
        let n_labels = bend.columns.len();
        let (gene, label) = (at / n_labels, at % n_labels);
        let column = &bend.columns[label];
        let mut by_label = vec![0.0; n_labels]; // −Σ w · x · p · (p of each label), for now
        let (mut first, mut second, mut largest) = (0.0, 0.0, 0.0);
        let mut products = Vec::with_capacity(RUN);
        for slab in &genes.slabs {
            let (cells, values) = slab.gene(gene);
            for (cells, values) in cells.chunks(RUN).zip(values.chunks(RUN)) {
                products.clear();
                for (&cell, &value) in cells.iter().zip(values) {
                    let cell = slab.cells.start + usize::from(cell);
                    let (x, p) = (f64::from(value), f64::from(column[cell]));
                    let once = f64::from(cell_weights[cell]) * x;
                    products.push((once * p) as f32);
                    first += once * p;
                    second += once * x * p * (1.0 - p);
                    largest += once * x;
                }
                for (tile, rows) in bend.rows.iter().enumerate() {
                    let sums = sum_rows(cells, &products, &rows[slab.cells.clone()]);
                    for (by, sum) in by_label[tile * LANES..].iter_mut().zip(sums.0) {
                        *by -= f64::from(sum);
                    }
                }
            }
        }
        by_label[label] += first;
        let own = bend.of_intercepts_together[label * n_labels + label];
        let centre = if own > 0.0 { by_label[label] / own } else { 0.0 };
        let curvature = (second - by_label[label] * centre).max(SMALLEST_BEND * largest) + l2;
        let row = &bend.of_intercepts_together[label * n_labels..(label + 1) * n_labels];
        for (by, bend) in by_label.iter_mut().zip(row) {
            *by -= centre * bend;
        }
        Self {
            gene,
            label,
            value,
            pull: bend.pull[at],
            centre,
            curvature: curvature + f64::MIN_POSITIVE,
            by_label,
        }
    }
}

/// Nearer to zero by `threshold`, and zero where that is past it.
fn shrink(weight: f64, threshold: f64) -> f64 {
    if weight > threshold {
        weight - threshold
    } else if weight < -threshold {
        weight + threshold
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::{Block, LogNorm};

    use super::super::super::coordinates::Coordinates;
    use super::super::super::moments::Moments;
    use super::super::super::objective::CrossEntropy;
    use super::*;
    use crate::cell_parts::CellParts;
    use crate::models::linear::Intercept;

    const N_LABELS: usize = 19; // two tiles, the second not full
    const N_GENES: usize = 6;
    const PENALTY: Penalty = Penalty { l1: 1.5, l2: 0.3 };

    /// Cells, their labels and weights; gene 3 is in every cell, and one cell counts nothing.
    fn data() -> (Block<LogNorm>, Vec<u32>, Vec<f64>) {
        let (mut row_ptr, mut gene, mut value) = (vec![0], vec![], vec![]);
        for cell in 0..200_u32 {
            for which in (0..N_GENES as u32).filter(|which| *which == 3 || (cell * 7 + which * 3) % 5 < 3) {
                gene.push(which);
                value.push(((cell * 13 + which * 5) % 17 + 1) as f32 / 4.0);
            }
            row_ptr.push(gene.len());
        }
        let cells = Block::new(N_GENES, row_ptr, gene, value).unwrap();
        let truth = (0..200).map(|cell| cell * cell % N_LABELS as u32).collect();
        let weight = |cell| if cell == 7 { 0.0 } else { f64::from(cell % 3) + 0.5 };
        (cells, truth, (0..200).map(weight).collect())
    }

    /// The model as its definition reads, as a function of weights and of what the intercepts moved by.
    fn obvious(
        cells: &Block<LogNorm>,
        weights: &[f64],
        bend: &Bend,
        from: &[f64],
        to: &[f64],
        shift: &[f64],
    ) -> f64 {
        let mut value = 0.0;
        for (at, (from, to)) in from.iter().zip(to).enumerate() {
            value += bend.pull[at] * (to - from) + PENALTY.l1 * to.abs() + 0.5 * PENALTY.l2 * to * to;
        }
        value += bend.intercept_pull.iter().zip(shift).map(|(pull, by)| pull * by).sum::<f64>();
        for (i, cell) in cells.cells().enumerate() {
            let y = |label: usize| {
                let by = |gene: u32| gene as usize * N_LABELS + label;
                shift[label]
                    + cell.iter().map(|(gene, x)| f64::from(x) * (to[by(gene)] - from[by(gene)])).sum::<f64>()
            };
            let (mut squares, mut mean) = (0.0, 0.0);
            for label in 0..N_LABELS {
                let p = f64::from(bend.columns[label][i]);
                squares += p * y(label).powi(2);
                mean += p * y(label);
            }
            value += 0.5 * weights[i] * (squares - mean * mean);
        }
        value
    }

    #[test]
    fn passes_lead_to_the_lowest_point_of_the_model_and_say_what_they_won() {
        let (cells, truth, cell_weights) = data();
        let genes = GeneMajor::new(&cells);
        let parts = CellParts::of(&cells);
        let moments = Moments::of(parts, &cell_weights).unwrap();
        let coordinates = Coordinates::new(&moments, N_LABELS, Intercept::Free);
        let mut objective =
            CrossEntropy::new(parts, &truth, &cell_weights, &genes.genes, &coordinates, PENALTY.l2);
        let from: Vec<f64> = (0..N_GENES * N_LABELS)
            .map(|i| (i * 37 % 101) as f64 / 202.0 - 0.25)
            .map(|w| f64::from(w as f32))
            .collect();
        let point = coordinates.to_point(&from, &[0.1; N_LABELS]);
        let bend = objective.bend_at(&point);
        let value = |to: &[f64], shift: &[f64]| obvious(&cells, &cell_weights, &bend, &from, to, shift);
        let mut model = Quadratic::new(&genes, &bend, &cell_weights, PENALTY, &from);
        let (mut to, mut before) = (from.clone(), value(&from, &[0.0; N_LABELS]));
        for pass in 0..300 {
            let won = model.pass();
            model.write_weights(&mut to);
            let now = value(&to, &model.shift);
            // Half of curvature times step squared is what a step wins at least; scores that moved are `f32`.
            assert!(before - now >= won - 1e-4, "pass {pass}: {won} was promised, {before} became {now}");
            before = now;
        }
        // Nowhere is lower: neither along a weight nor along an intercept.
        for at in 0..to.len() {
            for by in [-1e-2, 1e-2] {
                let mut there = to.clone();
                there[at] += by;
                assert!(value(&there, &model.shift) > before - 1e-5, "weight {at}");
            }
        }
        for label in 0..N_LABELS {
            for by in [-1e-2, 1e-2] {
                let mut shift = model.shift.clone();
                shift[label] += by;
                assert!(value(&to, &shift) > before - 1e-5, "intercept {label}");
            }
        }
    }
}
