//! From text to a table.

use ferrocyte_core::GeneTable;

use super::table_error::GeneTableErrorKind;

/// What a gene takes in memory, and a name of one with its place among the names; rounded up.
const GENE_BYTES: u64 = 32;
const NAME_BYTES: u64 = 80;

/// Names that room is made for with each gene.
const NAMES_OF_GENE: u64 = 3;

/// Bytes that the text and its table take together, at most.
pub(super) fn memory(text: &str) -> u64 {
    let n_genes = genes(text).count() as u64;
    let n_others = memchr::memchr2_iter(b'\t', b'|', text.as_bytes()).count() as u64;
    let n_names = (n_genes + n_others).max(NAMES_OF_GENE * n_genes);
    2 * text.len() as u64 + n_genes * GENE_BYTES + n_names * NAME_BYTES
}

/// The lines that are genes, with their numbers from 1.
fn genes(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_gene = |(number, line): &(usize, &str)| {
        !(line.is_empty() || line.starts_with('#') || (*number == 1 && line.starts_with("id\t")))
    };
    (1..).zip(text.lines()).filter(is_gene)
}

/// Reads the lines of a table.
pub(super) fn parse(text: &str) -> Result<GeneTable, GeneTableErrorKind> {
    let mut table = GeneTable::with_capacity(genes(text).count(), text.len());
    for (number, line) in genes(text) {
        let mut fields = line.split('\t').map(str::trim);
        let (Some(identifier), Some(symbol)) = (fields.next(), fields.next()) else {
            return Err(GeneTableErrorKind::Fields { line: number });
        };
        if identifier.is_empty() && symbol.is_empty() {
            return Err(GeneTableErrorKind::NoName { line: number });
        }
        let others = fields.next().unwrap_or_default().split('|').map(str::trim);
        table.push(identifier, symbol, others);
    }
    if table.is_empty() { Err(GeneTableErrorKind::Empty) } else { Ok(table) }
}
