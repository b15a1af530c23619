//! Which genes a file has, in the words of a model or of other files.

use std::path::Path;

use ferrocyte_core::{
    Choice, Coverage, GeneIndex, GeneMap, GeneName, GeneTable, GeneUnion, Vocabulary, Warning,
};
use ferrocyte_io::frame::{Column, Frame};
use ferrocyte_io::gene_table::{self, GeneTableError};

use crate::choices::{choice, detected};

/// What decides whether a model may speak about a query: the share of its decisions that rest on genes which the
/// query has.
pub(crate) const DEFAULT_MIN_COVERAGE: f64 = 0.2;
/// Below this share a warning goes with every output.
pub(crate) const FEW: f64 = 0.5;
/// Fewer genes than these, and less than half of the model's, never label a cell.
pub(crate) const FEWEST_GENES: usize = 10;

/// The table of gene names: the user's, or the one inside the program, which is unpacked when it is first needed.
pub(crate) enum GeneNames {
    Embedded,
    OfUser(Box<GeneTable>),
}

impl GeneNames {
    /// The table in the file, or the one inside the program.
    pub(crate) fn open(file: Option<&Path>) -> Result<Self, GeneTableError> {
        file.map_or(Ok(Self::Embedded), |file| Ok(Self::OfUser(Box::new(gene_table::read_gene_table(file)?))))
    }

    pub(crate) fn table(&self) -> &GeneTable {
        match self {
            Self::Embedded => gene_table::embedded(),
            Self::OfUser(table) => table,
        }
    }
}

/// One way in which a file names its genes.
struct Naming {
    /// `index`, or the name of a column.
    from: String,
    /// One per gene; the name in the index where the column has none.
    names: Vec<String>,
}

/// The genes of a file, found among those of a model.
pub(crate) struct FoundGenes {
    pub(crate) map: GeneMap,
    naming: Naming,
}

/// Finds the genes of a file among those of an index, by the names in the index of var or in that column of var which
/// finds most; the index where none finds more. `index` makes the index with a table or without: a table is loaded
/// only when names alone do not settle it.
pub(crate) fn find_genes<'a>(
    var: &Frame,
    names: &'a GeneNames,
    index: impl Fn(Option<&'a GeneTable>) -> GeneIndex<'a>,
) -> FoundGenes {
    let from_index = Naming { from: "index".to_owned(), names: var.index().to_vec() };
    let map = index(None).resolve(&from_index.names);
    let mut best = FoundGenes { map, naming: from_index };
    if !best.map.table_could_help() {
        return best;
    }
    let index = index(Some(names.table()));
    best.map = index.resolve(&best.naming.names);
    for naming in columns_of_names(var) {
        let map = index.resolve(&naming.names);
        if map.n_found() > best.map.n_found() {
            best = FoundGenes { map, naming };
        }
    }
    best
}

impl FoundGenes {
    /// How much of the model that is, with the weights of its genes, where the model can say.
    pub(crate) fn coverage(&self, genes: &Vocabulary, weights: Option<&[f64]>) -> Coverage {
        Coverage {
            weight_share: weights.map(|weights| self.map.share_of_weight(weights)),
            names_from: self.naming.from.clone(),
            ..self.map.coverage(genes)
        }
    }

    /// The names that were looked up.
    pub(crate) fn names(&self) -> &[String] {
        &self.naming.names
    }

    /// Adds the genes to those of other files, with what else the file calls them.
    pub(crate) fn add_to(&self, union: &mut GeneUnion, var: &Frame) {
        let other = other_naming(var, &self.naming);
        union.add(&self.map, &self.naming.names, other.as_ref().map_or(&[], |other| &other.names));
    }
}

/// The columns of var that could hold names of genes: text, mostly there, mostly different from gene to gene.
fn columns_of_names(var: &Frame) -> impl Iterator<Item = Naming> + '_ {
    let is_text = |column: &Column| matches!(column, Column::Strings(_) | Column::Categorical(_));
    var.names().iter().filter_map(move |name| {
        // A column that cannot be read is none that holds names.
        let entries = var.column(name).ok().filter(is_text)?.to_names();
        let mut distinct: Vec<&String> = entries.iter().flatten().collect();
        distinct.sort_unstable();
        distinct.dedup();
        if 2 * distinct.len() < entries.len() {
            return None;
        }
        let names = entries.into_iter().zip(var.index()).map(|(entry, index)| match entry {
            Some(entry) if !entry.is_empty() => entry,
            _ => index.clone(),
        });
        Some(Naming { from: name.clone(), names: names.collect() })
    })
}

