//! The header of a model file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Bytes that hold the length of the header.
pub(super) const LENGTH_BYTES: usize = 8;

/// Longest header that safetensors reads.
pub(super) const MAX_HEADER_BYTES: u64 = 100_000_000;

/// The header as JSON; a map, so that its keys are sorted: `__metadata__` and the names of the arrays.
#[derive(Serialize, Deserialize)]
pub(super) struct FileHeader {
    #[serde(rename = "__metadata__")]
    pub(super) metadata: Metadata,
    #[serde(flatten)]
    pub(super) arrays: BTreeMap<String, ArrayEntry>,
}

/// What safetensors hands through as text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metadata {
    pub(super) ferrocyte: String,
    pub(super) sha256: String,
}

/// Type, shape and position of an array.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ArrayEntry {
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<usize>,
    /// First byte and end, counted from the end of the header.
    pub(super) data_offsets: [usize; 2],
}

/// Types that the arrays of a model have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Dtype {
    // In the order in which they stand in the file: wide ones first, so that all are aligned.
    F64,
    F32,
    U16,
}

impl Dtype {
    pub(super) fn width(self) -> usize {
        match self {
            Self::U16 => 2,
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

impl ArrayEntry {
    /// Bytes that the shape asks for; `None` where no file is as large.
    pub(super) fn expected_bytes(&self) -> Option<usize> {
        self.shape.iter().try_fold(self.dtype.width(), |bytes, &axis| bytes.checked_mul(axis))
    }
}
