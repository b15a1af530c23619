//! What the user's eye is needed for.

use serde::{Deserialize, Serialize};

/// How much a [`Warning`] should worry the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// The result may not mean what it seems to mean.
    Warning,
}

/// Something in the data or the result that needs the user's eye. The run went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Warning {
    /// Stable name of the kind, for programs: `score-flatters`, `small-class`, ...
    pub code: String,
    /// How much it should worry the reader.
    pub severity: Severity,
    /// What was found, in one sentence.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Warning {
    /// Something that may make the result mean less than it seems to.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.into(), severity: Severity::Warning, message: message.into(), hint: None }
    }

    /// Something good to know.
    pub fn note(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.into(), severity: Severity::Note, message: message.into(), hint: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
