//! Damaged `.h5ad` files are refused or read, and nothing else: no panic, no hang, no allocation that a header dictates.

#![allow(clippy::unwrap_used)] // in the helpers of tests too

mod support;

use std::path::Path;

use ferrocyte_io::h5ad::H5ad;
use support::mutations::{Random, cut, damage_never_panics, flip, reads_to_the_end_except};

const TIMES: usize = 150;

fn damaged(name: &str, damage: impl Fn(&mut Vec<u8>, &mut Random)) {
    let read =
        |path: &Path| H5ad::open(path).is_ok_and(|file| reads_to_the_end_except(&file, "layers/blosc"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let fixture = folder.join(format!("{name}.h5ad"));
    damage_never_panics(name, &std::fs::read(fixture).unwrap(), TIMES, damage, read);
}

#[test]
fn flipped_bytes_never_panic() {
    for name in ["storages", "columns", "raw_and_layers", "old_0_5", "old_0_7", "zstd"] {
        damaged(name, |bytes, random| flip(bytes, random));
    }
}

#[test]
fn files_cut_short_never_panic() {
    for name in ["storages", "old_0_5", "old_0_7"] {
        damaged(name, cut);
    }
}
