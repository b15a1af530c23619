//! How far the first label stands above the typical one.

/// Probabilities below this are taken for it: kinds that count neighbours say zero of most labels.
const LEAST_PROBABILITY: f64 = 1e-6;

/// How far the most probable label stands above the typical one, the median of all, in nats:
/// `ln(max p) − median(ln p)`. Zero or above; `None` without a label.
///
/// The largest probability asks whether the second label is far away, and so takes a cell between two known types for a
/// stranger, and a stranger that resembles one type for that type. The median asks whether *anything* speaks for the answer. For a
/// linear model it is a difference of scores, so that no cell is so sure that nothing can be told any more.
pub fn clearance(probabilities: impl IntoIterator<Item = f64>) -> Option<f64> {
    let logarithm = |probability: f64| libm::log(probability.max(LEAST_PROBABILITY));
    let mut logarithms: Vec<f64> = probabilities.into_iter().map(logarithm).collect();
    logarithms.sort_unstable_by(f64::total_cmp);
    let middle = logarithms.len() / 2;
    let upper = *logarithms.get(middle)?;
    let median = match logarithms.len() % 2 {
        0 => f64::midpoint(*logarithms.get(middle.wrapping_sub(1))?, upper),
        _ => upper,
    };
    logarithms.last().map(|best| best - median)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_labels_that_share_a_cell_do_not_make_it_a_stranger() {
        let shared = clearance([0.49, 0.49, 0.01, 0.005, 0.005]).unwrap();
        let nothing = clearance([0.49, 0.15, 0.12, 0.12, 0.12]).unwrap();
        assert!(shared > nothing + 1.0, "{shared} {nothing}");
    }

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_both_in_the_middle() {
        let ln = libm::log;
        assert_eq!(clearance([0.2, 0.7, 0.1]), Some(ln(0.7) - ln(0.2)));
        assert!((clearance([0.8, 0.2]).unwrap() - (ln(0.8) - ln(0.2)) / 2.0).abs() < 1e-12);
        assert_eq!(clearance([1.0, 0.0, 0.0]), Some(-ln(1e-6)));
        assert_eq!((clearance([1.0]), clearance([])), (Some(0.0), None));
    }
}
