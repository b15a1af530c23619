//! Which gene of a query is which gene of a model.

use serde::{Deserialize, Serialize};

use crate::gene::{ModelGene, QueryGene, Vocabulary};

/// Which gene of a query is which gene of a model: **by identity, never by position**.
///
/// The one way from a [`QueryGene`] to a [`ModelGene`]. Several query genes of one name lead to the same model
/// gene; aligning sums their counts.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneMap {
    to_model: Vec<Option<ModelGene>>, // one per query gene
    n_model_genes: usize,
    found: Vec<bool>, // one per model gene
}

/// How much of a model's genes a query has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coverage {
    /// Genes of the query.
    pub query_genes: usize,
    /// Genes of the model.
    pub model_genes: usize,
    /// Genes of the model that the query has.
    pub shared_genes: usize,
    /// Query columns that repeat a gene which an earlier column already named; their counts are summed.
    pub repeated_columns: usize,
    /// The first few genes of the model that the query lacks.
    pub examples_missing: Vec<String>,
}

impl Coverage {
    /// Share of the model's genes that the query has, in `[0, 1]`.
    pub fn share(&self) -> f64 {
        if self.model_genes == 0 { 0.0 } else { self.shared_genes as f64 / self.model_genes as f64 }
    }
}

impl GeneMap {
    /// Looks every query gene up in the model's vocabulary.
    pub fn by_identity<Name: AsRef<str>>(query: &[Name], model: &Vocabulary) -> Self {
        let mut found = vec![false; model.len()];
        let to_model: Vec<_> = query.iter().map(|name| model.find(name.as_ref())).collect();
        for gene in to_model.iter().flatten() {
            found[gene.0 as usize] = true;
        }
        Self { to_model, n_model_genes: model.len(), found }
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
    pub fn found(&self) -> &[bool] {
        &self.found
    }

    /// Whether query and model have the same genes in the same order, so that aligning changes nothing.
    pub fn is_identity(&self) -> bool {
        self.n_query_genes() == self.n_model_genes
            && self.to_model.iter().enumerate().all(|(i, gene)| *gene == Some(ModelGene(i as u32)))
    }

    /// Counts what is there and what is not. `model` must be the vocabulary the map was made with.
    pub fn coverage(&self, model: &Vocabulary) -> Coverage {
        const EXAMPLES: usize = 5;
        let shared_genes = self.found.iter().filter(|&&found| found).count();
        let examples_missing = model
            .names()
            .iter()
            .zip(&self.found)
            .filter(|(_, found)| !**found)
            .take(EXAMPLES)
            .map(|(name, _)| name.clone())
            .collect();
        Coverage {
            query_genes: self.n_query_genes(),
            model_genes: self.n_model_genes,
            shared_genes,
            repeated_columns: self.to_model.iter().flatten().count() - shared_genes,
            examples_missing,
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
        assert_eq!(coverage.examples_missing, ["B", "C"]);
        assert!((coverage.share() - 0.5).abs() < 1e-12);
        assert!(!map.is_identity());
        assert!(GeneMap::by_identity(model.names(), &model).is_identity());
    }
}
