//! Tables of gene names: the one inside the program, and those of users.
//!
//! A table is text: a line for each gene with its identifier (Ensembl), its approved symbol and its other names
//! (previous symbols and aliases, with `|` between them), with tabs between the three. A first line that begins with
//! `id` and a tab, empty lines and lines that begin with `#` are not genes.

mod embedded;
mod parse;
mod table_error;

pub use embedded::embedded;
pub use table_error::{GeneTableError, GeneTableErrorKind};

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ferrocyte_core::GeneTable;

use crate::memory_limit::MemoryLimit;

/// Reads a table of gene names; it may be gzipped.
///
/// # Errors
/// When the file cannot be read, is not text, is larger than any table of genes, or a line is not a gene.
pub fn read_gene_table(path: &Path) -> Result<GeneTable, GeneTableError> {
    read(path).map_err(|kind| GeneTableError { path: path.to_owned(), kind })
}

fn read(path: &Path) -> Result<GeneTable, GeneTableErrorKind> {
    /// The table of all genes of human and mouse has 3 MB; this leaves room for every species of Ensembl.
    const LARGEST: u64 = 1 << 30;
    let mut head = Vec::new();
    File::open(path)?.take(2).read_to_end(&mut head)?;
    let file = File::open(path)?;
    let kept = MemoryLimit::of_file(file.metadata()?.len());
    let largest = LARGEST.min(kept.most());
    let mut bytes = Vec::new();
    if head == [0x1f, 0x8b] {
        flate2::read::MultiGzDecoder::new(file).take(largest + 1).read_to_end(&mut bytes)?;
    } else {
        file.take(largest + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > largest {
        return Err(GeneTableErrorKind::TooLarge { limit: largest });
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        let line = 1 + memchr::memchr_iter(b'\n', &error.as_bytes()[..place]).count();
        GeneTableErrorKind::NotText { line }
    })?;
    if parse::memory(&text) > kept.most() {
        return Err(GeneTableErrorKind::TooLarge { limit: kept.most() });
    }
    parse::parse(&text)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use ferrocyte_core::{NameKind, Species};

    use super::*;

    #[test]
    fn a_table_of_a_user_is_read_plain_or_gzipped() {
        let folder = tempfile::tempdir().unwrap();
        let text = "id\tsymbol\taliases\r\n# mine\r\nENSG00000000001\tONE\tUNO|EINS\r\n\r\nENSDARG00000000002\ttwo\n\tthree\n";
        let plain = folder.path().join("genes.tsv");
        std::fs::write(&plain, text).unwrap();
        let gzipped = folder.path().join("genes.tsv.gz");
        let mut encoder =
            flate2::write::GzEncoder::new(File::create(&gzipped).unwrap(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap();
        for path in [plain, gzipped] {
            let table = read_gene_table(&path).unwrap();
            assert_eq!(table.len(), 3);
            let (gene, kind) = table.find("EINS", None).unwrap();
            assert_eq!((table.symbol(gene), kind), ("ONE", NameKind::OtherName));
            assert_eq!(table.species(gene), Some(Species::HUMAN));
            assert!(table.find("three", None).is_some());
        }
    }

    /// A megabyte of gzip can hold a gigabyte of empty lines, or of names that take many times their bytes.
    #[test]
    fn a_small_file_is_no_large_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("genes.tsv.gz");
        let read_repeated = |line: &[u8], n_bytes: usize| {
            let mut encoder =
                flate2::write::GzEncoder::new(File::create(&path).unwrap(), flate2::Compression::fast());
            encoder.write_all(b"ENSG00000000001\tONE\n").unwrap();
            encoder.write_all(&line.repeat(n_bytes / line.len())).unwrap();
            encoder.finish().unwrap();
            read_gene_table(&path)
        };
        assert_eq!(read_repeated(b"\n", 1 << 20).unwrap().len(), 1, "empty lines are no genes");
        for (line, n_bytes) in [(b"\n".as_slice(), 1 << 27), (b"a\tb\n", 1 << 24), (b"|a", 1 << 24)] {
            let error = read_repeated(line, n_bytes).unwrap_err().kind.to_string();
            assert!(error.contains("at most 134217728 bytes in memory"), "{error}");
        }
    }

    #[test]
    fn what_is_not_a_table_is_refused_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let error = |bytes: &[u8]| {
            let path = folder.path().join("genes.tsv");
            std::fs::write(&path, bytes).unwrap();
            read_gene_table(&path).unwrap_err().kind.to_string()
        };
        assert!(error(b"ENSG1\tA\nENSG2,B\n").starts_with("line 2:"), "{}", error(b"ENSG1\tA\nENSG2,B\n"));
        assert!(error(b"id\tsymbol\n\t\tx\n").starts_with("line 2:"));
        assert!(error(b"ENSG1\tA\n\xff\n").starts_with("line 2:"));
        assert!(error(b"id\tsymbol\n").contains("no gene"));
        assert!(read_gene_table(&folder.path().join("none.tsv")).is_err());
        assert!(error(&[0x1f, 0x8b, 8, 0, 1]).contains("I/O"));
    }
}
