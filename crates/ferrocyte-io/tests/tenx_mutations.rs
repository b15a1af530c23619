//! Damaged 10x data are refused or read, and nothing else: no panic, no hang, no allocation that a header dictates.

#![allow(clippy::unwrap_used)] // in the helpers of tests too
#![allow(clippy::needless_update)] // of options that may become more

mod support;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use ferrocyte_io::{OpenOptions, open_with};
use flate2::Compression;
use flate2::write::GzEncoder;
use support::mutations::{Random, damage_never_panics, flip, reads_to_the_end};

const TIMES: usize = 300;

fn read_everything(path: &Path, genome: Option<&str>) -> bool {
    let options = OpenOptions { genome: genome.map(str::to_owned), ..OpenOptions::default() };
    open_with(path, &options).is_ok_and(|file| reads_to_the_end(file.as_ref()))
}

/// Changes, adds, repeats or removes some bytes; those of numbers become others, and sometimes very large ones.
fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            return;
        }
        let place = random.below(bytes.len());
        match random.below(8) {
            0 => bytes[place] = random.below(256) as u8,
            1 => bytes[place] ^= 1 << random.below(8),
            2 => bytes[place] = b"0123456789-.e\t\n \r%"[random.below(18)],
            3 => drop(bytes.remove(place)),
            4 => bytes.truncate(place),
            5 => drop(bytes.splice(place..place, *b"99999999999999999999")),
            6 => drop(bytes.splice(place..place, [b'\n'; 3])),
            _ => {
                let end = (place + random.below(30)).min(bytes.len());
                let piece = bytes[place..end].to_vec();
                bytes.splice(place..place, piece);
            }
        }
    }
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

const FILES: [(&str, &str); 3] = [
    (
        "matrix.mtx",
        "%%MatrixMarket matrix coordinate integer general\n%note\n3 2 4\n1 1 5\n3 1 1\n2 2 7\n2 2 3\n",
    ),
    ("features.tsv", "E1\tA\tGene Expression\nE2\tB\tAntibody Capture\nE3\tC\tGene Expression\n"),
    ("barcodes.tsv", "AAAC-1\nAAAG-1\n"),
];

#[test]
fn damaged_folders_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    for (damaged, text) in FILES {
        for (name, text) in FILES {
            fs::write(folder.path().join(name), text).unwrap();
        }
        damage_never_panics(damaged, text.as_bytes(), TIMES, damage, |path| {
            fs::copy(path, folder.path().join(damaged)).unwrap();
            read_everything(folder.path(), None)
        });
    }
}

#[test]
fn damaged_archives_never_panic() {
    let mut archive = Vec::new();
    for (name, text) in FILES {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", text.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = b'0';
        let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        archive.extend(header);
        archive.extend(text.as_bytes());
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    // Damage below the compression, and damage of it.
    let read = |path: &Path| read_everything(path, None);
    damage_never_panics("archive", &archive, TIMES, damage, |path| {
        fs::write(path, gzip(&fs::read(path).unwrap())).unwrap();
        read(path)
    });
    damage_never_panics("archive.gz", &gzip(&archive), TIMES, damage, read);
}

#[test]
fn damaged_h5_never_panics() {
    for (name, genome) in [("version_2.h5", Some("hg19")), ("version_3.h5", None)] {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tenx_fixtures").join(name);
        let damage = |bytes: &mut Vec<u8>, random: &mut Random| flip(bytes, random);
        damage_never_panics(name, &fs::read(fixture).unwrap(), TIMES, damage, |path| {
            read_everything(path, genome)
        });
    }
}
