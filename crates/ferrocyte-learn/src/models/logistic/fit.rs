//! Training of logistic regression.

use ferrocyte_core::{Progress, Vocabulary};

use super::params::{Logistic, LogisticParams};
use crate::labelled_cells::LabelledCells;
use crate::models::labels_with_cells::labels_with_cells;
use crate::models::linear::{ElasticNet, Intercept, LinearModel, Problem, VERY_MANY_CELLS};
use crate::models::train::{Fit, FitError, Train, check_columns};

impl Train for Logistic {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!(self.params)
    }

    /// An elastic net takes up few genes at a time, and goes through all their values again and again.
    fn can_stream(&self) -> bool {
        self.params.l1 == 0.0
    }

    fn fit(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        _seed: u64,
        progress: &dyn Progress,
    ) -> Result<Fit, FitError> {
        check_columns(data, genes)?;
        let LogisticParams { l2, l1, gap, max_iterations, tolerance, tolerance_at_scale, balance } =
            self.params;
        let (labels, truth) = labels_with_cells(data);
        let problem = Problem {
            cells: data.cells(),
            truth: &truth,
            n_labels: labels.len(),
            cell_weights: &balance.cell_weights(data),
            l2,
            intercept: Intercept::Free,
            max_iterations,
            tolerance: if truth.len() > VERY_MANY_CELLS { tolerance_at_scale } else { tolerance },
        };
        let solution = if l1 > 0.0 {
            ElasticNet { problem, l1, gap }.solve(progress)?
        } else {
            problem.solve(progress)?
        };
        Ok(Fit {
            training: solution.training,
            warnings: solution.warnings,
            model: Box::new(LinearModel::new(
                Self::KIND,
                self.settings(),
                genes.clone(),
                labels,
                solution.weights,
                solution.intercept,
                Some(solution.spread),
            )),
        })
    }
}
