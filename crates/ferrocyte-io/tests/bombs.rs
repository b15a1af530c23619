//! Small files that promise much: what they cost is bounded by what they are, or they are refused.
//!
//! Damaged files seldom do this; these are made on purpose. Memory is counted, so this is a program of its own with
//! one test in it.

#![allow(clippy::unwrap_used)] // in the helpers of tests too
#![allow(unsafe_code)] // the allocator below, which only counts

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use ferrocyte_io::{CellFile, ReadError, open};
use flate2::Compression;
use flate2::write::GzEncoder;

struct Meter;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static METER: Meter = Meter;

// SAFETY: every call goes to `System` with the arguments it came with.
unsafe impl GlobalAlloc for Meter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(LIVE.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What reading any small file may cost; the largest of these files is below 100 kB.
const MOST: usize = 512 << 20;

/// How a file ends, once everything in it was asked for.
fn read_everything(opened: Result<Box<dyn CellFile>, ReadError>) -> Result<(), String> {
    let text = |error: &dyn std::error::Error| error.source().unwrap_or(error).to_string();
    let file = opened.map_err(|error| text(&error))?;
    for matrix in file.matrices().map_err(|error| text(&error))? {
        for frame in [file.obs(), &file.genes_of(&matrix.path).map_err(|error| text(&error))?] {
            for name in frame.names() {
                frame.column(name).map_err(|error| text(&error))?.to_names();
            }
        }
        let mut source = file.source(&matrix.path, 1 << 20).map_err(|error| text(&error))?;
        while source.next_block().map_err(|error| text(&*error))?.is_some() {}
    }
    Ok(())
}

fn gzip(pieces: &[(&[u8], usize)]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    for (piece, times) in pieces {
        // Written in large pieces: one word at a time would be slow.
        let many = piece.repeat((1 << 16) / piece.len().max(1) + 1);
        let mut left = piece.len() * times;
        while left > 0 {
            let n = left.min(many.len());
            encoder.write_all(&many[..n]).unwrap();
            left -= n;
        }
    }
    encoder.finish().unwrap()
}

fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = vec![0_u8; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    header[148..156].fill(b' ');
    header[156] = b'0';
    let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header.extend(content);
    header.resize(header.len().next_multiple_of(512), 0);
    header
}

const SIZES: &str = "%%MatrixMarket matrix coordinate integer general\n";

/// Each bomb, and the words that refuse it; without words it may also be read.
fn bombs() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let fixture = |name: &str| {
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
    };
    let genes = tar("matrix.mtx", format!("{SIZES}7000000 1 0\n").as_bytes());
    let short_names = [genes, tar("barcodes.tsv", b"x\n"), tar("genes.tsv", &b"a\n".repeat(7_000_000))];
    let inner = gzip(&[(format!("{SIZES}1 1 200000000\n").as_bytes(), 1), (b"1 1 1\n", 60_000_000)]);
    let nested =
        [tar("barcodes.tsv", b"x\n"), tar("genes.tsv", b"a\n"), tar("matrix.mtx.gz", &inner)].concat();
    vec![
        (
            "columns.csv",
            gzip(&[(b"c,", 10_000_000), (b"c\n", 1), (b"0,", 10_000_000), (b"0\n", 1)]),
            "in memory",
        ),
        ("rows.csv", gzip(&[(b"c,a\n", 1), (b"r,0\n", 10_000_000)]), "in memory"),
        ("names.tar.gz", gzip(&[(&short_names.concat(), 1)]), "in memory"),
        ("nested.tar.gz", gzip(&[(&nested, 1)]), "damaged"),
        ("strings.h5ad", fixture("bomb_strings.h5ad"), "in memory"),
        ("integers.h5ad", fixture("bomb_integers.h5ad"), "in memory"),
        ("categories.h5ad", fixture("bomb_categories.h5ad"), "texts that are"),
        ("column.h5ad", fixture("bomb_csc.h5ad"), ""),
        ("row.h5ad", fixture("bomb_csr.h5ad"), ""),
    ]
}

#[test]
fn what_a_small_file_costs_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content, words) in bombs() {
        let path = folder.path().join(name);
        assert!(content.len() < 500_000, "{name}: {} bytes", content.len());
        fs::write(&path, &content).unwrap();
        drop(content);
        let before = LIVE.load(Relaxed);
        PEAK.store(before, Relaxed);
        let found = read_everything(open(&path));
        let held = PEAK.load(Relaxed) - before;
        eprintln!("{name}: {} MiB, {found:?}", held >> 20);
        assert!(held <= MOST, "{name}: {} MiB, {found:?}", held >> 20);
        match found {
            Err(error) => assert!(error.contains(words), "{name}: {error}"),
            Ok(()) => assert_eq!(words, "", "{name} was read"),
        }
    }
}
