//! What stands above labels: wider names, of which each label is a kind.

use serde::{Deserialize, Serialize};

/// Wider names above labels, in one or several steps: `T cell` above `CD4 T cell`. A name may have several wider ones.
///
/// Nodes come after all of their parents, so there is no way round in a circle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredHierarchy", into = "StoredHierarchy")]
pub struct Hierarchy {
    source: String,
    levels: Vec<String>,
    nodes: Vec<HierarchyNode>,     // each after its parents
    labels: Vec<usize>,            // the node of each label
    labels_under: Vec<Vec<usize>>, // of each node, ascending
    lines: Vec<Vec<usize>>, // of each label: its node and what is above it, ascending; without `everything`
}

/// A name in a hierarchy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HierarchyNode {
    /// The name.
    pub name: String,
    /// Its identifier in an ontology: `CL:0000084`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Which of the [levels](Hierarchy::levels) it is of, where there are levels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<usize>,
    /// Positions of the names right above it; all before its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<usize>,
}

/// The form at rest.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredHierarchy {
    source: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    levels: Vec<String>,
    nodes: Vec<HierarchyNode>,
    labels: Vec<usize>,
}

impl Hierarchy {
    /// Most labels times nodes: a file cannot ask for more memory than that.
    const MOST_PAIRS: usize = 1 << 26;

    /// Takes the nodes, each after its parents, and the node of each label in label order. `source` says in words where
    /// they are from; `levels` has the columns from the widest to the narrowest, where they are from columns.
    ///
    /// # Errors
    /// When a parent does not come before its child, or a label, a level or a parent is none.
    pub fn new(
        source: String,
        levels: Vec<String>,
        nodes: Vec<HierarchyNode>,
        labels: Vec<usize>,
    ) -> Result<Self, HierarchyError> {
        for (position, node) in nodes.iter().enumerate() {
            let ascending = node.parents.windows(2).all(|pair| pair[0] < pair[1]);
            if !ascending || node.parents.last().is_some_and(|&parent| parent >= position) {
                return Err(HierarchyError::Order { node: node.name.clone() });
            }
            if node.level.is_some_and(|level| level >= levels.len()) {
                return Err(HierarchyError::Level { node: node.name.clone(), n_levels: levels.len() });
            }
        }
        if let Some(label) = labels.iter().position(|&node| node >= nodes.len()) {
            return Err(HierarchyError::Label { label, node: labels[label], n_nodes: nodes.len() });
        }
        if nodes.len().saturating_mul(labels.len()) > Self::MOST_PAIRS {
            return Err(HierarchyError::Size { n_nodes: nodes.len(), n_labels: labels.len() });
        }
        let mut labels_under = vec![Vec::new(); nodes.len()];
        let mut lines = Vec::with_capacity(labels.len());
        for (label, &node) in labels.iter().enumerate() {
            let line = above(&nodes, node);
            for &node in &line {
                labels_under[node].push(label);
            }
            lines.push(line);
        }
        // What every label is a kind of says nothing about a cell.
        let everything = |node: usize| labels_under[node].len() == labels.len() && !labels.contains(&node);
        for line in &mut lines {
            line.retain(|&node| !everything(node));
        }
        Ok(Self { source, levels, nodes, labels, labels_under, lines })
    }

    /// Where it is from, in words.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Columns from the widest to the narrowest, which has the labels; empty where it is from an ontology.
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// The names, each after its parents.
    pub fn nodes(&self) -> &[HierarchyNode] {
        &self.nodes
    }

    /// Number of labels.
    pub fn n_labels(&self) -> usize {
        self.labels.len()
    }

    /// The node of a label.
    ///
    /// # Panics
    /// When `label` is not below [`n_labels`](Self::n_labels).
    pub fn node_of(&self, label: usize) -> usize {
        self.labels[label]
    }

    /// The labels that are this or a kind of it, ascending.
    ///
    /// # Panics
    /// When there is no such node.
    pub fn labels_under(&self, node: usize) -> &[usize] {
        &self.labels_under[node]
    }

    /// A label's own node and all above it, but for names that stand above all labels alike.
    ///
    /// # Panics
    /// When `label` is not below [`n_labels`](Self::n_labels).
    pub fn line_of(&self, label: usize) -> &[usize] {
        &self.lines[label]
    }

    /// A node and all above it, but for names that stand above all labels alike.
    ///
    /// # Panics
    /// When there is no such node.
    pub fn line_of_node(&self, node: usize) -> Vec<usize> {
        let mut line = above(&self.nodes, node);
        line.retain(|&node| self.labels_under[node].len() < self.labels.len() || self.labels.contains(&node));
        line
    }
}

/// A node and all above it, ascending.
fn above(nodes: &[HierarchyNode], node: usize) -> Vec<usize> {
    let mut wanted = vec![false; node + 1];
    wanted[node] = true;
    for at in (0..=node).rev() {
        if wanted[at] {
            for &parent in &nodes[at].parents {
                wanted[parent] = true;
            }
        }
    }
    (0..=node).filter(|&at| wanted[at]).collect()
}

