//! How often sets hold the right label.

use ferrocyte_core::{ClassCoverage, GroupCoverage, LabelSet, Labels};

/// The sets of some cells: how large, and whether they hold the label that the cell was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetsOfCells {
    /// Position of the cell.
    pub cell: usize,
    /// Code of its label.
    pub label: usize,
    /// Number of labels in its set.
    pub size: usize,
    /// Whether its label is among them.
    pub covered: bool,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Share of the cells whose set holds their label.
    pub coverage: f64,
    /// Mean number of labels in a set.
    pub mean_set_size: f64,
    /// Share of sets without a label.
    pub empty: f64,
    /// The group that is covered least, the first of equals.
    pub lowest_group: Option<GroupCoverage>,
    /// Label by label.
    pub per_class: Vec<ClassCoverage>,
}

/// Measures sets; `groups` has one entry for every cell, whether it has a set or not. `None` without sets.
pub fn measure(sets: &[SetsOfCells], labels: &LabelSet, groups: Option<&Labels>) -> Option<Measured> {
    let n = sets.len() as f64;
    if sets.is_empty() {
        return None;
    }
    let share = |is: &dyn Fn(&SetsOfCells) -> bool| sets.iter().filter(|set| is(set)).count() as f64 / n;
    let mut classes = vec![Tally::default(); labels.len()];
    let mut of_groups = vec![Tally::default(); groups.map_or(0, |groups| groups.set().len())];
    for set in sets {
        classes[set.label].add(set);
        if let Some(groups) = groups {
            of_groups[groups.code(set.cell)].add(set);
        }
    }
    let per_class = labels.names().iter().zip(&classes).map(|(label, tally)| ClassCoverage {
        label: label.clone(),
        cells: tally.cells,
        coverage: tally.coverage(),
        mean_set_size: (tally.cells > 0).then(|| tally.sizes as f64 / tally.cells as f64),
    });
    let of_group = |(code, tally): (usize, &Tally)| {
        let group = groups?.set().name(code).to_owned();
        Some(GroupCoverage { group, cells: tally.cells, coverage: tally.coverage()? })
    };
    let lowest = of_groups.iter().enumerate().filter_map(of_group);
    Some(Measured {
        coverage: share(&|set| set.covered),
        mean_set_size: sets.iter().map(|set| set.size).sum::<usize>() as f64 / n,
        empty: share(&|set| set.size == 0),
        lowest_group: lowest.reduce(|low, next| if next.coverage < low.coverage { next } else { low }),
        per_class: per_class.collect(),
    })
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    cells: usize,
    covered: usize,
    sizes: usize,
}

impl Tally {
    fn add(&mut self, set: &SetsOfCells) {
        self.cells += 1;
        self.covered += usize::from(set.covered);
        self.sizes += set.size;
    }

    fn coverage(&self) -> Option<f64> {
        (self.cells > 0).then(|| self.covered as f64 / self.cells as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_all_of_each_label_and_of_the_lowest_group() {
        let set = |cell, label, size, covered| SetsOfCells { cell, label, size, covered };
        let sets = [set(0, 0, 1, true), set(1, 0, 3, true), set(3, 1, 0, false), set(4, 1, 2, true)];
        let labels = LabelSet::new(["a", "b", "c"].map(String::from));
        let groups = Labels::from_names(&["x", "x", "z", "y", "y"]);
        let found = measure(&sets, &labels, Some(&groups)).unwrap();
        assert_eq!((found.coverage, found.mean_set_size, found.empty), (0.75, 1.5, 0.25));
        let lowest = GroupCoverage { group: "y".into(), cells: 2, coverage: 0.5 };
        assert_eq!(found.lowest_group, Some(lowest));
        let coverage: Vec<_> = found.per_class.iter().map(|class| class.coverage).collect();
        assert_eq!(coverage, [Some(1.0), Some(0.5), None]);
        assert_eq!(measure(&[], &labels, None), None);
    }
}
