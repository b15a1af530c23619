//! Which genes pushed cells to their label and away from the runner-up.

use std::collections::BTreeMap;

use ferrocyte_core::Cell;

use crate::models::LabelWeights;

/// Genes that are kept of each cell.
pub const GENES_PER_CELL: usize = 5;

/// Sums up, cell by cell, which genes pushed. A gene pushes a cell from its runner-up `r` to its label `l` by
///
/// ```text
/// (weight[gene, l] − weight[gene, r]) · (value − typical value)
/// ```
///
/// so that the pushes of all genes add up to the difference of the two scores less that of a typical cell. What it holds
/// depends on the numbers of genes, groups and labels, and not on that of cells.
#[derive(Debug, Clone)]
pub struct Explainer {
    weights: LabelWeights,
    typical: Vec<f64>,                    // one per gene
    found: Vec<Vec<bool>>,                // for each file, whether it has each gene
    sums: BTreeMap<(usize, usize), Sums>, // by group and label
}

/// Sums over the cells of one group and label.
#[derive(Debug, Clone, Default)]
struct Sums {
    cells: usize,
    /// Cells of each file and runner-up.
    rivals: BTreeMap<(usize, usize), usize>,
    genes: Vec<SumsOfGene>,
}

#[derive(Debug, Clone, Copy, Default)]
struct SumsOfGene {
    /// What the values pushed, before what a typical cell would is taken off.
    pushed: f64,
    value: f64,
    cells: u32,
}

/// What pushed the cells of one group and label. Numbers are means over the cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Pushes {
    /// The group.
    pub group: usize,
    /// The label.
    pub label: usize,
    /// The cells.
    pub cells: usize,
    /// Cells of each runner-up, the most first.
    pub runners_up: Vec<(usize, usize)>,
    /// Difference of the scores of label and runner-up in a typical cell.
    pub typical_difference: f64,
    /// What each gene pushed, in the order of the model's genes; nothing where the query does not have the gene.
    pub genes: Vec<Push>,
}

/// What one gene pushed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Push {
    /// How far, as a mean over the cells.
    pub push: f64,
    /// Mean value in the cells.
    pub mean: f64,
    /// Share of the cells that show the gene.
    pub detected: f64,
}

impl Pushes {
    /// What all genes pushed together.
    pub fn total(&self) -> f64 {
        self.genes.iter().map(|gene| gene.push).sum()
    }
}

impl Explainer {
    /// `typical` has the value of each gene in a typical cell, where that is known: else a cell is held against one without
    /// counts. `found` says for each file of the query which genes it has.
    ///
    /// # Panics
    /// When these do not have one entry for each gene.
    pub fn new(weights: LabelWeights, typical: Option<&[f32]>, found: Vec<Vec<bool>>) -> Self {
        let n_genes = weights.n_genes();
        let typical: Vec<f64> = typical
            .map_or_else(|| vec![0.0; n_genes], |typical| typical.iter().copied().map(f64::from).collect());
        assert_eq!(typical.len(), n_genes, "a typical value for each gene");
        assert!(found.iter().all(|found| found.len() == n_genes), "each gene is there or not");
        Self { weights, typical, found, sums: BTreeMap::new() }
    }

    /// The weights that it explains by.
    pub fn weights(&self) -> &LabelWeights {
        &self.weights
    }

    /// The value of a gene in a typical cell.
    pub fn typical(&self, gene: usize) -> f64 {
        self.typical[gene]
    }

    /// Whether any file has a gene.
    pub fn is_found(&self, gene: usize) -> bool {
        self.found.iter().any(|found| found[gene])
    }

    /// Adds a cell of a file; returns the genes that it shows and that pushed it most, the strongest first.
    ///
    /// # Panics
    /// When there is no such file, or the model does not have a gene or a label.
    pub fn add(
        &mut self,
        cell: Cell<'_>,
        file: usize,
        group: usize,
        label: usize,
        runner_up: usize,
    ) -> Vec<u32> {
        let n_genes = self.weights.n_genes();
        let sums = self.sums.entry((group, label)).or_default();
        sums.genes.resize(n_genes, SumsOfGene::default());
        sums.cells += 1;
        *sums.rivals.entry((file, runner_up)).or_default() += 1;
        let mut strongest = Strongest::default();
        for (gene, value) in cell.iter().filter(|(_, value)| *value > 0.0) {
            let (position, value) = (gene as usize, f64::from(value));
            let weight = self.weights.between(position, label, runner_up);
            let of_gene = &mut sums.genes[position];
            of_gene.pushed += weight * value;
            of_gene.value += value;
            of_gene.cells += 1;
            strongest.offer(gene, weight * (value - self.typical[position]));
        }
        strongest.0.into_iter().map(|(_, gene)| gene).collect()
    }

