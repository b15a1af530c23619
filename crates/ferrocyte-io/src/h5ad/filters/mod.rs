//! The compressions that HDF5 chunks may have: what `hdf5-reader` brings (shuffle, fletcher32, gzip, szip, lz4)
//! and what it does not.

#[cfg(feature = "fast-inflate")]
mod gzip;
mod lzf;
mod zstd;

use hdf5_reader::FilterRegistry;
use hdf5_reader::error::Error;

/// Filter numbers of the registry that The HDF Group keeps.
#[cfg(feature = "fast-inflate")]
const GZIP: u16 = 1;
const LZF: u16 = 32000;
const ZSTD: u16 = 32015;

/// The filters, none of which puts out more than `limit` bytes: a filter of our own is not told how large the
/// chunk is that it decodes.
pub(crate) fn registry(limit: usize) -> FilterRegistry {
    let mut registry = FilterRegistry::new();
    #[cfg(feature = "fast-inflate")]
    registry.register(GZIP, Box::new(move |_, data, _| gzip::decompress(data, limit)));
    registry.register(
        LZF,
        Box::new(move |filter, data, _| {
            // h5py writes the decoded size of a chunk as the third parameter.
            let expected = filter.client_data.get(2).map_or(0, |&size| size as usize);
            lzf::decompress(data, expected, limit)
        }),
    );
    registry.register(ZSTD, Box::new(move |_, data, _| zstd::decompress(data, limit)));
    registry
}

/// The name of a filter that `hdf5-reader` does not know, from its message `filter id N`.
pub(crate) fn name(message: &str) -> String {
    let name = match message.strip_prefix("filter id ") {
        Some("307") => "bzip2",
        Some("32001") => "blosc",
        Some("32008") => "bitshuffle",
        Some("32013") => "zfp",
        Some("32026") => "blosc2",
        _ => return format!("an unknown method ({message})"),
    };
    format!("{name} ({message})")
}

/// A chunk that does not follow its format.
fn broken(method: &str, what: &str) -> Error {
    Error::DecompressionError(format!("{method}: {what}"))
}
