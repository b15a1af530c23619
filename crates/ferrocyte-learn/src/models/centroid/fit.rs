//! Making of profiles.

use ferrocyte_core::{Block, LabelSet, LogNorm, Progress, TrainingRecord, Vocabulary};
use rayon::prelude::*;

use super::correlation::{Profiles, Ranks};
use super::model::CentroidModel;
use super::params::{Centroid, CentroidParams};
use super::temperature::likeliest;
use crate::labelled_cells::LabelledCells;
use crate::models::labels_with_cells::labels_with_cells;
use crate::models::markers::Markers;
use crate::models::train::{Fit, FitError, Train, check_columns};

/// Folds of the fit of the temperature.
const FOLDS: usize = 5;

/// Cells, evenly spaced, that the temperature is fitted on at most: one number needs no more.
const TEMPERATURE_CELLS: usize = 20_000;

/// Temperature where no cell can be held out, because every label has one cell.
const UNFITTED: f64 = 20.0;

impl Train for Centroid {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!(self.params)
    }

    // Of every cell the values of the markers are kept; whoever plans the memory counts them.
    fn can_stream(&self) -> bool {
        true
    }

    fn fit(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        _seed: u64,
        progress: &dyn Progress,
    ) -> Result<Fit, FitError> {
        check_columns(data, genes)?;
        progress.begin("training", 1);
        let CentroidParams { markers, min_cells, .. } = self.params;
        // Factors of 1: every marker counts alike.
        let markers = Markers::choose(data, markers, 0.0, min_cells)?.genes;
        let (labels, truth) = labels_with_cells(data);
        let cells = &data.cells().on_genes(&markers)?;
        let sums = Sums::new(data, cells, &labels, &truth);
        let temperature = self.temperature(data, cells, &truth, &sums);
        let means = sums.means(None);
        let names = markers.iter().map(|&gene| genes.names()[gene as usize].as_str());
        let model = CentroidModel::new(
            self.params,
            Vocabulary::of_distinct(names),
            labels,
            means,
            sums.spread(),
            temperature,
        );
        progress.advance(1);
        progress.finish();
        Ok(Fit {
            model: Box::new(model),
            training: TrainingRecord {
                converged: true,
                iterations: 1,
                stopped: format!("profiles are means; the temperature is {temperature:.1}"),
                curves: vec![],
            },
            warnings: vec![],
        })
    }
}

impl Centroid {
    /// The temperature of the settings, or the one that makes cells likeliest that had no part in their profile.
    fn temperature(
        &self,
        data: &LabelledCells<'_>,
        cells: &Block<LogNorm>,
        truth: &[u32],
        sums: &Sums,
    ) -> f64 {
        if self.params.temperature > 0.0 {
            return self.params.temperature;
        }
        let (mut scores, mut of_cells) = (Vec::new(), Vec::new());
        let every = cells.n_cells().div_ceil(TEMPERATURE_CELLS);
        for fold in 0..FOLDS {
            let known = sums.labels_without(fold);
            let profiles = Profiles::new(self.params.correlation, sums.n_labels, &sums.means(Some(fold)));
            let held_out: Vec<usize> = (0..cells.n_cells())
                .step_by(every)
                .filter(|&cell| {
                    let label = truth[cell] as usize;
                    sums.fold[cell] as usize == fold && data.weight(cell) > 0.0 && known[label]
                })
                .collect();
            let of_fold: Vec<Vec<f64>> = held_out
                .par_iter()
                .map_init(Ranks::default, |ranks, &cell| {
                    let mut row = vec![0.0; profiles.n_labels()];
                    profiles.correlate(cells.cell(cell), ranks, &mut row);
                    // A label whose every cell is held out has no profile to be taken for.
                    for (score, &known) in row.iter_mut().zip(&known) {
                        if !known {
                            *score = -1.0;
                        }
                    }
                    row
                })
                .collect();
            scores.extend(of_fold.into_iter().flatten());
            of_cells.extend(held_out.iter().map(|&cell| truth[cell]));
        }
        if of_cells.is_empty() { UNFITTED } else { likeliest(&scores, &of_cells, sums.n_labels) }
    }
}

/// Sums of values by gene, label and fold.
struct Sums {
    n_labels: usize,
    fold: Vec<u8>,              // of each cell
    of_fold: [Vec<f64>; FOLDS], // sums of shape (n_genes, n_labels)
    weight: [Vec<f64>; FOLDS],  // of the cells of each label
    squares: Vec<f64>,          // of each gene, over all cells
}

impl Sums {
    fn new(data: &LabelledCells<'_>, cells: &Block<LogNorm>, labels: &LabelSet, truth: &[u32]) -> Self {
        let (n_genes, n_labels) = (cells.n_genes(), labels.len());
        let mut found = Self {
            n_labels,
            fold: Vec::with_capacity(cells.n_cells()),
            of_fold: std::array::from_fn(|_| vec![0.0; n_genes * n_labels]),
            weight: std::array::from_fn(|_| vec![0.0; n_labels]),
            squares: vec![0.0; n_genes],
        };
        let mut seen = vec![0_usize; n_labels];
        for (cell, (values, &label)) in cells.cells().zip(truth).enumerate() {
            let (label, weight) = (label as usize, data.weight(cell));
            let fold = seen[label] % FOLDS;
            found.fold.push(fold as u8);
            if weight == 0.0 {
                continue;
            }
            seen[label] += 1;
            found.weight[fold][label] += weight;
            for (gene, value) in values.iter() {
                let (gene, value) = (gene as usize, f64::from(value));
                found.of_fold[fold][gene * n_labels + label] += weight * value;
                found.squares[gene] += weight * value * value;
            }
        }
        found
    }

    fn weights(&self, without: Option<usize>) -> Vec<f64> {
        let folds = || (0..FOLDS).filter(|&fold| Some(fold) != without);
        (0..self.n_labels).map(|label| folds().map(|fold| self.weight[fold][label]).sum()).collect()
    }

    /// The labels that have cells outside of a fold.
    fn labels_without(&self, fold: usize) -> Vec<bool> {
        self.weights(Some(fold)).into_iter().map(|weight| weight > 0.0).collect()
    }

    /// Mean values of shape `(n_genes, n_labels)`, with or without one fold; 0 for a label without cells.
    fn means(&self, without: Option<usize>) -> Vec<f32> {
        let weights = self.weights(without);
        (0..self.of_fold[0].len())
            .map(|i| {
                let folds = (0..FOLDS).filter(|&fold| Some(fold) != without);
                let (sum, weight): (f64, f64) =
                    (folds.map(|fold| self.of_fold[fold][i]).sum(), weights[i % self.n_labels]);
                if weight > 0.0 { (sum / weight) as f32 } else { 0.0 }
            })
            .collect()
    }

    /// Standard deviation of each gene over all cells.
    fn spread(&self) -> Vec<f32> {
        let total: f64 = self.weights(None).iter().sum();
        self.squares
            .iter()
            .enumerate()
            .map(|(gene, squares)| {
                let row = gene * self.n_labels..(gene + 1) * self.n_labels;
                let sum: f64 = self.of_fold.iter().flat_map(|sums| &sums[row.clone()]).sum();
                (squares / total - (sum / total).powi(2)).max(0.0).sqrt() as f32
            })
            .collect()
    }
}
