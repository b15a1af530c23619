//! What an ensemble promises.

use ferrocyte_core::{
    ArrayData, Block, Labels, LogNorm, NamedArray, NamedArrays, Scores, Silent, Vocabulary,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::params::EnsembleParams;
use crate::labelled_cells::LabelledCells;
use crate::models::{Classifier, Fit, ModelKind, Train, check_classifier, on_genes_of};

fn genes(n: usize) -> Vocabulary {
    Vocabulary::new((0..n).map(|i| format!("gene{i}")).collect()).unwrap()
}

fn fit(trainer: &dyn Train, cells: &Block<LogNorm>, labels: &Labels) -> Fit {
    let data = LabelledCells::new(cells, labels).unwrap();
    trainer.fit(&data, &genes(cells.n_genes()), 0, &Silent).unwrap()
}

fn probabilities(model: &dyn Classifier, cells: &Block<LogNorm>) -> Scores {
    let mut out = Scores::default();
    let cells = on_genes_of(model, cells, &genes(cells.n_genes()));
    model.probabilities_into(&cells, &mut out).unwrap();
    out
}

fn params(models: &[&str]) -> EnsembleParams {
    EnsembleParams { models: models.iter().map(|&m| m.to_owned()).collect(), ..EnsembleParams::default() }
}

/// Cells of `n_labels` overlapping types; the first half of the genes mark types.
fn random_cells(seed: u64, n_cells: usize, n_genes: usize, n_labels: usize) -> (Block<LogNorm>, Labels) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut row_ptr, mut gene, mut value, mut names) = (vec![0], vec![], vec![], vec![]);
    for cell in 0..n_cells {
        let label = cell % n_labels;
        names.push(format!("type{label:03}"));
        for which in 0..n_genes {
            let marks = which < n_genes / 2 && which % n_labels == label;
            if rng.random::<f32>() < if marks { 0.8 } else { 0.3 } {
                gene.push(which as u32);
                value.push(rng.random::<f32>() * 5.0);
            }
        }
        row_ptr.push(gene.len());
    }
    (Block::new(n_genes, row_ptr, gene, value).unwrap(), Labels::from_names(&names))
}

#[test]
fn it_keeps_the_promises_of_a_classifier() {
    let (cells, labels) = random_cells(1, 200, 40, 5);
    // Members that choose few genes, and one that takes all.
    let mut few = params(&["weighted", "centroid", "knn"]);
    few.settings.insert("weighted".into(), serde_json::json!({"markers": 2}));
    few.settings.insert("centroid".into(), serde_json::json!({"markers": 3}));
    few.settings.insert("knn".into(), serde_json::json!({"variable_genes": 10, "components": 4}));
    for params in [few, params(&["logistic", "centroid"])] {
        let fit = fit(&params.check().unwrap(), &cells, &labels);
        let on_its_genes = on_genes_of(fit.model.as_ref(), &cells, &genes(cells.n_genes()));
        check_classifier(fit.model.as_ref(), &on_its_genes.select_cells(&[0, 1, 2, 199]));
    }
}

#[test]
fn probabilities_are_the_mean_and_agreement_the_share_of_the_members() {
    let (cells, labels) = random_cells(2, 120, 40, 4);
    let plain = EnsembleParams { calibrate: false, ..params(&["weighted", "knn"]) };
    let both = fit(&plain.check().unwrap(), &cells, &labels);
    let alone: Vec<Scores> = [ModelKind::Weighted, ModelKind::Knn]
        .map(|kind| {
            let fit = fit(kind.trainer(serde_json::json!({})).unwrap().as_ref(), &cells, &labels);
            probabilities(fit.model.as_ref(), &cells)
        })
        .into();
    let found = probabilities(both.model.as_ref(), &cells);
    for (cell, row) in found.rows().enumerate() {
        for (label, p) in row.iter().enumerate() {
            let mean = f64::midpoint(alone[0].row(cell)[label], alone[1].row(cell)[label]);
            assert!((p - mean).abs() < 1e-12);
        }
    }
    let on_its_genes = on_genes_of(both.model.as_ref(), &cells, &genes(cells.n_genes()));
    let mut again = Scores::default();
    let agreement = both.model.probabilities_and_agreement(&on_its_genes, &mut again).unwrap().unwrap();
    assert_eq!(again, found);
    assert_eq!(agreement.len(), cells.n_cells());
    for (cell, share) in agreement.iter().enumerate() {
        let agree = alone.iter().filter(|scores| scores.best(cell) == found.best(cell)).count();
        assert!((share - agree as f64 / 2.0).abs() < 1e-12);
    }
    assert!(agreement.iter().any(|&share| share < 1.0), "some cells are doubtful");
}

#[test]
fn a_member_that_is_too_sure_is_made_less_so() {
    let (cells, labels) = random_cells(5, 300, 40, 4);
    // Two neighbours vote nearly as one; with an eighth of the labels drawn anew they cannot be that sure.
    let names: Vec<String> = (0..300)
        .map(|cell| {
            labels.set().name(if cell % 8 == 0 { (cell / 8) % 4 } else { labels.code(cell) }).to_owned()
        })
        .collect();
    let labels = Labels::from_names(&names);
    let mut settings = params(&["weighted", "knn"]);
    settings.settings.insert("knn".into(), serde_json::json!({"neighbours": 2}));
    let model = fit(&settings.check().unwrap(), &cells, &labels).model;
    let arrays = model.to_arrays();
    let temperature = |kind: &str| arrays.f64(&format!("{kind}.calibration.temperature"), &[1]).unwrap()[0];
    assert!(temperature("knn") > 1.2, "{}", temperature("knn"));
    assert!(temperature("weighted") > 0.0);

    let header = crate::models::contract::header_of(model.as_ref());
    let changed = arrays.iter().map(|array| match array.name.as_str() {
        "knn.calibration.temperature" => NamedArray { data: ArrayData::F64(vec![0.0]), ..array.clone() },
        _ => array.clone(),
    });
    let changed = NamedArrays::new(changed.collect()).unwrap();
    let error = crate::models::load(&header, &changed).err().unwrap().to_string();
    assert!(error.contains("`knn.calibration.temperature`") && error.contains("found 0"), "{error}");
}

#[test]
fn genes_of_members_that_cannot_be_are_refused() {
    let (cells, labels) = random_cells(3, 40, 8, 2);
    let model = fit(&params(&["weighted", "centroid"]).check().unwrap(), &cells, &labels).model;
    let header = crate::models::contract::header_of(model.as_ref());
    let with = |positions: Vec<f32>| {
        let arrays = model.to_arrays();
        let changed = arrays.iter().map(|array| {
            if array.name == "weighted.genes" {
                let data = ArrayData::F32(positions.clone());
                NamedArray { shape: vec![positions.len()], data, ..array.clone() }
            } else {
                array.clone()
            }
        });
        crate::models::load(&header, &NamedArrays::new(changed.collect()).unwrap())
            .err()
            .map(|e| e.to_string())
    };
    let n = model.genes().len() as f32;
    let refused = |positions: Vec<f32>| with(positions).is_some_and(|e| e.contains("whole number"));
    assert!(refused(vec![0.0, 0.0]) && refused(vec![0.5]) && refused(vec![n]) && refused(vec![-1.0]));
    assert!(with(vec![]).is_some_and(|error| error.contains("`weights`")), "fewer genes than weights");
}
