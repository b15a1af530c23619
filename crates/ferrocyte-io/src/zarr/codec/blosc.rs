//! Blosc, version 1: blocks that are shuffled and then compressed, whole or in one stream per byte of an element.
//!
//! Format: <https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst>

use flate2::bufread::ZlibDecoder;

use super::{CodecError, blosclz, broken, lz4, read_all, shuffle, too_large, zstd};

const HEADER_BYTES: usize = 16;

/// Versions of the format; 1 and 2 differ in nothing that is read here.
const VERSIONS: [u8; 2] = [1, 2];

/// Flags of the third byte; its three highest bits are the codec.
const SHUFFLED: u8 = 1;
const COPIED: u8 = 2;
const BITS_SHUFFLED: u8 = 4;
const ONE_STREAM: u8 = 16;

/// A block whose elements are larger, or whose streams would be shorter, is one stream.
const MOST_STREAMS: usize = 16;
const LEAST_STREAM_BYTES: usize = 128;

struct Header {
    shuffle: Shuffle,
    one_stream: bool,
    codec: u8,
    element: usize,
    n_bytes: usize,
    block: usize,
}

enum Shuffle {
    None,
    Bytes,
    Bits,
}

/// Decodes a chunk of Blosc to at most `limit` bytes.
pub(super) fn unpack(packed: &[u8], limit: usize) -> Result<Vec<u8>, CodecError> {
    let header = Header::read(packed, limit)?;
    if packed.get(2).is_some_and(|flags| flags & COPIED != 0) {
        let content = packed.get(HEADER_BYTES..).and_then(|rest| rest.get(..header.n_bytes));
        return content.map(<[u8]>::to_vec).ok_or_else(cut_short);
    }
    let n_blocks = header.n_bytes.div_ceil(header.block);
    let starts = packed.get(HEADER_BYTES..).and_then(|rest| rest.get(..n_blocks.checked_mul(4)?));
    let starts = starts.ok_or_else(cut_short)?.as_chunks::<4>().0;
    let mut out = vec![0; header.n_bytes];
    for (block, start) in out.chunks_mut(header.block).zip(starts) {
        let stored = packed.get(u32::from_le_bytes(*start) as usize..).ok_or_else(cut_short)?;
        header.unpack_block(stored, block)?;
    }
    Ok(out)
}

impl Header {
    fn read(packed: &[u8], limit: usize) -> Result<Self, CodecError> {
        let number = |at: usize| {
            let bytes = packed.get(at..).and_then(|rest| rest.first_chunk()).ok_or_else(cut_short)?;
            Ok(u32::from_le_bytes(*bytes) as usize)
        };
        let byte = |at: usize| packed.get(at).copied().ok_or_else(cut_short);
        let (version, flags) = (byte(0)?, byte(2)?);
        let (n_bytes, block, n_packed) = (number(4)?, number(8)?, number(12)?);
        if !VERSIONS.contains(&version) {
            return Err(broken("blosc", format!("expected version 2 of the format, found {version}")));
        }
        if n_bytes > limit {
            return Err(too_large("blosc"));
        }
        if n_packed != packed.len() {
            return Err(broken("blosc", format!("expected {n_packed} bytes, found {}", packed.len())));
        }
        if block == 0 && n_bytes > 0 && flags & COPIED == 0 {
            return Err(broken("blosc", "its blocks have no bytes"));
        }
        Ok(Self {
            shuffle: match flags {
                flags if flags & SHUFFLED != 0 => Shuffle::Bytes,
                flags if flags & BITS_SHUFFLED != 0 => Shuffle::Bits,
                _ => Shuffle::None,
            },
            one_stream: flags & ONE_STREAM != 0,
            codec: flags >> 5,
            element: usize::from(byte(3)?).max(1),
            n_bytes,
            block: block.clamp(1, n_bytes.max(1)),
        })
    }

    /// Decodes the block at the front of `stored`; the last may be shorter than the others.
    fn unpack_block(&self, stored: &[u8], out: &mut [u8]) -> Result<(), CodecError> {
        let is_split = !self.one_stream
            && out.len() == self.block
            && self.element <= MOST_STREAMS
            && self.block / self.element >= LEAST_STREAM_BYTES;
        // A block that is split is a whole number of elements.
        let stream_bytes = if is_split { self.block / self.element } else { out.len() };
        if is_split && !self.block.is_multiple_of(self.element) {
            return Err(broken("blosc", "its blocks are no whole number of elements"));
        }
        let mut rest = stored;
        for stream in out.chunks_mut(stream_bytes) {
            let (length, after) = rest.split_first_chunk().ok_or_else(cut_short)?;
            let length = u32::from_le_bytes(*length) as usize;
            let (packed, after) = after.split_at_checked(length).ok_or_else(cut_short)?;
            if length == stream.len() {
                stream.copy_from_slice(packed);
            } else {
                self.unpack_stream(packed, stream)?;
            }
            rest = after;
        }
        match self.shuffle {
            Shuffle::Bytes if self.element > 1 => {
                out.copy_from_slice(&shuffle::undone(out, self.element));
            }
            Shuffle::Bits if out.len() >= self.element => {
                out.copy_from_slice(&shuffle::bits_undone(out, self.element));
            }
            _ => {}
        }
        Ok(())
    }

    fn unpack_stream(&self, packed: &[u8], out: &mut [u8]) -> Result<(), CodecError> {
        let unpacked = match self.codec {
            0 => return blosclz::unpack(packed, out),
            1 => return lz4(packed, out), // LZ4HC too: only its compressor differs
            3 => read_all(ZlibDecoder::new(packed), "zlib", out.len())?,
            4 => zstd(packed, out.len())?,
            2 => return Err(broken("blosc", "snappy is not read; expected blosclz, lz4, zlib or zstd")),
            other => return Err(broken("blosc", format!("there is no codec {other}"))),
        };
        if unpacked.len() != out.len() {
            return Err(cut_short());
        }
        out.copy_from_slice(&unpacked);
        Ok(())
    }
}

fn cut_short() -> CodecError {
    broken("blosc", "the data is cut short")
}
