//! The genes of a model by all their names.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::gene::{ModelGene, QueryGene, Vocabulary};
use crate::gene_map::{GeneMap, Matched};
use crate::gene_name::{GeneName, Species, repeated_name};
use crate::gene_table::{GeneTable, NameKind, TableGene};

/// By what a gene of a query was found to be a gene of a model, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchedBy {
    /// The name as it stands.
    Name,
    /// The other name that the model's reference had for the gene.
    OtherName,
    /// The name without the version of an Ensembl identifier, or the genome before it.
    BareName,
    /// Ensembl identifier and approved symbol, by the table of gene names.
    Symbol,
    /// The approved symbol but for upper and lower case, within one species.
    Case,
    /// A previous symbol or alias of this gene and no other.
    PreviousSymbol,
}

impl MatchedBy {
    /// Whether a second column that leads to the gene in this way makes both doubtful, since one list of genes has a
    /// name for each.
    fn must_be_alone(self) -> bool {
        matches!(self, Self::Case | Self::PreviousSymbol)
    }
}

impl From<NameKind> for MatchedBy {
    fn from(kind: NameKind) -> Self {
        match kind {
            NameKind::Identifier | NameKind::Symbol => Self::Symbol,
            NameKind::SymbolInOtherCase => Self::Case,
            NameKind::OtherName => Self::PreviousSymbol,
        }
    }
}

/// How many genes of a model were found by what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MatchedGenes {
    /// The name as it stands.
    pub by_name: usize,
    /// The other name that the model's reference had for the gene.
    pub by_other_name: usize,
    /// The name without version or genome.
    pub by_bare_name: usize,
    /// Ensembl identifier and approved symbol.
    pub by_symbol: usize,
    /// The approved symbol but for upper and lower case.
    pub by_case: usize,
    /// A previous symbol or alias.
    pub by_previous_symbol: usize,
}

impl MatchedGenes {
    pub(crate) fn of_mut(&mut self, by: MatchedBy) -> &mut usize {
        match by {
            MatchedBy::Name => &mut self.by_name,
            MatchedBy::OtherName => &mut self.by_other_name,
            MatchedBy::BareName => &mut self.by_bare_name,
            MatchedBy::Symbol => &mut self.by_symbol,
            MatchedBy::Case => &mut self.by_case,
            MatchedBy::PreviousSymbol => &mut self.by_previous_symbol,
        }
    }

    /// Numbers above zero with their words, the surest first.
    pub fn in_words(&self) -> Vec<(&'static str, usize)> {
        let Self { by_name, by_other_name, by_bare_name, by_symbol, by_case, by_previous_symbol } = *self;
        [
            ("by the name as it stands", by_name),
            ("by the other name in the model's reference", by_other_name),
            ("by the name without version or genome", by_bare_name),
            ("by Ensembl identifier and approved symbol", by_symbol),
            ("by the symbol in another case", by_case),
            ("by a previous symbol or alias", by_previous_symbol),
        ]
        .into_iter()
        .filter(|(_, genes)| *genes > 0)
        .collect()
    }
}

/// The genes of a model by all their names: as they stand, the other names that its reference had, without versions
/// and genomes, and, with a [`GeneTable`], by what the names mean.
#[derive(Debug)]
pub struct GeneIndex<'a> {
    genes: &'a Vocabulary,
    other_names: HashMap<&'a str, Option<ModelGene>>,
    bare_names: HashMap<&'a str, Option<ModelGene>>,
    table: Option<Tabled<'a>>,
}

/// What a table knows of the genes of a model. The maps are looked up, never iterated.
#[derive(Debug)]
struct Tabled<'a> {
    table: &'a GeneTable,
    species: Option<Species>,
    genes: HashMap<TableGene, (Option<ModelGene>, NameKind)>,
}

impl<'a> GeneIndex<'a> {
    /// By the names as they stand, and the other name of each gene, where there is one: as many as genes, or none.
    pub fn new(genes: &'a Vocabulary, other_names: &'a [String]) -> Self {
        let mut index = Self { genes, other_names: HashMap::new(), bare_names: HashMap::new(), table: None };
        for (gene, name) in named(genes, other_names) {
            if genes.find(name).is_none() {
                add(&mut index.other_names, name, gene);
            }
            add(&mut index.bare_names, GeneName::parse(name).core, gene);
        }
        index
    }

