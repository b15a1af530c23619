//! How far to go along a direction.

use super::objective::Objective;
use super::vector::{self, dot};

/// Share of the first-order promise that a step must keep (Armijo's rule).
pub(crate) const SUFFICIENT: f64 = 1e-4;
/// Share of the first slope that may remain (Wolfe's rule): a quasi-Newton step needs no better.
const CURVATURE: f64 = 0.9;
/// Slope uphill, as a share of the first slope downhill, up to which a step that looks level is not too far.
const APPROXIMATE: f64 = 0.8;
/// Differences of values below this share of the value are rounding: single-precision scores, summed over cells.
pub(crate) const ROUNDING: f64 = 1e-7;
/// Trials before the direction is given up.
const TRIALS: usize = 40;

/// A point, its value and its gradient.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) point: Vec<f64>,
    pub(crate) gradient: Vec<f64>,
    pub(crate) value: f64,
}

impl Place {
    /// Evaluates the objective at a point.
    ///
    /// # Panics
    /// When the point does not have the dimension of the objective.
    pub(crate) fn at<O: Objective + ?Sized>(objective: &mut O, point: Vec<f64>) -> Self {
        assert_eq!(point.len(), objective.dimension(), "one entry per variable");
        let mut gradient = vec![0.0; point.len()];
        let value = objective.evaluate(&point, &mut gradient);
        Self { point, gradient, value }
    }
}

/// A step that was tried: how far, and the slope found there; `NaN` where nothing finite was found.
#[derive(Debug, Clone, Copy)]
struct Trial {
    step: f64,
    slope: f64,
}

/// Goes from `from` along `direction`, a step of 1 first, until the weak Wolfe conditions hold; the place found
/// is left in `to`. Says how far it went, or `None` where no step lowers the value.
///
/// Near the lowest point differences of values drown in rounding while slopes are still good; there the
/// approximate Wolfe conditions decide (Hager and Zhang 2005, doi:10.1137/030601880).
pub(super) fn search<O: Objective + ?Sized>(
    objective: &mut O,
    from: &Place,
    direction: &[f64],
    slope: f64,
    to: &mut Place,
) -> Option<f64> {
    let mut near = Trial { step: 0.0, slope };
    let mut far: Option<Trial> = None;
    let mut step = 1.0;
    for _ in 0..TRIALS {
        vector::step(&mut to.point, &from.point, step, direction);
        to.value = objective.evaluate(&to.point, &mut to.gradient);
        let trial = Trial { step, slope: dot(&to.gradient, direction) };
        let finite = to.value.is_finite() && trial.slope.is_finite();
        let lower = to.value <= from.value + SUFFICIENT * step * slope;
        let level =
            to.value <= from.value + ROUNDING * from.value.abs() && trial.slope <= -APPROXIMATE * slope;
        if !(finite && (lower || level)) {
            far = Some(if finite { trial } else { Trial { step, slope: f64::NAN } });
        } else if trial.slope < CURVATURE * slope {
            near = trial;
        } else {
            return Some(step);
        }
        step = next_step(near, far);
        if step == near.step || Some(step) == far.map(|far| far.step) {
            return None;
        }
    }
    None
}

/// Where the slope would be zero if it were linear, kept in the nearer half of what is known: a slope that turns
/// steep and then level, as that of a cross-entropy does, would hold the crossing at the far end for long.
fn next_step(near: Trial, far: Option<Trial>) -> f64 {
    let Some(far) = far else { return near.step * 4.0 };
    let width = far.step - near.step;
    let crossing = near.step + width * near.slope / (near.slope - far.slope);
    if far.slope > 0.0 {
        crossing.clamp(near.step + 0.1 * width, near.step + 0.5 * width)
    } else {
        near.step + 0.5 * width
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimise::Nearness;

    /// A function of one variable: value and slope.
    struct Curve(fn(f64) -> (f64, f64));

    impl Objective for Curve {
        fn dimension(&self) -> usize {
            1
        }

        fn evaluate(&mut self, point: &[f64], gradient: &mut [f64]) -> f64 {
            let (value, slope) = self.0(point[0]);
            gradient[0] = slope;
            value
        }

        fn nearness(&self, gradient: &[f64]) -> Nearness {
            Nearness { gradient_norm: gradient[0].abs(), excess: gradient[0].powi(2) }
        }
    }

    fn go(curve: fn(f64) -> (f64, f64), direction: f64) -> Option<(f64, Place)> {
        let mut curve = Curve(curve);
        let mut from = Place { point: vec![0.0], gradient: vec![0.0], value: 0.0 };
        from.value = curve.evaluate(&[0.0], &mut from.gradient);
        let mut to = from.clone();
        let slope = from.gradient[0] * direction;
        search(&mut curve, &from, &[direction], slope, &mut to).map(|step| (step, to))
    }

    #[test]
    fn a_good_first_step_is_taken_as_it_is() {
        let (step, to) = go(|x| ((x - 1.0).powi(2), 2.0 * (x - 1.0)), 1.0).unwrap();
        assert_eq!((step, to.value), (1.0, 0.0));
    }

    #[test]
    fn steps_that_are_far_too_long_or_short_are_mended() {
        for direction in [1e-6, 1e6] {
            let (_, to) = go(|x| ((x - 1.0).powi(2), 2.0 * (x - 1.0)), direction).unwrap();
            assert!(to.value < 1.0 && to.gradient[0].abs() <= 1.8, "{to:?}");
        }
    }

    #[test]
    fn a_cliff_of_infinities_is_backed_away_from() {
        let cliff = |x: f64| if x < 0.3 { (x * x - x, 2.0 * x - 1.0) } else { (f64::NAN, f64::NAN) };
        let (step, to) = go(cliff, 1.0).unwrap();
        assert!(step < 0.3 && to.value < 0.0);
    }

    #[test]
    fn uphill_there_is_no_step() {
        assert!(go(|x| (x, 1.0), 1.0).is_none());
    }
}
