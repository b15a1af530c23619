//! Bytes of a file that may be gzip.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// The first bytes of gzip.
const GZIP: &[u8] = b"\x1f\x8b";

/// The content of a file: what gzip holds, or the bytes as they are. Whether it is gzip is seen by its first bytes.
///
/// It is a stream, and may expand as far as it will: what is kept of it is limited where it is kept.
pub(crate) struct Decoded<'a> {
    reader: Box<dyn Read + 'a>,
    left: u64,
}

impl<'a> Decoded<'a> {
    /// Takes a reader of a file.
    pub(crate) fn new(reader: impl Read + 'a) -> io::Result<Self> {
        let mut reader = BufReader::with_capacity(1 << 16, reader);
        let reader: Box<dyn Read + 'a> = if reader.fill_buf()?.starts_with(GZIP) {
            Box::new(MultiGzDecoder::new(reader))
        } else {
            Box::new(reader)
        };
        Ok(Self { reader, left: u64::MAX })
    }

    /// Ends in an error after so many bytes. Gzip in gzip needs it: a kilobyte of it can hold gigabytes.
    pub(crate) fn at_most(self, n_bytes: u64) -> Self {
        Self { left: n_bytes, ..self }
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        let too_much = || io::Error::new(io::ErrorKind::InvalidData, "it expands further than gzip can");
        self.left = self.left.checked_sub(n as u64).ok_or_else(too_much)?;
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
            let found = io::read_to_string(Decoded::new(bytes).unwrap()).unwrap();
            assert!(found == "text" || found == "texttext");
        }
    }

    #[test]
    fn a_limit_is_an_error() {
        let read = |most| io::read_to_string(Decoded::new(b"text".as_slice()).unwrap().at_most(most));
        assert_eq!(read(4).unwrap(), "text");
        assert_eq!(read(3).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
