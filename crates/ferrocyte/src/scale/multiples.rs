//! Rule: are the values of a cell multiples of one count's worth, and what total does that worth belong to?
//!
//! A cell that was scaled to a total `T` has values `count × T / L`, where `L` is its library size. One count is
//! worth `T / L`, the smallest value of nearly every cell. It stays so when genes are taken away, which sums do not.
//! And as `L` is a whole number, `T` is a number that every cell's worth divides.

use super::constant_totals::snapped;
use super::inverted::{Inverted, InvertedCell};

/// A column of numbers of obs, one for each cell of the file.
pub(crate) type NumberColumn = (String, Vec<f64>);

/// How a total was made out from the worth of one count.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TotalFrom {
    /// It is divided by what one count is worth in every cell.
    Division,
    /// This column times what one count is worth is the same in every cell.
    Column(String),
}

/// Whether 9 of 10 cells that can tell are multiples of their smallest value. The tenth may have no gene with one
/// count.
pub(crate) fn are_multiples(inverted: &Inverted) -> bool {
    inverted.share_of_multiples().is_some_and(|share| share >= 0.9)
}

/// The total that cells of multiples were scaled to.
pub(crate) fn total_of_multiples(inverted: &Inverted, columns: &[NumberColumn]) -> Option<(f64, TotalFrom)> {
    let cells: Vec<InvertedCell> =
        inverted.cells().iter().copied().filter(|cell| cell.multiples == Some(true)).collect();
    let least = cells.iter().map(|cell| cell.total).fold(0.0, f64::max) * 0.999;
    let round = [1e4, 1e6, 1e5, 1e3].into_iter().filter(|&total| total >= least);
    let round = round.into_iter().find(|&total| divides(&cells, total));
    if let Some(total) = round {
        return Some((total, TotalFrom::Division));
    }
    if let Some((name, total)) = columns.iter().find_map(|(name, column)| {
        let total = product(&cells, column)?;
        (total >= 0.99 * least).then_some((name, total))
    }) {
        return Some((total, TotalFrom::Column(name.clone())));
    }
    search(&cells, least).map(|total| (total, TotalFrom::Division))
}

/// Whether `total` is a whole number of counts in 95 of 100 cells. `f32` knows one count's worth to about 1e-7 of
/// it, so libraries beyond 100,000 cannot tell.
fn divides(cells: &[InvertedCell], total: f64) -> bool {
    const FEWEST: usize = 10;
    let sizes = cells.iter().map(|cell| total / cell.unit).filter(|&size| size < 1e5);
    let (mut known, mut whole) = (0, 0);
    for size in sizes {
        known += 1;
        whole += usize::from(is_whole(size));
    }
    known >= FEWEST && 100 * whole >= 95 * known
}

fn is_whole(size: f64) -> bool {
    (size - size.round()).abs() < 0.05
}

/// One count's worth times the column, where that is one number within a hundredth.
fn product(cells: &[InvertedCell], column: &[f64]) -> Option<f64> {
    let mut products: Vec<f64> =
        cells.iter().filter_map(|cell| Some(cell.unit * column.get(cell.position)?)).collect();
    products.sort_unstable_by(f64::total_cmp);
    let median = *products.get(products.len() / 2)?;
    let same = products.iter().filter(|&&product| (product / median - 1.0).abs() < 0.01).count();
    (median > 0.0 && products.len() >= 10 && 100 * same >= 95 * products.len()).then(|| {
        let power = libm::exp10(libm::log10(median).round());
        if (median / power - 1.0).abs() < 0.005 { power } else { snapped(median) }
    })
}

/// The smallest total (whole or a half, as medians of counts are, or a part of one) that the worth of one count divides in every cell.
fn search(cells: &[InvertedCell], least: f64) -> Option<f64> {
    /// Each of so many cells divides a wrong total by chance one time in ten.
    const CELLS: usize = 20;
    const MOST: f64 = 1e6;
    /// A choice of genes holds a twentieth of the counts or more.
    const RANGE: u32 = 20;
    // Small libraries know their size best.
    let mut probes: Vec<f64> = cells.iter().map(|cell| cell.unit).collect();
    probes.sort_unstable_by(|one, other| other.total_cmp(one));
    probes.truncate(2 * CELLS);
    probes.dedup_by(|one, other| (*one / *other - 1.0).abs() < 1e-6);
    if probes.len() < CELLS {
        return None;
    }
    let first = (2.0 * least).ceil() as u64;
    let highest = (2.0 * MOST.min(f64::from(RANGE) * least)) as u64;
    let found = (first..=highest)
        .map(|twice| twice as f64 / 2.0)
        .find(|total| probes.iter().all(|probe| is_whole(total / probe)) && divides(cells, *total))?;
    // A total that is neither whole nor a half is found as a multiple that is.
    let part =
        (2..=RANGE).rev().map(|n| found / f64::from(n)).find(|part| *part >= least && divides(cells, *part));
    Some(part.map_or(found, snapped))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::evidence::tests::evidence;

    /// Cells of 40 genes whose counts differ; only the first `genes` of them are kept.
    fn scaled(total: f64, genes: usize) -> Vec<Vec<f64>> {
        (0..60)
            .map(|cell: u64| {
                // The first gene has one count in every cell.
                let counts: Vec<u64> =
                    (0..40_u64).map(|gene| 1 + (cell * 7919 + gene * gene * 104_729) % (1 + gene)).collect();
                let library: u64 = counts.iter().sum::<u64>() + cell % 7;
                counts[..genes].iter().map(|&count| total * count as f64 / library as f64).collect()
            })
            .collect()
    }

    fn total(cells: &[Vec<f64>], columns: &[NumberColumn]) -> Option<(f64, TotalFrom)> {
        let evidence = evidence(cells);
        are_multiples(&evidence.inverted[0]).then(|| total_of_multiples(&evidence.inverted[0], columns))?
    }

    #[test]
    fn a_total_is_found_though_most_genes_are_gone() {
        for wanted in [1e4, 1e6, 2197.5, 2197.3] {
            let (found, from) = total(&scaled(wanted, 30), &[]).unwrap();
            assert_eq!(from, TotalFrom::Division);
            assert!((found / wanted - 1.0).abs() < 1e-4, "expected {wanted}, found {found}");
        }
    }

    #[test]
    fn a_column_of_library_sizes_gives_the_total() {
        // Too few cells for a search.
        let cells = scaled(2197.123, 30)[..15].to_vec();
        assert_eq!(total(&cells, &[]), None);
        let sizes: Vec<f64> =
            evidence(&cells).inverted[0].cells().iter().map(|cell| (2197.123 / cell.unit).round()).collect();
        let columns = [("n_genes".to_owned(), vec![40.0; 15]), ("n_counts".to_owned(), sizes)];
        assert_eq!(total(&cells, &columns), Some((2197.12, TotalFrom::Column("n_counts".to_owned()))));
    }

    #[test]
    fn values_without_a_unit_are_not_multiples() {
        let cells: Vec<Vec<f64>> = (0..50_u64)
            .map(|cell| {
                (1..30_u64).map(|gene| ((cell * 31 + gene * gene * 17) as f64).sqrt() + 0.123).collect()
            })
            .collect();
        assert!(!are_multiples(&evidence(&cells).inverted[0]));
    }
}
