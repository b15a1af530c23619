//! Numbers left out at random in training.

use crate::kernels::widest::widest;

/// Decides which numbers of a batch are left out, without a state: each decision is a function of seed, step, row,
/// place and position. So nothing depends on the order in which threads ask, and a training that goes on after a
/// break leaves out what it would have left out without.
///
/// Srivastava et al.: Dropout, JMLR 2014, <https://jmlr.org/papers/v15/srivastava14a.html>.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noise {
    key: u64,
    threshold: u32,
    keep: f32, // factor of what is kept
}

impl Noise {
    /// For one step of a training. `rate` is the share that is left out, below 1; none for 0.
    pub(crate) fn new(seed: u64, step: u64, rate: f64) -> Option<Self> {
        (rate > 0.0).then(|| Self {
            key: mix(mix(seed).wrapping_add(step)),
            threshold: (rate * f64::from(u32::MAX)) as u32,
            keep: (1.0 / (1.0 - rate)) as f32,
        })
    }

    /// Factors of the numbers of a row at a place of the network: 0, or what keeps the mean.
    pub(crate) fn factors(&self, row: usize, place: u32, out: &mut [f32]) {
        let key = mix(self.key.wrapping_add(mix((row as u64) << 32 | u64::from(place))));
        decide(key as u32, (key >> 32) as u32, self.threshold, self.keep, out);
    }

    /// [`factors`](Self::factors) of rows that follow each other.
    pub(crate) fn factors_of_rows(&self, first_row: usize, width: usize, place: u32, out: &mut [f32]) {
        for (row, factors) in out.chunks_exact_mut(width).enumerate() {
            self.factors(first_row + row, place, factors);
        }
    }
}

widest! {
    fn decide(start: u32, salt: u32, threshold: u32, keep: f32, out: &mut [f32]) {
        for (i, factor) in (0_u32..).zip(out) {
            let random = finish(finish(start.wrapping_add(i.wrapping_mul(0x9e37_79b9))) ^ salt);
            *factor = if random < threshold { 0.0 } else { keep };
        }
    }
}

/// The step of `SplitMix64` (Steele, Lea, Flood, <https://doi.org/10.1145/2660193.2660195>).
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The last step of `MurmurHash3` (Appleby, public domain): every bit of the input changes half of the output.
#[expect(clippy::inline_always, reason = "must become part of each loop, with the loop's instructions")]
#[inline(always)]
fn finish(mut h: u32) -> u32 {
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factors(seed: u64, step: u64, row: usize, place: u32, n: usize) -> Vec<f32> {
        let mut out = vec![9.0; n];
        Noise::new(seed, step, 0.2).unwrap().factors(row, place, &mut out);
        out
    }

    #[test]
    fn the_share_is_right_and_neighbours_know_nothing_of_each_other() {
        let n = 100_000;
        let of = [
            factors(0, 1, 0, 0, n),
            factors(0, 1, 1, 0, n),
            factors(0, 1, 0, 1, n),
            factors(0, 2, 0, 0, n),
            factors(1, 1, 0, 0, n),
        ];
        let left_out = |factors: &[f32]| factors.iter().filter(|&&f| f == 0.0).count() as f64 / n as f64;
        for (which, factors) in of.iter().enumerate() {
            assert!(factors.iter().all(|&f| f == 0.0 || f == 1.25));
            // Standard deviation 0.0013.
            assert!((left_out(factors) - 0.2).abs() < 0.006, "{which}: {}", left_out(factors));
            let both = factors.windows(2).filter(|pair| pair[0] + pair[1] == 0.0).count() as f64 / n as f64;
            assert!((both - 0.04).abs() < 0.004, "{which}: {both}");
        }
        for (a, b) in [(0, 1), (0, 2), (0, 3), (0, 4), (1, 2)] {
            let both = of[a].iter().zip(&of[b]).filter(|(x, y)| **x + **y == 0.0).count() as f64 / n as f64;
            assert!((both - 0.04).abs() < 0.004, "{a} and {b}: {both}");
        }
    }

    #[test]
    fn nothing_is_left_out_at_rate_zero() {
        assert!(Noise::new(0, 0, 0.0).is_none());
    }
}
