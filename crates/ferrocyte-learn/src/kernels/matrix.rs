//! Products of small dense matrices: what the layers of a network spend their time in.
//!
//! Each number of a product is one chain of fused multiply-adds in the order of the inner index. How the work is
//! cut into tiles, how wide the registers are and how many threads there are changes nothing of that, so every
//! machine gives the same bits. (A library would choose its order by the processor.) On a Xeon with AVX-512 one
//! tile ran at 160 to 170 GFLOP/s on one core; larger shapes of tile reached 196, or 2 where the compiler gave up.

use super::widest::{Level, level};

/// Rows of a tile.
const ROWS: usize = 4;
/// Columns of a tile: four AVX-512 registers.
const COLUMNS: usize = 64;
/// Rows of a panel that are taken at once: a part of 32 KiB stays in the nearest cache while tile after tile passes.
const DEPTH: usize = 128;
/// Numbers handled as one.
const LANES: usize = 16;

type Tile = [[f32; COLUMNS]; ROWS];

/// A row of a panel, in whole cache lines: a load that reaches over the end of a line costs two.
#[repr(C, align(64))]
#[derive(Debug, Clone, Copy, PartialEq)]
struct Row([f32; COLUMNS]);

/// The same as four rows that lie apart.
type Lines<'a> = [&'a mut [f32; COLUMNS]; ROWS];

/// A matrix of shape `(inner, columns)`, cut into panels of 64 columns, each of them contiguous; columns that
/// fill up the last panel are zero.
#[derive(Debug, Clone, Default)]
pub(crate) struct Panels {
    inner: usize,
    columns: usize,
    data: Vec<Row>, // panel after panel, `inner` rows each
}

impl Panels {
    /// Takes a row-major matrix of shape `(inner, columns)`.
    pub(crate) fn pack(&mut self, inner: usize, columns: usize, matrix: &[f32]) {
        assert_eq!(matrix.len(), inner * columns, "the matrix has its shape");
        self.resize(inner, columns);
        for (panel, rows) in self.data.chunks_exact_mut(inner.max(1)).enumerate() {
            let start = panel * COLUMNS;
            let width = (columns - start).min(COLUMNS);
            for (packed, row) in rows.iter_mut().zip(matrix.chunks_exact(columns.max(1))) {
                packed.0[..width].copy_from_slice(&row[start..start + width]);
            }
        }
    }

    /// Takes the transpose of a row-major matrix of shape `(columns, inner)`.
    pub(crate) fn pack_transposed(&mut self, inner: usize, columns: usize, matrix: &[f32]) {
        assert_eq!(matrix.len(), inner * columns, "the matrix has its shape");
        self.resize(inner, columns);
        for (rows, lines) in
            self.data.chunks_exact_mut(inner.max(1)).zip(matrix.chunks(inner.max(1) * COLUMNS))
        {
            for (column, line) in lines.chunks_exact(inner.max(1)).enumerate() {
                for (packed, &value) in rows.iter_mut().zip(line) {
                    packed.0[column] = value;
                }
            }
        }
    }

    fn resize(&mut self, inner: usize, columns: usize) {
        if (self.inner, self.columns) != (inner, columns) {
            (self.inner, self.columns) = (inner, columns);
            self.data.clear();
            self.data.resize(inner * columns.div_ceil(COLUMNS), Row([0.0; COLUMNS]));
        }
    }

    fn panels(&self) -> impl Iterator<Item = &[Row]> {
        self.data.chunks_exact(self.inner.max(1))
    }
}

/// `out = rows · matrix + start`: `rows` is row-major of shape `(n, inner)`, `out` of shape `(n, columns)`;
/// `start` is one number per column, or none for zero.
pub(crate) fn multiply(rows: &[f32], matrix: &Panels, start: Option<&[f32]>, out: &mut [f32]) {
    let (inner, columns) = (matrix.inner, matrix.columns);
    if columns == 0 || out.is_empty() {
        return;
    }
    let n_rows = out.len() / columns;
    assert_eq!((rows.len(), out.len()), (n_rows * inner, n_rows * columns), "the shapes agree");
    match start {
        Some(start) => out.chunks_exact_mut(columns).for_each(|row| row.copy_from_slice(start)),
        None => out.fill(0.0),
    }
    for (panel, packed) in matrix.panels().enumerate() {
        for (step, packed) in packed.chunks(DEPTH).enumerate() {
            multiply_panel(rows, n_rows, inner, step * DEPTH, packed, columns, panel * COLUMNS, out);
        }
    }
}

