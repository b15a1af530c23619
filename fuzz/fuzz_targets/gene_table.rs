//! Tables of gene names.
//!
//! The first byte of an input says whether the text is gzip.
#![no_main]

use ferrocyte_fuzz::{assemble, contained, input_file, memory};
use ferrocyte_io::gene_table::read_gene_table;
use libfuzzer_sys::fuzz_target;

/// Names that are asked for: each may have as many genes as the table has lines.
const ASKED: usize = 20;

fuzz_target!(init: contained::init(), |data: &[u8]| {
    let Some((&how, content)) = data.split_first() else { return };
    let path =
        if how & 1 == 0 { input_file::write(content) } else { input_file::write(&assemble::gzip(content)) };
    memory::bounded(data.len(), || match read_gene_table(&path) {
        Ok(table) => {
            assert!(!table.is_empty(), "a table without genes is refused");
            let names = String::from_utf8_lossy(content);
            let names = || names.split(['\t', '\n', '|']).map(str::trim).take(ASKED);
            let species = table.species_of(names());
            for name in names() {
                let Some((gene, kind)) = table.find(name, species) else { continue };
                assert!(table.knows(name), "a gene that was found is not known: {kind:?}");
                let (identifier, symbol) = (table.identifier(gene), table.symbol(gene));
                assert!(!(identifier.is_empty() && symbol.is_empty()), "a gene without a name");
                assert!(table.species(gene).is_none() || !identifier.is_empty(), "a species by no identifier");
            }
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(!error.kind.to_string().is_empty());
        }
    });
});
