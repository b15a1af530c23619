//! Small parts that the plots share.

mod axis;
mod bar;
mod plot;
mod text;

pub(crate) use axis::Axis;
pub(crate) use bar::bar;
pub(crate) use plot::{Frame, tick_marks_x, tick_marks_y};
pub(crate) use text::{fitted, width};

/// A coordinate: two decimals are a fiftieth of a pixel even on a large screen, and the same everywhere.
pub(crate) fn px(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A value as a share of a whole, in `[0, 1]`, whatever the record holds.
pub(crate) fn share(part: f64, whole: f64) -> f64 {
    let share = part / whole;
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_and_always_numbers() {
        let read = [0.0, -0.001, 12.5, 3.333_3, f64::NAN, f64::INFINITY].map(px);
        assert_eq!(read, ["0", "0", "12.5", "3.33", "0", "0"]);
    }

    #[test]
    fn shares_stay_between_nothing_and_all() {
        assert_eq!(
            [share(1.0, 4.0), share(5.0, 4.0), share(1.0, 0.0), share(0.0, 0.0)],
            [0.25, 1.0, 0.0, 0.0]
        );
    }
}
