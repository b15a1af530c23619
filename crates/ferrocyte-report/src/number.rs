//! Numbers of the record as people read them. Each stands in a `data` element that holds the exact value.

use ferrocyte_core::Interval;
use maud::{Markup, html};

/// A number of cells or genes, in groups of three digits.
pub(crate) fn count(n: impl TryInto<u64>) -> Markup {
    let n = n.try_into().unwrap_or(u64::MAX);
    html! { data value=(n) { (grouped(n)) } }
}

/// A share, an area or a coefficient, to three decimals.
pub(crate) fn score(value: f64) -> Markup {
    html! { data value=(value) { (decimals(value, 3)) } }
}

/// A [`score`] that may not be defined on this data.
pub(crate) fn optional_score(value: Option<f64>) -> Markup {
    if let Some(value) = value {
        score(value)
    } else {
        html! { span.none { "–" span.unseen { "not defined on this data" } } }
    }
}

/// Both ends of an interval.
pub(crate) fn interval(found: Interval) -> Markup {
    html! { span.range { (score(found.low)) " – " (score(found.high)) } }
}

/// A share of one as a whole number of hundredths.
pub(crate) fn percent(share: f64) -> Markup {
    html! { data value=(share) { (decimals(100.0 * share, 0)) " %" } }
}

/// A time, as exactly as matters.
pub(crate) fn seconds(value: f64) -> Markup {
    html! { data value=(value) { (decimals(value, if value < 10.0 { 2 } else { 1 })) " s" } }
}

/// A size in bytes, in the largest unit that leaves something before the point.
pub(crate) fn bytes(n: u64) -> Markup {
    let units = ["kB", "MB", "GB", "TB"];
    let mut size = n as f64;
    let mut unit = "bytes";
    for larger in units {
        if size < 1000.0 {
            break;
        }
        size /= 1000.0;
        unit = larger;
    }
    let text = if unit == "bytes" { grouped(n) } else { decimals(size, 1) };
    html! { data value=(n) { (text) " " (unit) } }
}

/// A whole number in groups of three digits.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A whole number in at most five characters, for places with no room for more: `999`, `12k`, `3.4M`.
pub(crate) fn compact(n: u64) -> String {
    let mut size = n as f64;
    if n < 10_000 {
        return n.to_string();
    }
    let mut unit = "";
    for larger in ["k", "M", "G", "T", "P", "E"] {
        size /= 1000.0;
        unit = larger;
        if size < 999.5 {
            break;
        }
    }
    let places = usize::from(size < 9.95);
    format!("{size:.places$}{unit}")
}

/// A real number with so many places; the minus is a minus, and nothing is "-0.000".
pub(crate) fn decimals(value: f64, places: usize) -> String {
    if value.is_nan() {
        return "not a number".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    if value != 0.0 && (value.abs() >= 1e9 || value.abs() < 1e-9) {
        return format!("{value:.places$e}").replace('-', "−");
    }
    let text = format!("{value:.places$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.chars().all(|c| matches!(c, '0' | '.')) => zero.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        let read = [0, 7, 999, 1000, 24_673, 1_234_567].map(grouped);
        assert_eq!(read, ["0", "7", "999", "1,000", "24,673", "1,234,567"]);
    }

    #[test]
    fn compact_numbers_never_need_more_than_five_characters() {
        let read = [0, 9_999, 10_000, 123_456, 999_499, 999_500, 3_400_000, u64::MAX].map(compact);
        assert_eq!(read, ["0", "9999", "10k", "123k", "999k", "1.0M", "3.4M", "18E"]);
        assert!(read.iter().all(|text| text.len() <= 5));
    }

    #[test]
    fn odd_reals_are_readable() {
        assert_eq!(decimals(-0.000_04, 3), "0.000");
        assert_eq!(decimals(-0.25, 3), "−0.250");
        assert_eq!(decimals(1e300, 3), "1.000e300");
        assert_eq!(decimals(f64::NAN, 3), "not a number");
        assert_eq!(decimals(f64::NEG_INFINITY, 3), "−∞");
    }

    #[test]
    fn the_exact_value_stays_in_the_page() {
        assert_eq!(score(0.943_211).into_string(), r#"<data value="0.943211">0.943</data>"#);
        assert_eq!(bytes(31_415_926).into_string(), r#"<data value="31415926">31.4 MB</data>"#);
        assert_eq!(bytes(999).into_string(), r#"<data value="999">999 bytes</data>"#);
    }
}
