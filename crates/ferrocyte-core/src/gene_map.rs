//! Which gene of a query is which gene of a model.

use serde::{Deserialize, Serialize};

use crate::gene::{ModelGene, QueryGene, Vocabulary};
use crate::gene_index::{MatchedBy, MatchedGenes};
use crate::gene_name::Species;

/// Which gene of a query is which gene of a model: **by identity, never by position**.
///
/// The one way from a [`QueryGene`] to a [`ModelGene`]. Several query genes that name one gene lead to the same model
/// gene; aligning sums their counts. [`GeneIndex::resolve`](crate::GeneIndex::resolve) makes one across namings.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneMap {
    to_model: Vec<Option<ModelGene>>, // one per query gene
    n_model_genes: usize,
    found: Vec<Option<MatchedBy>>, // one per model gene
    late: usize, // query genes whose gene of the model stands before that of an earlier one, or is the same
    species: (Option<Species>, Option<Species>),
    table_could_help: bool,
    repeat_of: Vec<Option<QueryGene>>, // one per query gene
}

/// How much of a model's genes a query has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coverage {
    /// Genes of the query.
    pub query_genes: usize,
    /// Genes of the model.
    pub model_genes: usize,
    /// Genes of the model that the query has.
    pub shared_genes: usize,
    /// What of the model's decisions rests on the shared genes, in `[0, 1]`; `None` where the kind of model does not
    /// say how much each gene weighs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_share: Option<f64>,
    /// Where the names of the query's genes were taken from: `index`, or the name of a column of var.
    #[serde(default)]
    pub names_from: String,
    /// By what the shared genes were found.
    #[serde(default)]
    pub matched: MatchedGenes,
    /// Query columns that name a gene which an earlier column already named; their counts are summed.
    pub repeated_columns: usize,
    /// The first few genes of the model that the query lacks.
    pub examples_missing: Vec<String>,
}

impl Coverage {
    /// Share of the model's genes that the query has, in `[0, 1]`.
    pub fn share(&self) -> f64 {
        if self.model_genes == 0 { 0.0 } else { self.shared_genes as f64 / self.model_genes as f64 }
    }

    /// What of the model's decisions rests on genes that the query has: the share of weight where it is known, of
    /// genes where it is not.
    pub fn decisive_share(&self) -> f64 {
        self.weight_share.unwrap_or_else(|| self.share())
    }
}

/// What a [`GeneMap`] is made of.
pub(crate) struct Matched {
    /// One per query gene.
    pub(crate) to_model: Vec<Option<(ModelGene, MatchedBy)>>,
    /// Number of genes of the model.
    pub(crate) n_model_genes: usize,
    /// Species of the query and of the model, where they are known.
    pub(crate) species: (Option<Species>, Option<Species>),
    /// Whether no table was there and one could find more.
    pub(crate) table_could_help: bool,
    /// The column of which each column is a repeat by its name.
    pub(crate) repeat_of: Vec<Option<QueryGene>>,
}

impl GeneMap {
    /// Looks every query gene up in the model's vocabulary by its name as it stands.
    pub fn by_identity<Name: AsRef<str>>(query: &[Name], model: &Vocabulary) -> Self {
        let by_name = |name: &Name| Some((model.find(name.as_ref())?, MatchedBy::Name));
        Self::new(Matched {
            to_model: query.iter().map(by_name).collect(),
            n_model_genes: model.len(),
            species: (None, None),
            table_could_help: false,
            repeat_of: vec![None; query.len()],
        })
    }

    pub(crate) fn new(matched: Matched) -> Self {
        let Matched { to_model, n_model_genes, species, table_could_help, repeat_of } = matched;
        let mut found = vec![None; n_model_genes];
        for &(gene, by) in to_model.iter().flatten() {
            found[gene.0 as usize] = Some(by);
        }
        let to_model: Vec<_> = to_model.into_iter().map(|matched| Some(matched?.0)).collect();
        let mut last = None;
        let mut late = 0;
        for &gene in to_model.iter().flatten() {
            late += usize::from(last >= Some(gene));
            last = last.max(Some(gene));
        }
        Self { to_model, n_model_genes, found, late, species, table_could_help, repeat_of }
    }

    /// The model's gene, where the model has it.
    ///
    /// # Panics
    /// When `gene` is not a gene of the query that this map was made for.
    pub fn model_gene(&self, gene: QueryGene) -> Option<ModelGene> {
        self.to_model[gene.0 as usize]
    }

    /// Number of genes of the query.
    pub fn n_query_genes(&self) -> usize {
        self.to_model.len()
    }

    /// Number of genes of the model.
    pub fn n_model_genes(&self) -> usize {
        self.n_model_genes
    }

    /// For each gene of the model, whether the query has it.
    pub fn found(&self) -> impl ExactSizeIterator<Item = bool> {
        self.found.iter().map(Option::is_some)
    }

