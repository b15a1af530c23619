//! `Σ value · row[index]`: the one loop that training and prediction spend their time in.

use super::lanes::{LANES, Lanes};

/// Independent partial sums; enough to hide the latency of an addition. The order of additions is part of the
/// result, so it is the same on every path.
const CHAINS: usize = 4;

/// Sums rows weighted by the values of a sparse vector: `Σ values[i] · rows[indices[i]]`.
///
/// With the genes of a cell and a row of weights per gene it gives the scores of a cell; with the cells of a
/// gene and a row of residuals per cell it gives the gradient of a gene.
///
/// # Panics
/// When an index is not below the number of rows.
pub(crate) fn sum_rows<Index: Copy + Into<u32>>(indices: &[Index], values: &[f32], rows: &[Lanes]) -> Lanes {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(sum) = x86::sum_rows(indices, values, rows) {
        return sum;
    }
    sum_rows_body(indices, values, rows)
}

/// The loop itself, compiled once for each instruction set. It multiplies and then adds, each rounded, on every
/// path: a fused multiply-add has other bits, and without hardware for it is a slow function call.
#[inline(always)]
fn sum_rows_body<Index: Copy + Into<u32>>(indices: &[Index], values: &[f32], rows: &[Lanes]) -> Lanes {
    let mut sums = [[0.0_f32; LANES]; CHAINS];
    let (index_quads, index_rest) = indices.as_chunks::<CHAINS>();
    let (value_quads, value_rest) = values.as_chunks::<CHAINS>();
    for (index_quad, value_quad) in index_quads.iter().zip(value_quads) {
        for chain in 0..CHAINS {
            let row = &rows[index_quad[chain].into() as usize].0;
            for lane in 0..LANES {
                sums[chain][lane] += value_quad[chain] * row[lane];
            }
        }
    }
    for (chain, (&index, value)) in index_rest.iter().zip(value_rest).enumerate() {
        let row = &rows[index.into() as usize].0;
        for lane in 0..LANES {
            sums[chain][lane] += value * row[lane];
        }
    }
    let [a, b, c, d] = sums;
    Lanes(std::array::from_fn(|lane| (a[lane] + b[lane]) + (c[lane] + d[lane])))
}

/// The same loop with wider registers. The one place with `unsafe`: telling the compiler what the processor has.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[allow(unsafe_code)]
mod x86 {
    use super::{Lanes, sum_rows_body};

    /// Takes the widest registers that the processor has, or `None` where it has only the basic ones.
    #[inline]
    pub(super) fn sum_rows<Index: Copy + Into<u32>>(
        indices: &[Index],
        values: &[f32],
        rows: &[Lanes],
    ) -> Option<Lanes> {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has AVX-512F, which is all that the function asks for.
            return Some(unsafe { avx512(indices, values, rows) });
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2, which is all that the function asks for.
            return Some(unsafe { avx2(indices, values, rows) });
        }
        None
    }

    #[target_feature(enable = "avx512f")]
    pub(super) fn avx512<Index: Copy + Into<u32>>(
        indices: &[Index],
        values: &[f32],
        rows: &[Lanes],
    ) -> Lanes {
        sum_rows_body(indices, values, rows)
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn avx2<Index: Copy + Into<u32>>(indices: &[Index], values: &[f32], rows: &[Lanes]) -> Lanes {
        sum_rows_body(indices, values, rows)
    }
}
