//! Dense vectors, handled in fixed pieces so that the number of threads does not change a bit.

use rayon::prelude::*;

/// Elements of a piece: 64 KiB, which is worth handing to a thread.
const PIECE: usize = 8192;

/// Sums side by side, so that the additions need not wait for each other.
const LANES: usize = 8;

/// `Σ a · b`, in `f64` whatever the vectors hold.
pub(crate) fn dot<A: Real, B: Real>(a: &[A], b: &[B]) -> f64 {
    sum_in_order(a.par_chunks(PIECE).zip(b.par_chunks(PIECE)).map(|(a, b)| dot_piece(a, b)))
}

/// `to = from + factor · direction`.
pub(crate) fn step(to: &mut [f64], from: &[f64], factor: f64, direction: &[f64]) {
    let pieces = to.par_chunks_mut(PIECE).zip(from.par_chunks(PIECE)).zip(direction.par_chunks(PIECE));
    pieces.for_each(|((to, from), direction)| {
        for ((to, from), direction) in to.iter_mut().zip(from).zip(direction) {
            *to = from + factor * direction;
        }
    });
}

/// `to = a - b`, rounded.
pub(crate) fn difference(to: &mut [f32], a: &[f64], b: &[f64]) {
    let pieces = to.par_chunks_mut(PIECE).zip(a.par_chunks(PIECE)).zip(b.par_chunks(PIECE));
    pieces.for_each(|((to, a), b)| {
        for ((to, a), b) in to.iter_mut().zip(a).zip(b) {
            *to = (a - b) as f32;
        }
    });
}

/// `to = factor · from`.
pub(crate) fn scaled(to: &mut [f64], factor: f64, from: &[f64]) {
    to.par_chunks_mut(PIECE).zip(from.par_chunks(PIECE)).for_each(|(to, from)| {
        for (to, from) in to.iter_mut().zip(from) {
            *to = factor * from;
        }
    });
}

/// `to *= factor`.
pub(crate) fn scale(to: &mut [f64], factor: f64) {
    to.par_chunks_mut(PIECE).for_each(|to| to.iter_mut().for_each(|value| *value *= factor));
}

/// `to += factor · from`.
pub(crate) fn add_scaled(to: &mut [f64], factor: f64, from: &[f64]) {
    to.par_chunks_mut(PIECE).zip(from.par_chunks(PIECE)).for_each(|(to, from)| {
        for (to, from) in to.iter_mut().zip(from) {
            *to += factor * from;
        }
    });
}

/// `to += factor · from`, then `Σ to · with`, in one pass over `to`.
pub(crate) fn add_scaled_then_dot(to: &mut [f64], factor: f64, from: &[f32], with: &[f32]) -> f64 {
    let pieces = to.par_chunks_mut(PIECE).zip(from.par_chunks(PIECE)).zip(with.par_chunks(PIECE));
    sum_in_order(pieces.map(|((to, from), with)| {
        for (to, from) in to.iter_mut().zip(from) {
            *to += factor * f64::from(*from);
        }
        dot_piece(to, with)
    }))
}

/// Sums what the pieces give, in the order of the pieces.
fn sum_in_order(pieces: impl IndexedParallelIterator<Item = f64>) -> f64 {
    pieces.collect::<Vec<f64>>().iter().sum()
}

fn dot_piece<A: Real, B: Real>(a: &[A], b: &[B]) -> f64 {
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += a[lane].into() * b[lane].into();
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(&a, &b)| a.into() * b.into()).sum();
    sums.iter().sum::<f64>() + rest
}

/// `f32` or `f64`.
pub(crate) trait Real: Copy + Into<f64> + Sync {}

impl Real for f32 {}
impl Real for f64 {}

#[cfg(test)]
mod tests {
    use super::*;

    // Small whole numbers add up exactly, in any order.
    fn whole(period: u32) -> Vec<f64> {
        (0..2 * PIECE as u32 + 13).map(|i| f64::from(i % period) - 3.0).collect()
    }

    #[test]
    fn every_operation_agrees_with_the_obvious_one_across_pieces() {
        let (a, b) = (whole(7), whole(5));
        let pairs = || a.iter().zip(&b);
        assert_eq!(dot(&a, &b), pairs().map(|(a, b)| a * b).sum::<f64>());

        let mut to = vec![0.0; a.len()];
        step(&mut to, &a, 2.0, &b);
        assert_eq!(to, pairs().map(|(a, b)| a + 2.0 * b).collect::<Vec<_>>());
        scaled(&mut to, -1.0, &a);
        scale(&mut to, 3.0);
        assert_eq!(to, a.iter().map(|a| -3.0 * a).collect::<Vec<_>>());

        let mut narrow = vec![0.0_f32; a.len()];
        difference(&mut narrow, &a, &b);
        assert_eq!(dot(&narrow, &a), pairs().map(|(a, b)| (a - b) * a).sum::<f64>());

        let mut to = a.clone();
        let found = add_scaled_then_dot(&mut to, 2.0, &narrow, &narrow);
        let obvious: Vec<f64> = pairs().map(|(a, b)| a + 2.0 * (a - b)).collect();
        assert_eq!(to, obvious);
        assert_eq!(found, obvious.iter().zip(pairs()).map(|(x, (a, b))| x * (a - b)).sum::<f64>());
    }
}
