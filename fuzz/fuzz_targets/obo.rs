//! Ontologies in the OBO format.
//!
//! The first byte of an input says whether the text is gzip.
#![no_main]

use ferrocyte_fuzz::{assemble, contained, input_file, memory};
use ferrocyte_io::obo::read_obo;
use libfuzzer_sys::fuzz_target;

/// Texts that are looked for.
const ASKED: usize = 20;

fuzz_target!(init: contained::init(), |data: &[u8]| {
    let Some((&how, content)) = data.split_first() else { return };
    let path =
        if how & 1 == 0 { input_file::write(content) } else { input_file::write(&assemble::gzip(content)) };
    memory::bounded(data.len(), || match read_obo(&path) {
        Ok(ontology) => {
            assert!(!ontology.is_empty(), "an ontology without terms is refused");
            let words = String::from_utf8_lossy(content);
            for words in words.split(['\n', ':', '"']).take(ASKED) {
                let Some(id) = ontology.find(words) else { continue };
                let term = ontology.term(id).expect("what was found is there");
                assert!(term.parents.windows(2).all(|pair| pair[0] < pair[1]), "each parent once, sorted");
            }
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(!error.kind.to_string().is_empty());
        }
    });
});
