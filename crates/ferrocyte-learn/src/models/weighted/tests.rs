//! What a fit promises, on cells small enough to reason about.

use ferrocyte_core::{Block, Labels, LogNorm, Scores, Silent, Vocabulary};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::params::WeightedParams;
use crate::labelled_cells::LabelledCells;
use crate::models::{
    Balance, Fit, GeneMeans, Intercept, LogisticParams, Train, check_classifier, on_genes_of,
};

fn genes(n: usize) -> Vocabulary {
    Vocabulary::new((0..n).map(|i| format!("gene{i}")).collect()).unwrap()
}

fn fit(params: WeightedParams, cells: &Block<LogNorm>, labels: &Labels) -> Fit {
    let data = LabelledCells::new(cells, labels).unwrap();
    params.check().unwrap().fit(&data, &genes(cells.n_genes()), 0, &Silent).unwrap()
}

fn probabilities(fit: &Fit, cells: &Block<LogNorm>) -> Scores {
    let mut out = Scores::default();
    let cells = on_genes_of(fit.model.as_ref(), cells, &genes(cells.n_genes()));
    fit.model.probabilities_into(&cells, &mut out).unwrap();
    out
}

/// Cells of `n_labels` overlapping types; the first `n_genes` genes mark a label each, as many again mark none.
fn random_cells(seed: u64, n_cells: usize, n_genes: usize, n_labels: usize) -> (Block<LogNorm>, Labels) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut row_ptr, mut gene, mut value, mut names) = (vec![0], vec![], vec![], vec![]);
    for cell in 0..n_cells {
        let label = cell % n_labels;
        names.push(format!("type{label:03}"));
        for which in 0..2 * n_genes {
            let marks = which < n_genes && which % n_labels == label;
            if rng.random::<f32>() < if marks { 0.8 } else { 0.4 } {
                gene.push(which as u32);
                value.push(rng.random::<f32>() * 5.0);
            }
        }
        row_ptr.push(gene.len());
    }
    (Block::new(2 * n_genes, row_ptr, gene, value).unwrap(), Labels::from_names(&names))
}

#[test]
fn it_keeps_the_promises_of_a_classifier() {
    for n_labels in [2, 5, 17] {
        let (cells, labels) = random_cells(1, 300, 34, n_labels);
        let fit = fit(WeightedParams::default(), &cells, &labels);
        assert!(fit.training.converged, "{:?}", fit.training.stopped);
        assert!(fit.warnings.iter().all(|warning| warning.code == "no-clear-marker"), "{:?}", fit.warnings);
        let on_its_genes = on_genes_of(fit.model.as_ref(), &cells, &genes(cells.n_genes()));
        check_classifier(fit.model.as_ref(), &on_its_genes.select_cells(&[0, 1, 2, 299]));
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let (cells, labels) = random_cells(2, 9000, 20, 5);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fit(WeightedParams::default(), &cells, &labels).model.to_arrays())
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn few_markers_make_a_small_model_that_still_tells_labels_apart() {
    let (cells, labels) = random_cells(3, 400, 20, 4);
    let fit = fit(WeightedParams { markers: 3, ..WeightedParams::default() }, &cells, &labels);
    assert!(fit.model.genes().len() <= 12);
    let found = probabilities(&fit, &cells);
    let right = found.rows().zip(labels.codes()).filter(|(row, label)| {
        row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).is_some_and(|(best, _)| best == *label)
    });
    assert!(right.count() > 200, "chance is 100");
}

#[test]
fn without_factors_choice_and_zero_it_is_plain_logistic_regression() {
    let (cells, labels) = random_cells(4, 200, 10, 3);
    let plain = LogisticParams { tolerance: 1e-9, ..LogisticParams::default() };
    let params = WeightedParams {
        markers: 1000,
        exponent: 0.0,
        l2: plain.l2,
        intercept: Intercept::Free,
        tolerance: plain.tolerance,
        ..WeightedParams::default()
    };
    let weighted = fit(params, &cells, &labels);
    // Every gene is more common in some label than in the rest, so all are kept.
    assert_eq!(weighted.model.genes().len(), cells.n_genes());
    let data = LabelledCells::new(&cells, &labels).unwrap();
    let logistic = plain.check().unwrap().fit(&data, &genes(cells.n_genes()), 0, &Silent).unwrap();
    let (a, b) = (probabilities(&weighted, &cells), probabilities(&logistic, &cells));
    assert!(a.as_slice().iter().zip(b.as_slice()).all(|(a, b)| (a - b).abs() < 1e-3));
}

#[test]
fn a_cell_that_shows_no_marker_belongs_to_no_label() {
    let (cells, labels) = random_cells(5, 100, 10, 4);
    let fit = fit(WeightedParams::default(), &cells, &labels);
    let nothing = Block::new(cells.n_genes(), vec![0, 0], vec![], vec![]).unwrap();
    assert!(probabilities(&fit, &nothing).row(0).iter().all(|p| (p - 0.25).abs() < 1e-12));
    // Cells without any difference have no markers at all.
    let same = Block::new(1, vec![0, 1, 2], vec![0, 0], vec![1.0, 1.0]).unwrap();
    let fit = super::tests::fit(WeightedParams::default(), &same, &Labels::from_names(&["a", "b"]));
    assert!(probabilities(&fit, &same).row(0).iter().all(|p| (p - 0.5).abs() < 1e-12));
}

