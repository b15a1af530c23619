//! Wider names from an ontology.

use std::collections::{BTreeMap, BTreeSet};

use ferrocyte_core::{Hierarchy, HierarchyNode, Labels, Warning};
use ferrocyte_io::obo::Ontology;

use super::levels::refused;
use crate::hint::list;

/// What is above each term, itself included.
type Above = BTreeMap<String, BTreeSet<String>>;

/// Builds it from what an ontology has above the labels, which are looked for by the identifiers that most of their cells
/// have, else by what they are called. Of terms that are above the same labels only one is kept: a label's own, else the most
/// special. A label that is not there has nothing above it.
pub(super) fn find(
    ontology: &Ontology,
    source: String,
    labels: &Labels,
    ids: Option<&Labels>,
    warnings: &mut Vec<Warning>,
) -> Option<Hierarchy> {
    let terms = terms_of_labels(ontology, labels, ids, warnings);
    let mut above = Above::new();
    let mut lacking = BTreeSet::new();
    for term in terms.iter().flatten() {
        if let Err(circle) = walk(ontology, term, &mut above, &mut lacking) {
            let message = format!(
                "the ontology goes round in a circle: {}; labels have no wider names in this run, all else is as it would be",
                circle.join(" is a kind of ")
            );
            warnings.push(
                Warning::new("ontology-circle", message).with_hint("take another release of the ontology"),
            );
            return None;
        }
    }
    if !lacking.is_empty() {
        let names: Vec<String> = lacking.into_iter().collect();
        let message = format!(
            "terms above the labels are of kinds that the ontology file lacks: {}; nothing above those is known",
            list(&names)
        );
        warnings.push(Warning::note("ontology-lacks-terms", message));
    }
    let (nodes, of_labels) = nodes(ontology, labels, &terms, &above);
    Hierarchy::new(source, vec![], nodes, of_labels).map_err(|error| warnings.push(refused(&error))).ok()
}

/// The term of each label; `None`, aloud, where there is none.
fn terms_of_labels(
    ontology: &Ontology,
    labels: &Labels,
    ids: Option<&Labels>,
    warnings: &mut Vec<Warning>,
) -> Vec<Option<String>> {
    let mut unknown = Vec::new();
    let mut several = Vec::new();
    let names = labels.set().names().iter().enumerate();
    let terms: Vec<Option<String>> = names
        .map(|(code, name)| {
            let words = match ids {
                None => vec![name.clone()],
                Some(ids) => ids_of(labels, code, ids),
            };
            if words.len() > 1 {
                several.push(format!("`{name}` ({})", list(&words)));
            }
            let found = words.first().and_then(|words| ontology.find(words)).map(str::to_owned);
            if found.is_none() {
                unknown.push(match words.first().filter(|words| *words != name) {
                    Some(id) => format!("{name} ({id})"),
                    None => name.clone(),
                });
            }
            found
        })
        .collect();
    if !several.is_empty() {
        let message =
            format!("labels with several identifiers: {}; the most common one is taken", several.join("; "));
        warnings.push(Warning::new("several-identifiers", message));
    }
    if !unknown.is_empty() {
        let message = format!(
            "{} of {} labels are not in the ontology and have no wider names: {}",
            unknown.len(),
            terms.len(),
            list(&unknown)
        );
        let hint = "labels are found by identifier (`CL:0000084`), name or exact synonym; --ontology-ids names a column of identifiers";
        warnings.push(Warning::new("labels-not-in-ontology", message).with_hint(hint));
    }
    terms
}

/// The identifiers that cells of a label have, the most common first.
fn ids_of(labels: &Labels, code: usize, ids: &Labels) -> Vec<String> {
    let mut cells = vec![0_usize; ids.set().len()];
    for (label, id) in labels.codes().zip(ids.codes()) {
        cells[id] += usize::from(label == code);
    }
    let mut found: Vec<usize> =
        (0..cells.len()).filter(|&id| cells[id] > 0 && !ids.set().name(id).is_empty()).collect();
    found.sort_by_key(|&id| std::cmp::Reverse(cells[id]));
    found.into_iter().map(|id| ids.set().name(id).to_owned()).collect()
}

