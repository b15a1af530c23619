//! Training of logistic regression.

use ferrocyte_core::{Progress, Vocabulary};

use super::coordinates::Coordinates;
use super::follower::{Follower, not_converged};
use super::model::LogisticModel;
use super::objective::CrossEntropy;
use super::params::{Logistic, LogisticParams};
use crate::kernels::gene_major::GeneMajor;
use crate::kernels::weight_rows::WeightRows;
use crate::labelled_cells::LabelledCells;
use crate::models::labels_with_cells::labels_with_cells;
use crate::models::train::{Fit, FitError, Train};
use crate::optimise::Lbfgs;

/// Steps that L-BFGS remembers.
const HISTORY: usize = 10;

impl Train for Logistic {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!(self.params)
    }

    fn fit(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        _seed: u64,
        progress: &dyn Progress,
    ) -> Result<Fit, FitError> {
        if data.cells().n_genes() != genes.len() {
            return Err(FitError::Genes { columns: data.cells().n_genes(), genes: genes.len() });
        }
        let LogisticParams { l2, max_iterations, tolerance, balance } = self.params;
        let (labels, truth) = labels_with_cells(data);
        let cell_weights = balance.cell_weights(data);
        let mut label_weights = vec![0.0; labels.len()];
        for (&label, weight) in truth.iter().zip(&cell_weights) {
            label_weights[label as usize] += weight;
        }
        let by_gene = GeneMajor::new(data.cells());
        let coordinates = Coordinates::new(&by_gene, &cell_weights, labels.len());
        let mut objective =
            CrossEntropy::new(data.cells(), &truth, &cell_weights, &by_gene, &coordinates, l2);

        let mut follower = Follower::new(progress, tolerance);
        let minimum = Lbfgs { max_iterations, tolerance, history: HISTORY }.minimise(
            &mut objective,
            coordinates.start(&label_weights),
            &mut |step| follower.see(step),
        );
        progress.finish();

        let mut weights = WeightRows::zeros(genes.len(), labels.len());
        let mut intercept = vec![0.0; labels.len()];
        coordinates.to_weights(&minimum.point, &by_gene.genes, &mut weights, &mut intercept);
        // The same number on every intercept changes nothing; a mean of zero makes them easy to compare.
        let mean = intercept.iter().sum::<f64>() / intercept.len() as f64;
        for intercept in &mut intercept {
            *intercept -= mean;
        }
        let spread = coordinates.spread(&by_gene.genes, genes.len());
        let model = LogisticModel::new(genes.clone(), labels, self.params, weights, intercept, Some(spread));
        Ok(Fit {
            training: follower.record(&minimum, tolerance),
            warnings: not_converged(&minimum).into_iter().collect(),
            model: Box::new(model),
        })
    }
}
