//! Temporary files: their names, and what becomes of those that a killed run left behind.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Bytes of the target's name that go into the name of its temporary; file systems allow 255 in all.
const KEPT_NAME_BYTES: usize = 200;

/// A new name beside `target`: `.NAME.PID-N.tmp`, hidden, and telling whose it is.
pub(crate) fn temporary_path(folder: &Path, name: &OsStr) -> PathBuf {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let mut file_name = prefix(name);
    file_name.push(format!("{}-{number}.tmp", std::process::id()));
    folder.join(file_name)
}

/// Removes the temporaries of `name` whose writer is gone. Whatever cannot be looked at or removed is left alone.
///
/// A writer holds a lock on its temporary, and the operating system lets go of the lock when the writer ends, in
/// whatever way: a temporary that can be locked has no writer. A process identifier alone would not do, since
/// writers in other containers, or on other machines with the same disk, have identifiers of their own.
pub(crate) fn remove_leftovers(folder: &Path, name: &OsStr) {
    let prefix = prefix(name);
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if is_temporary(&entry.file_name(), &prefix) {
            remove_if_orphaned(&entry.path());
        }
    }
}

#[cfg(unix)]
fn remove_if_orphaned(path: &Path) {
    let Ok(metadata) = fs::symlink_metadata(path) else { return };
    if !metadata.is_file() && !metadata.is_dir() {
        return;
    }
    // Removed while the lock is held: a writer that has made the file but not locked it yet finds it gone
    // once it has the lock, and makes another.
    if let Ok(file) = fs::File::open(path)
        && file.try_lock().is_ok()
    {
        let _ = if metadata.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
}

/// Locks elsewhere would keep the writer itself out of its file, so there are none, and no way to know.
#[cfg(not(unix))]
fn remove_if_orphaned(_path: &Path) {}

fn prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    match name.to_str() {
        Some(text) => {
            let end = (0..=text.len().min(KEPT_NAME_BYTES)).rev().find(|&end| text.is_char_boundary(end));
            prefix.push(&text[..end.unwrap_or(0)]);
        }
        None => prefix.push(name),
    }
    prefix.push(".");
    prefix
}

/// Whether a name is `prefix`, then `PID-N.tmp`.
fn is_temporary(name: &OsStr, prefix: &OsStr) -> bool {
    let all_digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    name.as_encoded_bytes()
        .strip_prefix(prefix.as_encoded_bytes())
        .and_then(|rest| rest.strip_suffix(b".tmp"))
        .and_then(|middle| {
            let dash = middle.iter().position(|&byte| byte == b'-')?;
            Some(all_digits(&middle[..dash]) && all_digits(&middle[dash + 1..]))
        })
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_recognised() {
        let prefix = prefix(OsStr::new("a.csv"));
        let ours = temporary_path(Path::new(""), OsStr::new("a.csv"));
        assert!(is_temporary(ours.as_os_str(), &prefix));
        for name in
            ["a.csv", ".a.csv.tmp", ".a.csv.1.tmp", ".a.csv.1-x.tmp", ".ab.csv.1-1.tmp", ".a.csv.1-1.bak"]
        {
            assert!(!is_temporary(OsStr::new(name), &prefix), "{name}");
        }
    }

    #[test]
    fn a_name_of_the_greatest_length_still_has_a_temporary() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["é".repeat(127), "x".repeat(255)] {
            let path = temporary_path(folder.path(), OsStr::new(&name));
            fs::write(path, "").unwrap();
        }
    }
}