/// Finds what is above a term and everything on the way; the circle in names where there is one.
fn walk(
    ontology: &Ontology,
    start: &str,
    above: &mut Above,
    lacking: &mut BTreeSet<String>,
) -> Result<(), Vec<String>> {
    if above.contains_key(start) {
        return Ok(());
    }
    // A term and the next of its parents to look at; a stack of its own, because a file may be as deep as it likes.
    let mut path: Vec<(String, usize)> = vec![(start.to_owned(), 0)];
    let mut on_path: BTreeSet<String> = [start.to_owned()].into();
    while let Some((id, next)) = path.last_mut() {
        let parents = ontology.term(id).map(|term| term.parents.as_slice()).unwrap_or_default();
        let Some(parent) = parents.get(*next) else {
            let mut all: BTreeSet<String> =
                parents.iter().filter_map(|parent| above.get(parent)).flatten().cloned().collect();
            all.insert(id.clone());
            on_path.remove(id);
            above.insert(id.clone(), all);
            path.pop();
            continue;
        };
        *next += 1;
        if on_path.contains(parent) {
            let from = path.iter().position(|(id, _)| id == parent).unwrap_or_default();
            let ids = path[from..].iter().map(|(id, _)| id).chain([parent]);
            return Err(ids.map(|id| in_words(ontology, id)).collect());
        }
        if ontology.term(parent).is_none() {
            lacking.insert(parent.clone());
        } else if !above.contains_key(parent) {
            on_path.insert(parent.clone());
            path.push((parent.clone(), 0));
        }
    }
    Ok(())
}

fn in_words(ontology: &Ontology, id: &str) -> String {
    ontology.term(id).map_or_else(|| format!("`{id}`"), |term| format!("`{}` ({id})", term.name))
}

/// The nodes, each after its parents, and the node of each label.
fn nodes(
    ontology: &Ontology,
    labels: &Labels,
    terms: &[Option<String>],
    above: &Above,
) -> (Vec<HierarchyNode>, Vec<usize>) {
    let mut labels_under: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (label, term) in terms.iter().enumerate() {
        for term in term.iter().filter_map(|term| above.get(term)).flatten() {
            labels_under.entry(term).or_default().push(label);
        }
    }
    let of_labels: BTreeSet<&str> = terms.iter().flatten().map(String::as_str).collect();
    let depth = |term: &str| above.get(term).map_or(0, BTreeSet::len);
    let mut of_set: BTreeMap<&[usize], &str> = BTreeMap::new();
    for (&term, under) in &labels_under {
        let worth = |term: &str| (of_labels.contains(term), depth(term));
        let kept = of_set.entry(under.as_slice()).or_insert(term);
        if worth(term) > worth(kept) {
            *kept = term;
        }
    }
    let mut kept: Vec<&str> = of_set.into_values().collect();
    kept.sort_by_key(|term| (std::cmp::Reverse(labels_under[term].len()), *term));
    let place: BTreeMap<&str, usize> = kept.iter().copied().zip(0..).collect();
    let is_above =
        |one: &str, other: &str| one != other && above.get(other).is_some_and(|all| all.contains(one));
    let mut nodes: Vec<HierarchyNode> = kept
        .iter()
        .map(|&term| {
            let over: Vec<&str> = kept.iter().copied().filter(|other| is_above(other, term)).collect();
            let nearest = |one: &&&str| !over.iter().any(|other| is_above(one, other));
            let mut parents: Vec<usize> = over.iter().filter(nearest).map(|over| place[*over]).collect();
            parents.sort_unstable();
            let name = ontology.term(term).map_or_else(|| term.to_owned(), |term| term.name.clone());
            HierarchyNode { name, id: Some(term.to_owned()), level: None, parents }
        })
        .collect();
    let node_of = |(label, term): (usize, &Option<String>)| {
        term.as_deref().and_then(|term| place.get(term).copied()).unwrap_or_else(|| {
            let name = labels.set().name(label).to_owned();
            nodes.push(HierarchyNode { name, id: None, level: None, parents: vec![] });
            nodes.len() - 1
        })
    };
    let of_labels = terms.iter().enumerate().map(node_of).collect();
    (nodes, of_labels)
}

#[cfg(test)]
mod tests {
    use ferrocyte_io::obo::read_obo;

    use super::*;

