//! Tables of text: round trips, faults, and real files.

#![allow(clippy::unwrap_used)] // in the helpers of tests too

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use ferrocyte_core::{Block, Stored};
use ferrocyte_io::frame::Column;
use ferrocyte_io::{CellFile, Format, MatrixPath, OpenOptions, Orientation, open, open_with};
use flate2::Compression;
use flate2::write::GzEncoder;

fn read(file: &dyn CellFile, block_cells: usize) -> Result<Block<Stored>, Box<dyn Error + Send + Sync>> {
    let mut source = file.source(&MatrixPath::X, block_cells)?;
    let mut all = Block::empty(source.genes().len());
    while let Some(block) = source.next_block()? {
        all.append(&block);
    }
    source.rewind()?;
    let first = source.next_block()?;
    assert_eq!(first.map_or(0, |block| block.n_cells()), block_cells.min(all.n_cells()));
    Ok(all)
}

fn write(folder: &Path, name: &str, text: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Every cause in one line, without the path.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut texts = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts.join(": ")
}

/// Opens and reads a text; the error of whichever fails.
fn fault(text: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "table", text);
    match open(&path) {
        Err(error) => causes(&error),
        Ok(file) => causes(&*read(file.as_ref(), 10).unwrap_err()),
    }
}

/// A small generator: the same tables on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

#[test]
fn random_tables_come_back_whichever_way_they_were_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random(1);
    for round in 0..60 {
        let (n_cells, n_genes) = (1 + random.below(40) as usize, 2 + random.below(60) as usize);
        let value = |random: &mut Random| match random.below(8) {
            0 => random.below(10) as f32,
            1 => random.below(20_000_000) as f32,
            2 => random.below(1_000_000) as f32 / 1e9,
            3 => -(random.below(1000) as f32) / 7.0,
            _ => 0.0,
        };
        let dense: Vec<Vec<f32>> =
            (0..n_cells).map(|_| (0..n_genes).map(|_| value(&mut random)).collect()).collect();
        let cells: Vec<String> = (0..n_cells).map(|i| format!("cell \"{i}\"")).collect();
        let genes: Vec<String> = (0..n_genes).map(|i| format!("ENSG{i:011}")).collect();
        let turned = random.below(2) == 1;
        let delimiter = [",", "\t", ";"][random.below(3) as usize];
        let end = ["\n", "\r\n"][random.below(2) as usize];
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let (rows, columns) = if turned { (&genes, &cells) } else { (&cells, &genes) };
        let mut text = if random.below(2) == 1 { "\u{feff}".to_owned() } else { String::new() };
        let named = random.below(2) == 1;
        let header: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
        write!(
            text,
            "{}{}{end}",
            if named { format!("id{delimiter}") } else { String::new() },
            header.join(delimiter)
        )
        .unwrap();
        for (row, name) in rows.iter().enumerate() {
            text += &quoted(name);
            let of_row: Vec<f32> =
                if turned { dense.iter().map(|cell| cell[row]).collect() } else { dense[row].clone() };
            for value in of_row {
                write!(text, "{delimiter}{value}").unwrap();
            }
            text += if row + 1 == rows.len() && random.below(2) == 1 { "" } else { end };
        }
        let bytes = if random.below(2) == 1 { gzip(text.as_bytes()) } else { text.into_bytes() };
        let path = write(folder.path(), &format!("{round}"), &bytes);

        let file = open(&path).unwrap();
        assert_eq!(file.format(), Format::TextTable);
        assert_eq!(file.obs().index(), cells);
        assert_eq!(file.genes_of(&MatrixPath::X).unwrap().index(), genes);
        assert_eq!(file.notes().is_empty(), !turned);
        let found = read(file.as_ref(), 1 + random.below(50) as usize).unwrap();
        for (cell, expected) in dense.iter().enumerate() {
            let expected: Vec<(u32, f32)> =
                (0_u32..).zip(expected.iter().copied()).filter(|(_, value)| *value != 0.0).collect();
            assert_eq!(found.cell(cell).iter().collect::<Vec<_>>(), expected, "round {round}, cell {cell}");
        }
    }
}

