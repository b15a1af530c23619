//! Damaged files are refused or read, and nothing else: no panic, no hang, no allocation that a header dictates.

#![allow(clippy::unwrap_used)] // in the helpers of tests too

mod common;

use std::path::{Path, PathBuf};

use common::{fixture, read};
use ferrocyte_io::h5ad::H5ad;

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

/// Reads everything that can be read; errors are as good as values.
fn read_everything(path: &Path) -> bool {
    let Ok(file) = H5ad::open(path) else { return false };
    let mut whole = true;
    for frame in [Some(file.obs().clone()), Some(file.var().clone()), file.raw_var().unwrap_or_default()] {
        let Some(frame) = frame else { continue };
        for name in frame.names() {
            whole &= frame.column(name).is_ok();
        }
    }
    let Ok(matrices) = file.matrices() else { return false };
    for matrix in matrices {
        whole &= read(&file, &matrix.path.to_string(), 5).is_ok();
    }
    whole
}

/// How often a damaged fixture still reads to the end.
fn damaged(name: &str, times: usize, damage: impl Fn(&mut Vec<u8>, &mut Random)) -> usize {
    let original = std::fs::read(fixture(name)).unwrap();
    let path: PathBuf = std::env::temp_dir().join(format!("ferrocyte-{}-{name}.h5ad", std::process::id()));
    let mut random = Random(times as u64);
    let mut whole = 0;
    for _ in 0..times {
        let mut bytes = original.clone();
        damage(&mut bytes, &mut random);
        std::fs::write(&path, &bytes).unwrap();
        whole += usize::from(read_everything(&path));
    }
    std::fs::remove_file(&path).ok();
    whole
}

/// Most of a small HDF5 file is room for more, so a changed byte is often not seen: several are changed, where
/// bytes are not zero.
fn flip(bytes: &mut [u8], random: &mut Random) {
    for _ in 0..=random.below(8) {
        let start = random.below(bytes.len());
        let place = (start..bytes.len()).find(|&place| bytes[place] != 0).unwrap_or(start);
        bytes[place] = match random.below(4) {
            0 => 0xff,
            1 => 0,
            2 => bytes[place] ^ (1 << random.below(8)),
            _ => random.below(256) as u8,
        };
    }
}

/// Cut at the end, and the header made to agree: a file that is cut and says so is refused at once.
fn cut(bytes: &mut Vec<u8>, random: &mut Random) {
    let length = bytes.len();
    bytes.truncate(random.below(length));
    bytes.resize(length, 0);
}

#[test]
fn flipped_bytes_never_panic() {
    for name in ["storages", "columns", "raw_and_layers", "old_0_5", "old_0_7", "zstd"] {
        let whole = damaged(name, TIMES, |bytes, random| flip(bytes, random));
        assert!(whole < TIMES, "{name}: no damage was seen");
    }
}

#[test]
fn files_cut_short_never_panic() {
    for name in ["storages", "old_0_5", "old_0_7"] {
        let whole = damaged(name, TIMES, cut);
        assert!(whole < TIMES, "{name}: no damage was seen");
    }
}

const TIMES: usize = 150;
