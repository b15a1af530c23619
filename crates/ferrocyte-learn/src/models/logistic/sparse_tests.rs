//! What an elastic net promises: scikit-learn's lowest point, known to be near, and zeros that are zero.

use ferrocyte_core::{Block, Labels, LogNorm, Silent, Vocabulary};

use super::params::LogisticParams;
use crate::labelled_cells::LabelledCells;
use crate::models::{Balance, Fit, Train, check_classifier};

/// Strength, L1 share, lowest objective, weights other than zero; from scikit-learn 1.9.1's `saga` run to the end, by
/// `tests/golden/elastic_net.py`.
const SKLEARN: [(f64, f64, f64, usize); 4] = [
    (1.0, 1.0, 47.788_336_663_049_88, 33),
    (10.0, 1.0, 156.193_522_839_715, 14),
    (3.0, 0.5, 82.256_102_022_314_31, 59),
    (0.1, 0.9, 8.263_992_524_210_938, 45),
];

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

fn fit(params: LogisticParams, cells: &Block<LogNorm>, labels: &Labels) -> Fit {
    let data = LabelledCells::new(cells, labels).unwrap();
    let genes = Vocabulary::new((0..cells.n_genes()).map(|i| format!("gene{i}")).collect()).unwrap();
    params.check().unwrap().fit(&data, &genes, 0, &Silent).unwrap()
}

fn n_weights(fit: &Fit) -> usize {
    let shape = [fit.model.genes().len(), fit.model.labels().len()];
    fit.model.to_arrays().f32("weights", &shape).unwrap().iter().filter(|weight| **weight != 0.0).count()
}

#[test]
fn the_objective_is_that_of_scikit_learn_and_the_gap_says_how_near() {
    let (cells, labels) = cells();
    for (l2, l1, lowest, n_sklearn) in SKLEARN {
        let params = LogisticParams { l2, l1, gap: 1e-5, balance: Balance::None, ..Default::default() };
        let fit = fit(params, &cells, &labels);
        assert!(fit.training.converged && fit.warnings.is_empty(), "{l2} {l1}: {}", fit.training.stopped);
        let (objective, gap) = (&fit.training.curves[0].values, &fit.training.curves[1].values);
        for (round, (objective, gap)) in objective.iter().zip(gap).enumerate() {
            // The bound is a bound in every round: the lowest value is nowhere below it. Rounding is in `f32` scores.
            let bound = objective * (1.0 - gap);
            assert!(bound <= lowest * (1.0 + 1e-6), "{l2} {l1} round {round}: {bound} above {lowest}");
        }
        let last = objective.last().unwrap();
        // Up to the gap above, and below no more than `f32` scores round.
        assert!((-1e-6..1e-5).contains(&(last / lowest - 1.0)), "{l2} {l1}: {last} and {lowest}");
        // Weights that scikit-learn has next to zero may be zero here.
        assert!(n_weights(&fit).abs_diff(n_sklearn) <= 2, "{} and {n_sklearn}", n_weights(&fit));
        check_classifier(fit.model.as_ref(), &cells.select_cells(&[0, 1, 119]));
    }
}

#[test]
fn the_default_gap_is_kept_and_genes_without_a_weight_weigh_nothing() {
    let (cells, labels) = cells();
    for (l2, l1, lowest, _) in SKLEARN {
        let params = LogisticParams { l2, l1, balance: Balance::None, ..Default::default() };
        let fit = fit(params, &cells, &labels);
        let objective = fit.training.curves[0].values.last().unwrap();
        assert!(objective / lowest - 1.0 < 1e-4, "{objective} and {lowest}");
        let weights = fit.model.gene_weights().unwrap();
        let shape = [30, 4];
        let arrays = fit.model.to_arrays();
        let rows = arrays.f32("weights", &shape).unwrap().chunks(4);
        for (weight, row) in weights.iter().zip(rows) {
            assert_eq!(*weight == 0.0, row.iter().all(|weight| *weight == 0.0));
        }
    }
}

#[test]
fn a_penalty_that_holds_every_gene_leaves_how_common_labels_are() {
    let (cells, labels) = cells();
    let fit = fit(LogisticParams { l2: 1e6, l1: 1.0, ..Default::default() }, &cells, &labels);
    assert_eq!((n_weights(&fit), fit.training.iterations, fit.training.converged), (0, 0, true));
}

#[test]
fn threads_do_not_change_a_bit() {
    let (cells, labels) = cells();
    let mut many = cells.clone();
    (0..80).for_each(|_| many.append(&cells)); // more than one slab
    let labels = labels.select(&(0..many.n_cells()).map(|cell| cell % 120).collect::<Vec<_>>());
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let fit = fit(LogisticParams { l2: 100.0, l1: 0.8, ..Default::default() }, &many, &labels);
            (fit.model.to_arrays(), fit.training)
        })
    };
    let one = with(1);
    assert!(one.1.converged, "{}", one.1.stopped);
    assert_eq!(one, with(3));
}

#[test]
fn stopping_early_is_a_warning_with_a_hint() {
    let (cells, labels) = cells();
    let params = LogisticParams { l2: 0.1, l1: 1.0, max_iterations: 3, ..Default::default() };
    let fit = fit(params, &cells, &labels);
    assert_eq!((fit.training.converged, fit.training.iterations), (false, 3));
    assert_eq!(fit.warnings[0].code, "not-converged");
    assert!(fit.training.stopped.contains("duality gap is "), "{}", fit.training.stopped);
    check_classifier(fit.model.as_ref(), &cells.select_cells(&[0, 1]));
}

/// Values at both ends of what a logarithm of counts can be, a gene in no cell, an empty cell, a label with one cell.
#[test]
fn awkward_cells_are_learned_from_without_complaint() {
    let cells =
        Block::new(3, vec![0, 2, 4, 4, 5, 6], vec![0, 1, 0, 1, 0, 0], vec![2.0, 88.7, 2.0, 88.7, 2.0, 1e-45])
            .unwrap();
    let labels = Labels::from_names(&["a", "a", "b", "c", "b"]);
    for l2 in [1e-6, 1e-2, 1.0, 1e6] {
        for l1 in [1e-3, 0.5, 1.0] {
            let fit = fit(LogisticParams { l2, l1, ..Default::default() }, &cells, &labels);
            assert_eq!(fit.training.converged, fit.warnings.is_empty());
            assert!(
                fit.training.converged || l2 < 1.0,
                "{l2} {l1}: {} {:?}",
                fit.training.stopped,
                fit.training.curves[1].values
            );
            assert!(fit.training.curves.iter().all(|curve| curve.values.iter().all(|v| v.is_finite())));
            check_classifier(fit.model.as_ref(), &cells);
        }
    }
    let nothing = Block::new(0, vec![0; 6], vec![], vec![]).unwrap();
    assert!(
        fit(LogisticParams { l1: 1.0, ..Default::default() }, &nothing, &labels).training.converged,
        "without any gene"
    );
}
