//! Whether a confidence of 0.8 is right eight times out of ten.

use ferrocyte_core::{Labels, ReliabilityBin, Scores};

/// Number of equal-width bins of confidence, as in Guo et al. 2017.
pub const RELIABILITY_BINS: usize = 15;

/// Confidence against how often it was right, over bins `(low, high]` of equal width; a confidence of 0 is in the
/// first.
///
/// The confidence of a cell is its largest probability, and it is right when that label was given, whatever the
/// cell was called in the end: this judges the probabilities, not the decisions that were made from them.
pub(crate) fn reliability(given: &Labels, probabilities: &Scores) -> Vec<ReliabilityBin> {
    let confidences: Vec<Confidence> = confidences(given, probabilities);
    reliability_of_draw(&confidences, |_| 1)
}

/// How sure a cell's most probable label was, and whether it was right.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Confidence {
    most: f64,
    right: bool,
}

/// One for each cell.
pub(crate) fn confidences(given: &Labels, probabilities: &Scores) -> Vec<Confidence> {
    let confidence = |(cell, code): (usize, usize)| {
        let best = probabilities.best(cell);
        Confidence { most: probabilities.row(cell)[best], right: best == code }
    };
    given.codes().enumerate().map(confidence).collect()
}

/// [`reliability`] where each cell is there so many times.
pub(crate) fn reliability_of_draw(
    confidences: &[Confidence],
    times: impl Fn(usize) -> usize,
) -> Vec<ReliabilityBin> {
    let edge = |bin: usize| bin as f64 / RELIABILITY_BINS as f64;
    let uppers: [f64; RELIABILITY_BINS] = std::array::from_fn(|bin| edge(bin + 1));
    let (mut cells, mut right) = ([0_usize; RELIABILITY_BINS], [0_usize; RELIABILITY_BINS]);
    let mut confidence = [0.0; RELIABILITY_BINS];
    for (cell, of_cell) in confidences.iter().enumerate() {
        let times = times(cell);
        // Compared with the edges themselves: `most * 15` can round across one.
        let bin = uppers.partition_point(|&upper| upper < of_cell.most).min(RELIABILITY_BINS - 1);
        cells[bin] += times;
        right[bin] += if of_cell.right { times } else { 0 };
        confidence[bin] += times as f64 * of_cell.most;
    }
    let mean = |sum: f64, cells: usize| if cells == 0 { 0.0 } else { sum / cells as f64 };
    (0..RELIABILITY_BINS)
        .map(|bin| ReliabilityBin {
            low: edge(bin),
            high: edge(bin + 1),
            cells: cells[bin],
            mean_confidence: mean(confidence[bin], cells[bin]),
            accuracy: mean(right[bin] as f64, cells[bin]),
        })
        .collect()
}

/// Expected calibration error: mean distance between confidence and accuracy over the bins, weighted by cells.
///
/// Naeini et al. 2015, <https://doi.org/10.1609/aaai.v29i1.9602>; Guo et al. 2017,
/// <https://proceedings.mlr.press/v70/guo17a.html>.
pub(crate) fn expected_calibration_error(bins: &[ReliabilityBin]) -> f64 {
    let cells: usize = bins.iter().map(|bin| bin.cells).sum();
    let distance = |bin: &ReliabilityBin| bin.cells as f64 * (bin.accuracy - bin.mean_confidence).abs();
    bins.iter().map(distance).sum::<f64>() / cells.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_belongs_to_the_bin_below_it() {
        let given = Labels::from_names(&["a"; 16]);
        let edges = (0..=15).map(|bin| f64::from(bin) / 15.0).collect();
        let bins = reliability(&given, &Scores::from_rows(1, edges).unwrap());
        let cells: Vec<usize> = bins.iter().map(|bin| bin.cells).collect();
        assert_eq!(cells, [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        assert!(bins.iter().all(|bin| bin.accuracy == 1.0));
    }
}