    /// With a table or without.
    pub fn with_table_if_any(
        genes: &'a Vocabulary,
        other_names: &'a [String],
        table: Option<&'a GeneTable>,
    ) -> Self {
        let index = Self::new(genes, other_names);
        match table {
            Some(table) => index.with_table(table, other_names),
            None => index,
        }
    }

    /// Also by what names mean. `other_names` are those that the index was made with.
    pub fn with_table(mut self, table: &'a GeneTable, other_names: &'a [String]) -> Self {
        let names = || named(self.genes, other_names).map(|(_, name)| name);
        let species = table.species_of(names());
        let mut genes = HashMap::new();
        for (gene, name) in named(self.genes, other_names) {
            let Some((known, kind)) = table.find(name, species) else { continue };
            let entry = genes.entry(known).or_insert((Some(gene), kind));
            if kind < entry.1 {
                *entry = (Some(gene), kind);
            } else if kind == entry.1 && entry.0 != Some(gene) && MatchedBy::from(kind).must_be_alone() {
                entry.0 = None;
            }
        }
        self.table = Some(Tabled { table, species, genes });
        self
    }

    /// Finds the genes of a query, each by the surest way there is:
    ///
    /// 1. the name as it stands;
    /// 2. the other name that the model's reference had for the gene;
    /// 3. the name without the version of an Ensembl identifier, or the genome before it;
    /// 4. Ensembl identifier and approved symbol;
    /// 5. the approved symbol in another case, within one species;
    /// 6. a previous symbol or alias of one gene only.
    ///
    /// A column that leads to a gene in a less sure way than another column does is not that gene: the list has a
    /// name for each. Columns that lead to a gene in the same way are summed; in the ways 5 and 6, none of them is
    /// used. `GENE-1` (scanpy) and `GENE.1` (R) repeat `GENE` where `GENE` is a column too and no gene has the longer
    /// name. 4 to 6, and what has the longer name, need a table.
    pub fn resolve<Name: AsRef<str>>(&self, query: &[Name]) -> GeneMap {
        let names: Vec<&str> = query.iter().map(AsRef::as_ref).collect();
        let species = self.table.as_ref().and_then(|known| known.table.species_of(names.iter().copied()));
        let mut to_model: Vec<_> = names.iter().map(|name| self.find(name, species)).collect();
        let (repeat_of, unclear) = self.repeats(&names, &to_model);
        for (column, base) in repeat_of.iter().enumerate() {
            if let Some(base) = base {
                to_model[column] = to_model[base.0 as usize];
            }
        }
        self.keep_the_surest(&mut to_model, &repeat_of);
        let all_found = {
            let mut found = vec![false; self.genes.len()];
            for (gene, _) in to_model.iter().flatten() {
                found[gene.0 as usize] = true;
            }
            !found.contains(&false)
        };
        let all_matched = to_model.iter().all(Option::is_some);
        GeneMap::new(Matched {
            to_model,
            n_model_genes: self.genes.len(),
            species: (species, self.table.as_ref().and_then(|known| known.species)),
            table_could_help: self.table.is_none() && (unclear || !(all_found || all_matched)),
            repeat_of,
        })
    }

    fn find(&self, name: &str, species: Option<Species>) -> Option<(ModelGene, MatchedBy)> {
        if let Some(gene) = self.genes.find(name) {
            return Some((gene, MatchedBy::Name));
        }
        let only = |names: &HashMap<&str, Option<ModelGene>>, name: &str| names.get(name).copied().flatten();
        if let Some(gene) = only(&self.other_names, name) {
            return Some((gene, MatchedBy::OtherName));
        }
        let parsed = GeneName::parse(name);
        let known = self.table.as_ref();
        let model_species = known.and_then(|known| known.species);
        if parsed.species.zip(model_species).is_some_and(|(query, model)| query != model) {
            return None;
        }
        if let Some(gene) = only(&self.bare_names, parsed.core) {
            return Some((gene, MatchedBy::BareName));
        }
        let Tabled { table, genes, .. } = known?;
        let (gene, kind) = table.find(name, species.or(model_species))?;
        let (gene, model_kind) = genes.get(&gene)?;
        Some(((*gene)?, kind.max(*model_kind).into()))
    }

