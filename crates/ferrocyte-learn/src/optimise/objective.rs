//! A smooth function of many variables.

/// A smooth function whose lowest point is sought.
///
/// Minimisation takes fewest steps where the variables are scaled so that the curvature is about one along
/// each; an implementation chooses its variables with that in mind.
pub trait Objective {
    /// Number of variables.
    fn dimension(&self) -> usize;

    /// The value at `point`; its gradient is written into `gradient`. Both have [`dimension`](Self::dimension)
    /// entries. A value that is not finite tells the optimiser that it has gone too far.
    fn evaluate(&mut self, point: &[f64], gradient: &mut [f64]) -> f64;

    /// How near to the lowest point the latest evaluation was, judged from its gradient.
    fn nearness(&self, gradient: &[f64]) -> Nearness;
}

/// How near to the lowest point an evaluation was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearness {
    /// Length of the gradient, in whichever units mean something to a reader.
    pub gradient_norm: f64,
    /// How much lower than the value of the evaluation the lowest value can be.
    pub excess: f64,
}
