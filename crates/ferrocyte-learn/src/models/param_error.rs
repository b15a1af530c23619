//! A setting that makes no sense.

/// A setting that breaks its rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("setting `{name}` must be {rule}, found {found}")]
pub struct ParamError {
    /// The setting.
    pub name: &'static str,
    /// What it must be: `positive and finite`.
    pub rule: &'static str,
    /// What it was.
    pub found: String,
}
