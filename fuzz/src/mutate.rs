//! Damage to binary files that bytes at random seldom do.

/// A generator that is the same everywhere (`SplitMix64`, <https://doi.org/10.1145/2714064.2660195>).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % n.max(1) as u64) as usize
    }
}

/// Changes `data[..size]` and returns its new size: mostly as libFuzzer does, and now and then a length, an address or
/// a type, which HDF5 keeps as little-endian integers among many zeros.
pub fn binary(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random(u64::from(seed));
    if size < 16 || random.below(2) == 0 {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    for _ in 0..=random.below(3) {
        change(&mut data[..size], &mut random);
    }
    size
}

/// Changes an integer where bytes are not zero.
fn change(bytes: &mut [u8], random: &mut Random) {
    let from = random.below(bytes.len());
    let place = bytes[from..].iter().position(|&byte| byte != 0).map_or(from, |found| from + found);
    let width = [1, 2, 4, 8][random.below(4)].min(bytes.len() - place);
    let n_bytes = bytes.len() as u64;
    let other = random.below(bytes.len() - width + 1);
    let field = &bytes[place..place + width];
    let found = field.iter().rev().fold(0_u64, |number, &byte| (number << 8) | u64::from(byte));
    let changed = match random.below(14) {
        0 => 0,
        1 => u64::MAX,
        2 => found.wrapping_add(1),
        3 => found.wrapping_sub(1),
        4 => found << 1,
        5 => found >> 1,
        6 => 1 << random.below(64),
        7 => (1 << random.below(64)) - 1,
        8 => n_bytes,
        9 => n_bytes.wrapping_sub(place as u64),
        10 => random.below(bytes.len()) as u64,
        11 => random.below(256) as u64,
        12 => found ^ (1 << random.below(64)),
        _ => {
            bytes.copy_within(other..other + width, place);
            return;
        }
    };
    bytes[place..place + width].copy_from_slice(&changed.to_le_bytes()[..width]);
}