#[test]
fn columns_that_are_no_genes_annotate_the_cells() {
    let text = "id,cell_type,ACTB,CD4,label,note\na,T cell,1,0,0,\nb,NA,0,2,1,x\nc,\"B, naive\",0,0,1,y\n";
    let folder = tempfile::tempdir().unwrap();
    let error = open(write(folder.path(), "note.csv", text.as_bytes()));
    // The first value of `note` is missing and the others are text: a column of text.
    let file = error.unwrap();
    assert_eq!(file.obs().names(), ["cell_type", "label", "note"]);
    let names = |column: &str| file.obs().column(column).unwrap().to_names();
    assert_eq!(names("cell_type"), [Some("T cell".into()), None, Some("B, naive".into())]);
    assert_eq!(file.obs().column("label").unwrap(), Column::Integers(vec![Some(0), Some(1), Some(1)]));
    assert_eq!(file.genes_of(&MatrixPath::X).unwrap().index(), ["ACTB", "CD4"]);
    assert_eq!(file.notes(), ["taken as annotations of the cells: `cell_type`, `label`, `note`"]);
    let expected = Block::new(2, vec![0, 1, 2, 2], vec![0, 1], vec![1.0, 2.0]).unwrap();
    assert_eq!(read(file.as_ref(), 2).unwrap(), expected);
}

#[test]
fn columns_of_text_annotate_genes_where_those_are_in_rows() {
    let text =
        "gene_id\tgene_name\tsample\tcontrol\nENSG00000000001\tA1BG\t1\t0\nENSG00000000002\tNAT2\t0\t5\n";
    let folder = tempfile::tempdir().unwrap();
    let file = open(write(folder.path(), "genes.tsv", text.as_bytes())).unwrap();
    assert_eq!(file.obs().index(), ["sample", "control"]);
    let genes = file.genes_of(&MatrixPath::X).unwrap();
    assert_eq!(genes.column("gene_name").unwrap().to_names(), [Some("A1BG".into()), Some("NAT2".into())]);
    assert_eq!(file.notes()[0], "genes are in rows; the table was turned");
}

#[test]
fn what_the_user_says_decides_where_the_genes_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "t.csv", b",u,v,w\nx,1,2,3\ny,0,0,4\n");
    assert!(causes(&open(&path).err().unwrap()).contains("`--genes rows` or `--genes columns`"));
    let cells = |genes| {
        open_with(&path, &OpenOptions { genes: Some(genes), ..OpenOptions::default() }).unwrap().n_cells()
    };
    assert_eq!(cells(Orientation::GenesInColumns), 2);
    assert_eq!(cells(Orientation::GenesInRows), 3);
}

#[test]
fn faults_are_named_with_line_and_column() {
    for (text, expected) in [
        ("id,ACTB,CD4\na,1,2\nb,1\n", "line 3: expected 3 fields, found 2"),
        ("id,ACTB,CD4\na,1,2\n\nb,1,2,3\n", "line 4: expected 3 fields, found 4"),
        ("id,ACTB,CD4\na,1,2\nb,1,x2\n", "line 3 (`b`), column `CD4`: expected a finite number, found `x2`"),
        ("id,ACTB,CD4\na,1,x2\nb,1,2\n", "line 2 (`a`), column `CD4`: expected a finite number, found `x2`"),
        (
            "id,ACTB,CD4\na,1,2\nb,,2\n",
            "line 3 (`b`), column `ACTB`: expected a number, found a missing value",
        ),
        (
            "id,ACTB,CD4\na,1,NA\nb,1,NA\n",
            "line 2 (`a`), column `CD4`: expected a number, found a missing value",
        ),
        (
            "id,ACTB,CD4\na,1,2\nb,1e39,2\n",
            "line 3 (`b`), column `ACTB`: expected a finite number, found `1e39`",
        ),
        ("id,ACTB,CD4\na,1,2\na,1,2\n", "expected a name for each cell, found `a` for cell 1 and cell 2"),
        ("id,ACTB,CD4\na,1,2\n\"b,1,2\n", "line 3, field 1: expected a closing quote"),
        ("id,ACTB,CD4\n", "expected a line of column names and rows below it, found 1 lines"),
        ("ACTB\nCD4\nCD8A\n", "expected several columns divided by tab, `,`, `;` or blank, found one column"),
        ("id,ACTB\na,red\nb,blue\n", "expected columns of numbers, found only columns of text"),
        ("id,ACTB,CD4\na,1,2\nb,1,\0\n", "expected an HDF5 file (.h5ad), found something else"),
    ] {
        let found = fault(text.as_bytes());
        assert!(found.starts_with(expected), "{text:?}: {found}");
        if !text.contains('\0') {
            let found = fault(&gzip(text.as_bytes()));
            assert!(found.starts_with(expected), "{text:?}, gzip: {found}");
        }
    }
    let found = fault(b"id,ACTB,CD4\na,1,2\n\xff\xfe,1,2\n");
    assert!(found.starts_with("expected an HDF5 file"), "{found}");
    let later = [b"id,ACTB,CD4\n".as_slice(), &b"a,1,2\n".repeat(1000), b"\xff\xfe\0,1,2\n"].concat();
    assert_eq!(fault(&later), "line 1002: expected text in UTF-8, found other bytes");
}