/// Adds the products with some rows of a panel, those from `from`, to the columns from `first`.
#[allow(clippy::too_many_arguments)]
fn multiply_panel(
    rows: &[f32],
    n_rows: usize,
    inner: usize,
    from: usize,
    packed: &[Row],
    columns: usize,
    first: usize,
    out: &mut [f32],
) {
    for (tile, out) in out.chunks_mut(ROWS * columns).enumerate() {
        // The last tile repeats the last row; what is computed twice is not written.
        let row = |i: usize| &rows[(tile * ROWS + i).min(n_rows - 1) * inner + from..][..packed.len()];
        let rows = [row(0), row(1), row(2), row(3)];
        let mut lines =
            out.chunks_exact_mut(columns).map_while(|line| line[first..].first_chunk_mut::<COLUMNS>());
        if let (Some(a), Some(b), Some(c), Some(d)) = (lines.next(), lines.next(), lines.next(), lines.next())
        {
            rows_tile(rows, packed, [a, b, c, d]);
        } else {
            let width = (columns - first).min(COLUMNS);
            let mut sums = [[0.0; COLUMNS]; ROWS];
            for (line, sums) in out.chunks_exact(columns).zip(&mut sums) {
                sums[..width].copy_from_slice(&line[first..first + width]);
            }
            let [a, b, c, d] = &mut sums;
            rows_tile(rows, packed, [a, b, c, d]);
            for (line, sums) in out.chunks_exact_mut(columns).zip(&sums) {
                line[first..first + width].copy_from_slice(&sums[..width]);
            }
        }
    }
}

/// Adds `Σ left[row][i] · right[row][j]` over rows to `out[i][j]`: the gradient of weights. `left` is row-major of
/// shape `(n, lines)` and `right` of `(n, columns)`, both in parts whose rows follow each other.
///
/// Writes the columns of one `panel` of 64 for all lines, into `out` of shape `(lines, columns of the panel)`.
pub(crate) fn outer_panel<'a>(
    parts: impl Iterator<Item = (&'a [f32], &'a [f32])> + Clone,
    lines: usize,
    columns: usize,
    panel: usize,
    out: &mut [f32],
) {
    let first = panel * COLUMNS;
    let width = (columns - first).min(COLUMNS);
    out.fill(0.0);
    let mut packed: Vec<Row> = Vec::new();
    for (left, right) in parts {
        packed.clear();
        packed.extend(right.chunks_exact(columns).map(|row| {
            let mut wide = Row([0.0; COLUMNS]);
            wide.0[..width].copy_from_slice(&row[first..first + width]);
            wide
        }));
        for tile in 0..lines.div_ceil(ROWS) {
            let line = tile * ROWS;
            let height = (lines - line).min(ROWS);
            let whole = out[line * width..].as_chunks_mut::<COLUMNS>().0;
            if height == ROWS
                && width == COLUMNS
                && let Some(sums) = whole.first_chunk_mut::<ROWS>()
            {
                columns_tile(left, lines, line, &packed, sums);
                continue;
            }
            let mut sums: Tile = [[0.0; COLUMNS]; ROWS];
            for (i, sums) in sums.iter_mut().enumerate().take(height) {
                sums[..width].copy_from_slice(&out[(line + i) * width..][..width]);
            }
            if height == ROWS {
                columns_tile(left, lines, line, &packed, &mut sums);
            } else {
                let narrow: Vec<f32> = left
                    .chunks_exact(lines)
                    .flat_map(|row| (0..ROWS).map(move |i| if i < height { row[line + i] } else { 0.0 }))
                    .collect();
                columns_tile(&narrow, ROWS, 0, &packed, &mut sums);
            }
            for (i, sums) in sums.iter().enumerate().take(height) {
                out[(line + i) * width..][..width].copy_from_slice(&sums[..width]);
            }
        }
    }
}

