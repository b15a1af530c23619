//! Panics that a reader contains are no findings; those that leave it are.

use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Panics that are printed; a log should not be made of them.
const MOST_PRINTED: usize = 50;

/// To be called once, before the first input.
///
/// libFuzzer's crate ends the process at every panic, also at one in `hdf5-reader` that our door to it catches and
/// turns into an error. With this hook a panic unwinds, and one that nobody catches still ends the process.
/// One thread reads, so that runs can be repeated and other work on a machine is not disturbed.
pub fn init() {
    panic::set_hook(Box::new(|info| {
        static SEEN: AtomicUsize = AtomicUsize::new(0);
        if SEEN.fetch_add(1, Relaxed) < MOST_PRINTED {
            eprintln!("panic: {info}");
        }
    }));
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("nobody made the pool before");
}
