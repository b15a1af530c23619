//! Damage that bytes at random seldom do.

use crate::assemble::BETWEEN;

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

/// Changes `data[..size]`, which is parts of text with [`BETWEEN`] between them, and returns its new size: mostly as
/// libFuzzer does, and now and then a number that is written in digits, or parts as a whole.
pub fn text(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random(u64::from(seed));
    if size < 16 || random.below(2) == 0 {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    let mut changed = data[..size].to_vec();
    for _ in 0..=random.below(3) {
        match random.below(4) {
            0 => change_part(&mut changed, &mut random),
            _ => change_number(&mut changed, &mut random),
        }
    }
    changed.truncate(max_size.min(data.len()));
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
}

/// Numbers that sizes, shapes and places are changed to.
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "8",
    "16",
    "255",
    "65536",
    "1048576",
    "134217728",
    "268435456",
    "4294967295",
    "9223372036854775808",
    "18446744073709551615",
    "-1",
];

fn change_number(bytes: &mut Vec<u8>, random: &mut Random) {
    let from = random.below(bytes.len());
    let Some(start) = bytes[from..].iter().position(u8::is_ascii_digit).map(|found| from + found) else {
        return;
    };
    let end =
        bytes[start..].iter().position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |n| start + n);
    let found = std::str::from_utf8(&bytes[start..end]).ok().and_then(|digits| digits.parse::<u64>().ok());
    let number = match (random.below(6), found) {
        (0, Some(found)) => found.wrapping_add(1).to_string(),
        (1, Some(found)) => found.wrapping_sub(1).to_string(),
        (2, Some(found)) => found.wrapping_mul(2).to_string(),
        (3, _) => random.below(64).to_string(),
        _ => NUMBERS[random.below(NUMBERS.len())].to_owned(),
    };
    bytes.splice(start..end, number.bytes());
}

/// Takes a part away, or puts a copy of it in the place of another.
fn change_part(bytes: &mut Vec<u8>, random: &mut Random) {
    let starts: Vec<usize> = bytes
        .windows(BETWEEN.len())
        .enumerate()
        .filter(|(_, window)| *window == BETWEEN)
        .map(|(at, _)| at)
        .collect();
    if starts.is_empty() {
        return;
    }
    let part =
        |which: usize| starts[which] + BETWEEN.len()..starts.get(which + 1).copied().unwrap_or(bytes.len());
    let target = part(random.below(starts.len()));
    if random.below(3) == 0 {
        bytes.drain(target);
        return;
    }
    // Its content, not its name.
    let name = bytes[target.clone()].iter().position(|&byte| byte == b'\n').unwrap_or(0);
    let source = bytes[part(random.below(starts.len()))].to_vec();
    let content = source.iter().position(|&byte| byte == b'\n').unwrap_or(0);
    bytes.splice(target.start + name..target.end, source[content..].iter().copied());
}