/// Number of panels that so many columns fill, and the columns of each.
pub(crate) const PANEL_COLUMNS: usize = COLUMNS;

#[inline]
#[allow(unsafe_code)]
fn rows_tile(rows: [&[f32]; ROWS], panel: &[Row], out: Lines<'_>) {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        #[target_feature(enable = "avx512f")]
        fn avx512(rows: [&[f32]; ROWS], panel: &[Row], out: Lines<'_>) {
            rows_body::<4>(rows, panel, out);
        }
        #[target_feature(enable = "avx2,fma")]
        fn avx2(rows: [&[f32]; ROWS], panel: &[Row], out: Lines<'_>) {
            rows_body::<1>(rows, panel, out);
        }
        match level() {
            // SAFETY: the processor has AVX-512F, which is all that the function asks for.
            Level::Avx512 => return unsafe { avx512(rows, panel, out) },
            // SAFETY: the processor has AVX2 and FMA, which is all that the function asks for.
            Level::Avx2 => return unsafe { avx2(rows, panel, out) },
            Level::Basic => (),
        }
    }
    rows_body::<1>(rows, panel, out);
}

#[inline]
#[allow(unsafe_code)]
fn columns_tile(left: &[f32], stride: usize, at: usize, panel: &[Row], sums: &mut Tile) {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        #[target_feature(enable = "avx512f")]
        fn avx512(left: &[f32], stride: usize, at: usize, panel: &[Row], sums: &mut Tile) {
            columns_body::<4>(left, stride, at, panel, sums);
        }
        #[target_feature(enable = "avx2,fma")]
        fn avx2(left: &[f32], stride: usize, at: usize, panel: &[Row], sums: &mut Tile) {
            columns_body::<1>(left, stride, at, panel, sums);
        }
        match level() {
            // SAFETY: the processor has AVX-512F, which is all that the function asks for.
            Level::Avx512 => return unsafe { avx512(left, stride, at, panel, sums) },
            // SAFETY: the processor has AVX2 and FMA, which is all that the function asks for.
            Level::Avx2 => return unsafe { avx2(left, stride, at, panel, sums) },
            Level::Basic => (),
        }
    }
    columns_body::<1>(left, stride, at, panel, sums);
}

/// `WIDE` times sixteen columns at a time: as many as the registers of the instruction set hold sums for.
#[expect(clippy::inline_always, reason = "must become part of each caller, with the caller's instructions")]
#[inline(always)]
fn rows_body<const WIDE: usize>(rows: [&[f32]; ROWS], panel: &[Row], mut out: Lines<'_>) {
    let [a, b, c, d] = rows;
    for at in (0..COLUMNS / LANES).step_by(WIDE) {
        let mut part: Part<WIDE> =
            std::array::from_fn(|row| std::array::from_fn(|wide| out[row].as_chunks::<LANES>().0[at + wide]));
        for ((((column, &a), &b), &c), &d) in panel.iter().zip(a).zip(b).zip(c).zip(d) {
            step([a, b, c, d], column, at, &mut part);
        }
        for (part, out) in part.iter().zip(&mut out) {
            for (wide, part) in part.iter().enumerate() {
                out.as_chunks_mut::<LANES>().0[at + wide] = *part;
            }
        }
    }
}

#[expect(clippy::inline_always, reason = "must become part of each caller, with the caller's instructions")]
#[inline(always)]
fn columns_body<const WIDE: usize>(
    left: &[f32],
    stride: usize,
    first: usize,
    panel: &[Row],
    sums: &mut Tile,
) {
    for at in (0..COLUMNS / LANES).step_by(WIDE) {
        let mut part = load::<WIDE>(sums, at);
        for (column, row) in panel.iter().zip(left.chunks_exact(stride)) {
            if let Some(&four) = row[first..].first_chunk::<ROWS>() {
                step(four, column, at, &mut part);
            }
        }
        store(&part, sums, at);
    }
}

type Part<const WIDE: usize> = [[[f32; LANES]; WIDE]; ROWS];

