//! What a fit promises, on cells small enough to reason about.

use std::sync::atomic::Ordering;

use ferrocyte_core::{Block, LabelSet, Labels, LogNorm, NamedArrays, Scores, Severity, Silent, Vocabulary};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::params::LogisticParams;
use crate::cell_parts::PART_CELLS;
use crate::cell_parts::tests::Elsewhere;
use crate::labelled_cells::LabelledCells;
use crate::models::{Balance, Classifier, Fit, FitError, LinearModel, Train, check_classifier};

fn genes(n: usize) -> Vocabulary {
    Vocabulary::new((0..n).map(|i| format!("gene{i}")).collect()).unwrap()
}

fn fit(params: LogisticParams, cells: &Block<LogNorm>, labels: &Labels) -> Fit {
    let data = LabelledCells::new(cells, labels).unwrap();
    params.check().unwrap().fit(&data, &genes(cells.n_genes()), 0, &Silent).unwrap()
}

fn probabilities(fit: &Fit, cells: &Block<LogNorm>) -> Scores {
    let mut out = Scores::default();
    fit.model.probabilities_into(cells, &mut out).unwrap();
    out
}

/// Cells of `n_labels` overlapping types on `n_genes` genes, about half of the values zero.
fn random_cells(
    rng: &mut impl Rng,
    n_cells: usize,
    n_genes: usize,
    n_labels: usize,
) -> (Block<LogNorm>, Labels) {
    let (mut row_ptr, mut gene, mut value, mut names) = (vec![0], vec![], vec![], vec![]);
    for cell in 0..n_cells {
        let label = cell % n_labels;
        names.push(format!("type{label:03}"));
        for which in 0..n_genes {
            if rng.random::<f32>() < if which % n_labels == label { 0.8 } else { 0.4 } {
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
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for n_labels in [2, 3, 16, 17, 40] {
        let (cells, labels) = random_cells(&mut rng, 200, 30, n_labels);
        let fit = fit(LogisticParams::default(), &cells, &labels);
        assert!(fit.training.converged && fit.warnings.is_empty(), "{:?}", fit.training.stopped);
        check_classifier(fit.model.as_ref(), &cells.select_cells(&[0, 1, 2, 199]));
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let (cells, labels) = random_cells(&mut ChaCha8Rng::seed_from_u64(2), 9000, 40, 5); // more than one slab
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let fit = fit(LogisticParams::default(), &cells, &labels);
            (fit.model.to_arrays(), fit.training.clone(), probabilities(&fit, &cells))
        })
    };
    let one = with(1);
    assert!(one.1.converged);
    assert_eq!(one, with(3));
    assert_eq!(one, with(1));
}

#[test]
fn one_gene_and_two_cells_have_the_answer_of_the_textbook() {
    // Cells x = 0 and x = 1 of two labels. By symmetry W = (-w, w), b = (w/2, -w/2), and at the lowest point
    // w = σ(-w) / l2: each of the two cells pulls with half its doubt.
    let cells = Block::new(1, vec![0, 0, 1], vec![0], vec![1.0]).unwrap();
    let labels = Labels::from_names(&["a", "b"]);
    let params = LogisticParams { l2: 0.1, tolerance: 1e-9, ..LogisticParams::default() };
    let fit = fit(params, &cells, &labels);
    let arrays = fit.model.to_arrays();
    let w = f64::from(arrays.f32("weights", &[1, 2]).unwrap()[1]);
    let pull = 1.0 / (1.0 + w.exp());
    assert!((w - pull / 0.1).abs() < 1e-3, "w = {w}, pull = {pull}");
    let intercept = arrays.f64("intercept", &[2]).unwrap();
    assert!((intercept[1] + w / 2.0).abs() < 1e-3, "{intercept:?}, w = {w}");
    assert!((intercept[0] + intercept[1]).abs() < 1e-12, "the mean of the intercepts is 0: {intercept:?}");
}

#[test]
fn awkward_cells_are_learned_from_without_complaint() {
    // Gene 0 the same everywhere, gene 1 as large as a logarithm of counts can be, gene 2 in no cell; an empty
    // cell; a label with one cell.
    let cells =
        Block::new(3, vec![0, 2, 4, 4, 5], vec![0, 1, 0, 1, 0], vec![2.0, 88.7, 2.0, 88.7, 2.0]).unwrap();
    let labels = Labels::from_names(&["a", "a", "b", "c"]);
    for (l2, balance) in [(1e-6, Balance::None), (1.0, Balance::Sqrt), (1e6, Balance::Full)] {
        let fit = fit(LogisticParams { l2, balance, ..LogisticParams::default() }, &cells, &labels);
        assert!(fit.training.converged, "l2 = {l2}: {}", fit.training.stopped);
        assert!(fit.training.curves[0].values.iter().all(|value| value.is_finite()));
        check_classifier(fit.model.as_ref(), &cells);
    }
    // Without any gene there is only how common each label is.
    let cells = Block::new(0, vec![0; 5], vec![], vec![]).unwrap();
    let fit = fit(LogisticParams { balance: Balance::None, ..LogisticParams::default() }, &cells, &labels);
    let shares = probabilities(&fit, &cells);
    assert!(shares.row(0).iter().zip([0.5, 0.25, 0.25]).all(|(found, share)| (found - share).abs() < 1e-12));
}

#[test]
fn a_label_without_cells_is_not_in_the_model() {
    let cells = Block::new(1, vec![0, 0, 1, 1], vec![0], vec![1.0]).unwrap();
    let set = LabelSet::new(["absent", "b", "c", "unused"].map(String::from));
    let labels = Labels::from_codes(set, &[1, 2, 1]).unwrap();
    let fit = fit(LogisticParams::default(), &cells, &labels);
    assert_eq!(fit.model.labels().names(), ["b", "c"]);
    assert_eq!(probabilities(&fit, &cells).n_labels(), 2);
}

#[test]
fn weights_count_like_copies() {
    let (cells, labels) = random_cells(&mut ChaCha8Rng::seed_from_u64(3), 60, 8, 3);
    let params = LogisticParams { tolerance: 1e-8, ..LogisticParams::default() };
    let trainer = params.check().unwrap();
    // Cells 0..30 twice and the others not at all: weights have a mean of 1, so the penalty is the same.
    let halves: Vec<usize> = (0..30).flat_map(|cell| [cell, cell]).collect();
    let weights = (0..60).map(|cell| if cell < 30 { 1.0 } else { 0.0 }).collect();
    let weighted = LabelledCells::with_weights(&cells, &labels, weights).unwrap();
    let weighted = trainer.fit(&weighted, &genes(8), 0, &Silent).unwrap();
    let copied = fit(params, &cells.select_cells(&halves), &labels.select(&halves));
    let (a, b) = (probabilities(&weighted, &cells), probabilities(&copied, &cells));
    // The same lowest point, each within 1e-8 of its value: probabilities to the square root of that.
    assert!(a.as_slice().iter().zip(b.as_slice()).all(|(a, b)| (a - b).abs() < 1e-3));
}

#[test]
fn the_order_of_cells_does_not_change_the_answer() {
    let (cells, labels) = random_cells(&mut ChaCha8Rng::seed_from_u64(4), 90, 12, 3);
    let backwards: Vec<usize> = (0..90).rev().collect();
    let params = LogisticParams { tolerance: 1e-8, ..LogisticParams::default() };
    let (one, other) = (
        fit(params, &cells, &labels),
        fit(params, &cells.select_cells(&backwards), &labels.select(&backwards)),
    );
    let (a, b) = (probabilities(&one, &cells), probabilities(&other, &cells));
    assert!(a.as_slice().iter().zip(b.as_slice()).all(|(a, b)| (a - b).abs() < 1e-3));
}

#[test]
fn stopping_early_is_a_warning_with_a_hint() {
    let (cells, labels) = random_cells(&mut ChaCha8Rng::seed_from_u64(5), 100, 20, 4);
    let fit = fit(LogisticParams { max_iterations: 2, ..LogisticParams::default() }, &cells, &labels);
    assert!(!fit.training.converged);
    assert_eq!((fit.training.iterations, fit.training.curves[0].values.len()), (2, 3));
    assert_eq!(fit.warnings[0].code, "not-converged");
    assert!(fit.warnings[0].hint.as_deref().unwrap().contains("--max-iterations"));
    check_classifier(fit.model.as_ref(), &cells.select_cells(&[0, 1]));
}

#[test]
fn genes_and_columns_must_agree() {
    let (cells, labels) = random_cells(&mut ChaCha8Rng::seed_from_u64(6), 10, 4, 2);
    let data = LabelledCells::new(&cells, &labels).unwrap();
    let error = LogisticParams::default().check().unwrap().fit(&data, &genes(5), 0, &Silent).err().unwrap();
    assert_eq!(error, FitError::Genes { columns: 4, genes: 5 });
}

#[test]
fn nothing_that_can_be_given_makes_it_diverge() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for round in 0..300 {
        let (n_cells, n_genes) = (2 + round % 9, round % 5);
        let (mut row_ptr, mut gene, mut value) = (vec![0], vec![], vec![]);
        for _ in 0..n_cells {
            for which in (0..n_genes).filter(|_| rng.random::<f32>() < 0.7).collect::<Vec<_>>() {
                gene.push(which as u32);
                value.push([0.0, 1e-45, 1e-20, 0.5, 3.0, 88.7][rng.random_range(0..6)]);
            }
            row_ptr.push(gene.len());
        }
        let cells = Block::new(n_genes, row_ptr, gene, value).unwrap();
        let names: Vec<String> = (0..n_cells)
            .map(|cell| if cell < 2 { cell } else { rng.random_range(0..4) }.to_string())
            .collect();
        let labels = Labels::from_names(&names);
        let absurd = round % 2 == 1; // weights that no method can tell apart in the digits it has
        let weights =
            (0..n_cells).map(|_| if absurd { [1e-12, 1.0, 1e12][rng.random_range(0..3)] } else { 1.0 });
        let data = LabelledCells::with_weights(&cells, &labels, weights.collect()).unwrap();
        let params = LogisticParams {
            l2: [1e-6, 1.0, 1e6][round % 3],
            balance: [Balance::None, Balance::Sqrt, Balance::Full][round / 3 % 3],
            ..LogisticParams::default()
        };
        let fit = params.check().unwrap().fit(&data, &genes(n_genes), 0, &Silent).unwrap();
        let objective = &fit.training.curves[0].values;
        assert!(objective.iter().all(|value| value.is_finite()), "{params:?}: {objective:?}");
        assert!(objective.last() <= objective.first(), "{params:?}: {objective:?}");
        assert_eq!(fit.training.converged, fit.warnings.is_empty());
        // The goal can lie below the rounding of `f32`; then a note says so. With next to no penalty it can lie far below.
        let nearly = fit.warnings.iter().all(|warning| warning.severity == Severity::Note);
        assert!(nearly || absurd || params.l2 < 1.0, "round {round} {params:?}: {}", fit.training.stopped);
        check_classifier(fit.model.as_ref(), &cells);
    }
}

