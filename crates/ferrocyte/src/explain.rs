//! Which genes pushed the cells of a query to their labels.

use ferrocyte_core::{
    Block, Explanation, Explanations, GeneMap, GenePush, LabelCount, LabelSet, LogNorm, MarkerGene,
    ModelHeader, shown_name,
};
use ferrocyte_learn::decide::Decision;
use ferrocyte_learn::explain::{Explainer, GENES_PER_CELL, Pushes};
use ferrocyte_learn::models::{Classifier, GeneMeans, LabelWeights, Marker};

use crate::label_check::label_of;

/// Genes that are named for a label, and as many against it.
const GENES_PER_LABEL: usize = 10;
/// The strongest markers of a label, which its cells are expected to show.
const EXPECTED: usize = 20;
/// A gene that fewer of the cells show is absent.
const DETECTED: f64 = 0.01;
/// Runners-up that are named.
const RUNNERS_UP: usize = 3;
/// More groups than this are not clusters or donors, and what is held of each would add up.
const MOST_GROUPS: usize = 300;

/// What is explained beside labels and cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExplainOptions {
    /// Column of the query that says which cells belong together: cluster, donor.
    pub by: Option<String>,
}

/// Why labels cannot be explained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// The model is of a kind without a weight for each gene.
    #[error(
        "a model of kind `{found}` cannot say which genes speak for a label: its scores are not sums over genes; \
         `weighted`, `logistic` and `svm` can, and an `ensemble` with one of them"
    )]
    Kind {
        /// The kind.
        found: String,
    },
    /// A column with more entries than clusters or donors have.
    #[error(
        "column `{column}` has {found} different entries: at most {MOST_GROUPS} groups can be explained; name a column of clusters or donors"
    )]
    TooManyGroups {
        /// The column.
        column: String,
        /// Number of different entries.
        found: usize,
    },
}

/// The weights of a model whose scores are sums over genes.
pub(crate) fn weights_of(model: &dyn Classifier) -> Result<LabelWeights, ExplainError> {
    model.label_weights().ok_or_else(|| ExplainError::Kind { found: model.kind().to_owned() })
}

/// What is gathered, cell by cell, to explain labels.
pub(crate) struct Explaining {
    explainer: Explainer,
    names: GeneNamesShown,
    labels: LabelSet,
    knows_typical: bool,
    groups: Option<Groups>,
    /// Of each cell, the genes that pushed it most; padded.
    of_cells: Vec<[u32; GENES_PER_CELL]>,
}

/// Groups of the query's cells.
pub(crate) struct Groups {
    column: String,
    names: LabelSet,
    /// One for each cell: 0 where it has no entry, else the position among the names and one.
    of_cell: Vec<u32>,
}

/// What stands for no gene.
const NO_GENE: u32 = u32::MAX;

impl Explaining {
    /// `typical` has what each gene shows in a typical cell, where that is known; `maps` says for each file where the
    /// model's genes are.
    pub(crate) fn new(
        model: &dyn Classifier,
        header: &ModelHeader,
        typical: Option<&GeneMeans>,
        maps: &[GeneMap],
        groups: Option<Groups>,
    ) -> Result<Self, ExplainError> {
        let weights = weights_of(model)?;
        let found = maps.iter().map(|map| map.found().collect()).collect();
        Ok(Self {
            explainer: Explainer::new(weights, typical.map(GeneMeans::as_slice), found),
            names: GeneNamesShown::of(model, header),
            labels: model.labels().clone(),
            knows_typical: typical.is_some(),
            groups,
            of_cells: Vec::new(),
        })
    }

    /// Adds the next cells, which are of one file.
    pub(crate) fn add(&mut self, cells: &Block<LogNorm>, file: usize, decisions: &[Decision]) {
        for (cell, decision) in cells.cells().zip(decisions) {
            let group = self.groups.as_ref().and_then(|groups| groups.of_cell.get(self.of_cells.len()));
            let mut kept = [NO_GENE; GENES_PER_CELL];
            if let (Ok(label), Some(runner_up)) = (decision.label, decision.runner_up) {
                let group = group.map_or(0, |group| *group as usize);
                let strongest = self.explainer.add(cell, file, group, label, runner_up);
                for (kept, gene) in kept.iter_mut().zip(strongest) {
                    *kept = gene;
                }
            }
            self.of_cells.push(kept);
        }
    }

    /// Forgets all cells: they come again.
    pub(crate) fn clear(&mut self) {
        self.explainer.clear();
        self.of_cells.clear();
    }

    /// For each cell the genes that it shows and that pushed it most, the strongest first, parted by `;`.
    pub(crate) fn column(&self) -> Vec<String> {
        let name = |&gene: &u32| self.names.shown(gene as usize);
        let text = |genes: &[u32; GENES_PER_CELL]| {
            genes.iter().take_while(|gene| **gene != NO_GENE).map(name).collect::<Vec<_>>().join(";")
        };
        self.of_cells.iter().map(text).collect()
    }

