//! Rule: do the cells have one total?

use super::inverted::Inverted;

/// The total that every cell has, after a transform was taken back: what the cells were scaled to, as long as all
/// genes are still there.
///
/// 99 of 100 cells must have it within a thousandth: `f32` holds a sum to about a millionth, values that were
/// written with four decimals to about a ten-thousandth. Fewer than five cells have one total by chance too often:
/// theirs must be a power of ten.
pub(crate) fn constant_total(inverted: &Inverted) -> Option<f64> {
    const FEW: usize = 5;
    let totals = inverted.sorted_totals();
    let median = *totals.get(totals.len() / 2)?;
    let same = totals.iter().filter(|&&total| (total / median - 1.0).abs() < 1e-3).count();
    let total = snapped(median);
    (100 * same >= 99 * totals.len() && (totals.len() >= FEW || power_of_ten(total))).then_some(total)
}

/// The number that was meant: a power of ten, a whole or half number (a median of counts), or six digits.
pub(crate) fn snapped(total: f64) -> f64 {
    let power = libm::exp10(libm::log10(total).round());
    if (total / power - 1.0).abs() < 5e-4 {
        return power;
    }
    let half = (2.0 * total).round() / 2.0;
    if (total / half - 1.0).abs() < 1e-5 {
        return half;
    }
    let digits = libm::exp10(5.0 - libm::log10(total).floor());
    (total * digits).round() / digits
}

fn power_of_ten(total: f64) -> bool {
    total == libm::exp10(libm::log10(total).round())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::evidence::tests::evidence;

    #[test]
    fn totals_are_named_as_they_were_meant() {
        for (found, meant) in
            [(9_999.98, 1e4), (1_000_003.0, 1e6), (2197.001, 2197.0), (2197.499, 2197.5), (1.000_02, 1.0)]
        {
            assert_eq!(snapped(found), meant);
        }
        assert_eq!(snapped(1_234.567_89), 1_234.57);
    }

    #[test]
    fn one_total_or_none() {
        let scaled = |counts: &[f64], to: f64| {
            let sum: f64 = counts.iter().sum();
            counts.iter().map(|count| to * count / sum).collect::<Vec<_>>()
        };
        let counts = [[1.0, 2.0, 4.0], [5.0, 1.0, 1.0], [3.0, 3.0, 1.0], [2.0, 9.0, 2.0], [1.0, 1.0, 4.0]];
        let total = |cells: &[Vec<f64>]| constant_total(&evidence(cells).inverted[0]);
        let cells: Vec<_> = counts.iter().map(|counts| scaled(counts, 333.0)).collect();
        assert_eq!(total(&cells), Some(333.0));
        assert_eq!(total(&cells[..4]), None, "four cells may agree by chance");
        let cells: Vec<_> = counts[..2].iter().map(|counts| scaled(counts, 1e6)).collect();
        assert_eq!(total(&cells), Some(1e6), "a million is no chance");
        let cells: Vec<_> =
            counts.iter().enumerate().map(|(i, counts)| scaled(counts, 333.0 + i as f64)).collect();
        assert_eq!(total(&cells), None);
        assert_eq!(total(&[]), None);
    }
}
