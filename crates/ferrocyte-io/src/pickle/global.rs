//! The Python names that may stand in a pickle.

use super::error::PickleError;

/// What a pickled matrix is made of, whichever version of the library wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Global {
    /// Makes an empty `ndarray`, which its state fills.
    ReconstructArray,
    /// The class `ndarray`.
    Array,
    /// The class `dtype`.
    Dtype,
    /// Makes one `NumPy` number.
    Scalar,
    /// Makes an `ndarray` of a buffer (protocol 5).
    FromBuffer,
    /// Compressed rows.
    Csr,
    /// Compressed columns.
    Csc,
    /// Triples of row, column and value.
    Coo,
    /// Text to bytes: how protocol 2 spells bytes.
    Encode,
    /// Makes an object of a class: how protocols 0 and 1 spell it.
    Reconstruct,
    /// The class of all objects.
    Object,
    /// A dict.
    OrderedDict,
    /// The class of pandas' index, and what makes one.
    Index,
}

impl Global {
    /// Finds a name in the list.
    ///
    /// # Errors
    /// When it is not there.
    pub(super) fn find(module: &str, name: &str) -> Result<Self, PickleError> {
        Ok(match (module, name) {
            ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct") => Self::ReconstructArray,
            ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar") => Self::Scalar,
            ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer") => Self::FromBuffer,
            ("numpy", "ndarray") | ("numpy.matrixlib.defmatrix", "matrix") => Self::Array,
            ("numpy", "dtype") => Self::Dtype,
            ("scipy.sparse.csr" | "scipy.sparse._csr", "csr_matrix" | "csr_array") => Self::Csr,
            ("scipy.sparse.csc" | "scipy.sparse._csc", "csc_matrix" | "csc_array") => Self::Csc,
            ("scipy.sparse.coo" | "scipy.sparse._coo", "coo_matrix" | "coo_array") => Self::Coo,
            ("_codecs", "encode") => Self::Encode,
            ("copyreg" | "copy_reg", "_reconstructor") => Self::Reconstruct,
            ("builtins" | "__builtin__", "object") => Self::Object,
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("pandas.core.indexes.base" | "pandas.indexes.base", "Index" | "_new_Index") => Self::Index,
            _ => return Err(PickleError::NotAllowed { name: shown(&format!("{module}.{name}")) }),
        })
    }
}

/// A name of a stranger, fit for a terminal.
fn shown(name: &str) -> String {
    const LONGEST: usize = 200;
    let mut shown: String = name.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if name.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_matrix_is_made_of_is_found() {
        assert_eq!(Global::find("numpy", "ndarray"), Ok(Global::Array));
        for (module, name) in
            [("os", "system"), ("builtins", "eval"), ("numpy", "load"), ("numpy.ndarray", "")]
        {
            let wanted = format!("{module}.{name}");
            assert_eq!(Global::find(module, name), Err(PickleError::NotAllowed { name: wanted }));
        }
        assert_eq!(shown("a\u{1b}[2J"), "a\\u{1b}[2J");
        assert!(shown(&"é".repeat(500)).chars().count() == 201);
    }
}
