//! Genes that vary more than others of their mean.

use std::ops::Range;

use crate::labelled_cells::LabelledCells;
use crate::models::train::FitError;

/// Bins of genes of about one mean.
const BINS: usize = 20;
/// Cells that must have a gene: the variance of fewer is one cell's.
const MIN_CELLS: usize = 3;

/// How much a gene varies, beside genes of about its mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeneDispersion {
    /// `ln(1 + mean)` of the normalised counts.
    pub mean: f64,
    /// `ln(variance / mean)` of the normalised counts; `None` where the gene does not vary.
    pub dispersion: Option<f64>,
    /// Standard deviations above the mean dispersion of the genes in its bin; `None` where the gene does not vary.
    pub normalised: Option<f64>,
}

/// Dispersion of each gene that three cells have, `None` for the others.
///
/// Genes are put into 20 bins of equal width by the logarithm of their mean; a bin's mean dispersion is taken off and
/// its standard deviation divided by, and a gene alone in its bin has 1: Satija et al. 2015,
/// <https://doi.org/10.1038/nbt.3192>, as scanpy computes it (`highly_variable_genes`, flavour `seurat`).
///
/// # Errors
/// When cells that are not in memory cannot be read.
pub fn gene_dispersions(data: &LabelledCells<'_>) -> Result<Vec<Option<GeneDispersion>>, FitError> {
    let mut genes = dispersions(data)?;
    let means = || genes.iter().flatten().map(|gene| gene.mean);
    let (low, high) = (means().fold(f64::MAX, f64::min), means().fold(f64::MIN, f64::max));
    let edges: Vec<f64> = (0..=BINS).map(|edge| low + (high - low) * edge as f64 / BINS as f64).collect();
    // A bin holds its upper edge; the lowest gene falls into the first.
    let bin_of = |mean: f64| edges[1..BINS].partition_point(|&edge| edge < mean);
    let mut bins: Vec<Vec<f64>> = vec![Vec::new(); BINS];
    for gene in genes.iter().flatten() {
        bins[bin_of(gene.mean)].extend(gene.dispersion);
    }
    let of_bins: Vec<(f64, f64)> = bins.iter().map(|bin| mean_and_deviation(bin)).collect();
    for gene in genes.iter_mut().flatten() {
        let (mean, deviation) = of_bins[bin_of(gene.mean)];
        gene.normalised = gene.dispersion.map(|dispersion| (dispersion - mean) / deviation);
    }
    Ok(genes)
}

/// Columns, increasing, of the `wanted` genes with the largest normalised dispersion.
pub(super) fn choose(data: &LabelledCells<'_>, wanted: usize) -> Result<Vec<u32>, FitError> {
    let mut genes: Vec<(f64, u32)> = (0..)
        .zip(gene_dispersions(data)?)
        .filter_map(|(column, gene)| Some((gene?.normalised?, column)))
        .collect();
    // Ties in column order, so that the choice has no chance in it.
    genes.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    genes.truncate(wanted);
    let mut genes: Vec<u32> = genes.into_iter().map(|(_, column)| column).collect();
    genes.sort_unstable();
    Ok(genes)
}

/// Mean and dispersion over the cells that count, of normalised counts: the logarithm is taken back.
fn dispersions(data: &LabelledCells<'_>) -> Result<Vec<Option<GeneDispersion>>, FitError> {
    let sums_of = |genes: Range<usize>| RangeSums {
        first: genes.start,
        sums: vec![Sums::default(); genes.len()],
        taken_back: TakenBack::new(),
    };
    let sums = data.cells().by_genes(sums_of, |range, cell, values| {
        if data.weight(cell) == 0.0 {
            return;
        }
        for (gene, value) in values.iter() {
            let (of_gene, count) = (&mut range.sums[gene as usize - range.first], range.taken_back.of(value));
            of_gene.sum += count;
            of_gene.squares += count * count;
            of_gene.cells += 1;
        }
    })?;
    let sums = sums.iter().flat_map(|range| &range.sums);
    let n_cells = (0..data.n_cells()).filter(|&cell| data.weight(cell) != 0.0).count();
    let n = n_cells as f64;
    let of_gene = |sums: &Sums| {
        let mean = sums.sum / n;
        let variance = (sums.squares - n * mean * mean) / (n - 1.0);
        // What is left of the squares of a constant is rounding.
        let varies = variance > 1e-9 * sums.squares / n;
        (sums.cells >= MIN_CELLS).then(|| GeneDispersion {
            mean: libm::log1p(mean),
            dispersion: varies.then(|| libm::log(variance / mean)),
            normalised: None,
        })
    };
    Ok(sums.map(of_gene).collect())
}

/// Sums over the cells that count, of consecutive genes.
struct RangeSums {
    first: usize,
    sums: Vec<Sums>,
    taken_back: TakenBack,
}

/// Sums of one gene.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    sum: f64,
    squares: f64,
    cells: usize,
}

/// The logarithm taken back. A cell has few different values, each often: what became of the last ones is remembered.
struct TakenBack {
    known: [(u32, f64); Self::SLOTS], // by a hash of its bits the value's bits, and what became of it
}

impl TakenBack {
    const SLOTS: usize = 256;

    fn new() -> Self {
        Self { known: [(0, 0.0); Self::SLOTS] } // of zero: zero
    }

    fn of(&mut self, value: f32) -> f64 {
        let bits = value.to_bits();
        // The top bits of a product depend on all bits: Knuth, The Art of Computer Programming 3, 6.4.
        let slot = bits.wrapping_mul(0x9e37_79b1) >> (u32::BITS - Self::SLOTS.ilog2());
        let known = &mut self.known[slot as usize];
        if known.0 != bits {
            *known = (bits, libm::expm1(f64::from(value)));
        }
        known.1
    }
}

/// Of one value the deviation is the value, and the mean zero: it comes out as 1.
fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    if values.len() == 1 {
        return (0.0, mean);
    }
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}
