//! Lines to terms.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{BufRead, Read};

use super::{OboErrorKind, Ontology, Term};
use crate::memory_limit::NAME_BYTES;

/// Longest line that is read: definitions of a real ontology have a few thousand bytes.
const MOST_LINE_BYTES: usize = 1 << 20;

/// A `[Term]` that is being read.
struct Stanza {
    line: u64,
    id: Option<String>,
    term: Term,
    alternatives: Vec<String>,
}

/// Reads the terms; every other stanza and tag is passed over. At most `limit` bytes are kept.
pub(super) fn parse(mut input: impl BufRead, limit: u64) -> Result<Ontology, OboErrorKind> {
    let mut ontology = Ontology::default();
    let mut stanza: Option<Stanza> = None;
    let (mut bytes, mut number, mut kept) = (Vec::new(), 0_u64, 0_u64);
    let mut first = String::new();
    loop {
        bytes.clear();
        let most = MOST_LINE_BYTES as u64 + 1;
        if input.by_ref().take(most).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        number += 1;
        if bytes.len() > MOST_LINE_BYTES {
            return Err(OboErrorKind::LongLine { line: number, most: MOST_LINE_BYTES });
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| OboErrorKind::NotText { line: number })?;
        let line = text.trim_start_matches('\u{feff}').trim();
        if first.is_empty() {
            first = line.chars().take(40).collect();
        }
        if line.starts_with('[') {
            finish(stanza.take(), &mut ontology)?;
            if line.starts_with("[Term]") {
                stanza = Some(Stanza { line: number, id: None, term: Term::default(), alternatives: vec![] });
                kept += NAME_BYTES;
            }
        } else if let (Some(stanza), Some((tag, value))) = (&mut stanza, line.split_once(':')) {
            kept += tagged(stanza, tag, value.trim());
        }
        if kept > limit {
            return Err(OboErrorKind::TooLarge { limit });
        }
    }
    finish(stanza, &mut ontology)?;
    if ontology.terms.is_empty() {
        let found = if first.is_empty() { String::new() } else { format!(" (it begins with `{first}`)") };
        return Err(OboErrorKind::NoTerms { found });
    }
    ontology.names = names(&ontology.terms);
    Ok(ontology)
}

/// Takes a line of a stanza; gives about how many bytes are kept of it. Each text may be kept twice, as a name to search.
fn tagged(stanza: &mut Stanza, tag: &str, value: &str) -> u64 {
    let term = &mut stanza.term;
    match tag {
        "id" => stanza.id = Some(bare(value).to_owned()),
        "name" => bare(value).clone_into(&mut term.name),
        "is_a" => term.parents.push(bare(value).to_owned()),
        "alt_id" => stanza.alternatives.push(bare(value).to_owned()),
        "is_obsolete" => term.is_obsolete = bare(value) == "true",
        "replaced_by" => term.replaced_by = Some(bare(value).to_owned()),
        "synonym" => match exact_synonym(value) {
            Some(synonym) => term.synonyms.push(synonym),
            None => return 0,
        },
        _ => return 0,
    }
    2 * (value.len() as u64 + NAME_BYTES)
}

/// A value without a comment (` ! ...`) and without modifiers in braces at its end.
fn bare(value: &str) -> &str {
    let value = value.split_once(" !").map_or(value, |(value, _)| value).trim_end();
    match (value.strip_suffix('}'), value.rfind(" {")) {
        (Some(_), Some(brace)) => value[..brace].trim_end(),
        _ => value,
    }
}

/// The text of `"text" EXACT [source]`; related, narrower and broader ones are other kinds of cells.
fn exact_synonym(value: &str) -> Option<String> {
    let mut text = String::new();
    let mut characters = value.strip_prefix('"')?.chars();
    loop {
        match characters.next()? {
            '\\' => text.push(characters.next()?),
            '"' => break,
            character => text.push(character),
        }
    }
    characters.as_str().trim_start().starts_with("EXACT").then_some(text)
}

/// Adds a term that is complete.
fn finish(stanza: Option<Stanza>, ontology: &mut Ontology) -> Result<(), OboErrorKind> {
    let Some(Stanza { line, id, mut term, alternatives }) = stanza else { return Ok(()) };
    let id = id.filter(|id| !id.is_empty()).ok_or(OboErrorKind::NoId { line })?;
    if term.name.is_empty() {
        term.name.clone_from(&id);
    }
    term.parents.sort_unstable();
    term.parents.dedup();
    for alternative in alternatives {
        ontology.alternatives.entry(alternative).or_insert_with(|| id.clone());
    }
    match ontology.terms.entry(id) {
        Entry::Occupied(known) => Err(OboErrorKind::Twice { line, id: known.key().clone() }),
        Entry::Vacant(place) => {
            place.insert(term);
            Ok(())
        }
    }
}

/// Names of terms in use, and synonyms that are no name; `None` for what two terms are called.
fn names(terms: &BTreeMap<String, Term>) -> BTreeMap<String, Option<String>> {
    let mut names = BTreeMap::new();
    let in_use = || terms.iter().filter(|(_, term)| !term.is_obsolete);
    for (id, term) in in_use() {
        add(&mut names, &term.name, id);
    }
    let mut synonyms = BTreeMap::new();
    for (id, term) in in_use() {
        for synonym in &term.synonyms {
            add(&mut synonyms, synonym, id);
        }
    }
    for (synonym, id) in synonyms {
        names.entry(synonym).or_insert(id);
    }
    names
}

fn add(names: &mut BTreeMap<String, Option<String>>, name: &str, id: &str) {
    names
        .entry(name.to_lowercase())
        .and_modify(|known| *known = known.take().filter(|known| known == id))
        .or_insert_with(|| Some(id.to_owned()));
}
