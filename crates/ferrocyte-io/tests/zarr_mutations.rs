//! Damaged stores are refused or read, and nothing else: no panic, no hang, no allocation that metadata dictates.

#![cfg(feature = "zarr")]
#![allow(clippy::unwrap_used)] // in the helpers of tests too

mod zarr_support;

use std::path::Path;

use ferrocyte_io::open;
use zarr_support::{Random, everything, files, fixture, unpack};

/// Reads everything that can be read; errors are as good as values.
fn read_everything(path: &Path) -> Option<Vec<String>> {
    open(path).ok().map(|file| everything(&*file))
}

fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            return;
        }
        let place = random.below(bytes.len());
        match random.below(7) {
            0 => bytes[place] = 0xff,
            1 => bytes[place] = 0,
            2 => bytes[place] ^= 1 << random.below(8),
            3 => bytes[place] = random.below(256) as u8,
            4 => drop(bytes.remove(place)),
            // In JSON: larger numbers.
            5 => bytes.insert(place, b'0' + random.below(10) as u8),
            _ => bytes.insert(place, bytes[random.below(bytes.len())]),
        }
    }
    if random.below(8) == 0 {
        bytes.truncate(random.below(bytes.len().max(1)));
    }
}

#[test]
fn damaged_archives_never_panic() {
    const TIMES: usize = 150;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.zip");
    for name in ["version_2.zarr.zip", "version_3.zarr.zip", "sharded.zarr.zip", "deflated.zarr.zip"] {
        let original = std::fs::read(fixture(name)).unwrap();
        let whole = read_everything(&fixture(name));
        let mut random = Random(original.len() as u64);
        let mut same = 0;
        for _ in 0..TIMES {
            let mut bytes = original.clone();
            damage(&mut bytes, &mut random);
            std::fs::write(&path, &bytes).unwrap();
            same += usize::from(read_everything(&path) == whole);
        }
        assert!(same < TIMES, "{name}: no damage was seen");
    }
}

/// In a folder there is no checksum, so damage reaches metadata and codecs.
#[test]
fn damaged_folders_never_panic() {
    const TIMES: usize = 400;
    for name in ["version_2.zarr.zip", "version_3.zarr.zip", "sharded.zarr.zip"] {
        let folder = tempfile::tempdir().unwrap();
        unpack(&fixture(name), folder.path());
        let (paths, whole) = (files(folder.path()), read_everything(folder.path()));
        let mut random = Random(paths.len() as u64);
        let mut same = 0;
        for _ in 0..TIMES {
            let path = &paths[random.below(paths.len())];
            let original = std::fs::read(path).unwrap();
            let mut bytes = original.clone();
            damage(&mut bytes, &mut random);
            std::fs::write(path, &bytes).unwrap();
            same += usize::from(read_everything(folder.path()) == whole);
            std::fs::write(path, &original).unwrap();
        }
        assert!(same < TIMES, "{name}: no damage was seen");
        assert_eq!(read_everything(folder.path()), whole);
    }
}
