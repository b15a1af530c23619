//! The files that are damaged, and a model that fits each.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::damage::{Random, damage};
use super::support::{self, run};
use super::zip;

/// A format, and whole files of it.
pub(crate) struct Source {
    pub(crate) format: &'static str,
    pub(crate) files: Vec<PathBuf>,
}

/// Real stores.
const STORES: &[&str] = &["formats/anndata_archive_v0.7.8_adata.zarr.zip"];

/// Every format, with the real files that are there: those of the demo, those of the readers' tests, and those of the
/// larger real data.
pub(crate) fn all(folder: &Path) -> Vec<Source> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tests = crates.join("ferrocyte-io/tests");
    let mut sources = vec![
        Source { format: "h5ad", files: vec![support::query(), tests.join("write_fixtures/current.h5ad")] },
        Source {
            format: "10x h5",
            files: vec![tests.join("tenx_fixtures/version_3.h5")], // version_2.h5 has two genomes
        },
        Source { format: "loom", files: vec![tests.join("hdf5_fixtures/spec_3.loom")] },
        Source { format: "h5mu", files: vec![tests.join("hdf5_fixtures/rna.h5mu")] },
        Source {
            format: "npy",
            files: vec![
                tests.join("numpy_fixtures/dict_csc.npy"),
                tests.join("numpy_fixtures/dict_protocol_2.npy"),
            ],
        },
        Source { format: "npz", files: vec![tests.join("numpy_fixtures/arrays.npz")] },
    ];
    let stores: Vec<PathBuf> = ["version_2.zarr.zip", "version_3.zarr.zip", "sharded.zarr.zip"]
        .iter()
        .map(|name| tests.join("zarr_fixtures").join(name))
        .collect();
    let unpacked = stores.iter().map(|store| unpacked(store, folder)).collect();
    sources.push(Source { format: "zarr folder", files: unpacked });
    sources.push(Source { format: "zarr zip", files: stores });
    let (table, matrices) = small_files(folder);
    sources.push(Source { format: "text table", files: vec![table.clone(), gzipped(&table, folder)] });
    let archives = matrices.iter().map(|matrix| archive(matrix, folder)).collect();
    sources.push(Source { format: "10x mtx", files: matrices });
    sources.push(Source { format: "10x tar", files: archives });
    if std::env::var_os("FERROCYTE_DATA").is_some() {
        add_real(&mut sources, folder);
    }
    sources.push(Source { format: "model", files: vec![model_of(&support::query(), folder)] });
    sources
}

/// Puts the larger real data in the place of what was made here.
fn add_real(sources: &mut [Source], folder: &Path) {
    let real =
        |names: &[&str]| -> Vec<PathBuf> { names.iter().filter_map(|name| support::data(name)).collect() };
    for source in sources {
        let files = match source.format {
            "h5ad" => real(&["data/zheng68k_subset700.h5ad", "formats/anndata_archive_v0.7.8_adata.h5ad"]),
            "10x h5" => real(&["formats/10x_v2_small.h5", "formats/10x_v3_small.h5"]),
            "10x mtx" => real(&["formats/10x_v2_mtx_tiny/hg19_chr21", "formats/10x_v3_mtx_small"]),
            "10x tar" => {
                let folders = real(&["formats/10x_v2_mtx_tiny/hg19_chr21", "formats/10x_v3_mtx_small"]);
                folders.iter().map(|matrix| archive(matrix, folder)).collect()
            }
            "text table" => {
                let table = real(&["formats/tsv_genes_by_cells_immune_control_tiny.txt"]);
                let packed: Vec<PathBuf> = table.iter().map(|table| gzipped(table, folder)).collect();
                [table, packed].concat()
            }
            "zarr folder" => real(STORES).iter().map(|store| unpacked(store, folder)).collect(),
            "zarr zip" => real(STORES),
            "loom" => real(&["formats/tiny_fc_dropseq.loom"]),
            "h5mu" => real(&["formats/muon_wu2020_200.h5mu"]),
            "npy" => real(&["formats/seed/cells.npy"]),
            "npz" => real(&["formats/scipy_or_numpy_statot_expr.npz"]),
            _ => continue,
        };
        if source.format == "h5ad" {
            source.files.truncate(1); // the demo's cells are real
            source.files.extend(files);
        } else if source.format.starts_with("zarr") {
            source.files.extend(files); // which are of version 2 only
        } else {
            source.files = files;
        }
    }
}

/// A table and a folder of Cell Ranger.
fn small_files(folder: &Path) -> (PathBuf, Vec<PathBuf>) {
    let genes = ["CD3D", "MS4A1", "NKG7", "LYZ", "ACTB", "GAPDH", "CD8A", "GNLY"];
    let mut table = format!("cell,{}\n", genes.join(","));
    let mut entries = Vec::new();
    for cell in 0..12 {
        let counts: Vec<usize> = (0..genes.len()).map(|gene| (7 * cell + 3 * gene) % 5).collect();
        let text: Vec<String> = counts.iter().map(ToString::to_string).collect();
        table += &format!("AAACATACAACC{cell:02}-1,{}\n", text.join(","));
        let entry = |gene: usize| format!("{} {} {}\n", gene + 1, cell + 1, counts[gene]);
        entries.extend((0..genes.len()).filter(|&gene| counts[gene] > 0).map(entry));
    }
    let path = folder.join("table.csv");
    fs::write(&path, table).unwrap();
    let matrix = folder.join("matrix");
    fs::create_dir_all(&matrix).unwrap();
    let sizes = format!("{} 12 {}\n", genes.len(), entries.len());
    let content = format!("%%MatrixMarket matrix coordinate integer general\n{sizes}{}", entries.concat());
    fs::write(matrix.join("matrix.mtx"), content).unwrap();
    let named: Vec<String> = (0..).zip(genes).map(|(i, gene)| format!("ENSG{i:011}\t{gene}\n")).collect();
    fs::write(matrix.join("genes.tsv"), named.concat()).unwrap();
    let cells: Vec<String> = (0..12).map(|cell| format!("AAACATACAACC{cell:02}-1\n")).collect();
    fs::write(matrix.join("barcodes.tsv"), cells.concat()).unwrap();
    (path, vec![matrix])
}

