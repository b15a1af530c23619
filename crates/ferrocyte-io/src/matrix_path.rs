//! Which matrix of a file.

use std::fmt;
use std::str::FromStr;

/// Which matrix of an `.h5ad` file; written and parsed as `X`, `raw/X` and `layers/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum MatrixPath {
    /// The main matrix.
    #[default]
    X,
    /// What `X` was before it was filtered or scaled; it has genes of its own.
    Raw,
    /// A named layer, on the genes of `X`.
    Layer(String),
}

impl fmt::Display for MatrixPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::X => f.write_str("X"),
            Self::Raw => f.write_str("raw/X"),
            Self::Layer(name) => write!(f, "layers/{name}"),
        }
    }
}

/// A text that names no matrix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `X`, `raw` or the name of a layer, found `{0}`")]
pub struct MatrixPathError(String);

impl FromStr for MatrixPath {
    type Err = MatrixPathError;

    /// Takes `X`, `raw` or `raw/X`, and `NAME` or `layers/NAME`. A layer that is called `X` or `raw` needs
    /// the long form.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim_matches('/') {
            "X" => Ok(Self::X),
            "raw" | "raw/X" => Ok(Self::Raw),
            "" | "layers" => Err(MatrixPathError(text.to_owned())),
            name => Ok(Self::Layer(name.strip_prefix("layers/").unwrap_or(name).to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_parsed_in_short_and_long_form() {
        let layer = |name: &str| MatrixPath::Layer(name.to_owned());
        for (text, path) in [
            ("X", MatrixPath::X),
            ("raw", MatrixPath::Raw),
            ("raw/X", MatrixPath::Raw),
            ("counts", layer("counts")),
            ("layers/counts", layer("counts")),
            ("layers/X", layer("X")),
        ] {
            assert_eq!(text.parse(), Ok(path.clone()));
            assert_eq!(path.to_string().parse(), Ok(path));
        }
        for text in ["", "/", "layers", "layers/"] {
            assert_eq!(text.parse::<MatrixPath>(), Err(MatrixPathError(text.to_owned())));
        }
    }
}
