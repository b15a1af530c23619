//! What can be said about a page beside its record.

/// What can be said about a page beside its record. The default is what most want.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RenderOptions {
    /// Heading in place of the one that the record suggests.
    pub title: Option<String>,
    /// Colours at first sight; readers with JavaScript can change them.
    pub theme: Theme,
}

/// Colours of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// What the reader's system prefers.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Value of the root element's `data-theme`; none follows the system.
    pub(crate) fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}
