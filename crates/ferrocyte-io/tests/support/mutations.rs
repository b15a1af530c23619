//! Damage, the same in every run: what the tests of damaged files share.

use std::path::Path;

use ferrocyte_io::CellFile;
use ferrocyte_io::frame::Frame;

/// A generator that is the same everywhere (`SplitMix64`, <https://doi.org/10.1145/2714064.2660195>).
pub struct Random(pub u64);

impl Random {
    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % n as u64) as usize
    }
}

/// Reads `original` as it is, then damages it in `times` ways. Each must be refused or read, and nothing else: no panic,
/// no hang, no allocation that a header dictates. Some damage must be seen, or this tests nothing.
///
/// `read` says whether a file reads to its end; errors are as good as values.
pub fn damage_never_panics(
    name: &str,
    original: &[u8],
    times: usize,
    damage: impl Fn(&mut Vec<u8>, &mut Random),
    read: impl Fn(&Path) -> bool,
) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged");
    let reads = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        read(&path)
    };
    assert!(reads(original), "{name}: it cannot be read when it is whole");
    let mut random = Random(original.len() as u64);
    let mut whole = 0;
    for _ in 0..times {
        let mut bytes = original.to_vec();
        damage(&mut bytes, &mut random);
        whole += usize::from(reads(&bytes));
    }
    assert!(whole < times, "{name}: no damage was seen");
}

/// Changes some bytes, where they are not zero: most of a small HDF5 file is room for more.
pub fn flip(bytes: &mut [u8], random: &mut Random) {
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

/// Replaces the end by zeros: a file that is cut and whose header says so is refused at once.
pub fn cut(bytes: &mut Vec<u8>, random: &mut Random) {
    let length = bytes.len();
    bytes.truncate(random.below(length));
    bytes.resize(length, 0);
}

/// Whether everything in a file can be read: all columns of cells and genes, all matrices in small blocks.
pub fn reads_to_the_end(file: &dyn CellFile) -> bool {
    reads_to_the_end_except(file, "")
}

/// As [`reads_to_the_end`], without a matrix that cannot be read in any case.
pub fn reads_to_the_end_except(file: &dyn CellFile, unreadable: &str) -> bool {
    let all = |frame: &Frame| frame.names().iter().all(|name| frame.column(name).is_ok());
    let Ok(matrices) = file.matrices() else { return false };
    let mut whole = all(file.obs()) && !matrices.is_empty();
    for matrix in matrices.iter().filter(|matrix| matrix.path.to_string() != unreadable) {
        whole &= file.genes_of(&matrix.path).is_ok_and(|genes| all(&genes));
        let Ok(mut source) = file.source(&matrix.path, 5) else {
            whole = false;
            continue;
        };
        loop {
            match source.next_block() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => {
                    whole = false;
                    break;
                }
            }
        }
    }
    whole
}
