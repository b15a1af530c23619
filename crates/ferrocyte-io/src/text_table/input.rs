//! The bytes of a text, decompressed.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::text_error::TextError;
use crate::read_error::ReadErrorKind;

/// How much text a compressed byte may become, once there is a lot of text. Sparse tables reach 50, and all zeros
/// 1,000: those are no data.
const MOST_EXPANSION: u64 = 500;
/// Text that may expand without limit.
const FREE_TEXT: u64 = 256 << 20;

/// The bytes of a text, decompressed where it is gzip.
pub(super) enum Input {
    Plain(File),
    Gzip { decoder: Box<MultiGzDecoder<BufReader<Counted>>>, text: u64, free: u64 },
}

/// A file, and how many bytes of it were read.
pub(super) struct Counted {
    file: File,
    read: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read += read as u64;
        Ok(read)
    }
}

impl Input {
    pub(super) fn open(path: &Path) -> Result<Self, ReadErrorKind> {
        Self::open_with_free_text(path, FREE_TEXT)
    }

    fn open_with_free_text(path: &Path, free: u64) -> Result<Self, ReadErrorKind> {
        let mut file = File::open(path)?;
        let mut magic = Vec::new();
        (&mut file).take(2).read_to_end(&mut magic)?;
        file.rewind()?;
        if magic != [0x1f, 0x8b] {
            return Ok(Self::Plain(file));
        }
        let decoder = MultiGzDecoder::new(BufReader::with_capacity(1 << 18, Counted { file, read: 0 }));
        Ok(Self::Gzip { decoder: Box::new(decoder), text: 0, free })
    }

    /// Some bytes; 0 at the end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ReadErrorKind> {
        match self {
            Self::Plain(file) => Ok(retry(|| file.read(buffer))?),
            Self::Gzip { decoder, text, free } => {
                let read = retry(|| decoder.read(buffer)).map_err(|source| ReadErrorKind::Damaged {
                    object: "the compressed text".to_owned(),
                    source: Box::new(source),
                })?;
                *text += read as u64;
                let compressed = decoder.get_ref().get_ref().read;
                if *text > *free && *text / MOST_EXPANSION > compressed {
                    return Err(TextError::Expansion { limit: MOST_EXPANSION }.into());
                }
                Ok(read)
            }
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_text_that_expands_without_measure_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zeros.csv.gz");
        let file = File::create(&path).unwrap();
        let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::best());
        encoder.write_all(&vec![b'0'; 4 << 20]).unwrap();
        encoder.finish().unwrap();
        let drain = |free| {
            let mut input = Input::open_with_free_text(&path, free)?;
            let mut buffer = vec![0; 1 << 16];
            let mut total = 0;
            loop {
                match input.read(&mut buffer)? {
                    0 => return Ok::<usize, ReadErrorKind>(total),
                    read => total += read,
                }
            }
        };
        assert_eq!(drain(4 << 20).unwrap(), 4 << 20);
        let expected = TextError::Expansion { limit: MOST_EXPANSION };
        assert!(matches!(drain(1 << 20), Err(ReadErrorKind::Text(found)) if *found == expected));
    }
}
