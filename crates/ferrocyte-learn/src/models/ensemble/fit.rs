//! Training of the members.

use ferrocyte_core::{Progress, TrainingRecord, Vocabulary};

use super::model::EnsembleModel;
use super::params::Ensemble;
use crate::labelled_cells::LabelledCells;
use crate::models::train::{Fit, FitError, Train, check_columns};

impl Train for Ensemble {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!(self.params)
    }

    /// One member after the other, all with the same seed.
    fn fit(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<Fit, FitError> {
        check_columns(data, genes)?;
        let mut members = Vec::new();
        let mut warnings = Vec::new();
        let mut training =
            TrainingRecord { converged: true, iterations: 0, stopped: String::new(), curves: vec![] };
        let mut stopped = Vec::new();
        for trainer in &self.members {
            let fit = trainer.fit(data, genes, seed, progress)?;
            training.converged &= fit.training.converged;
            training.iterations += fit.training.iterations;
            stopped.push(format!("{}: {}", trainer.kind(), fit.training.stopped));
            warnings.extend(fit.warnings);
            members.push(fit.model);
        }
        training.stopped = stopped.join("; ");
        let model = EnsembleModel::new(self.params.clone(), genes, members);
        Ok(Fit { model: Box::new(model), training, warnings })
    }
}
