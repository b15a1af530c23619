//! `rows[index] += value · row`: the way back of [`sum_rows`](super::row_sums::sum_rows).

use super::lanes::Lanes;
use super::widest::widest;

widest! {
    /// Adds a row, weighted by each value of a sparse vector, to the rows of its indices. It multiplies and then
    /// adds, each rounded, so that every machine gives the same bits.
    ///
    /// # Panics
    /// When an index is not below the number of rows.
    pub(crate) fn add_rows(indices: &[u32], values: &[f32], row: &Lanes, rows: &mut [Lanes]) {
        for (&index, &value) in indices.iter().zip(values) {
            let sums = &mut rows[index as usize].0;
            for (sum, part) in sums.iter_mut().zip(&row.0) {
                *sum += value * part;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::lanes::LANES;
    use crate::kernels::widest::tests::same_on_every_level;

    #[test]
    fn each_row_gets_its_share() {
        let row = Lanes(std::array::from_fn(|lane| lane as f32 / 3.0));
        let rows = same_on_every_level(|| {
            let mut rows = vec![Lanes([1.0; LANES]); 3];
            add_rows(&[0, 2], &[2.0, -0.7], &row, &mut rows);
            rows
        });
        assert_eq!(rows[0].0, row.0.map(|part| 1.0 + 2.0 * part));
        assert_eq!(rows[1].0, [1.0; LANES]);
        assert_eq!(rows[2].0, row.0.map(|part| 1.0 + -0.7 * part));
    }
}