/// Factors are folded into the weights, so a gene weighs the same whatever scale it was fitted on.
#[test]
fn the_weight_of_a_gene_is_what_it_moves() {
    // Gene 0 marks `b`; gene 1 is the same everywhere and is left out.
    let cells = Block::new(
        2,
        vec![0, 1, 3, 4, 6, 7, 9],
        vec![1, 0, 1, 1, 0, 1, 1, 0, 1],
        vec![2.0, 3.0, 2.0, 2.0, 3.0, 2.0, 2.0, 3.0, 2.0],
    )
    .unwrap();
    let labels = Labels::from_names(&["a", "b", "a", "b", "a", "b"]);
    for exponent in [0.0, 0.5, 2.0] {
        let params = WeightedParams { exponent, balance: Balance::None, ..WeightedParams::default() };
        let model = fit(params, &cells, &labels).model;
        assert_eq!(model.genes().names(), ["gene0"]);
        let arrays = model.to_arrays();
        let spread = arrays.f32("spread", &[1]).unwrap()[0];
        assert!(
            (spread - 1.5).abs() < 1e-6,
            "the spread of the gene as it is, not as it was scaled: {spread}"
        );
        let weights = arrays.f32("weights", &[1, 2]).unwrap();
        let expected = 1.5 * f64::from((weights[0] - weights[1]).abs());
        let found = model.gene_weights().unwrap()[0];
        assert!((found - expected).abs() < 1e-6, "{found} and {expected}");
    }
}

#[test]
fn two_views_are_the_mean_of_both_and_are_read_back() {
    let (cells, labels) = random_cells(6, 300, 30, 4);
    let params = WeightedParams { views: 2, second_markers: 5, ..WeightedParams::default() };
    let both = fit(params, &cells, &labels);
    let first = fit(WeightedParams { views: 1, ..params }, &cells, &labels);
    let second = fit(WeightedParams { views: 1, markers: 5, exponent: 1.0, ..params }, &cells, &labels);
    assert_eq!(both.model.genes(), first.model.genes(), "the second view's are among those of the first");
    assert!(second.model.genes().len() <= 20);
    let (found, a, b) =
        (probabilities(&both, &cells), probabilities(&first, &cells), probabilities(&second, &cells));
    for (found, (a, b)) in found.as_slice().iter().zip(a.as_slice().iter().zip(b.as_slice())) {
        // Weights are stored as f32, those of the second view in another order of sums.
        assert!((found - (a + b) / 2.0).abs() < 1e-5, "{found}, {a} and {b}");
    }
    let on_its_genes = on_genes_of(both.model.as_ref(), &cells, &genes(cells.n_genes()));
    check_classifier(both.model.as_ref(), &on_its_genes.select_cells(&[0, 1, 299]));
    assert!(both.training.stopped.contains("second view"), "{}", both.training.stopped);
}

#[test]
fn settings_of_before_there_were_views_have_one() {
    let mut settings = serde_json::json!(WeightedParams { views: 2, ..WeightedParams::default() });
    for name in ["views", "second_markers", "second_exponent"] {
        settings.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(WeightedParams::of_model(settings).unwrap().views, 1);
}

#[test]
fn a_gene_that_a_query_lacks_counts_as_in_a_typical_cell() {
    let (cells, labels) = random_cells(7, 300, 30, 4);
    let data = LabelledCells::new(&cells, &labels).unwrap();
    let mut model = fit(WeightedParams::default(), &cells, &labels).model;
    let all = genes(cells.n_genes());
    let typical = GeneMeans::of(&data, &all, model.genes()).unwrap();
    // The genes of label 0 are gone.
    let found: Vec<bool> = model
        .genes()
        .names()
        .iter()
        .map(|name| all.find(name).is_none_or(|gene| gene.0 >= 30 || gene.0 % 4 != 0))
        .collect();
    let kept: Vec<u32> = (0..60).filter(|gene| *gene >= 30 || gene % 4 != 0).collect();
    let query = cells.select_genes(&kept);
    let map = ferrocyte_core::GeneMap::by_identity(
        &kept.iter().map(|gene| format!("gene{gene}")).collect::<Vec<_>>(),
        model.genes(),
    );
    let query = query.into_aligned(&map);
    let mut scores = Scores::default();
    let mut called_0 = |model: &dyn crate::models::Classifier| {
        model.probabilities_into(&query, &mut scores).unwrap();
        (0..300).filter(|&cell| scores.best(cell) == 0).count()
    };
    let before = called_0(model.as_ref());
    assert!(model.lack(typical.as_slice(), &found));
    let after = called_0(model.as_ref());
    assert!(
        before < 20 && after > before + 20,
        "{before} and {after} of 75 cells are called by what they lack"
    );
}
