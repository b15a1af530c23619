//! Which cells are of which sample.

use ferrocyte_core::Labels;

/// Samples, each with its cells, its one label and the one group (donor) that it is of. In the order of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Samples {
    names: Vec<String>,
    cells: Vec<Vec<usize>>, // of each sample, ascending, none empty
    labels: Labels,
    groups: Labels,
}

/// A sample that cannot be labelled as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub name: String,
    /// Why.
    pub why: WhyLeftOut,
}

/// Why a sample is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyLeftOut {
    /// Its cells have several labels: the first two, and the number of cells of each.
    Labels([(String, usize); 2]),
    /// Its cells are of several groups, so that some would be trained on while others are held out: the first two.
    Groups([String; 2]),
}

impl Samples {
    /// Takes the sample, label and group of every cell. Samples whose cells disagree in label or group are left out; so are
    /// cells without a sample, whose name is empty.
    ///
    /// # Panics
    /// When the lengths differ.
    ///
    /// # Examples
    /// ```
    /// use ferrocyte_core::Labels;
    /// use ferrocyte_learn::samples::Samples;
    ///
    /// let sample = Labels::from_names(&["s1", "s1", "s2", "s3", "s3"]);
    /// let label = Labels::from_names(&["sick", "sick", "well", "well", "sick"]);
    /// let donor = Labels::from_names(&["d1", "d1", "d1", "d2", "d2"]);
    /// let (samples, left_out) = Samples::of(&sample, &label, &donor);
    /// assert_eq!(samples.names(), ["s1", "s2"]);
    /// assert_eq!(left_out[0].name, "s3");
    /// ```
    pub fn of(samples: &Labels, labels: &Labels, groups: &Labels) -> (Self, Vec<LeftOut>) {
        assert!(samples.len() == labels.len() && samples.len() == groups.len(), "one of each for every cell");
        let mut cells = vec![Vec::new(); samples.set().len()];
        for (cell, sample) in samples.codes().enumerate() {
            cells[sample].push(cell);
        }
        let mut left_out = Vec::new();
        let (mut names, mut kept, mut label_names, mut group_names) = (vec![], vec![], vec![], vec![]);
        for (name, cells) in samples.set().names().iter().zip(cells) {
            let Some(&first) = cells.first().filter(|_| !name.is_empty()) else { continue };
            if let Some(why) = disagreement(&cells, labels, groups) {
                left_out.push(LeftOut { name: name.clone(), why });
                continue;
            }
            names.push(name.clone());
            label_names.push(labels.name(first));
            group_names.push(groups.name(first));
            kept.push(cells);
        }
        let (labels, groups) = (Labels::from_names(&label_names), Labels::from_names(&group_names));
        (Self { names, cells: kept, labels, groups }, left_out)
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Their names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Cells of each, ascending.
    pub fn cells(&self) -> &[Vec<usize>] {
        &self.cells
    }

    /// The label of each, over the labels that some sample has.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The group of each.
    pub fn groups(&self) -> &Labels {
        &self.groups
    }

    /// The same samples with other labels.
    ///
    /// # Panics
    /// When there is not one label for each.
    #[must_use]
    pub fn with_labels(&self, labels: Labels) -> Self {
        assert_eq!(labels.len(), self.len(), "one label for each sample");
        Self { labels, ..self.clone() }
    }

    /// The same samples with at most `most` cells each, those that lie evenly spread in the order of the file; and which cells
    /// these are. The samples' own cells are then numbered within them.
    pub fn thinned(&self, most: usize) -> (Self, Vec<usize>) {
        let mut kept = Vec::new();
        let mut cells = Vec::new();
        for of_sample in &self.cells {
            let n = of_sample.len().min(most);
            let first = kept.len();
            kept.extend((0..n).map(|i| of_sample[i * of_sample.len() / n]));
            cells.push((first..first + n).collect());
        }
        (Self { cells, ..self.clone() }, kept)
    }
}

/// What the cells of a sample disagree in.
fn disagreement(cells: &[usize], labels: &Labels, groups: &Labels) -> Option<WhyLeftOut> {
    let two = |of: &Labels| -> Option<[String; 2]> {
        let mut codes: Vec<usize> = cells.iter().map(|&cell| of.code(cell)).collect();
        codes.sort_unstable();
        codes.dedup();
        let &[one, other, ..] = codes.as_slice() else { return None };
        Some([of.set().name(one).to_owned(), of.set().name(other).to_owned()])
    };
    if let Some(names) = two(labels) {
        let count = |name: &String| cells.iter().filter(|&&cell| labels.name(cell) == name).count();
        return Some(WhyLeftOut::Labels(names.map(|name| {
            let n = count(&name);
            (name, n)
        })));
    }
    two(groups).map(WhyLeftOut::Groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_that_disagree_are_left_out_with_the_reason() {
        let samples = Labels::from_names(&["s1", "s1", "s2", "s2", "s3", "s3", ""]);
        let labels = Labels::from_names(&["a", "a", "a", "b", "b", "b", "a"]);
        let groups = Labels::from_names(&["d1", "d1", "d2", "d2", "d2", "d3", "d1"]);
        let (found, left_out) = Samples::of(&samples, &labels, &groups);
        assert_eq!((found.names(), found.cells()), (&["s1".to_owned()][..], &[vec![0, 1]][..]));
        let why: Vec<&WhyLeftOut> = left_out.iter().map(|out| &out.why).collect();
        assert_eq!(why[0], &WhyLeftOut::Labels([("a".into(), 1), ("b".into(), 1)]));
        assert_eq!(why[1], &WhyLeftOut::Groups(["d2".into(), "d3".into()]));
    }

    #[test]
    fn thinned_samples_keep_cells_from_everywhere() {
        let samples = Labels::from_names(&["s1", "s2", "s1", "s1", "s1", "s2"]);
        let same = Labels::from_names(&["a"; 6]);
        let (found, _) = Samples::of(&samples, &same, &same);
        let (thinned, kept) = found.thinned(2);
        assert_eq!(kept, [0, 3, 1, 5]);
        assert_eq!(thinned.cells(), [vec![0, 1], vec![2, 3]]);
        assert_eq!(found.thinned(100).1.len(), 6);
    }
}
