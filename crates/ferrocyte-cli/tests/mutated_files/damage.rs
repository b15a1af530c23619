//! Damage to the bytes of a file.

/// A generator that is the same everywhere (`SplitMix64`, <https://doi.org/10.1145/2714064.2660195>).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `n`, which must not be 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % n as u64) as usize
    }

    /// A place in a file: as often among its first bytes, where headers are, as anywhere.
    fn place(&mut self, bytes: &[u8]) -> usize {
        let n = bytes.len().max(1);
        if self.below(2) == 0 { self.below(n.min(4096)) } else { self.below(n) }
    }

    /// Where a run of bytes starts and ends.
    fn run(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let start = self.place(bytes);
        let longest = 1 << self.below(13);
        start..(start + 1 + self.below(longest)).min(bytes.len())
    }
}

/// Does one thing or two to a file.
pub(crate) fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(2) {
        if bytes.is_empty() {
            return;
        }
        match random.below(9) {
            0 => flip(bytes, random),
            1 => bytes.truncate(random.place(bytes)),
            2 => splice(bytes, random),
            3 => duplicate(bytes, random),
            4 => remove(bytes, random),
            5 => fill(bytes, random, 0),
            6 => fill(bytes, random, 0xff),
            7 => change_integer(bytes, random),
            _ => change_digits(bytes, random),
        }
    }
}

fn flip(bytes: &mut [u8], random: &mut Random) {
    for _ in 0..=random.below(8) {
        let place = random.place(bytes);
        bytes[place] ^= 1 << random.below(8);
    }
}

/// Puts bytes from elsewhere over others.
fn splice(bytes: &mut [u8], random: &mut Random) {
    let run = random.run(bytes);
    let to = random.below(bytes.len() - run.len() + 1);
    bytes.copy_within(run, to);
}

fn duplicate(bytes: &mut Vec<u8>, random: &mut Random) {
    let run = random.run(bytes);
    let piece = bytes[run.clone()].to_vec();
    bytes.splice(run.start..run.start, piece);
}

fn remove(bytes: &mut Vec<u8>, random: &mut Random) {
    let run = random.run(bytes);
    bytes.drain(run);
}

fn fill(bytes: &mut [u8], random: &mut Random, with: u8) {
    let run = random.run(bytes);
    bytes[run].fill(with);
}

/// Changes a length or an address: a little-endian integer that is not zero.
fn change_integer(bytes: &mut [u8], random: &mut Random) {
    let from = random.place(bytes);
    let place = bytes[from..].iter().position(|&byte| byte != 0).map_or(from, |found| from + found);
    let width = [1, 2, 4, 8][random.below(4)].min(bytes.len() - place);
    let field = &mut bytes[place..place + width];
    let found = field.iter().rev().fold(0_u64, |number, &byte| (number << 8) | u64::from(byte));
    let changed = match random.below(6) {
        0 => found.wrapping_add(1),
        1 => found.wrapping_sub(1),
        2 => found << 1,
        3 => 1 << random.below(64),
        4 => u64::MAX >> random.below(64),
        _ => random.below(1 << 16) as u64,
    };
    field.copy_from_slice(&changed.to_le_bytes()[..width]);
}

/// Changes a number that is written in digits.
fn change_digits(bytes: &mut Vec<u8>, random: &mut Random) {
    let from = random.place(bytes);
    let Some(start) = bytes[from..].iter().position(u8::is_ascii_digit).map(|found| from + found) else {
        return;
    };
    let end =
        bytes[start..].iter().position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |n| start + n);
    let numbers =
        ["0", "1", "-1", "4294967296", "18446744073709551616", "99999999999999999999999", "1e400", "nan", ""];
    bytes.splice(start..end, numbers[random.below(numbers.len())].bytes());
}
