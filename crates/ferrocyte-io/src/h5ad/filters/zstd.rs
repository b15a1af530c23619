//! Zstandard chunks (HDF5 filter 32015).

use std::io::Read;

use hdf5_reader::error::Error;
use ruzstd::decoding::StreamingDecoder;

use super::broken;

/// Decodes one Zstandard frame to at most `limit` bytes.
pub(super) fn decompress(data: &[u8], limit: usize) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    StreamingDecoder::new(data)
        .map_err(|error| broken("zstd", &error.to_string()))?
        .take(limit as u64 + 1)
        .read_to_end(&mut out)
        .map_err(|error| broken("zstd", &error.to_string()))?;
    if out.len() > limit {
        return Err(broken("zstd", "the data is larger than its chunk"));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One frame, one run-length block of 1,000 bytes `x` (RFC 8878, 3.1.1).
    const RUN: [u8; 12] = [0x28, 0xb5, 0x2f, 0xfd, 0x60, 0xe8, 0x02, 0x43, 0x1f, 0x00, b'x', 0];

    #[test]
    fn the_limit_holds_and_damage_is_seen() {
        assert_eq!(decompress(&RUN[..11], 1000).unwrap(), [b'x'; 1000]);
        assert!(decompress(&RUN[..11], 999).unwrap_err().to_string().contains("larger than its chunk"));
        assert!(decompress(&RUN[..9], 1000).is_err());
        assert!(decompress(b"not zstd", 1000).is_err());
    }
}
