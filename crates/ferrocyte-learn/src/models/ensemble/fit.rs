//! Training of the members.

use ferrocyte_core::{Progress, TrainingRecord, Vocabulary};

use super::model::EnsembleModel;
use super::params::Ensemble;
use super::temperature::{NONE, temperature};
use crate::labelled_cells::LabelledCells;
use crate::models::train::{Fit, FitError, Train, check_columns};

impl Train for Ensemble {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!(self.params)
    }

    /// One member after the other, all with the same seed; each twice where its probabilities are calibrated.
    fn fit(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<Fit, FitError> {
        check_columns(data, genes)?;
        let whole = data.whole()?;
        let data = &data.on(&whole);
        let mut members = Vec::new();
        let mut warnings = Vec::new();
        let mut training =
            TrainingRecord { converged: true, iterations: 0, stopped: String::new(), curves: vec![] };
        let mut stopped = Vec::new();
        for trainer in &self.members {
            let doubt =
                if self.params.calibrate { temperature(trainer.as_ref(), data, genes, seed)? } else { NONE };
            let fit = trainer.fit(data, genes, seed, progress)?;
            training.converged &= fit.training.converged;
            training.iterations += fit.training.iterations;
            stopped.push(format!("{}: {}, temperature {doubt:.3}", trainer.kind(), fit.training.stopped));
            warnings.extend(fit.warnings);
            members.push((fit.model, doubt));
        }
        training.stopped = stopped.join("; ");
        let model = EnsembleModel::new(self.params.clone(), genes, members);
        Ok(Fit { model: Box::new(model), training, warnings })
    }
}
