//! How a long flow tells its door how far it is.

/// Receives how far a flow is. Doors draw it; [`Silent`] ignores it. It never changes a result.
pub trait Progress: Sync {
    /// A step of `total` units begins: `"reading cells"`, `"training"`.
    fn begin(&self, step: &str, total: u64);

    /// `units` more units are done.
    fn advance(&self, units: u64);

    /// A word about the current state: the loss, for example.
    fn note(&self, _text: &str) {}

    /// The step is over.
    fn finish(&self);
}

/// Draws nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _step: &str, _total: u64) {}
    fn advance(&self, _units: u64) {}
    fn finish(&self) {}
}
