//! Damaged 10x data are refused or read, and nothing else: no panic, no hang, no allocation that a header dictates.

#![allow(clippy::unwrap_used)] // in the helpers of tests too
#![allow(clippy::needless_update)] // of options that may become more

use std::fs;
use std::io::Write as _;
use std::path::Path;

use ferrocyte_io::{MatrixPath, OpenOptions, open_with};
use flate2::Compression;
use flate2::write::GzEncoder;

const TIMES: usize = 300;

/// A generator that is the same everywhere (`SplitMix64`, <https://doi.org/10.1145/2714064.2660195>).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % n as u64) as usize
    }
}

/// Reads everything there is; errors are as good as values.
fn read_everything(path: &Path, genome: Option<&str>) -> bool {
    let Ok(file) =
        open_with(path, &OpenOptions { genome: genome.map(str::to_owned), ..OpenOptions::default() })
    else {
        return false;
    };
    let Ok(var) = file.genes_of(&MatrixPath::X) else { return false };
    let Ok(mut source) = file.source(&MatrixPath::X, 2) else { return false };
    loop {
        match source.next_block() {
            Ok(Some(_)) => {}
            Ok(None) => return var.names().iter().all(|name| var.column(name).is_ok()),
            Err(_) => return false,
        }
    }
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
    for (damaged, _) in FILES {
        let mut random = Random(1);
        let mut whole = 0;
        for _ in 0..TIMES {
            for (name, text) in FILES {
                let mut bytes = text.as_bytes().to_vec();
                if name == damaged {
                    damage(&mut bytes, &mut random);
                }
                fs::write(folder.path().join(name), bytes).unwrap();
            }
            whole += usize::from(read_everything(folder.path(), None));
        }
        assert!(whole < TIMES, "{damaged}: no damage was seen");
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
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive");
    fs::write(&path, gzip(&archive)).unwrap();
    assert!(read_everything(&path, None));
    let mut random = Random(2);
    let mut whole = 0;
    for i in 0..2 * TIMES {
        let bytes = if i % 2 == 0 {
            let mut bytes = archive.clone();
            damage(&mut bytes, &mut random);
            gzip(&bytes)
        } else {
            let mut bytes = gzip(&archive);
            damage(&mut bytes, &mut random);
            bytes
        };
        fs::write(&path, bytes).unwrap();
        whole += usize::from(read_everything(&path, None));
    }
    assert!(whole < 2 * TIMES, "no damage was seen");
}

#[test]
fn damaged_h5_never_panics() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.h5");
    for (name, genome) in [("version_2.h5", Some("hg19")), ("version_3.h5", None)] {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tenx_fixtures").join(name);
        let original = fs::read(fixture).unwrap();
        let mut random = Random(3);
        let mut whole = 0;
        for _ in 0..TIMES {
            let mut bytes = original.clone();
            for _ in 0..=random.below(8) {
                let start = random.below(bytes.len());
                let place = (start..bytes.len()).find(|&place| bytes[place] != 0).unwrap_or(start);
                bytes[place] = random.below(256) as u8;
            }
            fs::write(&path, bytes).unwrap();
            whole += usize::from(read_everything(&path, genome));
        }
        assert!(whole < TIMES, "{name}: no damage was seen");
    }
}
