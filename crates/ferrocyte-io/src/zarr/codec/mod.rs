//! From the bytes of a chunk to its elements.
//!
//! No codec puts out more than it is allowed to, whatever its input says of itself.

mod blosc;
mod blosclz;
mod crc32c;
mod shuffle;
mod text;

pub(super) use crc32c::without_checksum;
pub(super) use text::texts;

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use flate2::bufread::{MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

/// What one codec did to bytes, to be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Packing {
    Blosc,
    /// A checksum after the bytes.
    Crc32c,
    Gzip,
    /// The size, then a block: what numcodecs makes.
    Lz4,
    /// The first bytes of all elements of this size, then their second bytes, ...
    Shuffle(usize),
    Zlib,
    Zstd,
}

impl Packing {
    /// Undoes the codec; the result is at most `limit` bytes.
    pub(super) fn unpack(&self, packed: Vec<u8>, limit: usize) -> Result<Vec<u8>, CodecError> {
        match self {
            Self::Blosc => blosc::unpack(&packed, limit),
            Self::Crc32c => without_checksum(packed),
            Self::Gzip => read_all(MultiGzDecoder::new(packed.as_slice()), "gzip", limit),
            Self::Lz4 => lz4_with_size(&packed, limit),
            Self::Shuffle(size) => Ok(shuffle::undone(&packed, *size)),
            Self::Zlib => read_all(ZlibDecoder::new(packed.as_slice()), "zlib", limit),
            Self::Zstd => zstd(&packed, limit),
        }
    }
}

/// Bytes that do not follow the format of their codec.
#[derive(Debug, thiserror::Error)]
#[error("{codec}: {what}")]
pub(super) struct CodecError {
    codec: &'static str,
    what: String,
}

fn broken(codec: &'static str, what: impl Into<String>) -> CodecError {
    CodecError { codec, what: what.into() }
}

fn too_large(codec: &'static str) -> CodecError {
    broken(codec, "the data is larger than its chunk")
}

fn read_all(reader: impl Read, codec: &'static str, limit: usize) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    let mut reader = reader.take(limit as u64 + 1);
    reader.read_to_end(&mut out).map_err(|error| broken(codec, error.to_string()))?;
    if out.len() > limit { Err(too_large(codec)) } else { Ok(out) }
}

fn zstd(packed: &[u8], limit: usize) -> Result<Vec<u8>, CodecError> {
    guarded("zstd", || {
        let decoder = StreamingDecoder::new(packed).map_err(|error| broken("zstd", error.to_string()))?;
        read_all(decoder, "zstd", limit)
    })
}

/// Decodes a block of LZ4 that fills `out`.
fn lz4(packed: &[u8], out: &mut [u8]) -> Result<(), CodecError> {
    let size = guarded("lz4", || {
        let unpacked = lz4_flex::block::decompress_into(packed, out);
        unpacked.map_err(|error| broken("lz4", error.to_string()))
    })?;
    if size == out.len() { Ok(()) } else { Err(broken("lz4", "the data is cut short")) }
}

fn lz4_with_size(packed: &[u8], limit: usize) -> Result<Vec<u8>, CodecError> {
    /// A byte of LZ4 stands for 255 at most.
    const MOST_EXPANSION: usize = 255;
    let (size, block) = packed.split_first_chunk().ok_or_else(|| broken("lz4", "the data is cut short"))?;
    let size = u32::from_le_bytes(*size) as usize;
    if size > limit.min(block.len().saturating_mul(MOST_EXPANSION)) {
        return Err(too_large("lz4"));
    }
    let mut out = vec![0; size];
    lz4(block, &mut out)?;
    Ok(out)
}

/// A fault of a decoder of others must not end a program that reads many files.
fn guarded<T>(codec: &'static str, decode: impl FnOnce() -> Result<T, CodecError>) -> Result<T, CodecError> {
    // Nothing that it could leave half changed is seen again.
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(broken(codec, "its decoder gave up on the data")))
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    /// One frame, one run-length block of 1,000 bytes `x` (RFC 8878, 3.1.1).
    const ZSTD: [u8; 11] = [0x28, 0xb5, 0x2f, 0xfd, 0x60, 0xe8, 0x02, 0x43, 0x1f, 0x00, b'x'];

    fn packed() -> Vec<(Packing, Vec<u8>)> {
        let plain = [b'x'; 1000];
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        std::io::Write::write_all(&mut gzip, &plain).unwrap();
        std::io::Write::write_all(&mut zlib, &plain).unwrap();
        let lz4 = lz4_flex::block::compress_prepend_size(&plain);
        vec![
            (Packing::Gzip, gzip.finish().unwrap()),
            (Packing::Zlib, zlib.finish().unwrap()),
            (Packing::Lz4, lz4),
            (Packing::Zstd, ZSTD.to_vec()),
        ]
    }

    #[test]
    fn every_codec_keeps_to_its_limit_and_sees_what_is_missing() {
        for (packing, bytes) in packed() {
            assert_eq!(packing.unpack(bytes.clone(), 1000).unwrap(), [b'x'; 1000]);
            let error = packing.unpack(bytes.clone(), 999).unwrap_err().to_string();
            assert!(error.contains("larger than its chunk"), "{error}");
            for end in 0..bytes.len() {
                let cut = packing.unpack(bytes[..end].to_vec(), 1000);
                assert!(cut.is_err(), "{packing:?} cut at {end}");
            }
        }
    }
}
