//! Genes are found by what they are, whatever model and query call them.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ferrocyte::core::{Coverage, GeneTable, RunRecord, Silent, Species};
use ferrocyte::{
    AnnotateError, AnnotateOptions, DataOptions, InspectOptions, ReferenceOptions, TrainOptions, annotate,
    inspect, train,
};
use ferrocyte_io::bundle::{read_model, write_model};
use ferrocyte_io::gene_table::embedded;
use ferrocyte_io::{MatrixPath, open};

/// A file of the larger real data; `None`, aloud, where `FERROCYTE_DATA` does not name the folder.
fn data(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("FERROCYTE_DATA") else {
        eprintln!("skipped: FERROCYTE_DATA is not set");
        return None;
    };
    Some(Path::new(&folder).join(name))
}

fn demo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("demo").join(name)
}

fn trained(reference: &Path, folder: &Path) -> PathBuf {
    let output = folder.join("model.ferrocyte");
    let reference = ReferenceOptions::new(reference, "cell_type");
    train(&TrainOptions { reference, output: output.clone(), ..TrainOptions::default() }, &Silent).unwrap();
    output
}

/// Cells and genes of a file, to be written again under other names.
struct Cells {
    genes: Vec<String>,
    /// Cell, gene, count.
    entries: Vec<(usize, usize, f32)>,
    /// Number of cells.
    n: usize,
}

impl Cells {
    /// The first cells of a file.
    fn read(path: &Path, n_cells: usize) -> Self {
        let file = open(path).unwrap();
        let block = file.source(&MatrixPath::X, n_cells).unwrap().next_block().unwrap().unwrap();
        let of_cell =
            |cell: usize| block.cell(cell).iter().map(move |(gene, count)| (cell, gene as usize, count));
        Self {
            genes: file.genes_of(&MatrixPath::X).unwrap().index().to_vec(),
            entries: (0..block.n_cells()).flat_map(of_cell).collect(),
            n: block.n_cells(),
        }
    }

    /// Writes a 10x folder with these names and no others; a gene without a name is left out.
    fn write(&self, folder: &Path, names: &[Option<String>]) -> PathBuf {
        assert_eq!(names.len(), self.genes.len());
        let mut position = vec![None; names.len()];
        let mut genes = String::new();
        for (kept, (gene, name)) in
            names.iter().enumerate().filter_map(|(i, name)| Some((i, name.as_ref()?))).enumerate()
        {
            position[gene] = Some(kept + 1);
            writeln!(genes, "{name}").unwrap();
        }
        let rows: Vec<String> = (self.entries.iter())
            .filter_map(|&(cell, gene, count)| Some(format!("{} {} {count}", position[gene]?, cell + 1)))
            .collect();
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join("genes.tsv"), &genes).unwrap();
        let barcodes: Vec<String> = (0..self.n).map(|cell| format!("cell{cell}")).collect();
        std::fs::write(folder.join("barcodes.tsv"), barcodes.join("\n")).unwrap();
        let size = format!("{} {} {}", genes.lines().count(), self.n, rows.len());
        let banner = "%%MatrixMarket matrix coordinate integer general";
        std::fs::write(folder.join("matrix.mtx"), format!("{banner}\n{size}\n{}\n", rows.join("\n")))
            .unwrap();
        folder.to_owned()
    }
}

fn options(query: &Path, model: &Path, output: &Path) -> AnnotateOptions {
    AnnotateOptions {
        query: DataOptions { files: vec![query.to_owned().into()], ..DataOptions::default() },
        model: model.to_owned(),
        outputs: vec![output.to_owned()],
        ..AnnotateOptions::default()
    }
}

/// Labels and notes of every cell, and the record.
fn labelled(query: &Path, model: &Path) -> (Vec<(String, String)>, RunRecord) {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("labels.tsv");
    let record = annotate(&options(query, model, &output), &Silent).unwrap();
    let table = std::fs::read_to_string(&output).unwrap();
    let mut lines = table.lines();
    let header: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let (label, note) = (column("predicted_labels"), column("ferrocyte_note"));
    let cells = lines.map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        (fields[label].to_owned(), fields[note].to_owned())
    });
    (cells.collect(), record)
}

