//! What the names of one axis say together.

use super::barcode::is_barcode;
use super::ensembl::is_ensembl_gene;
use super::known_symbol::is_known_symbol;
use super::sample_name::is_sample_name;
use super::symbol_shape::has_symbol_shape;

/// How many names of an axis follow which rule; each name follows the first that fits.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    names: usize,
    ensembl: usize,
    barcodes: usize,
    samples: usize,
    known_symbols: usize,
    symbol_shaped: usize,
}

impl Evidence {
    /// Looks at every name.
    pub(super) fn of(names: &[String]) -> Self {
        let mut evidence = Self { names: names.len(), ..Self::default() };
        for name in names {
            let rule = if is_ensembl_gene(name) {
                &mut evidence.ensembl
            } else if is_barcode(name) {
                &mut evidence.barcodes
            } else if is_known_symbol(name) {
                &mut evidence.known_symbols
            } else if is_sample_name(name) {
                &mut evidence.samples
            } else if has_symbol_shape(name) {
                &mut evidence.symbol_shaped
            } else {
                continue;
            };
            *rule += 1;
        }
        evidence
    }

    /// Genes: mostly Ensembl identifiers, or nearly all of the shape of symbols and some of them well known. Among
    /// the symbols of human and mouse more than one in twenty is; one in a hundred leaves room for panels.
    pub(super) fn looks_like_genes(&self) -> bool {
        let known = self.ensembl + self.known_symbols;
        self.mostly(self.ensembl) || (100 * known >= self.names && known > 0 && self.could_be_genes())
    }

    /// Nearly all names have the shape of genes.
    pub(super) fn could_be_genes(&self) -> bool {
        10 * (self.ensembl + self.known_symbols + self.symbol_shaped) >= 8 * self.names.max(1)
    }

    /// Mostly barcodes, or names that people give to cells and samples.
    pub(super) fn looks_like_cells(&self) -> bool {
        self.mostly(self.barcodes + self.samples)
    }

    /// What the names are, most of them first.
    fn in_words(&self) -> String {
        let mut kinds = [
            (self.ensembl, "Ensembl identifiers"),
            (self.known_symbols, "well-known gene symbols"),
            (self.symbol_shaped, "of the shape of gene symbols"),
            (self.barcodes, "barcodes"),
            (self.samples, "names of cells or samples"),
        ];
        kinds.sort_by_key(|&(names, _)| std::cmp::Reverse(names)); // stable: equals in the order above
        let other = self.names - kinds.iter().map(|(names, _)| names).sum::<usize>();
        let mut words: Vec<String> = kinds
            .iter()
            .filter(|(names, _)| *names > 0)
            .map(|(names, kind)| format!("{names} {kind}"))
            .collect();
        if other > 0 {
            words.push(format!("{other} of no known kind"));
        }
        if words.is_empty() { "no names".to_owned() } else { words.join(", ") }
    }

    fn mostly(&self, part: usize) -> bool {
        part > 0 && 2 * part >= self.names
    }
}

/// What the names of an axis are, in words: `28 well-known gene symbols, 730 of the shape of gene symbols`.
pub fn in_words(names: &[String]) -> String {
    Evidence::of(names).in_words()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_counted_once() {
        let names = ["ENSG00000141510", "ACTB", "GAPDH", "Foo1", "AAACATACATTTCC-1", "cell_1", "T cell"];
        assert_eq!(
            in_words(&names.map(String::from)),
            "2 well-known gene symbols, 1 Ensembl identifiers, 1 of the shape of gene symbols, 1 barcodes, \
             1 names of cells or samples, 1 of no known kind"
        );
        assert_eq!(in_words(&[]), "no names");
    }
}
