//! Which names are names of one gene.

use std::ops::Range;

use crate::gene_name::{GeneName, Species};
use crate::hash_chains::HashChains;

/// A gene of a [`GeneTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TableGene(u32);

/// How a name leads to a gene of a [`GeneTable`], the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameKind {
    /// It is the gene's identifier.
    Identifier,
    /// It is the gene's approved symbol.
    Symbol,
    /// It is the gene's approved symbol but for upper and lower case.
    SymbolInOtherCase,
    /// It is a previous symbol or an alias of this gene and no other.
    OtherName,
}

/// Identifiers, approved symbols, previous symbols and aliases of genes.
///
/// A name is used only when it is clear: an alias that is also the approved symbol of a gene is that gene's symbol,
/// and an alias of two genes, or a symbol of two, is no one's. Case is overlooked within a species, never across:
/// `CD3D` is human and `Cd3d` is mouse.
#[derive(Debug)]
pub struct GeneTable {
    text: String,
    genes: Vec<Gene>,
    names: Vec<Named>,
    /// The names by their hash.
    by_hash: HashChains,
}

#[derive(Debug)]
struct Gene {
    identifier: Range<u32>, // of the text
    symbol: Range<u32>,
    species: Option<Species>,
}

/// A name of a gene.
#[derive(Debug)]
struct Named {
    name: Range<u32>,
    gene: u32,
    rank: Rank,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Identifier,
    Symbol,
    Other,
}

impl GeneTable {
    /// A table without genes.
    pub fn empty() -> Self {
        Self { text: String::new(), genes: Vec::new(), names: Vec::new(), by_hash: HashChains::default() }
    }

    /// Makes room for about this many genes with this many bytes of text.
    pub fn with_capacity(genes: usize, text: usize) -> Self {
        Self {
            text: String::with_capacity(text),
            genes: Vec::with_capacity(genes),
            names: Vec::with_capacity(3 * genes),
            by_hash: HashChains::with_capacity(3 * genes),
        }
    }