fn labels(query: &Path, model: &Path) -> (Vec<String>, Coverage) {
    let (cells, record) = labelled(query, model);
    (cells.into_iter().map(|(label, _)| label).collect(), record.coverage.unwrap())
}

fn refused(query: &Path, model: &Path, min_coverage: Option<f64>) -> AnnotateError {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("labels.csv");
    let options = AnnotateOptions { min_coverage, ..options(query, model, &output) };
    let error = annotate(&options, &Silent).unwrap_err();
    assert!(!output.exists(), "nothing is written");
    error
}

fn named(genes: &[String], name: impl Fn(&str) -> Option<String>) -> Vec<Option<String>> {
    genes.iter().map(|gene| name(gene)).collect()
}

fn identifier(table: &GeneTable, name: &str) -> Option<String> {
    let (gene, _) = table.find(name, Some(Species::HUMAN))?;
    Some(table.identifier(gene).to_owned())
}

#[test]
fn a_query_may_call_genes_as_it_likes() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(&demo("reference.h5ad"), folder.path());
    let cells = Cells::read(&demo("query.h5ad"), 1000);
    let (as_they_are, coverage) =
        labels(&cells.write(&folder.path().join("a"), &named(&cells.genes, |g| Some(g.into()))), &model);
    assert_eq!((coverage.share(), coverage.weight_share), (1.0, Some(1.0)));
    assert!(as_they_are.iter().any(|label| *label != as_they_are[0]));

    let table = embedded();
    let by_identifier =
        named(&cells.genes, |gene| Some(identifier(table, gene).map_or(gene.into(), |id| id + ".3")));
    let in_another_case = named(&cells.genes, |gene| Some(gene.to_lowercase()));
    let with_genome = named(&cells.genes, |gene| Some(format!("GRCh38_{gene}")));
    let cases = [
        ("versions", by_identifier, 0.99),
        ("lower case", in_another_case, 0.95),
        ("genome", with_genome, 1.0),
    ];
    for (what, names, least) in cases {
        let (found, coverage) = labels(&cells.write(&folder.path().join(what), &names), &model);
        assert!(coverage.weight_share.unwrap() >= least, "{what}: {coverage:?}");
        assert!(coverage.matched.by_name < coverage.shared_genes / 2, "{what}: {coverage:?}");
        let other = found.iter().zip(&as_they_are).filter(|(a, b)| a != b).count();
        assert!(other <= if least == 1.0 { 0 } else { 2 }, "{what}: {other} of {} labels", found.len());
    }
}

#[test]
fn previous_symbols_and_aliases_are_found_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(&demo("reference.h5ad"), folder.path());
    let cells = Cells::read(&demo("query.h5ad"), 1000);
    // Approved symbol on one side, a previous symbol or an alias on the other.
    let renamed = |gene: &str| match gene {
        "SEPT7" => "SEPTIN7".to_owned(),
        "CD3D" => "CD3-DELTA".to_owned(),
        "NKG7" => "GMP-17".to_owned(),
        other => other.to_owned(),
    };
    let query = cells.write(&folder.path().join("q"), &named(&cells.genes, |gene| Some(renamed(gene))));
    let changed = cells.genes.iter().filter(|gene| renamed(gene) != **gene).count();
    assert!(changed >= 2);
    let (_, record) = labelled(&query, &model);
    let coverage = record.coverage.unwrap();
    assert_eq!(coverage.matched.by_previous_symbol, changed, "{coverage:?}");
    assert_eq!(coverage.shared_genes, coverage.model_genes);
    assert!(record.warnings.iter().any(|warning| warning.code == "genes-by-alias"));
}

