//! Which kinds of cells a sample consists of.

use ferrocyte_core::{Block, Labels, LogNorm, Vocabulary};

use super::dense_rows::block_of_rows;
use super::table::Samples;

/// Added to every count, so that a kind of cell that a sample lacks has a logarithm.
const PSEUDO_COUNT: f64 = 0.5;

/// The share of each type of cell in each sample as centred log-ratio, `ln(n + ½)` less its mean over the types; one row for each
/// sample, one column for each type. Aitchison 1982, <https://doi.org/10.1111/j.2517-6161.1982.tb01195.x>.
///
/// All ratios are moved up by one number so that none is below zero, which is what a block holds; a model with an intercept for
/// each label does not notice.
///
/// # Panics
/// When there are not as many types as cells.
///
/// # Examples
/// ```
/// use ferrocyte_core::Labels;
/// use ferrocyte_learn::samples::{Samples, compositions};
///
/// let sample = Labels::from_names(&["s1", "s1", "s2", "s2"]);
/// let (samples, _) = Samples::of(&sample, &Labels::from_names(&["a", "a", "b", "b"]), &sample);
/// let (rows, types) = compositions(&samples, &Labels::from_names(&["B", "T", "T", "T"]));
/// assert_eq!((rows.n_cells(), types.names()), (2, &["B".to_owned(), "T".to_owned()][..]));
/// let row = |sample: usize| rows.cell(sample).iter().collect::<Vec<_>>();
/// assert_eq!(row(0)[0].1, row(0)[1].1); // as many of one as of the other
/// let (column, ratio) = row(1)[0]; // 2.5 of T to 0.5 of B, the least of all, which is zero
/// assert!(column == 1 && (ratio - 5_f32.ln()).abs() < 1e-6);
/// ```
pub fn compositions(samples: &Samples, types: &Labels) -> (Block<LogNorm>, Vocabulary) {
    let types = types.over_occurring();
    let n_types = types.set().len();
    let ratios: Vec<Vec<f64>> = samples
        .cells()
        .iter()
        .map(|cells| {
            let mut counts = vec![PSEUDO_COUNT; n_types];
            for &cell in cells {
                counts[types.code(cell)] += 1.0;
            }
            let logs: Vec<f64> = counts.into_iter().map(libm::log).collect();
            let mean = logs.iter().sum::<f64>() / n_types as f64;
            logs.into_iter().map(|log| log - mean).collect()
        })
        .collect();
    let least = ratios.iter().flatten().copied().fold(0.0, f64::min);
    let values: Vec<f32> = ratios.iter().flatten().map(|ratio| (ratio - least) as f32).collect();
    let names = types.set().names().iter().map(String::as_str);
    (block_of_rows(samples.len(), n_types, &values), Vocabulary::of_distinct(names))
}
