//! A stream of bytes in compressed chunks of one size.

use std::io;

use rayon::prelude::*;

/// Level of compression; that of `anndata`.
const LEVEL: u8 = 4;

/// Chunks that are compressed at once. Not the number of threads: where several arrays grow in one file, it decides
/// in which order their chunks stand there.
const WINDOW: usize = 32;

/// What stands around the compressed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapper {
    /// As HDF5 has them.
    Zlib,
    /// As zarr has them.
    Gzip,
}

/// Cuts what it is given into chunks of one size and compresses a window of them at a time, in parallel. The cuts
/// depend on the bytes alone, so neither the number of threads nor the size of what is pushed changes a chunk.
#[derive(Debug)]
pub(super) struct Chunks {
    wrapper: Wrapper,
    chunk_bytes: usize,
    shuffled: usize, // bytes of an element whose bytes are sorted by place; 1 leaves them as they are
    open: Vec<u8>,
    full: Vec<Vec<u8>>,
    next: u64,
}

impl Chunks {
    /// A stream in chunks of `chunk_bytes`.
    pub(super) fn new(wrapper: Wrapper, chunk_bytes: usize) -> Self {
        Self {
            wrapper,
            chunk_bytes: chunk_bytes.max(1),
            shuffled: 1,
            open: Vec::new(),
            full: Vec::new(),
            next: 0,
        }
    }

    /// Sorts the bytes of a chunk by their place in elements of so many bytes before it is compressed, as HDF5's filter
    /// `shuffle` does: all first bytes, all second bytes. Counts and indices have the same upper bytes in long runs.
    #[must_use]
    pub(super) fn shuffled(self, element_bytes: usize) -> Self {
        Self { shuffled: element_bytes.max(1), ..self }
    }

    /// Adds bytes; `sink` gets the number and the compressed bytes of each chunk that is ready, in order.
    pub(super) fn push<E: From<io::Error>>(
        &mut self,
        mut bytes: &[u8],
        mut sink: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(self.chunk_bytes - self.open.len()));
            self.open.extend_from_slice(now);
            bytes = later;
            if self.open.len() == self.chunk_bytes {
                let chunk = std::mem::replace(&mut self.open, Vec::with_capacity(self.chunk_bytes));
                self.full.push(chunk);
            }
            if self.full.len() == WINDOW {
                self.flush(&mut sink)?;
            }
        }
        Ok(())
    }

    /// Fills the last chunk up with zeros and hands out what is left.
    pub(super) fn finish<E: From<io::Error>>(
        &mut self,
        sink: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.open.is_empty() {
            let mut last = std::mem::take(&mut self.open);
            last.resize(self.chunk_bytes, 0);
            self.full.push(last);
        }
        self.flush(sink)
    }

    fn flush<E: From<io::Error>>(
        &mut self,
        mut sink: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let (wrapper, element_bytes) = (self.wrapper, self.shuffled);
        let compressed: Vec<io::Result<Vec<u8>>> = self
            .full
            .par_iter()
            .map(|chunk| match element_bytes {
                1 => compress(chunk, wrapper),
                n => compress(&shuffle(chunk, n), wrapper),
            })
            .collect();
        self.full.clear();
        for chunk in compressed {
            sink(self.next, &chunk?)?;
            self.next += 1;
        }
        Ok(())
    }
}

/// All first bytes of the elements, then all second bytes, and so on; what is no whole element stays at the end.
fn shuffle(bytes: &[u8], element_bytes: usize) -> Vec<u8> {
    let whole = bytes.len() - bytes.len() % element_bytes;
    let (elements, rest) = bytes.split_at(whole);
    let mut shuffled = Vec::with_capacity(bytes.len());
    for place in 0..element_bytes {
        shuffled.extend(elements.iter().skip(place).step_by(element_bytes));
    }
    shuffled.extend_from_slice(rest);
    shuffled
}

