//! Bytes of a file that may be gzip, never more of them than the file can honestly hold.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// The first bytes of gzip.
const GZIP: &[u8] = b"\x1f\x8b";

/// Decoded bytes that are allowed whatever the size of the file.
const ALWAYS_ALLOWED: u64 = 16 << 20;

/// Cell Ranger's matrices shrink to a quarter, lists of barcodes to a fifth; gzip could do 1/1032.
const MOST_EXPANSION: u64 = 64;

/// The content of a file: what gzip holds, or the bytes as they are. Whether it is gzip is seen by its first bytes.
pub(crate) struct Decoded<'a> {
    reader: Box<dyn Read + 'a>,
    n_bytes: u64,
    left: u64,
    most: u64,
}

impl<'a> Decoded<'a> {
    /// Takes a reader of `n_bytes` bytes.
    pub(crate) fn new(reader: impl Read + 'a, n_bytes: u64) -> io::Result<Self> {
        let mut reader = BufReader::with_capacity(1 << 16, reader);
        let reader: Box<dyn Read + 'a> = if reader.fill_buf()?.starts_with(GZIP) {
            Box::new(MultiGzDecoder::new(reader))
        } else {
            Box::new(reader)
        };
        let most = n_bytes.saturating_mul(MOST_EXPANSION).saturating_add(ALWAYS_ALLOWED);
        Ok(Self { reader, n_bytes, left: most, most })
    }

    /// Bytes of the file, as they are stored.
    pub(crate) fn n_bytes(&self) -> u64 {
        self.n_bytes
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.left = self.left.checked_sub(n as u64).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("expected at most {} bytes once decompressed, found more", self.most),
            )
        })?;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn gzip_is_seen_by_its_bytes() {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        io::Write::write_all(&mut packed, b"text").unwrap();
        let packed = packed.finish().unwrap();
        for bytes in [b"text".as_slice(), &packed, &[packed.as_slice(), &packed].concat()] {
            let found = io::read_to_string(Decoded::new(bytes, bytes.len() as u64).unwrap()).unwrap();
            assert!(found == "text" || found == "texttext");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        io::copy(&mut io::repeat(b' ').take(32 << 20), &mut packed).unwrap();
        let packed = packed.finish().unwrap();
        let mut decoded = Decoded::new(packed.as_slice(), 10).unwrap();
        let error = io::copy(&mut decoded, &mut io::sink()).unwrap_err();
        assert_eq!(error.to_string(), "expected at most 16777856 bytes once decompressed, found more");
    }
}
