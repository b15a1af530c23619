//! Shares as colours.

use maud::{Markup, html};

/// Upper ends of the shades. The steps are narrow at the bottom: that one cell in twenty is called something else
/// is news, whether nine in ten or all are right is told by the table.
const UPPER_ENDS: [(f64, &str); 9] = [
    (0.01, "1%"),
    (0.05, "5%"),
    (0.10, "10%"),
    (0.20, "20%"),
    (0.40, "40%"),
    (0.60, "60%"),
    (0.80, "80%"),
    (0.95, "95%"),
    (1.00, "100%"),
];

/// Number of the shade of a share: 0 is nothing at all, 9 is nearly all.
pub(crate) fn shade(share: f64) -> usize {
    if share <= 0.0 {
        return 0;
    }
    1 + UPPER_ENDS.iter().position(|&(end, _)| share <= end).unwrap_or(UPPER_ENDS.len() - 1)
}

/// What the shades mean.
pub(crate) fn legend() -> Markup {
    html! {
        p.legend-title { "Share of a row’s cells: none, or up to" }
        ol.legend {
            li { span.swatch.s0 {} "0" }
            @for (i, (_, text)) in UPPER_ENDS.iter().enumerate() {
                li { span class={ "swatch s" (i + 1) } {} (text) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_next_to_nothing_differ() {
        assert_eq!([0.0, 1e-9, 0.01, 0.011, 0.5, 0.951, 1.0, 7.0].map(shade), [0, 1, 1, 2, 6, 9, 9, 9]);
    }
}