/// Compresses a whole chunk; the same bytes give the same bytes.
#[cfg(feature = "fast-inflate")]
pub(super) fn compress(bytes: &[u8], wrapper: Wrapper) -> io::Result<Vec<u8>> {
    use libdeflater::{CompressionLvl, Compressor};
    let level = CompressionLvl::new(i32::from(LEVEL)).unwrap_or_default();
    let mut compressor = Compressor::new(level);
    let bound = match wrapper {
        Wrapper::Zlib => compressor.zlib_compress_bound(bytes.len()),
        Wrapper::Gzip => compressor.gzip_compress_bound(bytes.len()),
    };
    let mut compressed = vec![0; bound];
    let written = match wrapper {
        Wrapper::Zlib => compressor.zlib_compress(bytes, &mut compressed),
        Wrapper::Gzip => compressor.gzip_compress(bytes, &mut compressed),
    };
    compressed.truncate(written.map_err(io::Error::other)?);
    compressed.shrink_to_fit();
    Ok(compressed)
}

/// Compresses a whole chunk; the same bytes give the same bytes.
#[cfg(not(feature = "fast-inflate"))]
pub(super) fn compress(bytes: &[u8], wrapper: Wrapper) -> io::Result<Vec<u8>> {
    use flate2::{Compression, GzBuilder, write::ZlibEncoder};
    use std::io::Write;
    let level = Compression::new(u32::from(LEVEL));
    match wrapper {
        Wrapper::Zlib => {
            let mut encoder = ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(bytes)?;
            encoder.finish()
        }
        Wrapper::Gzip => {
            let mut encoder = GzBuilder::new().write(Vec::new(), level);
            encoder.write_all(bytes)?;
            encoder.finish()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn chunks_of(bytes: &[u8], at_a_time: usize, wrapper: Wrapper) -> Vec<Vec<u8>> {
        let mut chunks = Chunks::new(wrapper, 1000);
        let mut found = Vec::new();
        let mut sink = |number: u64, chunk: &[u8]| {
            assert_eq!(number as usize, found.len(), "in order");
            found.push(chunk.to_vec());
            io::Result::Ok(())
        };
        for part in bytes.chunks(at_a_time) {
            chunks.push(part, &mut sink).unwrap();
        }
        chunks.finish(&mut sink).unwrap();
        found
    }

    #[test]
    fn chunks_do_not_depend_on_how_they_came() {
        let bytes: Vec<u8> = (0..20_500_u32).map(|i| (i * i / 7) as u8).collect();
        let whole = chunks_of(&bytes, bytes.len(), Wrapper::Zlib);
        assert_eq!(whole.len(), 21);
        for at_a_time in [1, 999, 1000, 1001, 7000] {
            assert_eq!(chunks_of(&bytes, at_a_time, Wrapper::Zlib), whole);
        }
        let mut read = Vec::new();
        for chunk in &whole {
            flate2::read::ZlibDecoder::new(chunk.as_slice()).read_to_end(&mut read).unwrap();
        }
        assert_eq!(read.len(), 21_000, "the last chunk is filled up");
        assert!(read.starts_with(&bytes) && read[bytes.len()..].iter().all(|&byte| byte == 0));
    }

    #[test]
    fn bytes_are_sorted_by_their_place() {
        assert_eq!(shuffle(&[1, 2, 3, 11, 12, 13, 21, 22], 3), [1, 11, 2, 12, 3, 13, 21, 22]);
        assert!(shuffle(&[], 4).is_empty());
    }

    #[test]
    fn gzip_reads_back_and_nothing_is_no_chunk() {
        assert!(chunks_of(&[], 1, Wrapper::Gzip).is_empty());
        let chunks = chunks_of(&[7; 1000], 10, Wrapper::Gzip);
        let mut read = Vec::new();
        flate2::read::GzDecoder::new(chunks[0].as_slice()).read_to_end(&mut read).unwrap();
        assert_eq!((chunks.len(), read), (1, vec![7; 1000]));
    }
}
