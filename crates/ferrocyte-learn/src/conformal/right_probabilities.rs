//! What held-out cells had as the probability of their own label.

/// A held-out cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RightProbability {
    /// Code of the label that it was given.
    pub label: usize,
    /// The group (donor) that it is of, where there are groups.
    pub group: Option<usize>,
    /// Probability of the label.
    pub probability: f64,
}

/// The probabilities of their own label that held-out cells had, by label and group.
#[derive(Debug, Clone, PartialEq)]
pub struct RightProbabilities {
    all: Vec<f64>,                      // rising
    by_label: Vec<Vec<f64>>,            // rising
    by_group: Vec<Vec<f64>>,            // rising; empty without groups
    by_label_group: Vec<Vec<Vec<f64>>>, // rising
}

impl RightProbabilities {
    /// Of cells of so many labels.
    ///
    /// # Panics
    /// When a label's code is not below `n_labels`.
    pub fn new(n_labels: usize, cells: impl IntoIterator<Item = RightProbability>) -> Self {
        let mut found = Self {
            all: Vec::new(),
            by_label: vec![Vec::new(); n_labels],
            by_group: Vec::new(),
            by_label_group: vec![Vec::new(); n_labels],
        };
        for RightProbability { label, group, probability } in cells {
            found.all.push(probability);
            found.by_label[label].push(probability);
            if let Some(group) = group {
                push(&mut found.by_group, group, probability);
                push(&mut found.by_label_group[label], group, probability);
            }
        }
        let lists = [&mut found.all].into_iter().chain(&mut found.by_label).chain(&mut found.by_group);
        lists
            .chain(found.by_label_group.iter_mut().flatten())
            .for_each(|list| list.sort_unstable_by(f64::total_cmp));
        found
    }

    /// Number of labels.
    pub fn n_labels(&self) -> usize {
        self.by_label.len()
    }

    /// Number of cells.
    pub fn n_cells(&self) -> usize {
        self.all.len()
    }

    /// Whether the cells are of two groups or more.
    pub fn has_groups(&self) -> bool {
        self.by_group.iter().filter(|cells| !cells.is_empty()).count() > 1
    }

    /// Of all cells, rising.
    pub(super) fn all(&self) -> &[f64] {
        &self.all
    }

    /// Of the cells of a label, rising.
    pub(super) fn of_label(&self, label: usize) -> &[f64] {
        &self.by_label[label]
    }

    /// Of each group's cells, rising.
    pub(super) fn groups(&self) -> &[Vec<f64>] {
        &self.by_group
    }

    /// Of each group's cells of a label, rising.
    pub(super) fn groups_of_label(&self, label: usize) -> &[Vec<f64>] {
        &self.by_label_group[label]
    }
}

fn push(lists: &mut Vec<Vec<f64>>, position: usize, value: f64) {
    if lists.len() <= position {
        lists.resize(position + 1, Vec::new());
    }
    lists[position].push(value);
}
