//! Bytes, or bits, that were put together by their place in an element.

/// Undoes a shuffle of bytes: first come the first bytes of all elements of `size` bytes, then their second, and at
/// the end, as they were, bytes that are no whole element.
pub(super) fn undone(shuffled: &[u8], size: usize) -> Vec<u8> {
    let n = shuffled.len().checked_div(size).unwrap_or(0);
    if size < 2 || n < 2 {
        return shuffled.to_vec();
    }
    let mut out = vec![0; shuffled.len()];
    let (planes, rest) = shuffled.split_at(n * size);
    let (elements, out_rest) = out.split_at_mut(n * size);
    out_rest.copy_from_slice(rest);
    match size {
        2 => interleave::<2>(planes, n, elements),
        4 => interleave::<4>(planes, n, elements),
        8 => interleave::<8>(planes, n, elements),
        _ => {
            for (place, plane) in planes.chunks_exact(n).enumerate() {
                for (element, &byte) in elements.chunks_exact_mut(size).zip(plane) {
                    element[place] = byte;
                }
            }
        }
    }
    out
}

/// Whole elements are written one after the other: several times as fast as plane by plane.
fn interleave<const SIZE: usize>(planes: &[u8], n: usize, elements: &mut [u8]) {
    let plane: [&[u8]; SIZE] = std::array::from_fn(|place| &planes[place * n..(place + 1) * n]);
    let (elements, _) = elements.as_chunks_mut::<SIZE>();
    for (at, element) in elements.iter_mut().enumerate().take(n) {
        *element = std::array::from_fn(|place| plane[place][at]);
    }
}

/// Undoes a shuffle of bits, as blosc has it: for each byte of an element, for each of its bits from the lowest,
/// that bit of all elements. Elements that are no multiple of eight were left as they are.
pub(super) fn bits_undone(shuffled: &[u8], size: usize) -> Vec<u8> {
    let mut out = shuffled.to_vec();
    let n = shuffled.len().checked_div(size).unwrap_or(0);
    if n == 0 || !n.is_multiple_of(8) {
        return out;
    }
    let row = n / 8;
    for place in 0..size {
        let bits = &shuffled[place * 8 * row..(place + 1) * 8 * row];
        for group in 0..row {
            for within in 0..8 {
                let byte =
                    (0..8).fold(0, |byte, bit| byte | ((bits[bit * row + group] >> within) & 1) << bit);
                out[(group * 8 + within) * size + place] = byte;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_into_their_elements() {
        assert_eq!(undone(b"adbecfxy", 3), b"abcdefxy");
        for size in [2_usize, 3, 4, 8, 16] {
            let plain: Vec<u8> = (0..size * 9 + size - 1).map(|byte| byte as u8).collect();
            let mut shuffled = vec![0; plain.len()];
            shuffled[size * 9..].copy_from_slice(&plain[size * 9..]);
            for (at, &byte) in plain[..size * 9].iter().enumerate() {
                shuffled[at % size * 9 + at / size] = byte;
            }
            assert_eq!(undone(&shuffled, size), plain, "{size}");
        }
        assert_eq!(undone(b"abc", 1), b"abc");
        assert_eq!(undone(b"abc", 0), b"abc");
        assert_eq!(undone(b"", 4), b"");
    }

    #[test]
    fn bits_come_back_into_their_bytes() {
        // Eight elements of one byte, of which the lowest bits are 10000001 and the highest of the first is set.
        let mut shuffled = [0; 8];
        shuffled[0] = 0b1000_0001;
        shuffled[7] = 0b0000_0001;
        assert_eq!(bits_undone(&shuffled, 1), [0x81, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(bits_undone(b"abc", 1), b"abc");
        assert_eq!(bits_undone(b"abc", 0), b"abc");
    }
}
