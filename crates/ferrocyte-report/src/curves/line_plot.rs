//! Values over steps.

use ferrocyte_core::Curve;
use maud::{Markup, html};

use crate::label::label;
use crate::number::decimals;
use crate::svg::{Axis, Frame, px, tick_marks_x, tick_marks_y};

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 290.0;
const FRAME: Frame = Frame { left: 56.0, right: 448.0, top: 12.0, bottom: 240.0 };
/// More points than this cannot be told apart at this width.
const MOST_POINTS: usize = 800;
/// Lines that can be told apart by colour and dashes.
const STYLES: usize = 4;

/// The curves of one kind in one frame. `curves` holds at least one, none is empty.
pub(crate) fn line_plot(curves: &[&Curve]) -> Markup {
    let last_step = curves.iter().map(|curve| curve.values.len() - 1).max().unwrap_or(0);
    let first_step = first_step(curves[0]);
    let x_start = first_step as f64;
    let x = Axis::linear(x_start, x_start + last_step.max(1) as f64, FRAME.left, FRAME.right);
    let values = curves.iter().flat_map(|curve| curve.values.iter().copied());
    let y = Axis::logarithmic_where_it_helps(values, FRAME.bottom, FRAME.top);
    html! {
        ul.series {
            @for (i, curve) in curves.iter().enumerate() { (key(i, curve, y.is_logarithmic())) }
        }
        svg role="img" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) }
            aria-label={ (curves[0].name) " over " (curves[0].step) "s" } {
            (tick_marks_y(FRAME, &y, 5))
            (tick_marks_x(FRAME, &x, last_step.clamp(1, 6)))
            text.axis-name x=(px(f64::midpoint(FRAME.left, FRAME.right))) y=(px(HEIGHT - 8.0))
                text-anchor="middle" { (curves[0].step) }
            @for (i, curve) in curves.iter().enumerate() {
                path class={ "line line-" (i % STYLES) } d=(path(&curve.values, first_step, &x, &y)) {}
            }
            @for curve in curves { (points(curve, &x, &y)) }
        }
    }
}

/// Name of a curve with its first and last value: the plot in words.
fn key(i: usize, curve: &Curve, logarithmic: bool) -> Markup {
    let (first, last) = (curve.values[0], curve.values[curve.values.len() - 1]);
    html! {
        li {
            svg.key aria-hidden="true" viewBox="0 0 28 8" { path class={ "line line-" (i % STYLES) } d="M0 4H28" {} }
            b { (label(&curve.name)) }
            span.values {
                "from " data value=(first) { (significant(first)) } " to " data value=(last) { (significant(last)) }
                @if logarithmic { " (logarithmic axis)" }
            }
        }
    }
}

/// Number of the first value: iterations are counted from 0, epochs from 1.
fn first_step(curve: &Curve) -> usize {
    usize::from(curve.step == "epoch")
}

/// The line; it breaks where a value is not finite.
fn path(values: &[f64], first_step: usize, x: &Axis, y: &Axis) -> String {
    let mut path = String::new();
    let mut pen_down = false;
    for (step, value) in thinned(values) {
        if value.is_finite() {
            path.push(if pen_down { 'L' } else { 'M' });
            path.push_str(&px(x.at((first_step + step) as f64)));
            path.push(' ');
            path.push_str(&px(y.at(value)));
        }
        pen_down = value.is_finite();
    }
    path
}

/// Places to point at, while they can be told apart; one alone is drawn, since a line needs two.
fn points(curve: &Curve, x: &Axis, y: &Axis) -> Markup {
    const APART: usize = 200;
    let first_step = first_step(curve);
    let alone = curve.values.len() == 1;
    html! {
        @if curve.values.len() <= APART {
            @for (step, &value) in curve.values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
                circle.spot.dot[alone] cx=(px(x.at((first_step + step) as f64))) cy=(px(y.at(value))) r="4" {
                    title { (curve.step) " " (first_step + step) "\n" (curve.name) ": " (significant(value)) }
                }
            }
        }
    }
}

/// Every so many values, the last always.
fn thinned(values: &[f64]) -> impl Iterator<Item = (usize, f64)> {
    let stride = values.len().div_ceil(MOST_POINTS).max(1);
    let last = values.len().saturating_sub(1);
    values.iter().copied().enumerate().filter(move |(step, _)| step % stride == 0 || *step == last)
}

/// About four digits that matter, whatever the size.
fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return decimals(value, 0);
    }
    let exponent = libm::log10(value.abs()).floor();
    if (-3.0..6.0).contains(&exponent) {
        decimals(value, (3.0 - exponent).clamp(0.0, 6.0) as usize)
    } else {
        format!("{value:.2e}").replace('-', "−")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_the_digits_that_matter() {
        let read = [0.0, 2.640_12, 0.008_700_1, 8.7e-5, 123_456.7, -1.5, f64::NAN].map(significant);
        assert_eq!(read, ["0", "2.640", "0.008700", "8.70e−5", "123457", "−1.500", "not a number"]);
    }

    #[test]
    fn a_long_curve_keeps_its_ends_and_a_gap_stays_a_gap() {
        let long: Vec<f64> = (0..10_000).map(f64::from).collect();
        let kept: Vec<_> = thinned(&long).collect();
        assert!(kept.len() <= MOST_POINTS + 1);
        assert_eq!((kept[0].0, kept[kept.len() - 1].0), (0, 9_999));
        let axis = Axis::linear(0.0, 4.0, 0.0, 4.0);
        assert_eq!(path(&[1.0, f64::NAN, 3.0, 4.0], 0, &axis, &axis), "M0 1M2 3L3 4");
    }
}
