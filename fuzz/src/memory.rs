//! A meter of memory: no input may make a reader take more than its size allows.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What a reader may take whatever the size of its input: HDF5 chunks and arrays of up to 64 MiB, a few at a time.
const ALWAYS_ALLOWED: usize = 384 << 20;

/// What a byte of input may cost: gzip can make a thousand bytes of one.
const PER_BYTE: usize = 4 * 1032;

/// The system's allocator, watched.
struct Meter;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static METER: Meter = Meter;

fn grow(bytes: usize) {
    let live = LIVE.fetch_add(bytes, Relaxed) + bytes;
    PEAK.fetch_max(live, Relaxed);
}

fn shrink(bytes: usize) {
    LIVE.fetch_sub(bytes, Relaxed);
}

// SAFETY: every call goes to `System` with the arguments it came with; the meter only counts.
unsafe impl GlobalAlloc for Meter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        shrink(layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        grow(new_size);
        shrink(layout.size());
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}

/// Runs `read` on an input of `n_bytes` bytes.
///
/// # Panics
/// When at its peak it held more memory than an input of this size may cost.
pub fn bounded(n_bytes: usize, read: impl FnOnce()) {
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);
    read();
    let held = PEAK.load(Relaxed).saturating_sub(before);
    let allowed = ALWAYS_ALLOWED + PER_BYTE * n_bytes;
    assert!(held <= allowed, "{held} bytes of memory for an input of {n_bytes}, allowed are {allowed}");
}
