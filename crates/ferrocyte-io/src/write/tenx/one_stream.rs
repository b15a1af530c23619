//! A gzip file of one stream that is compressed in parallel, and whose first bytes are known last.

use std::io::{self, Seek, SeekFrom, Write};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use rayon::prelude::*;

/// Bytes that are compressed at once.
const PIECE: usize = 1 << 20;

/// Level of compression.
const LEVEL: u32 = 4;

/// The header of gzip: no name, no time, unknown system.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A gzip stream that begins with a place for `header`, kept as it is (a stored block of RFC 1951), so that it can be
/// filled in when the rest is written. Pieces are compressed by themselves and end on a byte (a sync flush), and so
/// follow each other in one stream, which readers take that stop at the end of the first.
#[derive(Debug)]
pub(super) struct OneStream<W> {
    out: W,
    header_bytes: usize,
    open: Vec<u8>,
    full: Vec<Vec<u8>>,
    window: usize,
    crc: Crc,
}

impl<W: Write + Seek> OneStream<W> {
    /// Begins a stream with a place for a header of so many bytes, at most 65535.
    pub(super) fn begin(mut out: W, header_bytes: usize) -> io::Result<Self> {
        out.write_all(&GZIP_HEADER)?;
        out.write_all(&stored_block(&vec![0; header_bytes])?)?;
        let window = 2 * rayon::current_num_threads();
        Ok(Self { out, header_bytes, open: Vec::new(), full: Vec::new(), window, crc: Crc::new() })
    }

    /// Adds bytes.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.open.len()));
            self.open.extend_from_slice(now);
            bytes = later;
            if self.open.len() == PIECE {
                self.full.push(std::mem::replace(&mut self.open, Vec::with_capacity(PIECE)));
            }
            if self.full.len() == self.window {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let pieces: Vec<io::Result<(Vec<u8>, Crc)>> =
            self.full.par_iter().map(|piece| deflated(piece)).collect();
        self.full.clear();
        for piece in pieces {
            let (compressed, crc) = piece?;
            self.out.write_all(&compressed)?;
            self.crc.combine(&crc);
        }
        Ok(())
    }

    /// Ends the stream and fills in the header.
    pub(super) fn finish(mut self, header: &[u8]) -> io::Result<()> {
        if header.len() != self.header_bytes {
            return Err(io::Error::other("the header does not have the announced length"));
        }
        self.full.push(std::mem::take(&mut self.open));
        self.flush()?;
        let mut crc = Crc::new();
        crc.update(header);
        crc.combine(&self.crc);
        // An empty last block with fixed codes, then checksum and length, which is kept modulo 2^32.
        self.out.write_all(&[0x03, 0x00])?;
        self.out.write_all(&crc.sum().to_le_bytes())?;
        self.out.write_all(&crc.amount().to_le_bytes())?;
        self.out.seek(SeekFrom::Start(GZIP_HEADER.len() as u64))?;
        self.out.write_all(&stored_block(header)?)?;
        self.out.flush()
    }
}

/// A block that is not the last, and not compressed.
fn stored_block(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let length = u16::try_from(bytes.len()).map_err(io::Error::other)?;
    let mut block = vec![0];
    block.extend_from_slice(&length.to_le_bytes());
    block.extend_from_slice(&(!length).to_le_bytes());
    block.extend_from_slice(bytes);
    Ok(block)
}

/// Compressed blocks that end on a byte, none of them the last, and the checksum of what is in them.
fn deflated(bytes: &[u8]) -> io::Result<(Vec<u8>, Crc)> {
    let mut crc = Crc::new();
    crc.update(bytes);
    let mut compress = Compress::new(Compression::new(LEVEL), false);
    let mut compressed = Vec::with_capacity(bytes.len() / 2 + 64);
    loop {
        let rest = bytes.get(compress.total_in() as usize..).unwrap_or_default();
        let status =
            compress.compress_vec(rest, &mut compressed, FlushCompress::Sync).map_err(io::Error::other)?;
        let all_in = compress.total_in() as usize == bytes.len();
        // Room that is left over means that nothing waits to be written.
        if all_in && compressed.len() < compressed.capacity() {
            return Ok((compressed, crc));
        }
        if status == Status::StreamEnd {
            return Err(io::Error::other("a stream ended that was to go on"));
        }
        compressed.reserve(bytes.len() / 4 + 64);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    fn written(content: &[u8], at_a_time: usize) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let mut stream = OneStream::begin(&mut bytes, 6).unwrap();
        for part in content.chunks(at_a_time) {
            stream.push(part).unwrap();
        }
        stream.finish(b"header").unwrap();
        bytes.into_inner()
    }

    #[test]
    fn one_stream_holds_the_header_and_the_rest() {
        let long: Vec<u8> = (0..5_000_000_u64).map(|i| (i * i % 251) as u8).collect();
        for content in [&[][..], b"x", &long[..PIECE], &long] {
            let bytes = written(content, content.len().max(1));
            let mut read = Vec::new();
            // This decoder stops at the end of the first stream, and checks checksum and length.
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut read).unwrap();
            assert!(read.starts_with(b"header") && read[6..] == *content, "{} bytes", content.len());
            if content.len() < 2 {
                continue;
            }
            assert_eq!(written(content, 77_777), bytes, "however it comes");
        }
    }
}
