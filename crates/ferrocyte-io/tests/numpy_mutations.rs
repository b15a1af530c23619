//! Damaged files of `NumPy` are refused or read, and nothing else: no panic, no hang.

#![allow(clippy::unwrap_used)] // in the helpers of tests too

mod support;

use std::path::{Path, PathBuf};

use ferrocyte_io::open;
use support::mutations::{Random, damage_never_panics, reads_to_the_end};

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
        let read = |path: &Path| open(path).is_ok_and(|file| reads_to_the_end(file.as_ref()));
        damage_never_panics(name, &original, TIMES, damage, read);
    }
}
