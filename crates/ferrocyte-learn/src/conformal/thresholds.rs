//! The least probability with which a label is in a set.

use super::right_probabilities::RightProbabilities;

/// Fewest cells that a group says something with.
const FEWEST_OF_GROUP: usize = 10;
/// Room for rounding in `(n + 1) · target`, which is a whole number more often than its digits say.
const ROUNDING: f64 = 1e-9;

/// For which new cells the share is to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rule {
    /// Over all new cells of a label together.
    #[default]
    Cells,
    /// Over the cells of a label in nearly every new group (donor).
    Groups,
}

/// The least probability with which each label is in a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    least: Vec<f64>,
    shared: Vec<bool>,
}

impl Thresholds {
    /// Of held-out cells.
    ///
    /// A label with `n` cells has a threshold of its own when `⌈(n + 1) · target⌉ ≤ n`; otherwise it has that of all cells
    /// together, and where they are too few, every label is in every set.
    ///
    /// For [`Rule::Groups`], each group with ten cells of a label or more has a threshold for it, and the label's is the one that
    /// holds in `⌈(groups + 1) · target⌉` of them: with fewer than `target / (1 − target)` groups the lowest. A label with
    /// fewer than two such groups has that of all labels together; it is never above that of [`Rule::Cells`].
    pub fn fit(cells: &RightProbabilities, target: f64, rule: Rule) -> Self {
        let of_all = quantile(cells.all(), target).unwrap_or(0.0);
        let own: Vec<Option<f64>> =
            (0..cells.n_labels()).map(|label| quantile(cells.of_label(label), target)).collect();
        let shared = own.iter().map(Option::is_none).collect();
        let mut least: Vec<f64> = own.into_iter().map(|own| own.unwrap_or(of_all)).collect();
        if rule == Rule::Groups {
            let of_all = over_groups(cells.groups(), target);
            for (label, least) in least.iter_mut().enumerate() {
                let of_groups = over_groups(cells.groups_of_label(label), target).or(of_all);
                *least = least.min(of_groups.unwrap_or(*least));
            }
        }
        Self { least, shared }
    }

    /// From a model file.
    pub(super) fn of_parts(least: Vec<f64>, shared: Vec<bool>) -> Self {
        Self { least, shared }
    }

    /// One for each label.
    pub fn as_slice(&self) -> &[f64] {
        &self.least
    }

    /// Whether each label has too few cells for a threshold of its own.
    pub fn shared(&self) -> &[bool] {
        &self.shared
    }

    /// The labels of a cell with these probabilities, the most probable first; the first of equals.
    pub fn set_of(&self, probabilities: &[f64]) -> Vec<usize> {
        let is_in = |&label: &usize| probabilities[label] >= self.least[label];
        let mut set: Vec<usize> = (0..self.least.len().min(probabilities.len())).filter(is_in).collect();
        set.sort_by(|&one, &other| probabilities[other].total_cmp(&probabilities[one]));
        set
    }
}

/// What all but a share of new values like these are not below; `None` where there are too few to say.
fn quantile(rising: &[f64], target: f64) -> Option<f64> {
    let n = rising.len();
    let covered = ((n + 1) as f64 * target - ROUNDING).ceil() as usize;
    n.checked_sub(covered).and_then(|position| rising.get(position)).copied()
}

/// What holds in nearly every new group; `None` with fewer than two groups that say something.
fn over_groups(groups: &[Vec<f64>], target: f64) -> Option<f64> {
    let mut of_groups: Vec<f64> = groups
        .iter()
        .filter(|cells| cells.len() >= FEWEST_OF_GROUP)
        .filter_map(|cells| quantile(cells, target).or(cells.first().copied()))
        .collect();
    of_groups.sort_unstable_by(f64::total_cmp);
    (of_groups.len() > 1).then(|| quantile(&of_groups, target).unwrap_or(of_groups[0]))
}

#[cfg(test)]
mod tests {
    use super::super::RightProbability;
    use super::*;

    fn cells(of: &[(usize, Option<usize>, f64)]) -> RightProbabilities {
        let cell = |&(label, group, probability)| RightProbability { label, group, probability };
        RightProbabilities::new(3, of.iter().map(cell))
    }

    #[test]
    fn a_label_with_too_few_cells_has_the_threshold_of_all() {
        let mut of: Vec<_> = (1..=19).map(|i| (0, None, f64::from(i) / 20.0)).collect();
        of.extend((1..=8).map(|i| (1, None, f64::from(i) / 1000.0)));
        let found = Thresholds::fit(&cells(&of), 0.9, Rule::Cells);
        // ⌈20 · 0.9⌉ = 18 of 19; ⌈9 · 0.9⌉ = 9 of 8 is too many, and ⌈28 · 0.9⌉ = 26 of 27.
        assert_eq!(found.as_slice(), [0.1, 0.002, 0.002]);
        assert_eq!(found.shared(), [false, true, true]);
        let none = Thresholds::fit(&cells(&of[..8]), 0.9, Rule::Cells);
        assert_eq!(none.as_slice(), [0.0; 3], "nothing can be left out");
    }

    #[test]
    fn nearly_every_group_is_covered_by_the_rule_for_groups() {
        let mut of = Vec::new();
        for group in 0..4 {
            let low = if group == 3 { 0.1 } else { 0.5 };
            of.extend((0..40).map(|i| (0, Some(group), low + f64::from(i) / 100.0)));
        }
        let cells = cells(&of);
        let [by_cells, by_groups] =
            [Rule::Cells, Rule::Groups].map(|rule| Thresholds::fit(&cells, 0.9, rule).as_slice()[0]);
        assert!(cells.has_groups() && by_cells > 0.2, "{by_cells}");
        assert!((by_groups - 0.13).abs() < 1e-12, "⌈41 · 0.9⌉ = 37 of the 40 of the last group: {by_groups}");
    }

    #[test]
    fn sets_are_in_the_order_of_probability_and_may_be_empty() {
        let thresholds = Thresholds::of_parts(vec![0.3, 0.2, 0.6], vec![false; 3]);
        assert_eq!(thresholds.set_of(&[0.3, 0.5, 0.2]), [1, 0]);
        assert_eq!(thresholds.set_of(&[0.25, 0.16, 0.59]), Vec::<usize>::new());
    }
}