#[expect(clippy::inline_always, reason = "must become part of each caller, with the caller's instructions")]
#[inline(always)]
fn step<const WIDE: usize>(left: [f32; ROWS], column: &Row, at: usize, part: &mut Part<WIDE>) {
    let column = column.0.as_chunks::<LANES>().0;
    for row in 0..ROWS {
        for wide in 0..WIDE {
            let right = &column[at + wide];
            let sum = &mut part[row][wide];
            for lane in 0..LANES {
                sum[lane] = left[row].mul_add(right[lane], sum[lane]);
            }
        }
    }
}

#[expect(clippy::inline_always, reason = "must become part of each caller, with the caller's instructions")]
#[expect(clippy::needless_range_loop, reason = "with constant bounds the array stays in registers")]
#[inline(always)]
fn load<const WIDE: usize>(sums: &Tile, at: usize) -> Part<WIDE> {
    let mut part = [[[0.0; LANES]; WIDE]; ROWS];
    for row in 0..ROWS {
        for wide in 0..WIDE {
            part[row][wide] = sums[row].as_chunks::<LANES>().0[at + wide];
        }
    }
    part
}

#[expect(clippy::inline_always, reason = "must become part of each caller, with the caller's instructions")]
#[expect(clippy::needless_range_loop, reason = "with constant bounds the array stays in registers")]
#[inline(always)]
fn store<const WIDE: usize>(part: &Part<WIDE>, sums: &mut Tile, at: usize) {
    for row in 0..ROWS {
        for wide in 0..WIDE {
            sums[row].as_chunks_mut::<LANES>().0[at + wide] = part[row][wide];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::widest::tests::same_on_every_level;
    use crate::nn::testing::numbers;

    #[test]
    fn products_are_chains_of_fused_multiply_adds_in_order() {
        for (n, inner, columns) in [(1, 1, 1), (3, 5, 64), (4, 16, 65), (9, 33, 130), (2, 0, 3)] {
            let (rows, matrix) = (numbers(n * inner, 1), numbers(inner * columns, 2));
            let start = numbers(columns, 3);
            let found = same_on_every_level(|| {
                let mut panels = Panels::default();
                panels.pack(inner, columns, &matrix);
                let mut out = vec![f32::NAN; n * columns];
                multiply(&rows, &panels, Some(&start), &mut out);
                out
            });
            for row in 0..n {
                for column in 0..columns {
                    let expected = (0..inner).fold(start[column], |sum, i| {
                        rows[row * inner + i].mul_add(matrix[i * columns + column], sum)
                    });
                    assert_eq!(found[row * columns + column], expected);
                }
            }
        }
    }

    #[test]
    fn a_transposed_matrix_is_the_same_matrix() {
        let (inner, columns) = (7, 70);
        let matrix = numbers(inner * columns, 1);
        let transposed: Vec<f32> =
            (0..inner * columns).map(|i| matrix[i % inner * columns + i / inner]).collect();
        let (mut straight, mut turned) = (Panels::default(), Panels::default());
        straight.pack(inner, columns, &matrix);
        turned.pack_transposed(inner, columns, &transposed);
        assert_eq!(straight.data, turned.data);
    }

    #[test]
    fn outer_products_do_not_depend_on_the_parts() {
        for (n, lines, columns) in [(5, 1, 1), (9, 7, 64), (20, 66, 100)] {
            let (left, right) = (numbers(n * lines, 1), numbers(n * columns, 2));
            for panel in 0..columns.div_ceil(COLUMNS) {
                let width = (columns - panel * COLUMNS).min(COLUMNS);
                let whole = same_on_every_level(|| {
                    let mut out = vec![f32::NAN; lines * width];
                    outer_panel([(&left[..], &right[..])].into_iter(), lines, columns, panel, &mut out);
                    out
                });
                let cut = n / 3;
                let parts = [
                    (&left[..cut * lines], &right[..cut * columns]),
                    (&left[cut * lines..], &right[cut * columns..]),
                ];
                let mut out = vec![f32::NAN; lines * width];
                outer_panel(parts.into_iter(), lines, columns, panel, &mut out);
                assert_eq!(out, whole);
                for line in 0..lines {
                    for column in 0..width {
                        let expected = (0..n).fold(0.0_f32, |sum, row| {
                            left[row * lines + line]
                                .mul_add(right[row * columns + panel * COLUMNS + column], sum)
                        });
                        assert_eq!(whole[line * width + column], expected);
                    }
                }
            }
        }
    }
}
