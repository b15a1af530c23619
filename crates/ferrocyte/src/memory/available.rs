//! How much memory there is to be had, where the system says.

use std::fs;
use std::path::Path;

/// Bytes that this process can take without anything being pushed out to disk: what the machine has left, or what the
/// control group that it runs in does, as containers and batch systems set it; `None` on systems without `/proc`.
pub(super) fn available_bytes() -> Option<u64> {
    let of_machine = in_meminfo(&fs::read_to_string("/proc/meminfo").ok()?)?;
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    Some(left_in_groups(&groups, Path::new("/sys/fs/cgroup")).map_or(of_machine, |left| left.min(of_machine)))
}

/// `man 5 proc_meminfo`.
fn in_meminfo(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// The least that any of the groups of a process has left; `man 7 cgroups`, both versions.
fn left_in_groups(groups: &str, root: &Path) -> Option<u64> {
    let places = groups.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?.trim_start_matches('/'));
        match controllers {
            "" => Some((root.to_owned(), path, "memory.max", "memory.current")),
            named if named.split(',').any(|name| name == "memory") => {
                Some((root.join("memory"), path, "memory.limit_in_bytes", "memory.usage_in_bytes"))
            }
            _ => None,
        }
    });
    let left = places.flat_map(|(root, path, limit, used)| {
        // A group's own limit, and those of all that it is in. In a container its path is that of the host, and only the
        // root is there.
        let mut found = Vec::new();
        for folder in Path::new(path).ancestors().map(|path| root.join(path)) {
            let number = |name| fs::read_to_string(folder.join(name)).ok()?.trim().parse::<u64>().ok();
            // `max` is no number: no limit. What is used includes the cache, which gives way: half of the limit is had in any case.
            if let Some(limit) = number(limit) {
                found.push(limit.saturating_sub(number(used).unwrap_or(0)).max(limit / 2));
            }
        }
        found
    });
    left.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_available_stands_in_meminfo() {
        assert_eq!(in_meminfo("MemTotal: 99 kB\nMemAvailable:   2048 kB\n"), Some(2 << 20));
        assert_eq!(in_meminfo("MemTotal: 99 kB\n"), None);
    }

    #[test]
    fn the_narrowest_group_counts() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("job/step");
        fs::create_dir_all(&inner).unwrap();
        let left = || left_in_groups("0::/job/step\n", folder.path());
        assert_eq!(left(), None);
        fs::write(inner.join("memory.max"), "max\n").unwrap();
        assert_eq!(left(), None);
        fs::write(folder.path().join("job/memory.max"), "1000\n").unwrap();
        fs::write(folder.path().join("job/memory.current"), "100\n").unwrap();
        assert_eq!(left(), Some(900));
        fs::write(inner.join("memory.max"), "600\n").unwrap();
        assert_eq!(left(), Some(600));
        fs::write(inner.join("memory.current"), "599\n").unwrap();
        assert_eq!(left(), Some(300), "most of what is used may be cache");
    }

    #[test]
    fn groups_of_the_first_version_are_known() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("memory")).unwrap();
        fs::write(folder.path().join("memory/memory.limit_in_bytes"), "700\n").unwrap();
        assert_eq!(left_in_groups("5:cpu,cpuacct:/x\n4:memory:/docker/1\n", folder.path()), Some(700));
    }
}