/// Genes that no label listens to weigh nothing, whatever their spread; in model files of before spreads were kept,
/// weights count alone.
#[test]
fn the_weight_of_a_gene_is_what_it_moves() {
    // Gene 0 is a marker, gene 1 the same in all cells, gene 2 in no cell.
    let cells =
        Block::new(3, vec![0, 1, 3, 4, 6], vec![1, 0, 1, 1, 0, 1], vec![2.0, 3.0, 2.0, 2.0, 3.0, 2.0])
            .unwrap();
    let labels = Labels::from_names(&["a", "b", "a", "b"]);
    let model = fit(LogisticParams::default(), &cells, &labels).model;
    let weights = model.gene_weights().unwrap();
    let arrays = model.to_arrays();
    let (w, spread) = (arrays.f32("weights", &[3, 2]).unwrap(), arrays.f32("spread", &[3]).unwrap());
    assert_eq!(spread, [1.5, 0.0, 0.0]);
    assert!((weights[0] - 1.5 * f64::from((w[0] - w[1]).abs())).abs() < 1e-6, "{weights:?}");
    assert_eq!(weights[1..], [0.0, 0.0]);

    let without = NamedArrays::new(arrays.iter().filter(|array| array.name != "spread").cloned().collect());
    let old = LinearModel::from_arrays(
        "logistic",
        model.settings(),
        genes(3),
        model.labels().clone(),
        &without.unwrap(),
    )
    .unwrap();
    let expected = f64::from((w[0] - w[1]).abs());
    assert!((old.gene_weights().unwrap()[0] - expected).abs() < 1e-6);
    assert_eq!(probabilities(&fit(LogisticParams::default(), &cells, &labels), &cells), {
        let mut out = Scores::default();
        old.probabilities_into(&cells, &mut out).unwrap();
        out
    });
}

#[test]
fn cells_of_several_parts_that_lie_elsewhere_give_the_same_bytes_and_are_read_part_by_part() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let (cells, labels) = random_cells(&mut rng, 2 * PART_CELLS + 100, 12, 3);
    let elsewhere = Elsewhere::new(&cells);
    let trainer = LogisticParams { max_iterations: 20, ..LogisticParams::default() }.check().unwrap();
    assert!(trainer.can_stream());
    let here = fit(LogisticParams { max_iterations: 20, ..LogisticParams::default() }, &cells, &labels);
    let data = LabelledCells::of_store(&elsewhere, &labels).unwrap();
    let there = trainer.fit(&data, &genes(12), 0, &Silent).unwrap();
    assert_eq!(there.model.to_arrays(), here.model.to_arrays());
    assert_eq!(there.training, here.training);
    assert_eq!(elsewhere.most_at_once.load(Ordering::Relaxed), PART_CELLS);
    // Once for means and variances, and at least once for the start and for every step.
    let times = elsewhere.cells_read.load(Ordering::Relaxed) / cells.n_cells();
    assert!(times >= 2 + there.training.iterations, "{times}");
}