fn gzipped(path: &Path, folder: &Path) -> PathBuf {
    let packed = folder.join(format!("{}.gz", path.file_name().unwrap().to_string_lossy()));
    fs::write(&packed, gzip(&fs::read(path).unwrap())).unwrap();
    packed
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A folder as a tar archive.
fn archive(matrix: &Path, folder: &Path) -> PathBuf {
    let name = matrix.file_name().unwrap().to_string_lossy().into_owned();
    let mut archive = Vec::new();
    for path in files_of(matrix) {
        let content = fs::read(&path).unwrap();
        let member = format!("{name}/{}", path.file_name().unwrap().to_string_lossy());
        let mut header = [0_u8; 512];
        header[..member.len()].copy_from_slice(member.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = b'0';
        let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        archive.extend(header);
        archive.extend(content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    let path = folder.join(format!("{name}.tar"));
    fs::write(&path, archive).unwrap();
    path
}

/// The files below a folder, sorted.
fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| files_of(folder)));
    files.sort();
    files
}

/// The folder that is packed in an archive.
fn unpacked(archive: &Path, folder: &Path) -> PathBuf {
    let store = folder.join(archive.file_stem().unwrap());
    zip::unpack(archive, &store);
    store
}

/// Writes a damaged copy; of a folder one file is damaged, of compressed text as often the text as its gzip, and of
/// an archive of a store as often a file in it.
pub(crate) fn damaged_copy(whole: &Path, copy: &Path, random: &mut Random) {
    if whole.is_dir() {
        fs::create_dir_all(copy).unwrap();
        let files = files_of(whole);
        let chosen = random.below(files.len());
        for (place, file) in files.iter().enumerate() {
            let bytes = fs::read(file).unwrap();
            let bytes = if place == chosen { damaged(bytes, false, random) } else { bytes };
            let copied = copy.join(file.strip_prefix(whole).unwrap());
            fs::create_dir_all(copied.parent().unwrap()).unwrap();
            fs::write(copied, bytes).unwrap();
        }
    } else {
        let is_store = whole.extension().is_some_and(|suffix| suffix == "zip");
        fs::write(copy, damaged(fs::read(whole).unwrap(), is_store, random)).unwrap();
    }
}

fn damaged(mut bytes: Vec<u8>, is_store: bool, random: &mut Random) -> Vec<u8> {
    if bytes.starts_with(&[0x1f, 0x8b]) && random.below(2) == 0 {
        let mut text = Vec::new();
        flate2::read::MultiGzDecoder::new(&*bytes).read_to_end(&mut text).unwrap();
        damage(&mut text, random);
        return gzip(&text);
    }
    if is_store && random.below(2) == 0 {
        let mut members = zip::members(&bytes);
        let chosen = random.below(members.len());
        damage(&mut members[chosen].1, random);
        return zip::archive(&members);
    }
    damage(&mut bytes, random);
    bytes
}

/// Trains a model on cells that have the genes of a file, so that the file is read to its end.
pub(crate) fn model_of(file: &Path, folder: &Path) -> PathBuf {
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let path = folder.join(format!("{name}.ferrocyte"));
    let clean = folder.join(format!("{name}.mtx"));
    let converted = run("convert {} -o {}", &[file, &clean]);
    assert!(converted.status < 2, "{name}: {}", converted.stderr);
    let mut genes = String::new();
    let packed = fs::File::open(clean.join("features.tsv.gz")).unwrap();
    flate2::read::MultiGzDecoder::new(packed).read_to_string(&mut genes).unwrap();
    let identifier = |line: &str| line.split('\t').next().unwrap().replace('"', "");
    let mut names: Vec<String> = genes.lines().map(identifier).collect();
    names.sort();
    names.dedup();
    let quoted: Vec<String> = names.iter().map(|gene| format!("\"{gene}\"")).collect();
    let mut table = format!("\"cell\",{},\"label_of_cell\"\n", quoted.join(","));
    for cell in 0..6 {
        let counts: Vec<String> = (0..names.len()).map(|gene| ((gene + cell) % 3).to_string()).collect();
        table += &format!("AAACATACAACC{cell:02}-1,{},{}\n", counts.join(","), ["x", "y"][cell % 2]);
    }
    let cells = folder.join("cells.csv");
    fs::write(&cells, table).unwrap();
    let line = "train {} --label label_of_cell --no-score --genes columns -o {}";
    let trained = run(line, &[&cells, &path]);
    assert!(trained.status < 2, "{name}: {}", trained.stderr);
    path
}
