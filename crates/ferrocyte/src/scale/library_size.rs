//! Does a column of obs hold the counts of each cell over all genes that were measured?

use ferrocyte_core::Block;
use ferrocyte_io::CellFile;

use super::NumberColumn;
use super::pick::{LOOKED_AT, Picked, number_columns};
use super::reading::Reading;

/// A column that holds library sizes, and the share of them that the file's genes make up in half of the cells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TotalColumn {
    pub(crate) name: String,
    pub(crate) share: f64,
}

/// The column with the library sizes of a file whose chosen matrix is read as `reading`; judged by its first cells.
pub(crate) fn of_file(
    content: &dyn CellFile,
    picked: &Picked,
    reading: Option<Reading>,
) -> Option<TotalColumn> {
    if reading != Some(Reading::COUNTS) {
        return None;
    }
    let first = picked.opened.first.iter().flat_map(Block::cells).take(LOOKED_AT);
    let sums: Vec<f64> = first.map(|cell| cell.total()).collect();
    let rows: Vec<usize> = (0..sums.len()).collect();
    find(&number_columns(content), &rows, &sums)
}

/// The column with the counts of each cell over all genes, where the file has only some of them.
///
/// No cell has more counts than the column says, half of the cells have less than four fifths of it, and column and
/// counts rise together. Of several such columns one that says in its name that it counts molecules goes before
/// others, these before reads; then the one with the largest numbers. A number of genes is none.
pub(crate) fn find(columns: &[NumberColumn], rows: &[usize], sums: &[f64]) -> Option<TotalColumn> {
    let mut best: Option<(u8, f64, TotalColumn)> = None;
    for (name, values) in columns {
        let Some(order) = order_of_name(name) else { continue };
        let values: Vec<f64> = rows.iter().filter_map(|&row| values.get(row).copied()).collect();
        if let Some((share, median)) = fits(&values, sums) {
            let better = best.as_ref().is_none_or(|(known, size, _)| (order, -median) < (*known, -*size));
            if better {
                best = Some((order, median, TotalColumn { name: name.clone(), share }));
            }
        }
    }
    best.map(|(_, _, column)| column)
}

/// Number of cells with more counts than their library size. Sums are exact; columns may have been stored as `f32`.
pub(crate) fn too_small(sums: &[f64], sizes: &[f64]) -> u64 {
    sums.iter().zip(sizes).filter(|(sum, size)| **sum > **size * (1.0 + 1e-6)).count() as u64
}

/// What the name says: molecules, nothing, reads; `None` for a number of genes.
fn order_of_name(name: &str) -> Option<u8> {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["read"]) {
        return Some(2);
    }
    if has(&["count", "umi", "molecule", "library"]) {
        return Some(0);
    }
    (!has(&["gene", "feature"])).then_some(1)
}

/// The share of the column that the counts make up in half of the cells, and the median of the column.
fn fits(values: &[f64], sums: &[f64]) -> Option<(f64, f64)> {
    const CELLS: usize = 10;
    const PART: f64 = 0.8;
    const CORRELATION: f64 = 0.5;
    if values.len() != sums.len() || too_small(sums, values) > 0 || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let filled: Vec<(f64, f64)> =
        values.iter().copied().zip(sums.iter().copied()).filter(|(_, sum)| *sum > 0.0).collect();
    if filled.len() < CELLS {
        return None;
    }
    let share = median(filled.iter().map(|(value, sum)| sum / value));
    let correlation = correlation(&filled.iter().map(|(v, s)| (v.ln(), s.ln())).collect::<Vec<_>>());
    (share < PART && correlation > CORRELATION)
        .then(|| (share, median(filled.iter().map(|(value, _)| *value))))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Pearson's correlation; 0 where one of the two does not vary.
fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (sum_x, sum_y) = pairs.iter().fold((0.0, 0.0), |(x, y), pair| (x + pair.0, y + pair.1));
    let (mean_x, mean_y) = (sum_x / n, sum_y / n);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        xx += (x - mean_x) * (x - mean_x);
        yy += (y - mean_y) * (y - mean_y);
        xy += (x - mean_x) * (y - mean_y);
    }
    if xx * yy > 0.0 { xy / (xx * yy).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, value: impl Fn(usize) -> f64) -> NumberColumn {
        (name.to_owned(), (0..20).map(value).collect())
    }

    fn found(columns: &[NumberColumn]) -> Option<String> {
        let sums: Vec<f64> = (0..20).map(|cell| 100.0 + 10.0 * f64::from(cell)).collect();
        let rows: Vec<usize> = (0..20).collect();
        find(columns, &rows, &sums).map(|column| column.name)
    }

    #[test]
    fn a_total_is_above_every_sum_and_rises_with_it() {
        let total = column("n_counts", |cell| 500.0 + 40.0 * cell as f64);
        assert_eq!(found(std::slice::from_ref(&total)).as_deref(), Some("n_counts"));
        assert_eq!(
            found(&[column("n_counts", |cell| 101.0 + 10.0 * cell as f64)]),
            None,
            "no genes are missing"
        );
        assert_eq!(
            found(&[column("n_counts", |cell| if cell == 7 { 3.0 } else { 5e3 })]),
            None,
            "one has more"
        );
        assert_eq!(found(&[column("plate", |_| 5e3)]), None, "it does not vary");
        assert_eq!(found(&[column("rank", |cell| 5e3 - 10.0 * cell as f64)]), None, "it falls");
        assert_eq!(
            found(&[column("n_counts", |cell| if cell == 7 { f64::NAN } else { 5e3 + cell as f64 })]),
            None
        );
    }

    #[test]
    fn molecules_go_before_reads_and_genes_are_no_counts() {
        let grows = |by: f64| move |cell: usize| by * (100.0 + 10.0 * cell as f64);
        let genes = column("n_genes", grows(9.0));
        assert_eq!(found(std::slice::from_ref(&genes)), None);
        let all = [
            genes,
            column("reads", grows(8.0)),
            column("total", grows(7.0)),
            column("nCount_RNA", grows(3.0)),
        ];
        assert_eq!(found(&all).as_deref(), Some("nCount_RNA"));
        assert_eq!(found(&all[..3]).as_deref(), Some("total"));
        assert_eq!(
            found(&[column("counts_a", grows(2.0)), column("counts_b", grows(3.0))]).as_deref(),
            Some("counts_b")
        );
    }
}
