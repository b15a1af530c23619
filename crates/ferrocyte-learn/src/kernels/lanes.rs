//! Sixteen numbers side by side.

/// Number of labels that one row of [`Lanes`] holds.
pub(crate) const LANES: usize = 16;

/// One number for each of sixteen labels: one AVX-512 register, two of AVX2, four of SSE, Neon or WebAssembly.
/// Aligned so that a row is one cache line, never two halves of two.
#[repr(C, align(64))]
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lanes(pub(crate) [f32; LANES]);

impl Lanes {
    /// All zero.
    pub(crate) const ZERO: Self = Self([0.0; LANES]);
}

/// Number of rows of [`Lanes`] that `n_labels` numbers fill; the rest of the last row is padding.
pub(crate) fn tiles(n_labels: usize) -> usize {
    n_labels.div_ceil(LANES)
}
