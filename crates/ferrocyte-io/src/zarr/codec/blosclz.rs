//! `BloscLZ`, the codec that Blosc brings, a descendant of `FastLZ`: runs of literal bytes (a byte `n` below 32, then
//! `n + 1` bytes) and references into what was already written (three bits of length, thirteen of distance, more
//! bytes of each where these are full).
//!
//! Format: <https://github.com/Blosc/c-blosc/blob/main/blosc/blosclz.c>

use super::{CodecError, broken};

/// Distances above this have two bytes of their own.
const NEAR: usize = 8191;

/// Decodes a stream that fills `out`.
pub(super) fn unpack(packed: &[u8], out: &mut [u8]) -> Result<(), CodecError> {
    let mut input = packed.iter().copied();
    let mut next = || input.next().map(usize::from).ok_or_else(|| broken("blosclz", "the data is cut short"));
    let too_long = || broken("blosclz", "the data is larger than its block");
    let mut written = 0;
    // The first byte begins with literals, whatever its upper bits say.
    let mut control = next()? & 31;
    loop {
        if control < 32 {
            let run = out.get_mut(written..written + control + 1).ok_or_else(too_long)?;
            for byte in run {
                *byte = next()? as u8;
            }
            written += control + 1;
        } else {
            let mut length = (control >> 5) - 1;
            let far = (control & 31) << 8;
            if length == 6 {
                loop {
                    let more = next()?;
                    length += more;
                    if more != 255 || length > out.len() {
                        break;
                    }
                }
            }
            let low = next()?;
            let distance = if low == 255 && far == 31 << 8 {
                (next()? << 8) + next()? + NEAR + 1
            } else {
                far + low + 1
            };
            length += 3;
            let start = written
                .checked_sub(distance)
                .ok_or_else(|| broken("blosclz", "a reference points before the start"))?;
            if out.len() - written < length {
                return Err(too_long());
            }
            // Byte by byte, because a reference may overlap what it writes.
            for at in 0..length {
                out[written + at] = out[start + at];
            }
            written += length;
        }
        if written == out.len() {
            return Ok(());
        }
        control = next()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(packed: &[u8], n: usize) -> Result<Vec<u8>, String> {
        let mut out = vec![0; n];
        unpack(packed, &mut out).map(|()| out).map_err(|error| error.to_string())
    }

    #[test]
    fn literals_and_references() {
        // "abc"; six bytes from three back; fourteen from one back, in the long form.
        let packed = [0xe2, b'a', b'b', b'c', 0x80, 2, 0xe0, 5, 0];
        assert_eq!(unpacked(&packed, 23).unwrap(), b"abcabcabccccccccccccccc");
        // From 8,192 + 259 back: literals of the first bytes, then a run, then the far reference.
        let mut far = vec![1, b'x', b'y', 0xe0];
        far.extend([255; 33]);
        far.extend([100, 0]);
        far.extend([0x3f, 255, 1, 2]);
        let n = 2 + (6 + 255 * 33 + 100 + 3) + 3;
        let out = unpacked(&far, n).unwrap();
        let start = n - 3 - (258 + 8192);
        assert_eq!(out[n - 3..], [out[start], out[start + 1], out[start + 2]]);
    }

    #[test]
    fn damage_is_an_error() {
        for (packed, message) in [
            ([].as_slice(), "cut short"),
            (&[5, b'a'], "cut short"),
            (&[0, b'a'], "cut short"),
            (&[0, b'a', 0xe0, 255], "cut short"),
            (&[0, b'a', 0x20, 9], "before the start"),
            (&[0, b'a', 0xe0, 255, 0, 0], "larger than its block"),
            (&[31], "larger than its block"),
        ] {
            let error = unpacked(packed, 20).unwrap_err();
            assert!(error.contains(message), "{packed:?}: {error}");
        }
    }
}
