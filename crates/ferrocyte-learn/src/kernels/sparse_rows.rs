//! Sums of rows of weights by sparse values: the first layer of a network.

use super::widest::widest;

/// Numbers handled as one.
const LANES: usize = 16;
/// Columns that are summed in registers at a time.
const WIDE: usize = 8;

widest! {
    /// `out += Σ values[i] · rows[indices[i]]`, where `rows` has rows as long as `out`. Each number of `out` is a chain of fused
    /// multiply-adds in the order of the indices.
    ///
    /// # Panics
    /// When an index is not below the number of rows.
    pub(crate) fn add_rows(indices: &[u32], values: &[f32], rows: &[f32], out: &mut [f32]) {
        let width = out.len();
        let mut first = 0;
        let (blocks, rest) = out.as_chunks_mut::<{ LANES * WIDE }>();
        for block in blocks {
            let mut sums = *block;
            for (&index, &value) in indices.iter().zip(values) {
                let start = index as usize * width + first;
                let row = rows[start..][..LANES * WIDE].first_chunk::<{ LANES * WIDE }>().expect("the slice has this length");
                for lane in 0..LANES * WIDE {
                    sums[lane] = value.mul_add(row[lane], sums[lane]);
                }
            }
            *block = sums;
            first += LANES * WIDE;
        }
        if !rest.is_empty() {
            for (&index, &value) in indices.iter().zip(values) {
                let row = &rows[index as usize * width + first..][..rest.len()];
                for (sum, &weight) in rest.iter_mut().zip(row) {
                    *sum = value.mul_add(weight, *sum);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::widest::tests::same_on_every_level;
    use crate::nn::testing::numbers;

    #[test]
    fn sums_are_chains_of_fused_multiply_adds_in_order() {
        for width in [1, 64, 128, 200, 256] {
            let rows = numbers(50 * width, 1);
            let indices: Vec<u32> = (0..30).map(|i| i * 7 % 50).collect();
            let (values, start) = (numbers(30, 2), numbers(width, 3));
            let found = same_on_every_level(|| {
                let mut out = start.clone();
                add_rows(&indices, &values, &rows, &mut out);
                out
            });
            for column in 0..width {
                let expected = indices.iter().zip(&values).fold(start[column], |sum, (&index, value)| {
                    value.mul_add(rows[index as usize * width + column], sum)
                });
                assert_eq!(found[column], expected);
            }
        }
    }

    #[test]
    #[should_panic(expected = "out of range")]
    fn an_index_without_a_row_is_a_bug_and_no_wild_read() {
        add_rows(&[3], &[1.0], &[0.0; 6], &mut [0.0; 2]);
    }
}
