//! LZF chunks (HDF5 filter 32000), the compression that h5py brings.
//!
//! A stream of literal runs (a byte `n` below 32, then `n + 1` bytes) and references into what was already
//! written (three bits of length, thirteen of distance; a length of seven goes on in one more byte). Format:
//! M. Lehmann, `LibLZF`, <http://oldhome.schmorp.de/marc/liblzf.html>.

use hdf5_reader::error::Error;

use super::broken;

/// Decodes LZF to at most `limit` bytes; `expected` is the size that the file promises, 0 where it does not.
pub(super) fn decompress(data: &[u8], expected: usize, limit: usize) -> Result<Vec<u8>, Error> {
    // A reference of three bytes writes at most 264.
    let most = data.len().saturating_mul(88).saturating_add(264).min(limit);
    let mut out = Vec::with_capacity(expected.min(most));
    let mut input = data.iter().copied();
    let mut next = || input.next();
    let cut_short = || broken("lzf", "the data is cut short");
    while let Some(control) = next() {
        let control = usize::from(control);
        let length = if control < 32 { control + 1 } else { control >> 5 };
        if control < 32 {
            for _ in 0..length {
                out.push(next().ok_or_else(cut_short)?);
            }
        } else {
            let length =
                2 + if length == 7 { 7 + usize::from(next().ok_or_else(cut_short)?) } else { length };
            let distance = ((control & 31) << 8) + usize::from(next().ok_or_else(cut_short)?) + 1;
            let start = out
                .len()
                .checked_sub(distance)
                .ok_or_else(|| broken("lzf", "a reference points before the start"))?;
            // Byte by byte, because a reference may overlap what it writes.
            for from in start..start + length {
                out.push(out[from]);
            }
        }
        if out.len() > limit {
            return Err(broken("lzf", "the data is larger than its chunk"));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_overlapping_references() {
        // "abc", then ten bytes from three back, then (long form) twelve from one back.
        let packed = [2, b'a', b'b', b'c', 0xe0, 1, 2, 0xe0, 3, 0];
        assert_eq!(decompress(&packed, 0, 1000).unwrap(), b"abcabcabcabcaaaaaaaaaaaaa");
        assert_eq!(decompress(&[], 0, 1000).unwrap(), b"");
    }

    #[test]
    fn damage_is_an_error() {
        for (packed, message) in [
            ([5, b'a'].as_slice(), "cut short"),
            (&[0x20], "cut short"),
            (&[0xe0, 1], "cut short"),
            (&[0, b'a', 0x20, 9], "before the start"),
            (&[0, b'a', 0xe0, 255, 0], "larger than its chunk"),
        ] {
            let error = decompress(packed, usize::MAX, 100).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
