//! Rule: have the cells nearly one total, because a few genes were taken away since?

use super::inverted::Inverted;

/// The power of ten between a thousand and a million that no cell exceeds and that half of the cells come within a
/// tenth of, with the share of it that the median cell has.
///
/// It is asked for only where counts cannot be made out: values rounded to a few decimals, TPM.
pub(crate) fn almost_constant_total(inverted: &Inverted) -> Option<(f64, f64)> {
    const FEWEST: usize = 5;
    const CLOSE: f64 = 0.9;
    let totals = inverted.sorted_totals();
    if totals.len() < FEWEST {
        return None;
    }
    let (median, largest) = (totals[totals.len() / 2], totals[totals.len() - 1]);
    let total = [1e3, 1e4, 1e5, 1e6].into_iter().find(|total| largest <= total * 1.001)?;
    (median >= CLOSE * total).then_some((total, median / total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::evidence::tests::evidence;

    #[test]
    fn below_a_round_total_and_close_to_it() {
        let cells = |median: f64, last: f64| {
            let rows = [median - 11.3, median - 7.7, median, median + 0.3, last];
            let rows: Vec<_> = rows.iter().map(|total| vec![total * 0.31, total * 0.69]).collect();
            almost_constant_total(&evidence(&rows).inverted[0])
        };
        assert_eq!(cells(9_500.5, 9_999.9).map(|(total, _)| total), Some(1e4));
        assert_eq!(cells(9_500.5, 10_500.3), None, "a cell has more");
        assert_eq!(cells(5_000.5, 9_999.9), None, "far from it");
    }
}