    /// Adds a gene. An empty identifier or symbol is one that the gene does not have.
    ///
    /// # Panics
    /// When the names of all genes together are longer than 4 GiB.
    pub fn push<'a>(&mut self, identifier: &str, symbol: &str, others: impl IntoIterator<Item = &'a str>) {
        let gene = self.genes.len() as u32;
        let bare = GeneName::parse(identifier).core;
        let species = Species::of_identifier(bare);
        let identifier = self.name(bare, gene, Rank::Identifier);
        let symbol = self.name(symbol, gene, Rank::Symbol);
        for other in others {
            self.name(other, gene, Rank::Other);
        }
        self.genes.push(Gene { identifier, symbol, species });
    }

    fn name(&mut self, name: &str, gene: u32, rank: Rank) -> Range<u32> {
        let start = u32::try_from(self.text.len()).expect("names of genes are shorter than 4 GiB");
        self.text.push_str(name);
        let end = u32::try_from(self.text.len()).expect("names of genes are shorter than 4 GiB");
        if !name.is_empty() {
            self.by_hash.push(hash(name));
            self.names.push(Named { name: start..end, gene, rank });
        }
        start..end
    }

    fn text(&self, range: &Range<u32>) -> &str {
        &self.text[range.start as usize..range.end as usize]
    }

    /// Number of genes.
    pub fn len(&self) -> usize {
        self.genes.len()
    }

    /// Whether there are no genes.
    pub fn is_empty(&self) -> bool {
        self.genes.is_empty()
    }

    /// Identifier of a gene, without version.
    pub fn identifier(&self, gene: TableGene) -> &str {
        self.text(&self.genes[gene.0 as usize].identifier)
    }

    /// Approved symbol of a gene.
    pub fn symbol(&self, gene: TableGene) -> &str {
        self.text(&self.genes[gene.0 as usize].symbol)
    }

    /// Species of a gene, where its identifier says it.
    pub fn species(&self, gene: TableGene) -> Option<Species> {
        self.genes[gene.0 as usize].species
    }

    /// The gene of this name, and how surely. Only genes of `species` are looked at, where it is known, and a name
    /// leads nowhere if genes of two have it. A name that is spelt as the symbol of another species' gene is that
    /// gene's: `Cd3d` in a list of human genes is not `CD3D`.
    pub fn find(&self, name: &str, species: Option<Species>) -> Option<(TableGene, NameKind)> {
        let parsed = GeneName::parse(name);
        let wanted = parsed.species.or(species);
        let candidates: Vec<(&Named, bool)> = self
            .named(parsed.core)
            .filter(|(named, _)| wanted.is_none() || self.genes[named.gene as usize].species == wanted)
            .collect();
        let only = |rank: Rank, exact: bool| {
            let mut genes = candidates
                .iter()
                .filter(|(named, is_exact)| named.rank == rank && (*is_exact || !exact))
                .map(|(named, _)| named.gene);
            let first = genes.next()?;
            genes.all(|gene| gene == first).then_some(TableGene(first))
        };
        let has = |rank: Rank| candidates.iter().any(|(named, _)| named.rank == rank);
        if has(Rank::Identifier) {
            return Some((only(Rank::Identifier, true)?, NameKind::Identifier));
        }
        if let Some(gene) = only(Rank::Symbol, true) {
            return Some((gene, NameKind::Symbol));
        }
        if let Some(spelt) = self.species_of_symbol(parsed.core)
            && wanted.is_some_and(|wanted| wanted != spelt)
        {
            return None;
        }
        if has(Rank::Symbol) {
            let is_exact = candidates.iter().any(|(named, exact)| named.rank == Rank::Symbol && *exact);
            return if is_exact {
                None
            } else {
                Some((only(Rank::Symbol, false)?, NameKind::SymbolInOtherCase))
            };
        }
        Some((only(Rank::Other, false)?, NameKind::OtherName))
    }

    /// Whether a gene of any species has this name.
    pub fn knows(&self, name: &str) -> bool {
        self.named(GeneName::parse(name).core).next().is_some()
    }

    /// Everything of this name but for case, and whether the case agrees.
    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a Named, bool)> {
        self.by_hash.of(hash(name)).filter_map(move |position| {
            let named = &self.names[position];
            let text = self.text(&named.name);
            text.eq_ignore_ascii_case(name).then(|| (named, text == name))
        })
    }

    /// The species whose genes a list of names holds: that of nine in ten of the names that say it, by their form
    /// or by being the approved symbol, as it is spelt, of a gene of one species only. `None` for a list of two
    /// species, and for one of which less than one name in twenty, or fewer than ten, says it.
    pub fn species_of<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Option<Species> {
        const FEWEST: usize = 10;
        let mut votes: Vec<(Species, usize)> = Vec::new();
        let mut n_names = 0;
        for name in names {
            n_names += 1;
            let parsed = GeneName::parse(name);
            let Some(species) = parsed.species.or_else(|| self.species_of_symbol(parsed.core)) else {
                continue;
            };
            match votes.iter_mut().find(|(known, _)| *known == species) {
                Some((_, votes)) => *votes += 1,
                None => votes.push((species, 1)),
            }
        }
        let all: usize = votes.iter().map(|(_, votes)| votes).sum();
        let (species, most) = votes.into_iter().max_by_key(|&(_, votes)| votes)?;
        (all >= FEWEST && 20 * all >= n_names && 10 * most >= 9 * all).then_some(species)
    }

    fn species_of_symbol(&self, symbol: &str) -> Option<Species> {
        let mut species = self
            .named(symbol)
            .filter(|(named, exact)| *exact && named.rank == Rank::Symbol)
            .map(|(named, _)| self.genes[named.gene as usize].species);
        let first = species.next()?;
        if species.all(|other| other == first) { first } else { None }
    }
}

