//! What a fit promises, on cells small enough to reason about.

use ferrocyte_core::{Block, Labels, LogNorm, Scores, Silent, Vocabulary};

use super::params::SvmParams;
use crate::labelled_cells::LabelledCells;
use crate::models::{Balance, Fit, Train, check_classifier};

/// `c` and the objectives of four labels added up, from scikit-learn 1.9.1's `LinearSVC` run to the end, by
/// `tests/golden/linear_svc.py`.
const SKLEARN: [(f64, f64); 3] =
    [(0.01, 3.803_226_168_484_144_4), (1.0, 177.770_099_740_381_4), (100.0, 812.551_850_256_491)];

/// The cells of `tests/golden/elastic_net.py`.
fn cells() -> (Block<LogNorm>, Labels) {
    let (mut row_ptr, mut genes, mut values, mut names) = (vec![0], vec![], vec![], vec![]);
    for cell in 0..120_u32 {
        let label = cell % 4;
        for gene in 0..30_u32 {
            let mut noise = (cell * cell * 7 + gene * gene * 5 + cell * gene * 3) % 11;
            if gene % 4 == label && gene < 12 {
                noise += 3;
            }
            if noise >= 5 {
                genes.push(gene);
                values.push(noise as f32 / 4.0);
            }
        }
        row_ptr.push(genes.len());
        names.push(label.to_string());
    }
    (Block::new(30, row_ptr, genes, values).unwrap(), Labels::from_names(&names))
}

fn fit_seeded(params: SvmParams, cells: &Block<LogNorm>, labels: &Labels, seed: u64) -> Fit {
    let data = LabelledCells::new(cells, labels).unwrap();
    let genes = Vocabulary::new((0..cells.n_genes()).map(|i| format!("gene{i}")).collect()).unwrap();
    params.check().unwrap().fit(&data, &genes, seed, &Silent).unwrap()
}

fn fit(params: SvmParams, cells: &Block<LogNorm>, labels: &Labels) -> Fit {
    fit_seeded(params, cells, labels, 0)
}

fn probabilities(fit: &Fit, cells: &Block<LogNorm>) -> Scores {
    let mut out = Scores::default();
    fit.model.probabilities_into(cells, &mut out).unwrap();
    out
}

#[test]
fn the_objective_is_that_of_scikit_learn_and_the_gap_says_how_near() {
    let (cells, labels) = cells();
    for (c, lowest) in SKLEARN {
        for seed in [0, 1] {
            let params = SvmParams { c, balance: Balance::None, ..SvmParams::default() };
            let fit = fit_seeded(params, &cells, &labels, seed);
            assert!(fit.training.converged && fit.warnings.is_empty(), "{c}: {}", fit.training.stopped);
            let objective = *fit.training.curves[0].values.last().unwrap();
            assert!((-1e-8..1e-4).contains(&(objective / lowest - 1.0)), "{c}: {objective} and {lowest}");
            assert!(fit.training.curves[1].values.last().is_some_and(|gap| *gap <= params.gap));
            check_classifier(fit.model.as_ref(), &cells.select_cells(&[0, 1, 119]));
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let (cells, labels) = cells();
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let fit = fit(SvmParams::default(), &cells, &labels);
            (fit.model.to_arrays(), fit.training)
        })
    };
    assert_eq!(with(1), with(3));
}