#[test]
fn columns_that_name_one_gene_are_summed() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(&demo("reference.h5ad"), folder.path());
    let mut cells = Cells::read(&demo("query.h5ad"), 1000);
    let (whole, _) =
        labels(&cells.write(&folder.path().join("a"), &named(&cells.genes, |g| Some(g.into()))), &model);
    // Every second count of a gene moves to a second column, which scanpy would call GENE-1.
    let halved = cells.genes.iter().position(|gene| gene == "LYZ").unwrap();
    let second = cells.genes.len();
    cells.genes.push("LYZ-1".to_owned());
    for (i, entry) in cells.entries.iter_mut().filter(|(_, gene, _)| *gene == halved).enumerate() {
        if i % 2 == 0 {
            entry.1 = second;
        }
    }
    let query = cells.write(&folder.path().join("b"), &named(&cells.genes, |g| Some(g.into())));
    let (summed, coverage) = labels(&query, &model);
    assert_eq!(summed, whole);
    assert_eq!(coverage.repeated_columns, 1);
}

#[test]
fn few_genes_are_said_beside_each_label_and_a_handful_never_label() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(&demo("reference.h5ad"), folder.path());
    let cells = Cells::read(&demo("query.h5ad"), 1000);
    let first = |n: usize| {
        let kept = |(i, gene): (usize, &String)| if i < n { gene.clone() } else { format!("nothing{i}") };
        let names: Vec<_> = cells.genes.iter().enumerate().map(kept).map(Some).collect();
        cells.write(&folder.path().join(n.to_string()), &names)
    };
    let (found, record) = labelled(&first(250), &model);
    let share = record.coverage.as_ref().unwrap().weight_share.unwrap();
    assert!((0.2..0.5).contains(&share), "{share}");
    assert!(record.warnings.iter().any(|warning| warning.code == "few-genes"));
    let expected = format!("labelled by {:.0} % of what", 100.0 * share);
    assert!(found.iter().all(|(_, note)| note.starts_with(&expected)), "{:?}", found[0]);

    for min_coverage in [None, Some(0.0)] {
        let error = refused(&first(9), &model, min_coverage);
        let AnnotateError::TooFewGenes(few) = &error else { panic!("{error}") };
        // One of the 765 genes marks no type.
        assert_eq!((few.shared_genes, few.model_genes), (9, 764));
        assert!(ferrocyte::hint(&error).unwrap().contains("--gene-table"));
    }
    assert!(matches!(refused(&first(60), &model, Some(0.9)), AnnotateError::TooFewGenes(_)));
    assert!(matches!(refused(&first(60), &model, Some(f64::NAN)), AnnotateError::MinCoverage { .. }));
}

#[test]
fn genes_of_another_species_are_never_taken_for_those_of_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(&demo("reference.h5ad"), folder.path());
    let cells = Cells::read(&demo("query.h5ad"), 1000);
    let mouse = |gene: &str| {
        let (first, rest) = gene.split_at(1);
        Some(format!("{first}{}", rest.to_lowercase()))
    };
    let query = cells.write(&folder.path().join("mouse"), &named(&cells.genes, mouse));
    let error = refused(&query, &model, Some(0.0));
    let AnnotateError::OtherSpecies(species) = &error else { panic!("{error}") };
    assert_eq!((species.query, species.model), (Species::MOUSE, Species::HUMAN));
    let inspection =
        inspect(&InspectOptions { file: query, model: Some(model), ..InspectOptions::default() }).unwrap();
    assert!(inspection.warnings.iter().any(|warning| warning.code == "other-species"));
}

#[test]
fn a_table_of_the_user_is_used_instead() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(&demo("reference.h5ad"), folder.path());
    let cells = Cells::read(&demo("query.h5ad"), 1000);
    let names = named(&cells.genes, |gene| Some(format!("probe-{gene}")));
    let query = cells.write(&folder.path().join("probes"), &names);
    assert!(matches!(refused(&query, &model, None), AnnotateError::TooFewGenes(_)));
    let table = folder.path().join("probes.tsv");
    let lines: Vec<String> = cells.genes.iter().map(|gene| format!("\t{gene}\tprobe-{gene}")).collect();
    std::fs::write(&table, lines.join("\n")).unwrap();
    let mut options = options(&query, &model, &folder.path().join("labels.csv"));
    options.query.open.gene_table = Some(table);
    let coverage = annotate(&options, &Silent).unwrap().coverage.unwrap();
    assert_eq!((coverage.matched.by_previous_symbol, coverage.share()), (coverage.model_genes, 1.0));
}

