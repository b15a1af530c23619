//! The bytes of a text, decompressed.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::read_error::ReadErrorKind;

/// The bytes of a text, decompressed where it is gzip. A text may expand as far as it will: what is kept of it is
/// limited where it is kept.
pub(super) enum Input {
    Plain(File),
    Gzip(Box<MultiGzDecoder<BufReader<File>>>),
}

impl Input {
    pub(super) fn open(path: &Path) -> Result<Self, ReadErrorKind> {
        let mut file = File::open(path)?;
        let mut magic = Vec::new();
        (&mut file).take(2).read_to_end(&mut magic)?;
        file.rewind()?;
        if magic != [0x1f, 0x8b] {
            return Ok(Self::Plain(file));
        }
        Ok(Self::Gzip(Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 18, file)))))
    }

    /// Some bytes; 0 at the end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ReadErrorKind> {
        match self {
            Self::Plain(file) => Ok(retry(|| file.read(buffer))?),
            Self::Gzip(decoder) => retry(|| decoder.read(buffer)).map_err(|source| ReadErrorKind::Damaged {
                object: "the compressed text".to_owned(),
                source: Box::new(source),
            }),
        }
    }
}

fn retry(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