    /// Number of genes of the model that the query has.
    pub fn n_found(&self) -> usize {
        self.found().filter(|&found| found).count()
    }

    /// What share of the weights of the model's genes is that of genes which the query has, in `[0, 1]`; 0 where no
    /// gene weighs anything.
    ///
    /// # Panics
    /// When there is not one weight for each gene of the model.
    pub fn share_of_weight(&self, weights: &[f64]) -> f64 {
        assert_eq!(weights.len(), self.n_model_genes, "one weight for each gene of the model");
        let all: f64 = weights.iter().sum();
        let of_found = weights.iter().zip(self.found()).filter(|(_, found)| *found).map(|(weight, _)| weight);
        // The sum of nothing is -0.0, which people would read.
        let found = of_found.fold(0.0, |sum, weight| sum + weight);
        if all > 0.0 { found / all } else { 0.0 }
    }

    /// Query columns that name a gene which an earlier column already named.
    pub fn n_repeated_columns(&self) -> usize {
        self.to_model.iter().flatten().count() - self.n_found()
    }

    /// Whether this map was made without a table of names, and one could find more.
    pub fn table_could_help(&self) -> bool {
        self.table_could_help
    }

    /// Species of the query and of the model, where both are known and they differ.
    pub fn other_species(&self) -> Option<(Species, Species)> {
        let (query, model) = self.species;
        query.zip(model).filter(|(query, model)| query != model)
    }

    /// The column of which this one is a repeat by its name (`GENE-1` beside `GENE`).
    pub(crate) fn repeat_of(&self, gene: QueryGene) -> Option<QueryGene> {
        self.repeat_of[gene.0 as usize]
    }

    /// Whether query and model have the same genes in the same order, so that aligning changes nothing.
    pub fn is_identity(&self) -> bool {
        // Each gene of the model once, in the order of the model, and nothing else.
        self.late == 0 && self.n_query_genes() == self.n_model_genes && self.n_found() == self.n_model_genes
    }

    /// Whether the query has the genes of the model in the model's order, but for a few: columns that repeat a gene, or genes
    /// that moved.
    pub(crate) fn is_nearly_ascending(&self) -> bool {
        /// Of so many genes one may be late: a cell then has hardly any that must be put between others.
        const FEW: usize = 50;
        self.late <= self.n_query_genes() / FEW
    }

    /// Counts what is there and what is not. `model` must be the vocabulary the map was made with.
    pub fn coverage(&self, model: &Vocabulary) -> Coverage {
        const EXAMPLES: usize = 5;
        let missing = model.names().iter().zip(self.found()).filter(|(_, found)| !found);
        let mut matched = MatchedGenes::default();
        for &by in self.found.iter().flatten() {
            *matched.of_mut(by) += 1;
        }
        Coverage {
            query_genes: self.n_query_genes(),
            model_genes: self.n_model_genes,
            shared_genes: self.n_found(),
            weight_share: None,
            names_from: String::new(),
            matched,
            repeated_columns: self.n_repeated_columns(),
            examples_missing: missing.take(EXAMPLES).map(|(name, _)| name.clone()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genes_are_matched_by_name_not_by_position() {
        let model = Vocabulary::new(["A", "B", "C", "D"].map(String::from).to_vec()).unwrap();
        let map = GeneMap::by_identity(&["D", "x", "A", "D"], &model);
        assert_eq!(map.model_gene(QueryGene(0)), Some(ModelGene(3)));
        assert_eq!(map.model_gene(QueryGene(1)), None);
        assert_eq!(map.model_gene(QueryGene(2)), Some(ModelGene(0)));
        let coverage = map.coverage(&model);
        assert_eq!((coverage.shared_genes, coverage.repeated_columns), (2, 1));
        assert_eq!(coverage.matched.by_name, 2);
        assert_eq!(coverage.examples_missing, ["B", "C"]);
        assert!((coverage.share() - 0.5).abs() < 1e-12);
        assert!(!map.is_identity());
        assert!(GeneMap::by_identity(model.names(), &model).is_identity());
    }

    #[test]
    fn few_genes_can_weigh_much_and_many_little() {
        let model = Vocabulary::new(["A", "B", "C"].map(String::from).to_vec()).unwrap();
        let map = GeneMap::by_identity(&["B"], &model);
        assert!((map.share_of_weight(&[1.0, 6.0, 1.0]) - 0.75).abs() < 1e-12);
        assert_eq!(map.share_of_weight(&[0.0; 3]), 0.0);
        let coverage = Coverage { weight_share: Some(0.75), ..map.coverage(&model) };
        assert_eq!((coverage.decisive_share(), map.coverage(&model).decisive_share()), (0.75, 1.0 / 3.0));
    }
}
