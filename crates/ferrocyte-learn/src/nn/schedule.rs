//! The learning rate from step to step.

use serde::{Deserialize, Serialize};

/// How the learning rate changes in the course of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// It stays as it is.
    #[default]
    Constant,
    /// It falls to zero along half a cosine. Loshchilov, Hutter: <https://arxiv.org/abs/1608.03983>.
    Cosine,
}

impl Schedule {
    /// Share of the learning rate at a step from 0, of `steps`; over the first `warm_up` steps it rises evenly.
    pub(crate) fn share(self, step: u64, warm_up: u64, steps: u64) -> f64 {
        if step < warm_up {
            return (step + 1) as f64 / warm_up as f64;
        }
        match self {
            Self::Constant => 1.0,
            Self::Cosine => {
                let done = (step - warm_up) as f64 / (steps.saturating_sub(warm_up)).max(1) as f64;
                0.5 * (1.0 + libm::cos(std::f64::consts::PI * done.min(1.0)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_and_falls() {
        let shares = |schedule: Schedule| [0, 1, 3, 4, 8, 12].map(|step| schedule.share(step, 4, 12));
        assert_eq!(shares(Schedule::Constant), [0.25, 0.5, 1.0, 1.0, 1.0, 1.0]);
        let cosine = shares(Schedule::Cosine);
        assert_eq!(cosine[..4], [0.25, 0.5, 1.0, 1.0]);
        assert!((cosine[4] - 0.5).abs() < 1e-15 && cosine[5].abs() < 1e-15);
    }
}