impl TryFrom<StoredHierarchy> for Hierarchy {
    type Error = HierarchyError;

    fn try_from(stored: StoredHierarchy) -> Result<Self, Self::Error> {
        let StoredHierarchy { source, levels, nodes, labels } = stored;
        Self::new(source, levels, nodes, labels)
    }
}

impl From<Hierarchy> for StoredHierarchy {
    fn from(hierarchy: Hierarchy) -> Self {
        let Hierarchy { source, levels, nodes, labels, .. } = hierarchy;
        Self { source, levels, nodes, labels }
    }
}

/// Why names are no hierarchy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HierarchyError {
    /// A parent after its child.
    #[error("`{node}` must come after all of its parents, each named once and in their order")]
    Order {
        /// The child.
        node: String,
    },
    /// A level that is none.
    #[error("`{node}` is of a level that is not among the {n_levels}")]
    Level {
        /// The node.
        node: String,
        /// Levels there are.
        n_levels: usize,
    },
    /// A label whose node is none.
    #[error("label {label} is at node {node} of {n_nodes}")]
    Label {
        /// The label.
        label: usize,
        /// Its node.
        node: usize,
        /// Nodes there are.
        n_nodes: usize,
    },
    /// More than can be held.
    #[error("{n_nodes} names above {n_labels} labels are too many")]
    Size {
        /// Nodes there are.
        n_nodes: usize,
        /// Labels there are.
        n_labels: usize,
    },
}

/// How well labels were predicted where a wider name counts as partly right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HierarchyRecord {
    /// Where the hierarchy is from, in words.
    pub source: String,
    /// Names in it, labels and wider ones.
    pub names: usize,
    /// Of the predicted labels as they are.
    pub flat: HierarchicalScores,
    /// The threshold that is taken where none is named.
    pub threshold: f64,
    /// Of the narrowest names that the cells are sure of, threshold by threshold.
    pub backed_off: Vec<BackOffScores>,
    /// Level by level from the widest, where there are levels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<LevelScore>,
}

/// Precision and recall of names together with all names above them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HierarchicalScores {
    /// Share of the predicted names, with those above them, that the given ones have too.
    pub precision: f64,
    /// Share of the given names, with those above them, that the predicted ones have too.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
}

/// What comes of giving each cell the narrowest name that it is sure of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BackOffScores {
    /// The least probability of a name.
    pub threshold: f64,
    /// Share of the cells that get a wider name than a label.
    pub backed_off: f64,
    /// Share of the cells that get no name.
    pub without_name: f64,
    /// Share of the names that are right: the cell's label, or a name above it.
    pub right: f64,
    /// Share of the cells that keep a label.
    pub labelled: f64,
    /// Share of these labels that are right.
    pub labels_right: f64,
    /// With names above names; a cell without a name counts in recall.
    pub scores: HierarchicalScores,
}

/// How often the most probable name of a level is right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LevelScore {
    /// The column.
    pub level: String,
    /// Names of this level.
    pub names: usize,
    /// Share of the cells whose most probable name of this level is the given one.
    pub accuracy: f64,
    /// Mean F1 over the names of the level.
    pub f1_macro: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, parents: &[usize]) -> HierarchyNode {
        HierarchyNode { name: name.into(), id: None, level: None, parents: parents.to_vec() }
    }

    #[test]
    fn a_line_has_all_that_is_above_but_what_is_above_everything() {
        let nodes = vec![
            node("cell", &[]),
            node("T cell", &[0]),
            node("killer", &[0]),
            node("CD4 T", &[1]),
            node("CD8 T", &[1, 2]),
            node("NK", &[2]),
        ];
        let tree = Hierarchy::new("test".into(), vec![], nodes, vec![3, 4, 5]).unwrap();
        assert_eq!(tree.line_of(1), [1, 2, 4]);
        assert_eq!((tree.labels_under(0), tree.labels_under(2)), (&[0, 1, 2][..], &[1, 2][..]));
        assert_eq!(tree.line_of_node(2), [2]);
        let json = serde_json::to_string(&tree).unwrap();
        assert_eq!(serde_json::from_str::<Hierarchy>(&json).unwrap(), tree);
    }

    #[test]
    fn what_is_no_hierarchy_is_refused() {
        let new = |nodes, labels| Hierarchy::new("test".into(), vec![], nodes, labels).unwrap_err();
        assert_eq!(
            new(vec![node("a", &[0])], vec![0]).to_string(),
            "`a` must come after all of its parents, each named once and in their order"
        );
        assert_eq!(new(vec![node("a", &[])], vec![1]).to_string(), "label 0 is at node 1 of 1");
        let level = HierarchyNode { level: Some(0), ..node("a", &[]) };
        assert!(matches!(new(vec![level], vec![0]), HierarchyError::Level { .. }));
        assert!(
            serde_json::from_str::<Hierarchy>(
                r#"{"source":"x","nodes":[{"name":"a","parents":[7]}],"labels":[0]}"#
            )
            .is_err()
        );
    }
}