    /// What the record says.
    pub(crate) fn record(&self) -> Explanations {
        let weights = self.explainer.weights();
        let expected: Vec<Vec<Marker>> =
            (0..self.labels.len()).map(|label| weights.markers(label, EXPECTED)).collect();
        let explained = |pushes: &Pushes, group: Option<&str>| self.explanation(pushes, group, &expected);
        let group_of = |pushes: Pushes| {
            let name = self.groups.as_ref()?.names.names().get(pushes.group.checked_sub(1)?)?;
            Some(explained(&pushes, Some(name)))
        };
        Explanations {
            by: weights.parts().join(", "),
            beside: if self.knows_typical {
                "a typical cell of the reference"
            } else {
                "a cell without counts"
            }
            .to_owned(),
            labels: self.explainer.by_label().iter().map(|pushes| explained(pushes, None)).collect(),
            column: self.groups.as_ref().map(|groups| groups.column.clone()),
            groups: match &self.groups {
                Some(_) => self.explainer.by_group().into_iter().filter_map(group_of).collect(),
                None => Vec::new(),
            },
        }
    }

    fn explanation(&self, pushes: &Pushes, group: Option<&str>, expected: &[Vec<Marker>]) -> Explanation {
        let mut order: Vec<usize> =
            (0..pushes.genes.len()).filter(|&gene| pushes.genes[gene].push != 0.0).collect();
        order.sort_by(|&one, &other| pushes.genes[other].push.total_cmp(&pushes.genes[one].push)); // stable
        let n_for =
            order.iter().take(GENES_PER_LABEL).take_while(|&&gene| pushes.genes[gene].push > 0.0).count();
        let against = order[n_for..].iter().rev().take(GENES_PER_LABEL);
        let against = against.take_while(|&&gene| pushes.genes[gene].push < 0.0);
        let for_label: Vec<GenePush> = order[..n_for].iter().map(|&gene| self.gene(gene, pushes)).collect();
        let against_label: Vec<GenePush> = against.map(|&gene| self.gene(gene, pushes)).collect();
        let total = pushes.total();
        let named: f64 = for_label.iter().chain(&against_label).map(|gene| gene.push).sum();
        let expected = || expected[pushes.label].iter().map(|marker| marker.gene);
        let shown = |gene: usize| self.names.shown(gene).to_owned();
        let absent = |gene: &usize| self.explainer.is_found(*gene) && pushes.genes[*gene].detected < DETECTED;
        Explanation {
            group: group.map(str::to_owned),
            label: self.labels.name(pushes.label).to_owned(),
            cells: pushes.cells,
            runners_up: (pushes.runners_up.iter().take(RUNNERS_UP))
                .map(|&(label, cells)| LabelCount { label: self.labels.name(label).to_owned(), cells })
                .collect(),
            score_difference: pushes.typical_difference + total,
            typical_difference: pushes.typical_difference,
            for_label,
            against_label,
            other_genes: total - named,
            expected_not_in_query: expected()
                .filter(|gene| !self.explainer.is_found(*gene))
                .map(shown)
                .collect(),
            expected_not_detected: expected().filter(absent).map(shown).collect(),
        }
    }

    fn gene(&self, gene: usize, pushes: &Pushes) -> GenePush {
        let push = pushes.genes[gene];
        GenePush {
            gene: self.names.name(gene).to_owned(),
            other_name: self.names.other(gene).map(str::to_owned),
            push: push.push,
            mean: push.mean,
            typical: self.explainer.typical(gene),
            detected: push.detected,
        }
    }
}

impl Groups {
    /// By the entries of a column, one for each cell.
    pub(crate) fn of(column: &str, entries: &[Option<String>]) -> Result<Self, ExplainError> {
        let entry = |entry: &Option<String>| label_of(entry.as_deref()).map(str::to_owned);
        let names = LabelSet::new(entries.iter().filter_map(entry));
        if names.len() > MOST_GROUPS {
            let column = column.to_owned();
            return Err(ExplainError::TooManyGroups { column, found: names.len() });
        }
        let code = |name: String| names.code(&name).map_or(0, |code| code as u32 + 1);
        let of_cell = entries.iter().map(|of_cell| entry(of_cell).map_or(0, code)).collect();
        Ok(Self { column: column.to_owned(), names, of_cell })
    }
}

/// What a model's genes are called, for people.
pub(crate) struct GeneNamesShown {
    names: Vec<String>,
    others: Vec<String>, // empty where there is none
}

impl GeneNamesShown {
    /// The genes of a model, which are among those of the header.
    pub(crate) fn of(model: &dyn Classifier, header: &ModelHeader) -> Self {
        let names = model.genes().names().to_vec();
        if header.other_gene_names.is_empty() {
            return Self { others: vec![String::new(); names.len()], names };
        }
        let known: std::collections::BTreeMap<&str, &str> = (header.genes.iter().map(String::as_str))
            .zip(header.other_gene_names.iter().map(String::as_str))
            .collect();
        let other = |name: &String| known.get(name.as_str()).map_or_else(String::new, ToString::to_string);
        Self { others: names.iter().map(other).collect(), names }
    }

    /// The name in the model.
    pub(crate) fn name(&self, gene: usize) -> &str {
        &self.names[gene]
    }

    /// The other name, where there is one.
    pub(crate) fn other(&self, gene: usize) -> Option<&str> {
        Some(self.others[gene].as_str()).filter(|other| !other.is_empty() && *other != self.names[gene])
    }

    /// The name that says most to people: the symbol of an Ensembl identifier, where the model knows it.
    pub(crate) fn shown(&self, gene: usize) -> &str {
        shown_name(&self.names[gene], self.other(gene))
    }

    /// A marker as a record has it.
    pub(crate) fn marker(&self, marker: Marker) -> MarkerGene {
        MarkerGene {
            gene: self.name(marker.gene).to_owned(),
            other_name: self.other(marker.gene).map(str::to_owned),
            weight: marker.weight,
            spread: marker.spread,
            effect: marker.effect(),
        }
    }
}
