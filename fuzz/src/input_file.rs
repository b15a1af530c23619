//! Readers open files, so the bytes become one, in memory where the system has a place for that.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The folder of this process.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let shared_memory = PathBuf::from("/dev/shm");
        let parent = if shared_memory.is_dir() { shared_memory } else { std::env::temp_dir() };
        let folder = parent.join(format!("ferrocyte-fuzz-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for the input can be made");
        folder
    })
}

/// Writes a file, over the one of the input before.
pub fn write(bytes: &[u8]) -> PathBuf {
    write_as("input", bytes)
}

/// Writes a file of this name.
pub fn write_as(name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder().join(name);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).expect("a folder for the input can be made");
    }
    fs::write(&path, bytes).expect("the input can be written");
    path
}