/// FNV-1a over the name in capitals: the same on every machine.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_uppercase())).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A few real genes. `SEPT7` is made an alias of a second gene, and `T3D` one that is a symbol elsewhere.
    pub(crate) fn table() -> GeneTable {
        let mut table = GeneTable::empty();
        table.push("ENSG00000167286", "CD3D", ["T3D", "CD3-DELTA"]);
        table.push("ENSG00000145416", "MARCHF1", ["MARCH1", "RNF171"]);
        table.push("ENSG00000122545", "SEPTIN7", ["SEPT7", "CDC3"]);
        table.push("ENSG00000099999", "OTHER7", ["sept7"]);
        table.push("ENSG00000000001", "T3D", []);
        table.push("ENSG00000136352", "NKX2-1", ["TTF1"]);
        table.push("ENSG00000125730", "C3", []);
        table.push("ENSMUSG00000032094", "Cd3d", []);
        table.push("ENSMUSG00000024164", "C3", []);
        table.push("ENSMUSG00000099998", "Twin", []);
        table.push("ENSMUSG00000099999", "Twin", []);
        table
    }

    fn find(name: &str, species: Option<Species>) -> Option<(String, NameKind)> {
        let table = table();
        let (gene, kind) = table.find(name, species)?;
        Some((table.identifier(gene).to_owned(), kind))
    }

    #[test]
    fn names_lead_to_genes_by_precedence() {
        let human = Some(Species::HUMAN);
        let found =
            |name, id: &str, kind| assert_eq!(find(name, human), Some((id.to_owned(), kind)), "{name}");
        found("ENSG00000167286.15", "ENSG00000167286", NameKind::Identifier);
        found("CD3D", "ENSG00000167286", NameKind::Symbol);
        found("GRCh38_CD3D", "ENSG00000167286", NameKind::Symbol);
        found("cd3d", "ENSG00000167286", NameKind::SymbolInOtherCase);
        found("MARCH1", "ENSG00000145416", NameKind::OtherName);
        found("march1", "ENSG00000145416", NameKind::OtherName);
        found("T3D", "ENSG00000000001", NameKind::Symbol);
        found("t3d", "ENSG00000000001", NameKind::SymbolInOtherCase);
    }

    #[test]
    fn names_that_are_not_clear_lead_nowhere() {
        for name in ["SEPT7", "no such gene", "", "ENSG00000999999"] {
            assert_eq!(find(name, Some(Species::HUMAN)), None, "{name}");
        }
        assert_eq!(find("Twin", Some(Species::MOUSE)), None, "two genes of one symbol");
        assert_eq!(find("C3", None), None, "a symbol in two species");
        assert_eq!(find("cd3d", None), None, "neither the human nor the mouse spelling");
    }

    #[test]
    fn case_is_overlooked_within_a_species_only() {
        assert_eq!(find("CD3D", None).unwrap().0, "ENSG00000167286");
        assert_eq!(find("Cd3d", None).unwrap().0, "ENSMUSG00000032094");
        assert_eq!(find("cd3D", Some(Species::MOUSE)).unwrap().1, NameKind::SymbolInOtherCase);
        assert_eq!(find("CD3D", Some(Species::MOUSE)), None, "spelt as the human gene");
        assert_eq!(find("mm10_C3", Some(Species::HUMAN)).unwrap().0, "ENSMUSG00000024164");
        assert_eq!(find("ENSMUSG00000032094", Some(Species::HUMAN)).unwrap().0, "ENSMUSG00000032094");
    }

    #[test]
    fn the_species_of_a_list_is_that_of_most_names() {
        let table = table();
        let of = |names: &[&str]| table.species_of(names.iter().copied().cycle().take(10 * names.len()));
        assert_eq!(of(&["CD3D", "MARCHF1", "x", "C3"]), Some(Species::HUMAN));
        assert_eq!(of(&["Cd3d"]), Some(Species::MOUSE));
        assert_eq!(of(&["CD3D", "Cd3d"]), None);
        assert_eq!(of(&["C3", "x"]), None);
        assert_eq!(table.species_of(["CD3D"; 9]), None, "too few to tell");
    }
}