/// Cells x = 0 and x = 1 of two labels, in units of their root mean square length.
#[test]
fn one_gene_and_two_cells_have_the_answer_of_the_textbook() {
    let cells = Block::new(1, vec![0, 0, 1], vec![0], vec![1.0]).unwrap();
    let labels = Labels::from_names(&["a", "b"]);
    let params = SvmParams { gap: 1e-9, balance: Balance::None, ..SvmParams::default() };
    let fit = fit(params, &cells, &labels);
    // With c = 1 and x = √2, cell a lacks u = 1 + b and cell b lacks v = 1 − b − √2 w of a margin of 1. At the lowest
    // point w = 2 √2 v and b = 2 v − 2 u, so
    // 3 u − 2 v = 1, 7 v − 2 u = 1: u = 9/17, v = 5/17.
    let (b, w) = (2.0 * (5.0 - 9.0) / 17.0, 2.0 * 2.0_f64.sqrt() * 5.0 / 17.0);
    let arrays = fit.model.to_arrays();
    let (weights, intercept) =
        (arrays.f32("weights", &[1, 2]).unwrap(), arrays.f64("intercept", &[2]).unwrap());
    // No cell can be set aside, so the temperature is 1. Columns are labels a and b.
    assert!((intercept[1] - b).abs() < 1e-4 && (intercept[0] + b).abs() < 1e-4, "{intercept:?} and {b}");
    assert!((f64::from(weights[1]) - 2.0_f64.sqrt() * w).abs() < 1e-4, "{weights:?} and {w}");
    assert_eq!(weights[0], -weights[1]);
    let shares = probabilities(&fit, &cells);
    assert_eq!([shares.best(0), shares.best(1)], [0, 1]);
}

#[test]
fn probabilities_are_not_surer_than_the_cells_that_were_set_aside() {
    let (cells, _) = cells();
    // Labels that have nothing to do with the genes: nothing can be known, and every cell is learnt by heart.
    let names: Vec<String> = (0..120_u32).map(|cell| (cell * cell * 31 / 7 % 3).to_string()).collect();
    let labels = Labels::from_names(&names);
    let fit = fit(SvmParams { c: 100.0, ..SvmParams::default() }, &cells, &labels);
    let shares = probabilities(&fit, &cells);
    let sure = shares.rows().map(|row| row.iter().copied().fold(0.0, f64::max)).sum::<f64>() / 120.0;
    assert!(sure < 0.6, "{sure}");
}

#[test]
fn stopping_early_is_a_warning_with_a_hint() {
    let (cells, labels) = cells();
    let params = SvmParams { c: 100.0, max_iterations: 2, ..SvmParams::default() };
    let fit = fit(params, &cells, &labels);
    assert_eq!((fit.training.converged, fit.training.iterations), (false, 2));
    assert_eq!(fit.warnings[0].code, "not-converged");
    check_classifier(fit.model.as_ref(), &cells.select_cells(&[0, 1]));
}

#[test]
fn awkward_cells_are_learned_from_without_complaint() {
    let cells =
        Block::new(3, vec![0, 2, 4, 4, 5, 6], vec![0, 1, 0, 1, 0, 0], vec![2.0, 88.7, 2.0, 88.7, 2.0, 1e-45])
            .unwrap();
    let labels = Labels::from_names(&["a", "a", "b", "c", "b"]);
    for c in [1e-6, 1.0, 1e6] {
        let fit = fit(SvmParams { c, balance: Balance::Full, ..SvmParams::default() }, &cells, &labels);
        assert!(fit.training.converged || c > 1.0, "{c}: {}", fit.training.stopped);
        assert!(fit.training.curves.iter().all(|curve| curve.values.iter().all(|v| v.is_finite())));
        check_classifier(fit.model.as_ref(), &cells);
    }
    let absurd = [1e-12, 1.0, 1e12, 0.0, 1.0];
    let data = LabelledCells::with_weights(&cells, &labels, absurd.to_vec()).unwrap();
    let genes = Vocabulary::new(["a", "b", "c"].map(String::from).to_vec()).unwrap();
    let fit = SvmParams::default().check().unwrap().fit(&data, &genes, 0, &Silent).unwrap();
    assert_eq!(fit.model.labels().names(), ["a", "b"]);
    check_classifier(fit.model.as_ref(), &cells);

    let nothing = Block::new(0, vec![0; 6], vec![], vec![]).unwrap();
    let fit = super::tests::fit(SvmParams::default(), &nothing, &labels);
    assert!(fit.training.converged, "without any gene");
    check_classifier(fit.model.as_ref(), &nothing);
}
