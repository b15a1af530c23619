//! gzip chunks (HDF5 filter 1, a zlib stream) by libdeflate.

use std::cell::RefCell;

use hdf5_reader::error::Error;
use libdeflater::{DecompressionError, Decompressor};

use super::broken;
use crate::memory_limit::DEFLATE_EXPANSION;

thread_local! {
    /// A decompressor is costly to make, and the chunks of a data set are all of one size.
    static STATE: RefCell<(Decompressor, usize)> = RefCell::new((Decompressor::new(), 1 << 16));
}

/// Decodes a zlib stream, checking its checksum, to at most `limit` bytes.
pub(super) fn decompress(data: &[u8], limit: usize) -> Result<Vec<u8>, Error> {
    let most = data.len().saturating_mul(DEFLATE_EXPANSION as usize).saturating_add(64).min(limit);
    STATE.with_borrow_mut(|(decompressor, last)| {
        let mut room = (*last).min(most);
        loop {
            let mut out = vec![0; room];
            match decompressor.zlib_decompress(data, &mut out) {
                Ok(size) => {
                    out.truncate(size);
                    *last = size.max(1 << 12);
                    return Ok(out);
                }
                Err(DecompressionError::InsufficientSpace) if room < most => {
                    room = room.saturating_mul(4).min(most);
                }
                Err(DecompressionError::InsufficientSpace) => {
                    return Err(broken("gzip", "the data is larger than its chunk"));
                }
                Err(DecompressionError::BadData) => {
                    return Err(broken("gzip", "the data or its checksum is wrong"));
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use libdeflater::{CompressionLvl, Compressor};

    fn compressed(data: &[u8]) -> Vec<u8> {
        let mut compressor = Compressor::new(CompressionLvl::default());
        let mut out = vec![0; compressor.zlib_compress_bound(data.len())];
        let size = compressor.zlib_compress(data, &mut out).unwrap();
        out.truncate(size);
        out
    }

    #[test]
    fn chunks_of_any_size_are_read() {
        for size in [0, 1, 1 << 12, 1 << 20, 10] {
            let data: Vec<u8> = (0..size).map(|i: u32| (i / 7) as u8).collect();
            assert_eq!(decompress(&compressed(&data), 1 << 21).unwrap(), data);
        }
    }

    #[test]
    fn the_limit_holds_and_damage_is_seen() {
        let packed = compressed(&vec![0; 1 << 20]);
        assert!(decompress(&packed, 1 << 19).unwrap_err().to_string().contains("larger than its chunk"));
        let mut damaged = packed.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert!(decompress(&damaged, 1 << 21).unwrap_err().to_string().contains("checksum"));
        assert!(decompress(&packed[..packed.len() / 2], 1 << 21).is_err());
    }
}
