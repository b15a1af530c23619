//! What the sources of a crate, or of a folder in it, never name.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{names, workspace};

struct Rule {
    folder: &'static str,
    never: &'static [&'static str],
    because: &'static str,
}

const THE_WORLD: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "stdin",
    "Instant",
    "SystemTime",
    "thread::sleep",
    "thread_rng",
    "rand::random",
    "rand::rng",
    "OsRng",
    "SysRng",
    "RandomState",
];

const NUMBERS_IN_NUMBERS_OUT: &str =
    "no files, clock, environment or global random state in core, learn and report";

const RULES: [Rule; 4] = [
    Rule { folder: "crates/ferrocyte-core/src", never: THE_WORLD, because: NUMBERS_IN_NUMBERS_OUT },
    Rule { folder: "crates/ferrocyte-learn/src", never: THE_WORLD, because: NUMBERS_IN_NUMBERS_OUT },
    Rule { folder: "crates/ferrocyte-report/src", never: THE_WORLD, because: NUMBERS_IN_NUMBERS_OUT },
    Rule {
        folder: "crates/ferrocyte-learn/src/evaluate",
        never: &["models"],
        because: "a metric cannot know which model it judges",
    },
];

/// One sentence, with file and line, for each name that a rule forbids.
///
/// # Errors
/// When a folder is not there, holds no sources or cannot be read.
pub fn violations() -> Result<Vec<String>> {
    let mut found = Vec::new();
    for rule in &RULES {
        let sources = sources_under(&workspace::root().join(rule.folder))?;
        ensure!(!sources.is_empty(), "`{}` holds no Rust sources: the rule watches nothing", rule.folder);
        for path in sources {
            let source = std::fs::read_to_string(&path)?;
            let place = path.strip_prefix(workspace::root()).unwrap_or(&path).display().to_string();
            found.extend(broken(rule, &place, &source).with_context(|| place.clone())?);
        }
    }
    Ok(found)
}

fn broken(rule: &Rule, place: &str, source: &str) -> Result<Vec<String>> {
    let sentence = |name: names::Name| {
        let path = name.segments.join("::");
        format!("{place}:{}: names `{path}`: {}", name.line, rule.because)
    };
    let forbidden = |name: &names::Name| rule.never.iter().any(|path| name.contains(path));
    Ok(names::of_source(source)?.into_iter().filter(forbidden).map(sentence).collect())
}

/// Every `.rs` file under a folder, sorted, but for `tests.rs`, which only tests see.
fn sources_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            sources.extend(sources_under(&path)?);
        } else if path.extension().is_some_and(|suffix| suffix == "rs") && !path.ends_with("tests.rs") {
            sources.push(path);
        }
    }
    sources.sort();
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_rule_is_named_with_its_place() {
        let source = "use std::time::{Duration, Instant};\nfn now() { let t = Instant::now(); }";
        assert_eq!(
            broken(&RULES[0], "a.rs", source).unwrap(),
            [
                format!("a.rs:1: names `std::time::Instant`: {NUMBERS_IN_NUMBERS_OUT}"),
                format!("a.rs:2: names `Instant::now`: {NUMBERS_IN_NUMBERS_OUT}")
            ]
        );
    }

    #[test]
    fn evaluation_knows_no_models() {
        let rule = &RULES[3];
        assert_eq!(broken(rule, "a.rs", "use crate::models::Logistic;").unwrap().len(), 1);
        assert!(broken(rule, "a.rs", "use crate::Classifier; // not models").unwrap().is_empty());
    }
}
