//! Why a pickle is not read.

/// Why a pickle is not read. Bytes count from the start of the pickle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PickleError {
    /// It wants a Python object that is not on the list of those a matrix is made of.
    #[error("the pickle asks for `{name}`, which is never run")]
    NotAllowed {
        /// Module and name.
        name: String,
    },

    /// A byte that is no instruction.
    #[error("byte {at}: expected an instruction of a pickle, found 0x{found:02x}")]
    Instruction {
        /// Where.
        at: usize,
        /// The byte.
        found: u8,
    },

    /// Something that only a running Python could provide.
    #[error("byte {at}: the pickle needs {what}, which is not in the file")]
    Outside {
        /// Where.
        at: usize,
        /// What it needs.
        what: &'static str,
    },

    /// It ends too early, or declares more than there is.
    #[error("byte {at}: expected {expected} more bytes, found {found}")]
    Truncated {
        /// Where.
        at: usize,
        /// Bytes expected.
        expected: u64,
        /// Bytes left.
        found: u64,
    },

    /// An instruction does not find what it works on.
    #[error("byte {at}: expected {expected}")]
    Expected {
        /// Where.
        at: usize,
        /// What the instruction works on.
        expected: &'static str,
    },

    /// More than is read.
    #[error("the pickle holds more than {limit} {what}")]
    Limit {
        /// The most there may be.
        limit: usize,
        /// Of what.
        what: &'static str,
    },
}
