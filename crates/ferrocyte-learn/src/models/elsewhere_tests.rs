//! What every kind of model promises of cells that are not in memory.

use ferrocyte_core::{Block, Labels, LogNorm, Silent, Vocabulary};

use super::{
    Fit, FitError, GeneChoice, GeneMeans, GenebertParams, Mixing, MlpParams, ModelKind, OnChosenGenes, Train,
    probabilities_of,
};
use crate::cell_parts::tests::Elsewhere;
use crate::labelled_cells::LabelledCells;
use crate::nn::testing::Breaking;
use crate::sample::{Purpose, Seeded};

/// Cells of three labels, each with genes of its own that are on more often.
fn cells() -> (Block<LogNorm>, Labels, Vocabulary) {
    let mut random = Seeded::new(1, Purpose::Folds);
    let (mut row_ptr, mut gene, mut value, mut names) = (vec![0], vec![], vec![], vec![]);
    for cell in 0..300 {
        let label = (cell / 20) % 3;
        for which in 0..30 {
            if random.below(10) < if which % 3 == label { 7 } else { 2 } {
                gene.push(which as u32);
                value.push(0.5 + random.below(100) as f32 / 50.0);
            }
        }
        row_ptr.push(gene.len());
        names.push(["a", "b", "c"][label]);
    }
    let genes: Vec<String> = (0..30).map(|gene| format!("G{gene}")).collect();
    let genes = Vocabulary::of_distinct(genes.iter().map(String::as_str));
    (Block::new(30, row_ptr, gene, value).unwrap(), Labels::from_names(&names), genes)
}

fn trainer(kind: ModelKind) -> Box<dyn Train> {
    let settings = match kind.name() {
        "mlp" | "genebert" => serde_json::json!({ "epochs": 2 }),
        _ => serde_json::json!({}),
    };
    kind.trainer(settings).unwrap()
}

#[test]
fn every_kind_learns_the_same_from_cells_that_lie_elsewhere() {
    let (block, labels, genes) = cells();
    let elsewhere = Elsewhere::new(&block);
    let weights: Vec<f64> = (0..300).map(|cell| f64::from(cell % 4)).collect();
    let here = LabelledCells::with_weights(&block, &labels, weights.clone()).unwrap();
    let there = LabelledCells::of_store_with_weights(&elsewhere, &labels, weights).unwrap();
    for &kind in ModelKind::ALL {
        for choice in [GeneChoice::All, GeneChoice::HighlyVariable(20)] {
            let trainer = OnChosenGenes::new(choice, trainer(kind));
            let fit = |data: &LabelledCells<'_>| -> Fit { trainer.fit(data, &genes, 3, &Silent).unwrap() };
            let (expected, found) = (fit(&here), fit(&there));
            assert_eq!(found.model.to_arrays(), expected.model.to_arrays(), "{kind}, {choice}");
            assert_eq!(found.training, expected.training, "{kind}, {choice}");
            assert_eq!(
                probabilities_of(found.model.as_ref(), &elsewhere, &genes).unwrap(),
                probabilities_of(expected.model.as_ref(), &block, &genes).unwrap(),
                "{kind}, {choice}"
            );
        }
    }
    assert_eq!(GeneMeans::of(&there, &genes, &genes).unwrap(), GeneMeans::of(&here, &genes, &genes).unwrap());
}

#[test]
fn every_kind_says_what_could_not_be_read() {
    let (block, labels, genes) = cells();
    let mut elsewhere = Elsewhere::new(&block);
    elsewhere.damaged_from = 200;
    let there = LabelledCells::of_store(&elsewhere, &labels).unwrap();
    for &kind in ModelKind::ALL {
        let error = trainer(kind).fit(&there, &genes, 0, &Silent).err();
        assert_eq!(error, Some(FitError::Read { problem: "the disk is gone".into() }), "{kind}");
    }
}

#[test]
fn a_broken_training_on_more_cells_than_a_window_goes_on_to_the_same_bytes() {
    let (block, labels, genes) = cells();
    let elsewhere = Elsewhere::new(&block);
    let here = LabelledCells::new(&block, &labels).unwrap();
    let there = LabelledCells::of_store(&elsewhere, &labels).unwrap();
    let mixing = Mixing { run: 4, window: 64 };
    let mlp = MlpParams { epochs: 4, batch_size: 16, ..MlpParams::default() }.check().unwrap();
    let genebert = GenebertParams { epochs: 4, batch_size: 16, dim: 16, ..GenebertParams::default() };
    let genebert = genebert.check().unwrap();
    let trainers: [(Box<dyn Train>, Box<dyn Train>); 2] = [
        (Box::new(mlp), Box::new(mlp.mixed(mixing))),
        (Box::new(genebert), Box::new(genebert.mixed(mixing))),
    ];
    for (plain, mixed) in trainers {
        let whole = mixed.fit(&here, &genes, 0, &Silent).unwrap();
        let other = plain.fit(&here, &genes, 0, &Silent).unwrap();
        assert_ne!(whole.training, other.training, "{}: several windows are another order", mixed.kind());
        for break_after in 1..4 {
            let mut first = Breaking { resume: None, kept: None, epochs: 0, break_after };
            let error = mixed.fit_with(&there, &genes, 0, &Silent, &mut first).err();
            assert_eq!(error, Some(FitError::Save { epoch: break_after, problem: "pulled the plug".into() }));
            let mut second = Breaking { resume: first.kept, kept: None, epochs: 0, break_after: 99 };
            let resumed = mixed.fit_with(&there, &genes, 0, &Silent, &mut second).unwrap();
            assert_eq!(second.epochs, 4 - break_after, "what was done is not done again");
            assert_eq!(resumed.model.to_arrays(), whole.model.to_arrays(), "{}", mixed.kind());
            assert_eq!(resumed.training, whole.training, "{}", mixed.kind());
        }
    }
}
