//! Damaged files of `NumPy` are refused or read, and nothing else: no panic, no hang.

#![allow(clippy::unwrap_used)] // in the helpers of tests too

use std::path::{Path, PathBuf};

use ferrocyte_io::{MatrixPath, open};

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
fn reads_to_the_end(path: &Path) -> bool {
    let Ok(file) = open(path) else { return false };
    for frame in [file.obs().clone(), file.genes_of(&MatrixPath::X).unwrap()] {
        for name in frame.names() {
            frame.column(name).unwrap().to_names();
        }
    }
    let mut source = file.source(&MatrixPath::X, 2).unwrap();
    loop {
        match source.next_block() {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        let place = random.below(bytes.len());
        match random.below(6) {
            0 => bytes[place] = 0xff,
            1 => bytes[place] = 0,
            2 => bytes[place] ^= 1 << random.below(8),
            3 => bytes[place] = random.below(256) as u8,
            4 => drop(bytes.remove(place)),
            _ => bytes.insert(place, bytes[random.below(bytes.len())]),
        }
    }
    if random.below(8) == 0 {
        bytes.truncate(random.below(bytes.len()));
    }
}

#[test]
fn damaged_files_never_panic() {
    const TIMES: usize = 200;
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/numpy_fixtures");
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("damaged");
    let names = [
        "dict_protocol_0.npy",
        "dict_protocol_2.npy",
        "dict_protocol_4.npy",
        "dict_protocol_5.npy",
        "dict_coo.npy",
        "dict_index.npy",
        "dict_turned_csc.npy",
        "dense_fortran.npy",
        "arrays.npz",
        "scipy_csc.npz",
        "scipy_csr.npz",
    ];
    for name in names {
        let original = std::fs::read(folder.join(name)).unwrap();
        let mut random = Random(original.len() as u64);
        let mut whole = 0;
        for _ in 0..TIMES {
            let mut bytes = original.clone();
            damage(&mut bytes, &mut random);
            std::fs::write(&path, &bytes).unwrap();
            whole += usize::from(reads_to_the_end(&path));
        }
        assert!(whole < TIMES, "{name}: no damage was seen");
    }
}
