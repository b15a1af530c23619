//! Principal components of sparse cells.

use ferrocyte_core::{Block, LogNorm, Progress};
use rayon::prelude::*;

use super::eigen::symmetric;
use crate::kernels::lanes::{LANES, Lanes, tiles};
use crate::kernels::row_additions::add_rows;
use crate::kernels::row_sums::sum_rows;
use crate::sample::{Purpose, Seeded};

/// Components that are looked for beside those wanted: with a few to spare, the wanted ones come out sharp.
const TO_SPARE: usize = 10;

/// Products with the covariance matrix. Each is worth two passes over the cells in the words of Halko et al.
pub(super) const ITERATIONS: usize = 7;

/// Parts of the cells that are summed on their own; their number is part of the result.
const GROUPS: usize = 32;

/// Share of the largest variance below which a component is rounding.
const SMALLEST_SHARE: f64 = 1e-6;

/// The leading principal components of cells.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::models) struct Components {
    /// Mean of each gene.
    pub(in crate::models) mean: Vec<f32>,
    /// Row-major of shape `(n_genes, n_components)`; columns of length 1, at right angles to each other.
    pub(in crate::models) rotation: Vec<f32>,
    /// Variance of the cells along each component, largest first.
    pub(in crate::models) variance: Vec<f64>,
}

/// The covariance matrix of weighted cells, which is never made: only its products with a few vectors are.
struct Covariance<'a> {
    cells: &'a Block<LogNorm>,
    weights: &'a [f64],
    total: f64,
    mean: Vec<f64>,
}

impl Components {
    /// At most `wanted` components; fewer where the cells vary in fewer directions, and one, of zeros, where they do
    /// not vary.
    pub(in crate::models) fn of(
        cells: &Block<LogNorm>,
        weights: &[f64],
        wanted: usize,
        seed: u64,
        progress: &dyn Progress,
    ) -> Self {
        let n_genes = cells.n_genes();
        let covariance = Covariance::new(cells, weights);
        // Whole rows of lanes cost no more than their parts.
        let width = tiles(wanted + TO_SPARE) * LANES;
        let mut random = Seeded::new(seed, Purpose::Components);
        let mut basis: Vec<Vec<f64>> =
            (0..width).map(|_| (0..n_genes).map(|_| random.sign()).collect()).collect();
        make_orthonormal(&mut basis);
        for _ in 1..ITERATIONS {
            basis = covariance.times(&basis);
            make_orthonormal(&mut basis);
            progress.advance(1);
        }
        let image = covariance.times(&basis);
        progress.advance(1);
        let inner: Vec<f64> = (0..width * width)
            .map(|i| {
                let (row, column) = (i / width, i % width);
                // Rounding makes the two halves differ in their last digits.
                f64::midpoint(dot(&basis[row], &image[column]), dot(&basis[column], &image[row]))
            })
            .collect();
        let mut found = symmetric(inner, width);
        let largest = found[0].0;
        let kept = found.iter().take_while(|(value, _)| *value > SMALLEST_SHARE * largest).count();
        found.truncate(kept.min(wanted).min(n_genes).max(1));
        let vectors: Vec<Vec<f64>> =
            found.iter().map(|(value, turn)| component(*value, turn, &basis)).collect();
        Self {
            mean: covariance.mean.iter().map(|&mean| mean as f32).collect(),
            rotation: (0..n_genes)
                .flat_map(|gene| vectors.iter().map(move |vector| vector[gene] as f32))
                .collect(),
            variance: found.iter().map(|(value, _)| value.max(0.0)).collect(),
        }
    }
}

/// A sum of basis vectors; its largest number is positive, because an axis has no sign of its own.
fn component(variance: f64, turn: &[f64], basis: &[Vec<f64>]) -> Vec<f64> {
    let n_genes = basis[0].len();
    let mut vector = vec![0.0; n_genes];
    if variance <= 0.0 {
        return vector;
    }
    for (part, of_basis) in turn.iter().zip(basis) {
        for (sum, value) in vector.iter_mut().zip(of_basis) {
            *sum += part * value;
        }
    }
    let largest = vector.iter().copied().fold(0.0_f64, |a, b| if b.abs() > a.abs() { b } else { a });
    if largest < 0.0 {
        for value in &mut vector {
            *value = -*value;
        }
    }
    vector
}

