//! Which genes a model may use, chosen on its training cells: any kind of model can be trained on the genes chosen.

mod chosen_genes;
mod highly_variable;
mod top;

use std::fmt;
use std::str::FromStr;

use ferrocyte_core::{CellStore, Progress, Vocabulary};

use super::train::{Checkpoints, Fit, FitError, Train};
use crate::labelled_cells::LabelledCells;
use chosen_genes::ChosenGenes;
pub use highly_variable::{GeneDispersion, gene_dispersions};

/// Which genes a model may use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GeneChoice {
    /// All that a training cell has.
    #[default]
    All,
    /// So many that vary most for their mean.
    HighlyVariable(usize),
    /// For each label so many that move its score most.
    Top(usize),
}

impl GeneChoice {
    /// Columns of the chosen genes, increasing. Only the cells that are handed over are looked at.
    ///
    /// # Errors
    /// When cells that are not in memory cannot be read.
    pub fn choose(self, data: &LabelledCells<'_>) -> Result<Vec<u32>, FitError> {
        match self {
            Self::All => Ok((0..data.n_genes() as u32).collect()),
            Self::HighlyVariable(wanted) => highly_variable::choose(data, wanted),
            Self::Top(per_label) => top::choose(data, per_label),
        }
    }
}

/// As [`FromStr`] reads it.
impl fmt::Display for GeneChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::HighlyVariable(wanted) => write!(f, "hvg:{wanted}"),
            Self::Top(per_label) => write!(f, "top:{per_label}"),
        }
    }
}

impl FromStr for GeneChoice {
    type Err = GeneChoiceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || GeneChoiceError { found: text.to_owned() };
        let (rule, number) = match text.split_once(':') {
            None if text == "all" => return Ok(Self::All),
            None => return Err(error()),
            Some(parts) => parts,
        };
        let number = number.parse().ok().filter(|&number: &usize| number > 0).ok_or_else(error)?;
        match rule {
            "hvg" => Ok(Self::HighlyVariable(number)),
            "top" => Ok(Self::Top(number)),
            _ => Err(error()),
        }
    }
}

/// Words that choose no genes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `all`, `hvg:N` or `top:N`, N at least 1, found `{found}`")]
pub struct GeneChoiceError {
    /// The words.
    pub found: String,
}

/// Trains another kind of model on the genes that are chosen on its training cells, so that a choice is part of what is
/// fitted: in a fold, held-out cells have no say in it.
pub struct OnChosenGenes {
    choice: GeneChoice,
    of_kind: Box<dyn Train>,
}

impl OnChosenGenes {
    /// A trainer that chooses genes first.
    pub fn new(choice: GeneChoice, of_kind: Box<dyn Train>) -> Self {
        Self { choice, of_kind }
    }
}

impl Train for OnChosenGenes {
    fn kind(&self) -> &'static str {
        self.of_kind.kind()
    }

    fn settings(&self) -> serde_json::Value {
        self.of_kind.settings()
    }

    fn fit(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<Fit, FitError> {
        self.fit_with(data, genes, seed, progress, &mut super::train::NoCheckpoints)
    }

    fn can_stream(&self) -> bool {
        self.of_kind.can_stream()
    }

    fn can_resume(&self) -> bool {
        self.of_kind.can_resume()
    }

    fn fit_with(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        seed: u64,
        progress: &dyn Progress,
        checkpoints: &mut dyn Checkpoints,
    ) -> Result<Fit, FitError> {
        super::train::check_columns(data, genes)?;
        let columns = self.choice.choose(data)?;
        // Where all cells are read into memory anyway, only these genes of them need to be.
        let (block, store);
        let cells: &dyn CellStore = if data.cells().in_memory().is_some() || !self.can_stream() {
            block = data.cells().on_genes(&columns)?;
            &block
        } else {
            store = ChosenGenes::new(data.cells(), &columns);
            &store
        };
        let weights = (0..data.n_cells()).map(|cell| data.weight(cell)).collect();
        let chosen = LabelledCells::of_store_with_weights(cells, data.labels(), weights)?;
        let names = columns.iter().map(|&column| genes.names()[column as usize].as_str());
        self.of_kind.fit_with(&chosen, &Vocabulary::of_distinct(names), seed, progress, checkpoints)
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::{Block, Labels, LogNorm, Silent};

    use super::*;
    use crate::models::{ModelKind, on_genes_of};

    #[test]
    fn a_choice_is_written_as_it_is_read() {
        for text in ["all", "hvg:2000", "top:300"] {
            assert_eq!(text.parse::<GeneChoice>().unwrap().to_string(), text);
        }
        for text in ["", "hvg", "hvg:0", "hvg:-1", "best:3", "top:many", "all:3"] {
            let error = text.parse::<GeneChoice>().unwrap_err().to_string();
            assert!(error.contains(&format!("found `{text}`")), "{error}");
        }
    }

    /// Gene 0 marks `a`, gene 1 marks `b`, gene 2 is the same in all, gene 3 is nowhere.
    fn cells() -> (Block<LogNorm>, Labels, Vocabulary) {
        let (mut row_ptr, mut gene, mut value) = (vec![0], Vec::new(), Vec::new());
        let mut names = Vec::new();
        for cell in 0..40_u32 {
            gene.extend([cell % 2, 2]);
            value.extend([2.0 + (cell % 7) as f32 * 0.1, 1.0]);
            row_ptr.push(gene.len());
            names.push(["a", "b"][cell as usize % 2]);
        }
        let genes = Vocabulary::of_distinct(["G0", "G1", "G2", "G3"]);
        (Block::new(4, row_ptr, gene, value).unwrap(), Labels::from_names(&names), genes)
    }

    #[test]
    fn every_kind_is_trained_on_the_genes_chosen_alone() {
        let (cells, labels, genes) = cells();
        let data = LabelledCells::new(&cells, &labels).unwrap();
        for choice in [GeneChoice::Top(2), GeneChoice::HighlyVariable(2)] {
            assert_eq!(choice.choose(&data).unwrap(), [0, 1], "{choice}");
            for &kind in ModelKind::ALL {
                let trainer = OnChosenGenes::new(
                    choice,
                    kind.trainer(serde_json::json!({})).expect("defaults are fine"),
                );
                let fit = trainer.fit(&data, &genes, 0, &Silent).unwrap();
                assert_eq!(fit.model.genes().names(), ["G0", "G1"], "{kind}");
                assert_eq!(fit.model.kind(), kind.name());
                let mut scores = ferrocyte_core::Scores::default();
                let aligned = on_genes_of(fit.model.as_ref(), &cells, &genes);
                fit.model.probabilities_into(&aligned, &mut scores).unwrap();
                assert_eq!(scores.n_cells(), 40);
            }
        }
        assert_eq!(GeneChoice::All.choose(&data).unwrap(), [0, 1, 2, 3]);
        assert_eq!(
            GeneChoice::Top(1).choose(&data).unwrap(),
            [0],
            "of two labels one gene moves both as far"
        );
        assert_eq!(
            GeneChoice::Top(9).choose(&data).unwrap(),
            [0, 1],
            "a gene that moves nothing is not chosen"
        );
    }
}
