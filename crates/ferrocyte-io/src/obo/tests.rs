//! A few terms, written by hand in the form that the Cell Ontology has, and what is done to them.

use super::*;

const FEW: &str = include_str!("../../tests/fixtures/few_cells.obo");

fn parsed(text: &[u8]) -> Result<Ontology, OboErrorKind> {
    parse::parse(text, 1 << 20)
}

#[test]
fn terms_are_found_by_what_they_are_called() {
    let found = parsed(FEW.as_bytes()).unwrap();
    let t_cell = found.term("XX:0000003").unwrap();
    assert_eq!((t_cell.name.as_str(), t_cell.parents.as_slice()), ("T cell", &["XX:0000002".to_owned()][..]));
    for words in ["XX:0000003", "T cell", "t CELL", " T lymphocyte ", "T \"lymph\" cell", "XX:9000003"] {
        assert_eq!(found.find(words), Some("XX:0000003"), "{words}");
    }
    assert_eq!(found.find("XX:0000009"), Some("XX:0000004"), "what is obsolete leads to what replaced it");
    assert_eq!(found.find("T helper"), None, "a related synonym is another cell");
    assert_eq!(found.find("killer"), None, "two terms are called so");
    assert_eq!(found.find("thymocyte"), None);
    assert_eq!(found.term("XX:0000004").unwrap().parents, ["XX:0000003", "XX:0000007"]);
    assert!(found.term("part_of").is_none(), "a relation is no term");
}

#[test]
fn what_is_no_ontology_is_refused_with_its_place() {
    let error = |text: &[u8]| parsed(text).unwrap_err().to_string();
    assert!(error(b"").contains("found none;"));
    assert!(error(b"<?xml version=\"1.0\"?>\n<rdf:RDF/>").contains("begins with `<?xml version="));
    assert_eq!(
        error(b"[Term]\nname: x\n\n[Term]\nid: A:1\n"),
        "line 1: expected an `id:` in each `[Term]`, found a term without"
    );
    assert_eq!(error(b"[Term]\nid: A:1\n[Term]\nid: A:1\n"), "line 3: the term `A:1` is there twice");
    assert_eq!(error(b"[Term]\nid: \xff\n"), "line 2: expected text in UTF-8");
    let long = [b"[Term]\nid: A:1\ndef: ".as_slice(), &vec![b'x'; 1 << 20]].concat();
    assert!(error(&long).starts_with("line 3: expected a line of at most"));
    let many = (0..20_000).fold(String::new(), |text, i| text + &format!("[Term]\nid: A:{i}\n"));
    assert!(error(many.as_bytes()).contains("at most 1048576 bytes in memory"));
    // Replacements in a circle lead nowhere, and end.
    let circle = b"[Term]\nid: A:1\nis_obsolete: true\nreplaced_by: A:1\n";
    assert_eq!(parsed(circle).unwrap().find("A:1"), None);
}

/// Cut anywhere, and with any byte changed, it is read or refused; it never panics.
#[test]
fn damaged_files_are_read_or_refused() {
    let bytes = FEW.as_bytes();
    let mut refused = 0;
    for at in 0..bytes.len() {
        refused += usize::from(parsed(&bytes[..at]).is_err());
        for value in [0, b'\n', b':', b'"', b'\\', b'{', b'[', 0xff] {
            let mut damaged = bytes.to_vec();
            damaged[at] = value;
            if let Ok(read) = parsed(&damaged) {
                assert!(read.find("T cell").is_none_or(|id| read.term(id).is_some()));
            } else {
                refused += 1;
            }
        }
    }
    assert!(refused > bytes.len(), "bytes that are no text are refused: {refused}");
}

#[test]
fn files_are_read_plain_and_gzipped() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let (plain, packed) = (folder.path().join("few.obo"), folder.path().join("few.obo.gz"));
    std::fs::write(&plain, FEW).unwrap();
    let mut encoder =
        flate2::write::GzEncoder::new(File::create(&packed).unwrap(), flate2::Compression::fast());
    encoder.write_all(FEW.as_bytes()).unwrap();
    encoder.finish().unwrap();
    assert_eq!(read_obo(&plain).unwrap(), read_obo(&packed).unwrap());
    assert_eq!(read_obo(&plain).unwrap().len(), 9);
    assert!(read_obo(&folder.path().join("none.obo")).is_err());
}
