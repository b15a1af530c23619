//! Where temporary cells go.

use std::path::{Path, PathBuf};

/// The folder that cells are kept in for the time of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheFolder {
    path: PathBuf,
    in_memory: bool,
}

impl CacheFolder {
    /// The folder that was asked for, else that of the system, which `TMPDIR` names where it is set. Where nobody named one
    /// and the system's lies in memory, as it does on many a Linux, `/var/tmp` is taken: what is moved out of the memory is not
    /// to land in it.
    pub fn new(asked: Option<&Path>) -> Self {
        let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        let named = asked.map(Path::to_owned).or_else(|| std::env::var_os("TMPDIR").map(PathBuf::from));
        Self::choose(named, std::env::temp_dir(), &mounts)
    }

    fn choose(named: Option<PathBuf>, of_system: PathBuf, mounts: &str) -> Self {
        let of = |path: PathBuf| {
            let place = path.canonicalize().unwrap_or_else(|_| path.clone());
            Self { in_memory: lies_in_memory(mounts, &place), path }
        };
        if let Some(named) = named {
            return of(named);
        }
        let first = of(of_system);
        let other = of(PathBuf::from("/var/tmp"));
        if first.in_memory && !other.in_memory && other.path.is_dir() { other } else { first }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether files of this folder take memory, as far as the system says.
    pub fn is_in_memory(&self) -> bool {
        self.in_memory
    }
}

/// Whether the file system that a path is on has no disk: `man 5 proc_pid_mounts`, `man 5 tmpfs`.
fn lies_in_memory(mounts: &str, path: &Path) -> bool {
    let mut found: Option<(usize, bool)> = None;
    for line in mounts.lines() {
        let mut words = line.split(' ').skip(1);
        let (Some(mounted), Some(kind)) = (words.next(), words.next()) else { continue };
        let depth = Path::new(mounted).components().count();
        // Of two on one place, the later hides the earlier.
        if path.starts_with(mounted) && found.is_none_or(|(deepest, _)| depth >= deepest) {
            found = Some((depth, matches!(kind, "tmpfs" | "ramfs")));
        }
    }
    found.is_some_and(|(_, in_memory)| in_memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str =
        "/dev/a / ext4 rw 0 0\ntmpfs /nowhere/tmp tmpfs rw 0 0\n/dev/b /nowhere/tmp/disk xfs rw 0 0\n";

    #[test]
    fn the_deepest_mount_says_whether_a_folder_is_in_memory() {
        for (path, expected) in [
            ("/nowhere/tmp", true),
            ("/nowhere/tmp/a", true),
            ("/nowhere/tmp/disk/a", false),
            ("/nowhere/tmpfs", false),
            ("/", false),
        ] {
            assert_eq!(lies_in_memory(MOUNTS, Path::new(path)), expected, "{path}");
        }
        assert!(!lies_in_memory("", Path::new("/tmp")));
    }

    #[test]
    fn a_named_folder_is_taken_as_it_is() {
        let named = CacheFolder::choose(Some("/nowhere/tmp".into()), "/tmp".into(), MOUNTS);
        assert_eq!((named.path(), named.is_in_memory()), (Path::new("/nowhere/tmp"), true));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn nobody_is_led_from_the_memory_into_the_memory() {
        let found = CacheFolder::choose(None, "/nowhere/tmp".into(), MOUNTS);
        let expected = if Path::new("/var/tmp").is_dir() { "/var/tmp" } else { "/nowhere/tmp" };
        assert_eq!(found.path(), Path::new(expected));
        assert_eq!(CacheFolder::choose(None, "/nowhere".into(), MOUNTS).path(), Path::new("/nowhere"));
    }
}