    /// The column that each column repeats by its name, and whether a table is needed to be sure of it.
    fn repeats(
        &self,
        names: &[&str],
        to_model: &[Option<(ModelGene, MatchedBy)>],
    ) -> (Vec<Option<QueryGene>>, bool) {
        let mut column: HashMap<&str, usize> = HashMap::with_capacity(names.len());
        for (position, name) in names.iter().enumerate() {
            column.entry(name).or_insert(position);
        }
        let mut unclear = false;
        let repeats = names.iter().zip(to_model).map(|(name, matched)| {
            if matched.is_some() {
                return None;
            }
            let base = *column.get(repeated_name(name)?)?;
            match &self.table {
                Some(known) if known.table.knows(name) => None,
                Some(_) => Some(QueryGene(base as u32)),
                None => {
                    unclear = true;
                    None
                }
            }
        });
        (repeats.collect(), unclear)
    }

    /// Of the columns that lead to one gene, keeps those that do so in the surest way.
    fn keep_the_surest(
        &self,
        to_model: &mut [Option<(ModelGene, MatchedBy)>],
        repeat_of: &[Option<QueryGene>],
    ) {
        let mut surest: Vec<Option<(MatchedBy, usize)>> = vec![None; self.genes.len()];
        for (&(gene, by), repeat) in
            to_model.iter().zip(repeat_of).filter_map(|(m, r)| Some((m.as_ref()?, r)))
        {
            let columns = usize::from(repeat.is_none());
            let best = &mut surest[gene.0 as usize];
            *best = match *best {
                Some((known, n)) if known == by => Some((by, n + columns)),
                Some((known, n)) if known < by => Some((known, n)),
                _ => Some((by, columns)),
            };
        }
        for matched in to_model {
            let Some((gene, by)) = *matched else { continue };
            let Some((best, columns)) = surest[gene.0 as usize] else { continue };
            if by > best || (by.must_be_alone() && columns > 1) {
                *matched = None;
            }
        }
    }
}

