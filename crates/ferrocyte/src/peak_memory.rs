//! The most memory that this process held, step by step, where the system says.

use std::fs;

/// Starts to measure anew; nothing happens where the system cannot.
///
/// Linux keeps the peak of a process's resident memory until 5 is written to its `clear_refs`: `man 5
/// proc_pid_clear_refs`.
pub(crate) fn forget_peak() {
    // Where this is refused, the peak is that of the whole run so far: still true, only less sharp.
    fs::write("/proc/self/clear_refs", "5").ok();
}

/// The peak since the last [`forget_peak`], in bytes; `None` on systems without `/proc`.
pub(crate) fn peak_bytes() -> Option<u64> {
    in_status(&fs::read_to_string("/proc/self/status").ok()?)
}

fn in_status(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_stands_in_the_status_of_a_process() {
        let status = "Name:\tferrocyte\nVmPeak:\t  999 kB\nVmHWM:\t    2048 kB\nVmRSS:\t 12 kB\n";
        assert_eq!(in_status(status), Some(2 << 20));
        assert_eq!(in_status("Name:\tferrocyte\n"), None);
        assert_eq!(in_status("VmHWM:\tmany kB\n"), None);
    }
}
