//! Style and script, inside the page.

/// Colours on light ground.
const LIGHT: &str = include_str!("light.css");
/// Colours on dark ground.
const DARK: &str = include_str!("dark.css");
/// Everything but colours.
const STYLE: &str = include_str!("style.css");
/// What makes the page handier; it works without.
pub(crate) const SCRIPT: &str = include_str!("script.js");

/// The whole style sheet. The system's colours rule until the reader (or the options) say otherwise; paper is light.
pub(crate) fn style_sheet() -> String {
    format!(
        ":root{{{LIGHT}}}\n\
         @media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{DARK}}}}}\n\
         :root[data-theme=dark]{{{DARK}}}\n\
         @media print{{:root:root:root{{{LIGHT}}}}}\n\
         {STYLE}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_grounds_define_the_same_colours() {
        let names = |css: &str| {
            let mut names: Vec<String> = css
                .lines()
                .filter_map(|line| {
                    line.trim().strip_prefix("--")?.split_once(':').map(|(name, _)| name.to_owned())
                })
                .collect();
            names.sort();
            names
        };
        assert!(names(LIGHT).len() > 20);
        assert_eq!(names(LIGHT), names(DARK));
        for used in STYLE.split("var(--").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(names(LIGHT).iter().any(|name| name == used), "`--{used}` is not defined");
        }
    }

    #[test]
    fn nothing_is_loaded_and_the_tags_cannot_be_closed_early() {
        for text in [LIGHT, DARK, STYLE, SCRIPT] {
            for forbidden in ["://", "@import", "url(", "</", "fetch(", "eval("] {
                assert!(!text.contains(forbidden), "{forbidden}");
            }
        }
    }
}