/// What else a file calls its genes: Ensembl identifiers where it was read by symbols, a column that is called like
/// one of symbols where it was read by identifiers. Empty where a gene has no other name.
fn other_naming(var: &Frame, chosen: &Naming) -> Option<Naming> {
    const SYMBOLS: &[&str] = &[
        "symbol",
        "symbols",
        "gene_symbol",
        "gene_symbols",
        "gene_name",
        "gene_names",
        "gene_short_name",
        "feature_name",
        "hgnc_symbol",
        "mgi_symbol",
        "genes",
        "gene",
        "name",
        "names",
    ];
    let index = Naming { from: "index".to_owned(), names: var.index().to_vec() };
    let by_identifier = mostly_ensembl(&chosen.names);
    let mut other = [index].into_iter().chain(columns_of_names(var)).find(|naming| {
        let is_symbols = naming.from == "index" || SYMBOLS.contains(&naming.from.to_lowercase().as_str());
        naming.from != chosen.from
            && if by_identifier {
                is_symbols && !mostly_ensembl(&naming.names)
            } else {
                mostly_ensembl(&naming.names)
            }
    })?;
    for (name, chosen) in other.names.iter_mut().zip(&chosen.names) {
        if name == chosen {
            name.clear();
        }
    }
    Some(other)
}

fn mostly_ensembl(names: &[String]) -> bool {
    2 * names.iter().filter(|name| GeneName::parse(name).is_ensembl).count() > names.len()
}

/// How genes were matched, in a sentence for the record.
pub(crate) fn matching_choice(coverage: &Coverage) -> Choice {
    let by: Vec<String> =
        coverage.matched.in_words().into_iter().map(|(words, genes)| format!("{genes} {words}")).collect();
    let reason = "a gene's position in a file says nothing; the surest name decides, and a name that could mean two \
                  genes means none";
    let by = if by.is_empty() { "none found".to_owned() } else { by.join(", ") };
    match coverage.names_from.as_str() {
        "index" => choice("genes", format!("names in the index of var: {by}"), false, reason),
        column => detected("genes", format!("names in column `{column}` of var: {by}"), reason),
    }
}

/// Genes that were taken for each other on weaker grounds than their name.
pub(crate) fn weak_matches(file: &str, coverage: &Coverage) -> Option<Warning> {
    let matched = &coverage.matched;
    let weak = matched.by_case + matched.by_previous_symbol;
    (weak > 0).then(|| {
        Warning::note(
            "genes-by-alias",
            format!(
                "{file}: {} genes were found by a previous symbol or alias, {} by their symbol in another case",
                matched.by_previous_symbol, matched.by_case
            ),
        )
    })
}

/// What goes with every output of a query with few of the model's genes.
pub(crate) fn few_genes(file: &str, coverage: &Coverage) -> Option<Warning> {
    (coverage.decisive_share() < FEW).then(|| {
        Warning::new("few-genes", format!("{file}: {}; labels rest on what is left", in_words(coverage))).with_hint(
            "use a model that was trained on genes which the query has: `ferrocyte inspect QUERY -m MODEL` lists what is missing",
        )
    })
}

/// How much of a model's genes is there, in words.
pub(crate) fn in_words(coverage: &Coverage) -> String {
    let genes = format!(
        "only {} of the model's {} genes are in it ({:.0} %",
        coverage.shared_genes,
        coverage.model_genes,
        100.0 * coverage.share()
    );
    match coverage.weight_share {
        Some(weight) => {
            format!("{genes} of the genes, {:.0} % of what its decisions rest on)", 100.0 * weight)
        }
        None => format!("{genes})"),
    }
}

/// Whether too little of a model is there for it to label any cell.
pub(crate) fn too_few(coverage: &Coverage, min_coverage: f64) -> bool {
    coverage.shared_genes == 0
        || coverage.decisive_share() < min_coverage
        || (coverage.shared_genes < FEWEST_GENES && coverage.share() < FEW)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(shared_genes: usize, model_genes: usize, weight_share: Option<f64>) -> Coverage {
        Coverage { shared_genes, model_genes, weight_share, ..Coverage::default() }
    }

    #[test]
    fn weight_decides_and_a_handful_of_genes_never_does() {
        let of = |shared, genes, weight| too_few(&coverage(shared, genes, weight), DEFAULT_MIN_COVERAGE);
        assert!(of(9, 1000, Some(0.9)), "nine genes");
        assert!(!of(9, 12, Some(0.9)), "nine of a panel of twelve");
        assert!(of(500, 1000, Some(0.1)) && !of(100, 1000, Some(0.3)));
        assert!(of(100, 1000, None) && !of(300, 1000, None));
        assert!(too_few(&coverage(9, 1000, Some(0.9)), 0.0) && too_few(&coverage(0, 5, Some(0.0)), 0.0));
    }

    #[test]
    fn a_warning_says_both_shares() {
        let warning = few_genes("q.h5ad", &coverage(30, 1000, Some(0.4))).unwrap();
        assert!(warning.message.contains("30 of the model's 1000 genes"), "{}", warning.message);
        assert!(warning.message.contains("(3 % of the genes, 40 % of what"), "{}", warning.message);
        assert!(few_genes("q.h5ad", &coverage(30, 1000, Some(0.6))).is_none());
    }
}