    /// Forgets all cells: they come again.
    pub fn clear(&mut self) {
        self.sums.clear();
    }

    /// What pushed the cells of each group and label, in the order of both.
    pub fn by_group(&self) -> Vec<Pushes> {
        self.sums.iter().map(|(&(group, label), sums)| self.pushes(group, label, sums)).collect()
    }

    /// What pushed the cells of each label, whatever their group, in the order of the labels; the group is 0.
    pub fn by_label(&self) -> Vec<Pushes> {
        let mut of_labels = BTreeMap::<usize, Sums>::new();
        for (&(_, label), sums) in &self.sums {
            of_labels.entry(label).or_default().add(sums);
        }
        of_labels.iter().map(|(&label, sums)| self.pushes(0, label, sums)).collect()
    }

    fn pushes(&self, group: usize, label: usize, sums: &Sums) -> Pushes {
        let n = sums.cells as f64;
        let gene = |(gene, of_gene): (usize, &SumsOfGene)| {
            let there = sums.rivals.iter().filter(|&(&(file, _), _)| self.found[file][gene]);
            let pull = |(&(_, rival), &cells): (&(usize, usize), &usize)| {
                cells as f64 * self.weights.between(gene, label, rival)
            };
            let typical = self.typical[gene] * there.map(pull).sum::<f64>();
            Push {
                push: (of_gene.pushed - typical) / n,
                mean: of_gene.value / n,
                detected: f64::from(of_gene.cells) / n,
            }
        };
        let mut rivals = BTreeMap::<usize, usize>::new();
        for (&(_, rival), cells) in &sums.rivals {
            *rivals.entry(rival).or_default() += cells;
        }
        let typical_difference = |(&rival, &cells): (&usize, &usize)| {
            let genes = self.typical.iter().enumerate();
            let of_genes: f64 =
                genes.map(|(gene, value)| value * self.weights.between(gene, label, rival)).sum();
            cells as f64 * (self.weights.intercept_between(label, rival) + of_genes)
        };
        let typical_difference = rivals.iter().map(typical_difference).sum::<f64>() / n;
        let mut runners_up: Vec<(usize, usize)> = rivals.into_iter().collect();
        runners_up.sort_by_key(|&(_, cells)| std::cmp::Reverse(cells)); // stable: else in label order
        let genes = sums.genes.iter().enumerate().map(gene).collect();
        Pushes { group, label, cells: sums.cells, runners_up, typical_difference, genes }
    }
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.cells += other.cells;
        for (rival, cells) in &other.rivals {
            *self.rivals.entry(*rival).or_default() += cells;
        }
        self.genes.resize(other.genes.len(), SumsOfGene::default());
        for (sum, gene) in self.genes.iter_mut().zip(&other.genes) {
            sum.pushed += gene.pushed;
            sum.value += gene.value;
            sum.cells += gene.cells;
        }
    }
}

/// The genes that push a cell most, the strongest first; of equals, the one that came first.
#[derive(Debug, Default)]
struct Strongest(Vec<(f64, u32)>);