/// Every name of every gene of a model, both as they stand.
fn named<'a>(genes: &'a Vocabulary, other_names: &'a [String]) -> impl Iterator<Item = (ModelGene, &'a str)> {
    let with_gene = |(position, name): (usize, &'a String)| (ModelGene(position as u32), name.as_str());
    let others = other_names.iter().enumerate().take(genes.len()).map(with_gene);
    genes.names().iter().enumerate().map(with_gene).chain(others.filter(|(_, name)| !name.is_empty()))
}

/// Adds a name, which is no one's when two genes have it.
fn add<'a>(names: &mut HashMap<&'a str, Option<ModelGene>>, name: &'a str, gene: ModelGene) {
    names
        .entry(name)
        .and_modify(|known| {
            if *known != Some(gene) {
                *known = None;
            }
        })
        .or_insert(Some(gene));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gene_table::tests::table;

    fn vocabulary(names: &[&str]) -> Vocabulary {
        Vocabulary::of_distinct(names.iter().copied())
    }

    fn resolve(model: &[&str], query: &[&str]) -> Vec<Option<u32>> {
        let (genes, table) = (vocabulary(model), table());
        let map = GeneIndex::new(&genes, &[]).with_table(&table, &[]).resolve(query);
        (0..query.len()).map(|column| map.model_gene(QueryGene(column as u32)).map(|gene| gene.0)).collect()
    }

    #[test]
    fn symbols_and_identifiers_find_each_other_both_ways() {
        let symbols = ["CD3D", "MARCHF1", "NKX2-1"];
        let identifiers = ["ENSG00000136352.9", "ENSG00000167286", "ENSG00000145416"];
        assert_eq!(resolve(&symbols, &identifiers), [Some(2), Some(0), Some(1)]);
        assert_eq!(resolve(&identifiers, &symbols), [Some(1), Some(2), Some(0)]);
    }

    #[test]
    fn identifiers_match_without_versions_and_without_a_table() {
        let genes = vocabulary(&["ENSG00000167286.4", "ENSG00000145416"]);
        let map = GeneIndex::new(&genes, &[]).resolve(&["ENSG00000145416.11", "GRCh38_ENSG00000167286"]);
        assert_eq!(map.coverage(&genes).matched.by_bare_name, 2);
        assert!(!map.table_could_help());
    }

    #[test]
    fn previous_symbols_and_aliases_are_used_when_clear() {
        assert_eq!(resolve(&["MARCHF1"], &["MARCH1"]), [Some(0)]);
        assert_eq!(resolve(&["MARCH1"], &["MARCHF1"]), [Some(0)]);
        assert_eq!(resolve(&["MARCH1"], &["ENSG00000145416.3"]), [Some(0)]);
        assert_eq!(resolve(&["SEPTIN7", "OTHER7"], &["SEPT7"]), [None], "an alias of two genes");
        assert_eq!(resolve(&["CD3D"], &["T3D"]), [None], "an alias that is another gene's symbol");
        assert_eq!(resolve(&["MARCHF1"], &["MARCH1", "RNF171"]), [None, None], "two names, two genes");
        assert_eq!(resolve(&["MARCHF1"], &["MARCH1", "MARCHF1"]), [None, Some(0)], "a surer name is there");
    }

    #[test]
    fn case_is_overlooked_within_a_species_only() {
        let human: Vec<String> = (10..30).map(|i| format!("ENSG000000000{i}")).collect();
        let human = || human.iter().map(String::as_str);
        let model: Vec<&str> = ["CD3D"].into_iter().chain(human()).collect();
        assert_eq!(resolve(&model, &["cd3d"]), [Some(0)]);
        assert_eq!(resolve(&model, &["Cd3d"]), [None], "spelt as the gene of the mouse");
        assert_eq!(resolve(&model, &["mm10_CD3D"]), [None]);
        assert_eq!(resolve(&model, &["GRCh38_CD3D"]), [Some(0)]);
        assert_eq!(resolve(&["CD3D"], &["cd3d"]), [None], "the species is not known");
        assert_eq!(resolve(&model, &["cd3d", "cD3D"]), [None, None], "two names, two genes");
    }

    #[test]
    fn made_unique_names_repeat_their_gene_unless_they_are_one() {
        assert_eq!(resolve(&["CD3D"], &["CD3D", "CD3D-1", "CD3D.2"]), [Some(0); 3]);
        assert_eq!(resolve(&["NKX2"], &["NKX2", "NKX2-1"]), [Some(0), None], "a gene of its own");
        assert_eq!(resolve(&["CD3D"], &["CD3D-1"]), [None], "nothing is there to be repeated");
        let genes = vocabulary(&["CD3D"]);
        assert!(GeneIndex::new(&genes, &[]).resolve(&["CD3D", "CD3D-1"]).table_could_help());
    }

    #[test]
    fn the_other_name_of_the_reference_needs_no_table() {
        let genes = vocabulary(&["ENSG1", "ENSG2", "ENSG3"]);
        let others = ["A", "B", "B"].map(String::from);
        let map = GeneIndex::new(&genes, &others).resolve(&["B", "A", "ENSG2"]);
        let coverage = map.coverage(&genes);
        assert_eq!((coverage.matched.by_other_name, coverage.matched.by_name), (1, 1));
        assert_eq!(map.model_gene(QueryGene(0)), None, "two genes have that name");
    }

    #[test]
    fn species_that_differ_are_seen() {
        let (human, mouse) = ("ENSG00000000000", "ENSMUSG00000000000");
        let names =
            |stem: &str| (10..30).map(|i| format!("{}{i}", &stem[..stem.len() - 2])).collect::<Vec<_>>();
        let (genes, table) = (Vocabulary::new(names(human)).unwrap(), table());
        let index = GeneIndex::new(&genes, &[]).with_table(&table, &[]);
        assert_eq!(index.resolve(&names(mouse)).other_species(), Some((Species::MOUSE, Species::HUMAN)));
        assert_eq!(index.resolve(&names(human)).other_species(), None);
    }
}
