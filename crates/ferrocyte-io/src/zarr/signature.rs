//! Whether a folder or an archive is a zarr store: by what is in it, whatever it is called.

use std::path::Path;

use super::store::Archive;

/// Metadata that stands at the root of a store: of a group of version 2, its attributes, of any node of version 3.
pub(super) const AT_ROOT: [&str; 3] = [".zgroup", ".zattrs", "zarr.json"];

/// Whether a folder is a store.
pub(crate) fn is_store_in_folder(folder: &Path) -> bool {
    AT_ROOT.iter().any(|name| folder.join(name).is_file())
}

/// Whether a file, whose first bytes are `head`, is a zip archive of a store.
pub(crate) fn is_store_in_zip(path: &Path, head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") && Archive::open(path).is_ok_and(|archive| archive.is_some())
}