#[test]
fn cut_and_damaged_texts_are_errors_and_no_panics() {
    let mut text = String::from("id,ACTB,CD4,RPL3\n");
    for cell in 0..200 {
        write!(text, "cell_{cell},{},0,\"{}\"\r\n", cell % 3, cell).unwrap();
    }
    let whole = gzip(text.as_bytes());
    assert!(fault(&whole[..whole.len() / 2]).contains("`the compressed text` is damaged"));
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random(7);
    let mut refused = 0;
    for _ in 0..300 {
        let mut bytes = if random.below(2) == 1 { whole.clone() } else { text.clone().into_bytes() };
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len() as u64) as usize;
            bytes[at] = random.below(256) as u8;
        }
        let path = write(folder.path(), "mutated", &bytes);
        refused +=
            usize::from(open(&path).map_err(Into::into).and_then(|file| read(file.as_ref(), 64)).is_err());
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn a_real_table_reads_as_the_golden_reading_says() {
    let Some(folder) = std::env::var_os("FERROCYTE_DATA").map(PathBuf::from) else {
        eprintln!("skipped: FERROCYTE_DATA is not set");
        return;
    };
    // scanpy 1.11.5, anndata 0.12.19; every value is a whole number, so the sum is exact.
    let text = std::fs::read_to_string(folder.join("golden/formats_expected.json")).unwrap();
    let golden: serde_json::Value = serde_json::from_str(&text).unwrap();
    let name = "formats/tsv_genes_by_cells_immune_control_tiny.txt";
    let golden = &golden["files"][name];
    let file = open(folder.join(name)).unwrap();
    let genes = file.genes_of(&MatrixPath::X).unwrap();
    assert_eq!(file.n_cells() as u64, golden["n_cells"]);
    assert_eq!(genes.len() as u64, golden["n_genes"]);
    assert_eq!(file.obs().index()[0], golden["first_cell"]);
    assert_eq!(file.obs().index()[98], golden["last_cell"]);
    assert_eq!(genes.index()[0], golden["first_gene"]);
    assert_eq!(genes.index()[98], golden["last_gene"]);
    let block = read(file.as_ref(), 10).unwrap();
    assert_eq!(block.n_non_zeros() as u64, golden["x_nonzero"]);
    assert_eq!(Some(block.cells().map(|cell| cell.total()).sum::<f64>()), golden["x_sum"].as_f64());
}

#[test]
fn real_cells_written_as_text_are_the_same_cells() {
    let Some(folder) = std::env::var_os("FERROCYTE_DATA").map(PathBuf::from) else {
        eprintln!("skipped: FERROCYTE_DATA is not set");
        return;
    };
    let reference = open(folder.join("data/pbmc3k.h5ad")).unwrap();
    let block = read(reference.as_ref(), 1000).unwrap();
    let genes = reference.genes_of(&MatrixPath::X).unwrap();
    // Genes in rows, as an R user would write them.
    let mut dense = vec![0_f32; block.n_cells() * block.n_genes()];
    for (cell, values) in block.cells().enumerate() {
        for (gene, value) in values.iter() {
            dense[gene as usize * block.n_cells() + cell] = value;
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pbmc3k.csv.gz");
    let mut out = GzEncoder::new(std::fs::File::create(&path).unwrap(), Compression::fast());
    writeln!(out, "\"{}\"", reference.obs().index().join("\",\"")).unwrap();
    for (name, values) in genes.index().iter().zip(dense.chunks(block.n_cells())) {
        let mut line = format!("\"{name}\"");
        for value in values {
            write!(line, ",{value}").unwrap();
        }
        writeln!(out, "{line}").unwrap();
    }
    out.finish().unwrap();

    let file = open(&path).unwrap();
    assert_eq!(file.notes(), ["genes are in rows; the table was turned"]);
    assert_eq!(file.obs().index(), reference.obs().index());
    assert_eq!(file.genes_of(&MatrixPath::X).unwrap().index(), genes.index());
    assert_eq!(read(file.as_ref(), 777).unwrap(), block);
}