impl Strongest {
    fn offer(&mut self, gene: u32, push: f64) {
        if push > 0.0 {
            let position = self.0.partition_point(|(known, _)| *known >= push);
            if position < GENES_PER_CELL {
                self.0.insert(position, (push, gene));
                self.0.truncate(GENES_PER_CELL);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::{Block, Labels, LogNorm, Scores, Silent, Vocabulary};

    use super::*;
    use crate::labelled_cells::LabelledCells;
    use crate::models::{Classifier, LogisticParams, Train};

    /// Cells of three types that share a gene; each has a gene of its own, which type `c` shows least.
    fn cells() -> (Block<LogNorm>, Labels, Vocabulary) {
        let (mut row_ptr, mut genes, mut values, mut names) = (vec![0], vec![], vec![], vec![]);
        for cell in 0..60_u32 {
            let label = cell % 3;
            genes.push(0);
            values.push(1.0 + (cell % 7) as f32 * 0.1);
            if cell % 5 > 0 {
                genes.push(1 + label);
                values.push(2.5 - label as f32 * 0.5);
            }
            if cell % 4 == 0 {
                genes.push(4);
                values.push(0.5);
            }
            row_ptr.push(genes.len());
            names.push(["a", "b", "c"][label as usize]);
        }
        let vocabulary = Vocabulary::of_distinct(["SHARED", "OF_A", "OF_B", "OF_C", "NOISE"]);
        (Block::new(5, row_ptr, genes, values).unwrap(), Labels::from_names(&names), vocabulary)
    }

    fn model(cells: &Block<LogNorm>, labels: &Labels, genes: &Vocabulary) -> Box<dyn Classifier> {
        let data = LabelledCells::new(cells, labels).unwrap();
        LogisticParams::default().check().unwrap().fit(&data, genes, 0, &Silent).unwrap().model
    }

    #[test]
    fn pushes_add_up_to_the_difference_of_scores_beside_a_typical_cell() {
        let (cells, labels, genes) = cells();
        let model = model(&cells, &labels, &genes);
        let mut probabilities = Scores::default();
        model.probabilities_into(&cells, &mut probabilities).unwrap();
        let typical = [1.2, 0.7, 0.6, 0.5, 0.1];
        let of = |explainer: &mut Explainer, cell: usize, label: usize, rival: usize| {
            explainer.add(cells.cell(cell), 0, 0, label, rival);
        };
        for cell in 0..6 {
            for (label, rival) in [(0, 1), (2, 0), (1, 2)] {
                let weights = model.label_weights().unwrap();
                let mut explainer = Explainer::new(weights, Some(&typical), vec![vec![true; 5]]);
                of(&mut explainer, cell, label, rival);
                let pushes = &explainer.by_label()[0];
                let row = probabilities.row(cell);
                let expected = libm::log(row[label] / row[rival]);
                // Scores are summed in single precision.
                let found = pushes.typical_difference + pushes.total();
                assert!((found - expected).abs() < 1e-4, "expected {expected}, found {found}");
            }
        }
        // Of several cells with different rivals: the mean.
        let mut explainer =
            Explainer::new(model.label_weights().unwrap(), Some(&typical), vec![vec![true; 5]]);
        let mut expected = 0.0;
        for (cell, rival) in [(0, 1), (3, 2), (6, 1)] {
            of(&mut explainer, cell, 0, rival);
            expected += libm::log(probabilities.row(cell)[0] / probabilities.row(cell)[rival]) / 3.0;
        }
        let pushes = &explainer.by_label()[0];
        assert!((pushes.typical_difference + pushes.total() - expected).abs() < 1e-4);
        assert_eq!((pushes.cells, pushes.runners_up.as_slice()), (3, [(1, 2), (2, 1)].as_slice()));
    }

    #[test]
    fn a_planted_marker_comes_first_in_the_model_and_in_the_cell() {
        let (cells, labels, genes) = cells();
        let model = model(&cells, &labels, &genes);
        let weights = model.label_weights().unwrap();
        for label in 0..3 {
            assert_eq!(weights.markers(label, 1)[0].gene, 1 + label);
        }
        let mut explainer = Explainer::new(weights, None, vec![vec![true; 5]]);
        assert_eq!(explainer.add(cells.cell(1), 0, 0, 1, 0).first(), Some(&2));
        let pushes = &explainer.by_label()[0];
        assert!(pushes.genes.iter().all(|gene| gene.push <= pushes.genes[2].push));
        assert_eq!((pushes.genes[2].detected, pushes.genes[1].detected), (1.0, 0.0));
    }

    #[test]
    fn a_gene_that_a_file_lacks_pushes_nowhere_and_one_that_a_cell_lacks_does() {
        let weights = || {
            let (cells, labels, genes) = cells();
            model(&cells, &labels, &genes).label_weights().unwrap()
        };
        let nothing = Cell { genes: &[], values: &[] };
        let typical = [0.0, 1.0, 1.0, 1.0, 0.0];
        let mut explainer = Explainer::new(
            weights(),
            Some(&typical),
            vec![vec![true; 5], vec![true, true, false, true, true]],
        );
        assert_eq!(explainer.add(nothing, 0, 1, 1, 0), Vec::<u32>::new(), "a cell shows no gene");
        explainer.add(nothing, 1, 2, 1, 0);
        let pushes = explainer.by_group();
        assert_eq!((pushes[0].group, pushes[1].group), (1, 2));
        assert!(pushes[0].genes[2].push < 0.0, "the marker of its label is absent");
        assert!(pushes[0].genes[1].push > 0.0, "that of the runner-up is absent, too");
        assert_eq!(pushes[1].genes[2].push, 0.0, "not measured");
        assert_eq!(explainer.by_label()[0].cells, 2);
    }
}