impl<'a> Covariance<'a> {
    fn new(cells: &'a Block<LogNorm>, weights: &'a [f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let mut mean = vec![0.0; cells.n_genes()];
        for (cell, weight) in cells.cells().zip(weights) {
            for (gene, value) in cell.iter() {
                mean[gene as usize] += weight * f64::from(value);
            }
        }
        for mean in &mut mean {
            *mean /= total;
        }
        Self { cells, weights, total, mean }
    }

    /// `Σ weight · (x − mean) · ((x − mean) · v) / total` for each vector `v`. The values of a cell are never centred:
    /// `(x − mean) · v = x · v − mean · v`, and likewise on the way back.
    fn times(&self, vectors: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let (n_genes, n_cells, n_tiles) = (self.cells.n_genes(), self.cells.n_cells(), vectors.len() / LANES);
        let rows: Vec<Vec<Lanes>> = vectors
            .chunks_exact(LANES)
            .map(|tile| {
                (0..n_genes).map(|gene| Lanes(std::array::from_fn(|i| tile[i][gene] as f32))).collect()
            })
            .collect();
        let offset: Vec<f32> = vectors.iter().map(|vector| dot(&self.mean, vector) as f32).collect();
        let groups: Vec<_> = (0..GROUPS)
            .into_par_iter()
            .map(|group| {
                let mut sums = vec![vec![Lanes::ZERO; n_genes]; n_tiles];
                let mut along = vec![0.0; vectors.len()]; // sum over the cells
                for cell in group * n_cells / GROUPS..(group + 1) * n_cells / GROUPS {
                    let weight = self.weights[cell] as f32;
                    if weight == 0.0 {
                        continue;
                    }
                    let values = self.cells.cell(cell);
                    for (tile, (rows, sums)) in rows.iter().zip(&mut sums).enumerate() {
                        let offset = &offset[tile * LANES..];
                        let mut at = sum_rows(values.genes, values.values, rows);
                        for (lane, at) in at.0.iter_mut().enumerate() {
                            *at = weight * (*at - offset[lane]);
                            along[tile * LANES + lane] += f64::from(*at);
                        }
                        add_rows(values.genes, values.values, &at, sums);
                    }
                }
                (sums, along)
            })
            .collect();
        (0..vectors.len())
            .map(|i| {
                let along: f64 = groups.iter().map(|(_, along)| along[i]).sum();
                let sum = |gene: usize| -> f64 {
                    groups.iter().map(|(sums, _)| f64::from(sums[i / LANES][gene].0[i % LANES])).sum()
                };
                (0..n_genes).map(|gene| (sum(gene) - self.mean[gene] * along) / self.total).collect()
            })
            .collect()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Gram and Schmidt, twice, as once leaves what rounding left. A vector that lies among those before it becomes zero.
fn make_orthonormal(vectors: &mut [Vec<f64>]) {
    for i in 0..vectors.len() {
        let (before, rest) = vectors.split_at_mut(i);
        let Some(vector) = rest.first_mut() else { continue };
        let length = dot(vector, vector).sqrt();
        for _ in 0..2 {
            for other in before.iter() {
                let along = dot(other, vector);
                for (value, other) in vector.iter_mut().zip(other) {
                    *value -= along * other;
                }
            }
        }
        let left = dot(vector, vector).sqrt();
        let scale = if left > 1e-9 * length { left.recip() } else { 0.0 };
        for value in vector {
            *value *= scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::Silent;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Cells with three strong directions and noise.
    fn cells(n_cells: usize, n_genes: usize) -> Block<LogNorm> {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let (mut row_ptr, mut genes, mut values) = (vec![0], vec![], vec![]);
        for cell in 0..n_cells {
            for gene in 0..n_genes {
                let strong = gene % 4 == cell % 4;
                if rng.random::<f32>() < if strong { 0.9 } else { 0.2 } {
                    genes.push(gene as u32);
                    values.push(rng.random::<f32>() * if strong { 4.0 } else { 1.0 });
                }
            }
            row_ptr.push(genes.len());
        }
        Block::new(n_genes, row_ptr, genes, values).unwrap()
    }

    #[test]
    fn they_are_the_eigenvectors_of_the_covariance_matrix() {
        let (n_cells, n_genes) = (300, 40);
        let cells = cells(n_cells, n_genes);
        let weights: Vec<f64> = (0..n_cells).map(|cell| if cell % 7 == 0 { 2.0 } else { 1.0 }).collect();
        let total: f64 = weights.iter().sum();
        let dense: Vec<Vec<f64>> = cells
            .cells()
            .map(|cell| {
                let mut row = vec![0.0; n_genes];
                cell.iter().for_each(|(gene, value)| row[gene as usize] = f64::from(value));
                row
            })
            .collect();
        let mean: Vec<f64> = (0..n_genes)
            .map(|gene| dense.iter().zip(&weights).map(|(row, w)| w * row[gene]).sum::<f64>() / total)
            .collect();
        let covariance: Vec<f64> = (0..n_genes * n_genes)
            .map(|i| {
                let (a, b) = (i / n_genes, i % n_genes);
                let product = |row: &Vec<f64>| (row[a] - mean[a]) * (row[b] - mean[b]);
                dense.iter().zip(&weights).map(|(row, w)| w * product(row)).sum::<f64>() / total
            })
            .collect();
        let exact = symmetric(covariance, n_genes);
        let found = Components::of(&cells, &weights, 3, 0, &Silent);
        assert_eq!(found.variance.len(), 3);
        for (k, (variance, vector)) in exact.iter().take(3).enumerate() {
            // Sums of f32 on the way: six digits.
            let ratio = found.variance[k] / variance;
            assert!((ratio - 1.0).abs() < 1e-4, "{} {variance}", found.variance[k]);
            let along: f64 =
                found.rotation.chunks_exact(3).zip(vector).map(|(row, v)| f64::from(row[k]) * v).sum();
            assert!((along.abs() - 1.0).abs() < 1e-4, "component {k}: {along}");
        }
    }

    #[test]
    fn there_are_no_more_components_than_directions() {
        // Three cells span two directions, whatever is asked for.
        let few = cells(3, 40);
        let found = Components::of(&few, &[1.0; 3], 50, 0, &Silent);
        assert_eq!(found.variance.len(), 2, "{:?}", found.variance);
        let same = Block::new(2, vec![0, 1, 2], vec![0, 0], vec![1.5, 1.5]).unwrap();
        let none = Components::of(&same, &[1.0; 2], 50, 0, &Silent);
        assert_eq!(none.variance.len(), 1);
        assert!(none.variance[0] < 1e-9);
        let no_genes = Block::new(0, vec![0, 0, 0], vec![], vec![]).unwrap();
        let none = Components::of(&no_genes, &[1.0; 2], 50, 0, &Silent);
        assert_eq!((none.variance.as_slice(), none.rotation.len()), (&[0.0][..], 0));
    }
}
