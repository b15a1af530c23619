//! The paths that a Rust source names outside its tests: `std::fs::File`, `crate::models`, `Instant::now`.

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path as the source names it, `use` trees written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The segments: `["std", "fs", "File"]`.
    pub segments: Vec<String>,
    /// Line where it stands, from 1.
    pub line: usize,
}

impl Name {
    /// Whether the segments of `path` (`std::fs`) follow each other somewhere in this name.
    pub fn contains(&self, path: &str) -> bool {
        let wanted: Vec<&str> = path.split("::").collect();
        self.segments.windows(wanted.len()).any(|segments| segments == wanted)
    }
}

/// Every path in a source, in order, but for what stands under `#[cfg(test)]`. Comments and strings name nothing.
///
/// # Errors
/// When the source is not Rust.
pub fn of_source(source: &str) -> Result<Vec<Name>> {
    let tokens: TokenStream = source.parse().map_err(|error| anyhow!("not Rust: {error}"))?;
    let mut names = Vec::new();
    collect(tokens, &[], &mut names);
    Ok(names)
}

fn collect(tokens: TokenStream, prefix: &[String], names: &mut Vec<Name>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        at = match &tokens[at] {
            TokenTree::Punct(punct) if punct.as_char() == '#' && marks_test(tokens.get(at + 1)) => {
                end_of_item(&tokens, at)
            }
            TokenTree::Group(group) => {
                collect(group.stream(), &[], names);
                at + 1
            }
            TokenTree::Ident(_) => path(&tokens, at, prefix, names),
            _ => at + 1,
        };
    }
}

/// Reads the path that starts at an identifier, and what stands in braces behind it: `std::{fs, io::Read}`.
/// Returns where to go on.
fn path(tokens: &[TokenTree], mut at: usize, prefix: &[String], names: &mut Vec<Name>) -> usize {
    let line = tokens[at].span().start().line;
    let mut segments = prefix.to_vec();
    while let Some(TokenTree::Ident(segment)) = tokens.get(at) {
        segments.push(segment.to_string());
        at += 1;
        if !(is_colon(tokens.get(at)) && is_colon(tokens.get(at + 1))) {
            break;
        }
        at += 2;
        if let Some(TokenTree::Group(group)) = tokens.get(at)
            && group.delimiter() == Delimiter::Brace
        {
            collect(group.stream(), &segments, names);
            return at + 1;
        }
    }
    names.push(Name { segments, line });
    at
}

fn is_colon(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':')
}

fn marks_test(attribute: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = attribute else { return false };
    let text: String = group.stream().to_string().split_whitespace().collect();
    text == "test" || text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

/// The position behind the item that starts at `at`: behind its braces or its semicolon.
fn end_of_item(tokens: &[TokenTree], at: usize) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    };
    tokens[at..].iter().position(ends).map_or(tokens.len(), |length| at + length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Vec<String> {
        of_source(source).unwrap().into_iter().map(|name| name.segments.join("::")).collect()
    }

    #[test]
    fn use_trees_are_written_out() {
        let found = names("use std::{fs::{self, File}, io::Read};");
        for expected in ["std::fs::self", "std::fs::File", "std::io::Read"] {
            assert!(found.contains(&expected.to_owned()), "{expected} is not in {found:?}");
        }
    }

    #[test]
    fn names_inside_macros_count_and_words_in_comments_and_strings_do_not() {
        let source =
            "/// std::fs\nfn f() { // std::net\n let a = format!(\"std::env {}\", std::process::id()); }";
        let name = of_source(source).unwrap().into_iter().find(|name| name.contains("std::process")).unwrap();
        assert_eq!((name.segments.join("::").as_str(), name.line), ("std::process::id", 3));
        assert!(!names(source).iter().any(|name| name.starts_with("std::") && name != "std::process::id"));
    }

    #[test]
    fn tests_may_name_what_they_like() {
        let source =
            "#[cfg(test)] mod tests { use std::fs; } #[cfg(test)] use std::env; fn f() { std::net::x() }";
        let found = names(source);
        assert!(found.contains(&"std::net::x".to_owned()));
        assert!(!found.iter().any(|name| name.contains("fs") || name.contains("env")), "{found:?}");
    }

    #[test]
    fn a_path_is_found_anywhere_in_a_name_but_only_whole() {
        let name = Name { segments: ["std", "fs", "File"].map(String::from).to_vec(), line: 1 };
        assert!(name.contains("std::fs") && name.contains("File"));
        assert!(!name.contains("std::File") && !name.contains("Fil"));
    }
}
