//! Wider names from columns.

use ferrocyte_core::{Hierarchy, HierarchyNode, Labels, Warning};

/// Builds it from columns of entries, from the widest to the narrowest, and the labels below them. Where a name stands under
/// several wider ones, the one that most of its cells have is taken, aloud: one cell that was put elsewhere by mistake should
/// not undo the hierarchy of all others, and a tie goes to the first by name.
pub(super) fn find(
    levels: &[String],
    wider: &[Labels],
    labels: &Labels,
    warnings: &mut Vec<Warning>,
) -> Option<Hierarchy> {
    let columns: Vec<&Labels> = wider.iter().chain([labels]).collect();
    let mut nodes: Vec<HierarchyNode> = Vec::new();
    let mut above: Vec<Option<usize>> = Vec::new(); // the node of each name of the level above
    for (level, column) in columns.iter().enumerate() {
        let over = level.checked_sub(1).map(|over| columns[over]);
        let mut of_level = Vec::with_capacity(column.set().len());
        let mut several = Vec::new();
        for (code, name) in column.set().names().iter().enumerate() {
            if name.is_empty() {
                of_level.push(None);
                continue;
            }
            let parents = over.map(|over| counts(column, code, over)).unwrap_or_default();
            if parents.len() > 1 {
                several.push(in_words(name, &parents, over));
            }
            let parents: Vec<usize> =
                parents.first().and_then(|&(parent, _)| above[parent]).into_iter().collect();
            of_level.push(Some(nodes.len()));
            nodes.push(HierarchyNode { name: name.clone(), id: None, level: Some(level), parents });
        }
        warnings.extend(
            level.checked_sub(1).and_then(|over| not_a_tree(&levels[over], &levels[level], &several)),
        );
        above = of_level;
    }
    let of_labels = above.into_iter().map(Option::unwrap_or_default).collect();
    let source = format!("columns {}", levels.join(" > "));
    Hierarchy::new(source, levels.to_vec(), nodes, of_labels)
        .map_err(|error| warnings.push(refused(&error)))
        .ok()
}

/// Says why there is no hierarchy.
pub(super) fn refused(error: &dyn std::error::Error) -> Warning {
    Warning::new("no-hierarchy", format!("the labels have no wider names: {error}"))
}

/// The entries of `over` that the cells with a name have, with how many have each; the most common first.
fn counts(column: &Labels, code: usize, over: &Labels) -> Vec<(usize, usize)> {
    let mut cells = vec![0; over.set().len()];
    for (of, parent) in column.codes().zip(over.codes()) {
        cells[parent] += usize::from(of == code);
    }
    let named = |parent: &usize| !over.set().name(*parent).is_empty();
    let mut found: Vec<(usize, usize)> = (0..cells.len())
        .filter(named)
        .map(|parent| (parent, cells[parent]))
        .filter(|(_, n)| *n > 0)
        .collect();
    found.sort_by_key(|&(_, cells)| std::cmp::Reverse(cells)); // stable: equals stay in the order of their names
    found
}

fn in_words(name: &str, parents: &[(usize, usize)], over: Option<&Labels>) -> String {
    let of = |&(parent, cells): &(usize, usize)| {
        format!("`{}` ({cells} cells)", over.map(|over| over.set().name(parent)).unwrap_or_default())
    };
    format!("`{name}` under {}", parents.iter().map(of).collect::<Vec<_>>().join(" and "))
}

/// Says which names stand under several wider ones.
fn not_a_tree(over: &str, level: &str, several: &[String]) -> Option<Warning> {
    const SHOWN: usize = 5;
    if several.is_empty() {
        return None;
    }
    let more = several.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!(
        "{} of the names of `{level}` stand under several of `{over}`: {}{more}; each is taken to be under the one that \
         most of its cells have",
        several.len(),
        several[..several.len().min(SHOWN)].join("; "),
    );
    Some(
        Warning::new("levels-not-a-tree", message)
            .with_hint("give names that mean two things two names in the file"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_the_wider_one_that_most_of_its_cells_have() {
        let levels = ["lineage", "type", "kind"].map(String::from);
        let rows = [
            ("L", "T", "CD4"),
            ("L", "T", "CD8"),
            ("L", "T", "CD8"),
            ("M", "T", "CD8"), // by mistake
            ("L", "B", "B"),
            ("", "Mono", "Mono"),
            ("M", "Mono", "Mono"),
            ("", "Odd", "Odd"),
        ];
        let column = |of: fn(&(&'static str, &'static str, &'static str)) -> &'static str| {
            Labels::from_names(&rows.iter().map(of).collect::<Vec<_>>())
        };
        let (wider, labels) = ([column(|r| r.0), column(|r| r.1)], column(|r| r.2));
        let mut warnings = vec![];
        let tree = find(&levels, &wider, &labels, &mut warnings).unwrap();
        let names = |label: &str| -> Vec<&str> {
            let label = labels.set().code(label).unwrap();
            tree.line_of(label).iter().map(|&node| tree.nodes()[node].name.as_str()).collect()
        };
        assert_eq!(names("CD8"), ["L", "T", "CD8"]);
        assert_eq!(names("B"), ["L", "B", "B"]);
        assert_eq!(names("Mono"), ["M", "Mono", "Mono"]);
        assert_eq!(names("Odd"), ["Odd", "Odd"], "nothing wider is known");
        assert_eq!(warnings.len(), 1);
        assert!(
            warnings[0].message.starts_with(
                "1 of the names of `type` stand under several of `lineage`: `T` under `L` (3 cells) and `M` (1 cells);"
            ),
            "{}",
            warnings[0].message
        );
    }
}
