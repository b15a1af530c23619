//! The table inside the program.

use std::io::Read;
use std::sync::OnceLock;

use ferrocyte_core::GeneTable;
use ruzstd::decoding::StreamingDecoder;

use super::parse::parse;

/// `gene_table/README.md` tells what it holds, whose it is and how it was made.
const PACKED: &[u8] = include_bytes!("../../gene_table/genes.tsv.zst");

/// Genes of human (HGNC: identifiers, symbols, previous symbols, aliases) and mouse (Ensembl: identifiers, symbols).
/// It is unpacked when it is first asked for.
///
/// # Panics
/// Never in a program whose tests passed: one of them unpacks the table that it was built with.
pub fn embedded() -> &'static GeneTable {
    static TABLE: OnceLock<GeneTable> = OnceLock::new();
    TABLE.get_or_init(|| unpack().expect("the table inside the program is whole"))
}

fn unpack() -> Option<GeneTable> {
    let mut text = String::new();
    StreamingDecoder::new(PACKED).ok()?.read_to_string(&mut text).ok()?;
    parse(&text).ok()
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::{NameKind, Species};

    use super::*;

    #[test]
    fn the_table_is_whole_and_knows_its_genes() {
        let table = embedded();
        assert!(table.len() > 100_000, "{} genes", table.len());
        let find = |name, species| {
            let (gene, kind) = table.find(name, species)?;
            Some((table.identifier(gene), table.symbol(gene), kind))
        };
        let human = Some(Species::HUMAN);
        assert_eq!(find("CD3D", None), Some(("ENSG00000167286", "CD3D", NameKind::Symbol)));
        assert_eq!(find("ENSG00000167286.15", None).unwrap().1, "CD3D");
        assert_eq!(find("MARCH1", human), Some(("ENSG00000145416", "MARCHF1", NameKind::OtherName)));
        assert_eq!(find("SEPT7", human).unwrap().1, "SEPTIN7");
        assert_eq!(find("Cd3d", None), Some(("ENSMUSG00000032094", "Cd3d", NameKind::Symbol)));
        assert_eq!(find("C1ORF112", human).unwrap().1, "FIRRM");
        let (gene, _) = table.find("Ptprc", None).unwrap();
        assert_eq!(table.species(gene), Some(Species::MOUSE));
    }
}
