//! Everything that is fitted is fitted inside the fold: a leak that is planted shows, and ours does not have it.

use ferrocyte_core::{Block, Labels, LogNorm, Scores, Silent, Vocabulary};
use ferrocyte_learn::LabelledCells;
use ferrocyte_learn::evaluate::{
    FoldData, FoldPrediction, Folds, by_group, cross_validate, leave_one_study_out, stratified, test_part,
};
use ferrocyte_learn::models::{
    Classifier, FitError, GeneChoice, LogisticParams, OnChosenGenes, Train, WeightedParams, on_genes_of,
    probabilities_of,
};

const N_CELLS: usize = 60;
const N_GENES: usize = 3000;

/// Noise, and labels that have nothing to do with it.
fn noise() -> (Block<LogNorm>, Labels, Vocabulary) {
    let mut state = 12_345_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f32 / (1_u64 << 31) as f32
    };
    let values: Vec<f32> = (0..N_CELLS * N_GENES).map(|_| 0.1 + 3.0 * random()).collect();
    let row_ptr = (0..=N_CELLS).map(|cell| cell * N_GENES).collect();
    let genes = (0..N_CELLS).flat_map(|_| 0..N_GENES as u32).collect();
    let names: Vec<String> = (0..N_GENES).map(|gene| format!("G{gene}")).collect();
    let labels: Vec<&str> = (0..N_CELLS).map(|_| if random() < 0.5 { "a" } else { "b" }).collect();
    (
        Block::new(N_GENES, row_ptr, genes, values).unwrap(),
        Labels::from_names(&labels),
        Vocabulary::of_distinct(names.iter().map(String::as_str)),
    )
}

fn trainers() -> Vec<(&'static str, Box<dyn Train>)> {
    vec![
        (
            "weighted, 20 markers",
            Box::new(
                WeightedParams { markers: 20, second_markers: 20, ..Default::default() }.check().unwrap(),
            ),
        ),
        (
            "logistic on its 20 best genes",
            Box::new(OnChosenGenes::new(
                GeneChoice::Top(20),
                Box::new(LogisticParams::default().check().unwrap()),
            )),
        ),
    ]
}

fn predict(data: &FoldData<'_>, trainer: &dyn Train, genes: &Vocabulary) -> Result<FoldPrediction, FitError> {
    let training = LabelledCells::of_store(data.training_cells, data.training_labels)?;
    let fit = trainer.fit(&training, genes, 0, &Silent)?;
    let probabilities = probabilities_of(fit.model.as_ref(), data.test_cells, genes)
        .expect("cells on the genes of the model");
    Ok(FoldPrediction { probabilities, converged: true, iterations: 0 })
}

/// Every way to divide the cells.
fn divisions(labels: &Labels) -> Vec<Folds> {
    let groups: Vec<String> = (0..N_CELLS).map(|cell| format!("donor {}", cell % 6)).collect();
    let groups = Labels::from_names(&groups);
    let tested: Vec<bool> = (0..N_CELLS).map(|cell| cell % 3 == 0).collect();
    vec![
        stratified(labels, 5, 1).unwrap(),
        by_group(&groups, 3).unwrap(),
        leave_one_study_out(&groups).unwrap(),
        test_part(&tested, None).unwrap(),
    ]
}

/// Of 60 fair coins 42 or more show one side once in a thousand times, of 20 coins 17 or more.
fn is_chance(accuracy: f64, n_tested: usize) -> bool {
    (accuracy - 0.5).abs() < if n_tested == N_CELLS { 0.2 } else { 0.36 }
}

#[test]
fn genes_that_are_chosen_with_the_test_cells_show_and_ours_are_not() {
    let (cells, labels, genes) = noise();
    for (name, trainer) in trainers() {
        // The leak: genes are chosen once, by all labels, and folds come afterwards.
        let all = LabelledCells::new(&cells, &labels).unwrap();
        let of_all: Box<dyn Classifier> = trainer.fit(&all, &genes, 0, &Silent).unwrap().model;
        let chosen = of_all.genes().clone();
        assert!(chosen.len() < N_GENES / 10, "{name} chooses genes");
        let leaky_cells = on_genes_of(of_all.as_ref(), &cells, &genes).into_owned();
        for folds in divisions(&labels) {
            let kind = folds.record().kind;
            let n_tested = folds.tested().len();
            let score = |cells: &Block<LogNorm>, genes: &Vocabulary| {
                let found = cross_validate(cells, &labels, &folds, &Silent, |data| {
                    predict(&data, trainer.as_ref(), genes)
                });
                found.unwrap().judgement.metrics.accuracy
            };
            let (honest, leaky) = (score(&cells, &genes), score(&leaky_cells, &chosen));
            assert!(
                leaky > 0.85,
                "{name}, {kind:?}: the planted leak gives {leaky}, so this test would miss one"
            );
            assert!(is_chance(honest, n_tested), "{name}, {kind:?}: {honest} on labels that are noise");
        }
    }
}

/// Knows every cell that it was shown by heart, and nothing else: a test cell among them gives it away.
fn by_heart(data: FoldData<'_>, shown: &Block<LogNorm>, labels: &Labels) -> FoldPrediction {
    let n_labels = data.training_labels.set().len();
    let mut probabilities = Scores::zeros(data.test_cells.n_cells(), n_labels);
    let test_cells = data.test_cells.in_memory().expect("those of a block are one");
    for (row, cell) in test_cells.cells().enumerate() {
        match shown.cells().position(|known| known.values == cell.values) {
            Some(known) => {
                let code = data.training_labels.set().code(labels.name(known));
                probabilities.row_mut(row)[code.unwrap_or_default()] = 1.0;
            }
            None => probabilities.row_mut(row)[row % n_labels] = 1.0, // a coin
        }
    }
    FoldPrediction { probabilities, converged: true, iterations: 0 }
}

#[test]
fn no_test_cell_is_ever_among_those_that_are_trained_on() {
    let (cells, labels, _) = noise();
    for folds in divisions(&labels) {
        let (kind, n_tested) = (folds.record().kind, folds.tested().len());
        let honest = cross_validate(&cells, &labels, &folds, &Silent, |data| {
            let training_cells = data.training_cells.in_memory().expect("those of a block are one");
            Ok::<_, FitError>(by_heart(data, training_cells, data.training_labels))
        });
        let accuracy = honest.unwrap().judgement.metrics.accuracy;
        assert!(is_chance(accuracy, n_tested), "{kind:?}: {accuracy}");
        // Shown all cells, as by a mistake, it knows them all: the check sees it.
        let leaky = cross_validate(&cells, &labels, &folds, &Silent, |data| {
            Ok::<_, FitError>(by_heart(data, &cells, &labels))
        });
        assert_eq!(leaky.unwrap().judgement.metrics.accuracy, 1.0, "{kind:?}");
    }
}
