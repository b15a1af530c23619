//! From values to places along a line.

use crate::number;

/// Places values along a line from `start` to `end` (user units), with ticks at round numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axis {
    low: f64,  // < high; of the logarithm when `logarithmic`
    high: f64, // high - low is finite
    logarithmic: bool,
    start: f64,
    end: f64,
}

impl Axis {
    /// From `low` to `high`, as they are. Ends that make no sense become 0 and 1.
    pub(crate) fn linear(low: f64, high: f64, start: f64, end: f64) -> Self {
        let sound = (high - low).is_finite() && low < high;
        let (low, high) = if sound { (low, high) } else { (0.0, 1.0) };
        Self { low, high, logarithmic: false, start, end }
    }

    /// Over values, with some air, ending at round numbers. Values that are not finite are left out.
    pub(crate) fn around(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Self {
        let Some((low, high)) = span(values) else { return Self::linear(0.0, 1.0, start, end) };
        if !(high - low).is_finite() {
            return Self::linear(0.0, 1.0, start, end);
        }
        let air = if high > low { 0.06 * (high - low) } else { 0.05 * high.abs().max(0.2) };
        let step = round_step((high - low + 2.0 * air) / 5.0);
        // No air below zero for what cannot be there: counts, losses.
        let bottom = if low >= 0.0 { (low - air).max(0.0) } else { low - air };
        Self::linear((bottom / step).floor() * step, ((high + air) / step).ceil() * step, start, end)
    }

    /// Over the decades that hold the values, where all are positive and they span more than two decades.
    pub(crate) fn logarithmic_where_it_helps(
        values: impl Iterator<Item = f64> + Clone,
        start: f64,
        end: f64,
    ) -> Self {
        const DECADES: f64 = 2.0;
        match span(values.clone()) {
            Some((low, high)) if low > 0.0 && libm::log10(high) - libm::log10(low) > DECADES => Self {
                low: libm::log10(low).floor(),
                high: libm::log10(high).ceil(),
                logarithmic: true,
                start,
                end,
            },
            _ => Self::around(values, start, end),
        }
    }

    /// Whether equal distances are equal ratios.
    pub(crate) fn is_logarithmic(&self) -> bool {
        self.logarithmic
    }

    /// Where a value lies; at an end when it is beyond it.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let value = if self.logarithmic { libm::log10(value) } else { value };
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        let share = if share.is_nan() { 0.0 } else { share };
        self.start + share * (self.end - self.start)
    }

    /// Places of round numbers, with their text; about `wanted` of them.
    pub(crate) fn ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        let step = round_step((self.high - self.low) / wanted as f64);
        let step = if self.logarithmic { step.max(1.0).ceil() } else { step };
        // A hair beyond the ends, so that rounding does not lose the last tick.
        let first = (self.low / step - 1e-9).ceil();
        let last = (self.high / step + 1e-9).floor();
        let mut ticks = Vec::new();
        let mut i = first;
        while i <= last && ticks.len() < 50 {
            let value = i * step;
            let share = (value - self.low) / (self.high - self.low);
            ticks.push((self.start + share * (self.end - self.start), self.text(value, step)));
            i += 1.0;
        }
        ticks
    }

    fn text(&self, value: f64, step: f64) -> String {
        if self.logarithmic {
            return power_of_ten(value as i32);
        }
        let places = (-libm::log10(step) - 1e-9).ceil().clamp(0.0, 9.0) as usize;
        if places == 0 && value.abs() < 1e9 && value >= 0.0 {
            return number::grouped(value as u64);
        }
        number::decimals(value, places)
    }
}

/// Smallest and largest of the finite values.
fn span(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.is_finite()).fold(None, |span, value| match span {
        None => Some((value, value)),
        Some((low, high)) => Some((f64::min(low, value), f64::max(high, value))),
    })
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below `step`.
fn round_step(step: f64) -> f64 {
    if !step.is_finite() || step <= 0.0 {
        return 1.0;
    }
    let power = libm::pow(10.0, libm::log10(step).floor());
    if power == 0.0 {
        return step;
    }
    let ratio = step / power;
    // A hair of tolerance: 0.2 / 0.1 is not quite 2.
    [1.0, 2.0, 5.0].into_iter().find(|nice| ratio <= nice * (1.0 + 1e-9)).unwrap_or(10.0) * power
}

fn power_of_ten(exponent: i32) -> String {
    match exponent {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        _ => {
            let raised = |c| match c {
                '-' => '⁻',
                '1' => '¹',
                '2' => '²',
                '3' => '³',
                digit => char::from_u32(0x2070 + u32::from(digit) - u32::from('0')).unwrap_or(digit),
            };
            format!("10{}", exponent.to_string().chars().map(raised).collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(axis: &Axis, wanted: usize) -> Vec<String> {
        axis.ticks(wanted).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(texts(&Axis::linear(0.0, 1.0, 0.0, 100.0), 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        let axis = Axis::around([0.913, 0.941].into_iter(), 0.0, 100.0);
        assert_eq!(texts(&axis, 5), ["0.91", "0.92", "0.93", "0.94", "0.95"]);
        assert_eq!(texts(&Axis::linear(0.0, 2_000.0, 0.0, 1.0), 2), ["0", "1,000", "2,000"]);
        let axis = Axis::around([0.064, 1.358].into_iter(), 0.0, 100.0);
        assert_eq!(texts(&axis, 3), ["0.0", "0.5", "1.0", "1.5"]);
    }

    #[test]
    fn values_spread_over_decades_get_a_logarithmic_axis() {
        let axis = Axis::logarithmic_where_it_helps([1e-4, 3.0].into_iter(), 0.0, 5.0);
        assert!(axis.is_logarithmic());
        assert_eq!(texts(&axis, 5), ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1", "10"]);
        assert!((axis.at(0.1) - 3.0).abs() < 1e-9);
        for values in [[0.2, 3.0], [0.0, 3.0], [-1.0, 1e6]] {
            assert!(!Axis::logarithmic_where_it_helps(values.into_iter(), 0.0, 1.0).is_logarithmic());
        }
    }

    #[test]
    fn odd_values_leave_a_finite_picture() {
        for values in
            [vec![], vec![f64::NAN], vec![5.0], vec![0.0], vec![-1e308, 1e308], vec![1e-320, 1e-310]]
        {
            let axis = Axis::around(values.iter().copied(), 0.0, 100.0);
            for value in [0.0, 1.0, f64::NAN, f64::INFINITY, -1e308] {
                assert!((0.0..=100.0).contains(&axis.at(value)), "{values:?} {value}");
            }
            assert!(axis.ticks(5).len() < 50, "{values:?}");
        }
    }
}