/// `pancreas_4studies` has Ensembl identifiers in the index and symbols in a column. The model keeps both; here it is
/// also cut down to either.
#[test]
fn pancreas_by_identifiers_and_by_symbols() {
    let Some(pancreas) = data("data/pancreas_4studies.h5ad") else { return };
    let folder = tempfile::tempdir().unwrap();
    let both = trained(&pancreas, folder.path());
    let (header, arrays) = read_model(&both).unwrap();
    let symbol_of = |gene: &str| {
        let position = header.genes.iter().position(|known| known == gene)?;
        Some(header.other_gene_names[position].clone()).filter(|symbol| !symbol.is_empty())
    };
    assert_eq!(symbol_of("ENSG00000254647").as_deref(), Some("INS"));
    let model = |name: &str, genes: Vec<String>| {
        let path = folder.path().join(name);
        let mut header = header.clone();
        (header.genes, header.other_gene_names) = (genes, vec![]);
        write_model(&path, &header, &arrays).unwrap();
        path
    };
    let mut symbols: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (gene, symbol) in header.genes.iter().zip(&header.other_gene_names) {
        let is_new = !symbol.is_empty() && seen.insert(symbol.clone());
        symbols.push(if is_new { symbol.clone() } else { gene.clone() });
    }
    let of_identifiers = model("identifiers.ferrocyte", header.genes.clone());
    let of_symbols = model("symbols.ferrocyte", symbols);

    let cells = Cells::read(&pancreas, 300);
    let var = open(&pancreas).unwrap().genes_of(&MatrixPath::X).unwrap();
    let in_file = var.column("symbol").unwrap().to_names();
    let by_identifier =
        cells.write(&folder.path().join("id"), &named(&cells.genes, |gene| Some(gene.into())));
    let by_version =
        cells.write(&folder.path().join("v"), &named(&cells.genes, |gene| Some(format!("{gene}.11"))));
    let by_symbol = cells.write(&folder.path().join("symbol"), &in_file);
    let mut turned = Cells { genes: cells.genes.clone(), entries: cells.entries.clone(), n: cells.n };
    turned.genes.reverse();
    let last = turned.genes.len() - 1;
    turned.entries.iter_mut().for_each(|entry| entry.1 = last - entry.1);
    let in_another_order =
        turned.write(&folder.path().join("o"), &named(&turned.genes, |gene| Some(gene.into())));

    let (expected, _) = labels(&by_identifier, &of_identifiers);
    for query in [&by_identifier, &by_version, &by_symbol, &in_another_order] {
        for model in [&both, &of_identifiers, &of_symbols] {
            let (found, coverage) = labels(query, model);
            let weight = coverage.weight_share.unwrap();
            assert!(weight >= 0.95, "{} {}: {weight}", query.display(), model.display());
            let other = found.iter().zip(&expected).filter(|(a, b)| a != b).count();
            // A symbol that two genes share leaves one out: a doubtful cell in a hundred may then tip over.
            let at_most = if weight < 1.0 { found.len() / 100 } else { 0 };
            assert!(other <= at_most, "{} {}: {other} labels differ", query.display(), model.display());
        }
    }

    let nine =
        named(&cells.genes, |gene| header.genes[100..109].iter().any(|g| g == gene).then(|| gene.into()));
    let error = refused(&cells.write(&folder.path().join("nine"), &nine), &both, None);
    assert!(matches!(&error, AnnotateError::TooFewGenes(few) if few.shared_genes == 9), "{error}");

    let Some(mouse) = data("data/paul15_myeloid.h5ad") else { return };
    let error = refused(&mouse, &both, None);
    assert!(
        matches!(&error, AnnotateError::OtherSpecies(species) if species.query == Species::MOUSE),
        "{error}"
    );
}
