//! The nearest of many points, exactly.

use crate::kernels::matrix::{Panels, multiply};

/// Points whose distances are computed at once: their numbers stay in the second-level cache.
const CHUNK: usize = 2048;

/// Points in a space of few dimensions.
#[derive(Debug, Clone)]
pub(super) struct Points {
    n_dimensions: usize,
    data: Vec<f32>, // row-major
    chunks: Vec<Chunk>,
}

/// Up to [`CHUNK`] points, ready to be multiplied by.
#[derive(Debug, Clone)]
struct Chunk {
    points: Panels,
    start: Vec<f32>, // −|point|² / 2
}

/// A point and its squared distance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Neighbour {
    pub(super) point: usize,
    pub(super) squared_distance: f64,
}

impl Points {
    /// Takes points row by row.
    pub(super) fn new(n_dimensions: usize, data: Vec<f32>) -> Self {
        let chunks = data
            .chunks(CHUNK * n_dimensions)
            .map(|rows| {
                let mut points = Panels::default();
                points.pack_transposed(n_dimensions, rows.len() / n_dimensions, rows);
                let half_square = |row: &[f32]| row.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / -2.0;
                let start = rows.chunks_exact(n_dimensions).map(|row| half_square(row) as f32).collect();
                Chunk { points, start }
            })
            .collect();
        Self { n_dimensions, data, chunks }
    }

    /// Number of dimensions.
    pub(super) fn n_dimensions(&self) -> usize {
        self.n_dimensions
    }

    /// Number of points.
    pub(super) fn len(&self) -> usize {
        self.data.len() / self.n_dimensions
    }

    /// The numbers, row by row.
    pub(super) fn as_slice(&self) -> &[f32] {
        &self.data
    }

    /// The `wanted` nearest points of each query, nearest first; all points where there are fewer.
    ///
    /// `|q − p|²` is smallest where `q · p − |p|² / 2` is largest, a product of matrices, of which the nearest are
    /// taken chunk by chunk; of points equally far, the first. Their distances are then computed from the differences.
    pub(super) fn nearest(&self, queries: &[f32], wanted: usize) -> Vec<Vec<Neighbour>> {
        let n_queries = queries.len() / self.n_dimensions;
        let mut best: Vec<Vec<(f32, usize)>> = vec![Vec::with_capacity(wanted + 1); n_queries];
        let mut closeness = Vec::new();
        for (chunk, Chunk { points, start }) in self.chunks.iter().enumerate() {
            closeness.clear();
            closeness.resize(n_queries * start.len(), 0.0);
            multiply(queries, points, Some(start), &mut closeness);
            for (row, best) in closeness.chunks_exact(start.len()).zip(&mut best) {
                let mut least = if best.len() < wanted { f32::NEG_INFINITY } else { best[wanted - 1].0 };
                for (i, &close) in row.iter().enumerate() {
                    if close > least || best.len() < wanted {
                        let at = best.partition_point(|&(other, _)| other >= close);
                        best.insert(at, (close, chunk * CHUNK + i));
                        best.truncate(wanted);
                        least = if best.len() < wanted { f32::NEG_INFINITY } else { best[wanted - 1].0 };
                    }
                }
            }
        }
        queries
            .chunks_exact(self.n_dimensions)
            .zip(best)
            .map(|(query, best)| self.measured(query, &best))
            .collect()
    }

    fn measured(&self, query: &[f32], best: &[(f32, usize)]) -> Vec<Neighbour> {
        let mut neighbours: Vec<Neighbour> = best
            .iter()
            .map(|&(_, point)| {
                let at = &self.data[point * self.n_dimensions..][..self.n_dimensions];
                let difference = |(a, b): (&f32, &f32)| f64::from(*a) - f64::from(*b);
                let squared_distance = query.iter().zip(at).map(|pair| difference(pair).powi(2)).sum();
                Neighbour { point, squared_distance }
            })
            .collect();
        neighbours
            .sort_by(|a, b| a.squared_distance.total_cmp(&b.squared_distance).then(a.point.cmp(&b.point)));
        neighbours
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::testing::numbers;

    #[test]
    fn they_are_the_nearest_of_all() {
        for (n_points, n_dimensions, wanted) in [(3, 2, 5), (100, 1, 7), (5000, 9, 15)] {
            let data = numbers(n_points * n_dimensions, 1);
            let queries = numbers(5 * n_dimensions, 2);
            let found = Points::new(n_dimensions, data.clone()).nearest(&queries, wanted);
            for (query, found) in queries.chunks_exact(n_dimensions).zip(found) {
                let distance = |point: &[f32]| -> f64 {
                    point.iter().zip(query).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum()
                };
                let mut all: Vec<(f64, usize)> =
                    data.chunks_exact(n_dimensions).map(distance).zip(0..).collect();
                all.sort_by(|a, b| a.0.total_cmp(&b.0));
                assert_eq!(found.len(), wanted.min(n_points));
                for (found, (expected, _)) in found.iter().zip(&all) {
                    // Points whose f32 products are alike may change places.
                    assert!((found.squared_distance - expected).abs() < 1e-5, "{found:?} {expected}");
                }
            }
        }
    }

    #[test]
    fn of_points_equally_far_the_first_are_taken() {
        let found = Points::new(1, vec![1.0; 3000]).nearest(&[1.0], 2);
        let zero = |point| Neighbour { point, squared_distance: 0.0 };
        assert_eq!(found[0], [zero(0), zero(1)]);
    }
}