    fn ontology(more: &str) -> Ontology {
        let few = include_str!("../../../ferrocyte-io/tests/fixtures/few_cells.obo");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("few.obo");
        std::fs::write(&path, format!("{few}\n{more}")).unwrap();
        read_obo(&path).unwrap()
    }

    fn lines(tree: &Hierarchy) -> Vec<Vec<&str>> {
        let line = |label| tree.line_of(label).iter().map(|&node| tree.nodes()[node].name.as_str()).collect();
        (0..tree.n_labels()).map(line).collect()
    }

    #[test]
    fn labels_get_what_is_above_them_and_what_tells_nothing_is_left_out() {
        let labels = Labels::from_names(&["B cell", "CD4 T cell", "XX:0000004", "nk CELL", "Blob"]);
        let mut warnings = vec![];
        let tree = find(&ontology(""), "test".into(), &labels, None, &mut warnings).unwrap();
        // In label order: B cell, Blob, CD4 T cell, CD8 T cell by its identifier, NK cell.
        assert_eq!(
            lines(&tree),
            [
                vec!["lymphoid cell", "B cell"],
                vec!["Blob"],
                vec!["lymphoid cell", "T cell", "CD4 T cell"],
                vec!["lymphoid cell", "T cell", "killing cell", "CD8 T cell"],
                vec!["lymphoid cell", "killing cell", "NK cell"],
            ],
        );
        assert!(
            tree.nodes().iter().all(|node| node.name != "blood cell"),
            "above the same labels as `lymphoid cell`"
        );
        assert_eq!(warnings.len(), 1);
        assert_eq!(
            warnings[0].message,
            "1 of 5 labels are not in the ontology and have no wider names: `Blob`"
        );
    }

    #[test]
    fn identifiers_are_those_that_most_cells_have() {
        let labels = Labels::from_names(&["a", "a", "a", "b"]);
        let ids = Labels::from_names(&["XX:0000005", "XX:0000008", "XX:0000005", "XX:0009999"]);
        let mut warnings = vec![];
        let tree = find(&ontology(""), "test".into(), &labels, Some(&ids), &mut warnings).unwrap();
        assert_eq!(tree.nodes()[tree.node_of(0)].name, "CD4 T cell");
        let words: Vec<&str> = warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert_eq!(
            words,
            [
                "labels with several identifiers: `a` (`XX:0000005`, `XX:0000008`); the most common one is taken",
                "1 of 2 labels are not in the ontology and have no wider names: `b (XX:0009999)`",
            ]
        );
    }

    #[test]
    fn a_circle_is_named_and_terms_that_are_not_there_too() {
        let circle = "[Term]\nid: A:1\nname: one\nis_a: A:2\n[Term]\nid: A:2\nname: two\nis_a: A:3\n[Term]\nid: A:3\nis_a: A:2\n";
        let labels = Labels::from_names(&["one", "B cell"]);
        let mut warnings = vec![];
        assert!(find(&ontology(circle), "test".into(), &labels, None, &mut warnings).is_none());
        assert!(
            warnings[0].message.starts_with(
                "the ontology goes round in a circle: `two` (A:2) is a kind of `A:3` (A:3) is a kind of `two` (A:2);"
            ),
            "{}",
            warnings[0].message
        );
        // A circle that is above no label harms nothing.
        let others = Labels::from_names(&["NK cell", "B cell"]);
        assert!(find(&ontology(circle), "test".into(), &others, None, &mut vec![]).is_some());
        let mut warnings = vec![];
        let lacks = "[Term]\nid: A:1\nname: one\nis_a: A:7\n";
        let tree = find(&ontology(lacks), "test".into(), &labels, None, &mut warnings).unwrap();
        assert_eq!(lines(&tree)[1], ["one"]);
        assert!(warnings[0].message.contains("`A:7`"), "{}", warnings[0].message);
    }

    #[test]
    fn a_label_that_has_kinds_among_the_labels_is_their_wider_name() {
        let labels = Labels::from_names(&["T cell", "CD4 T cell", "T lymphocyte"]);
        let tree = find(&ontology(""), "test".into(), &labels, None, &mut vec![]).unwrap();
        assert_eq!(lines(&tree), [vec!["T cell", "CD4 T cell"], vec!["T cell"], vec!["T cell"]]);
        assert_eq!(tree.labels_under(tree.node_of(1)), [0, 1, 2]);
    }
}
