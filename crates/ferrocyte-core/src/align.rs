//! Puts the cells of a query on the genes of a model.

use crate::block::Block;
use crate::gene::QueryGene;
use crate::gene_map::GeneMap;
use crate::scale::{Counts, LogNorm, Scale};

impl Block<Counts> {
    /// The same cells on the genes of a model: genes that the model lacks are dropped, genes that the query
    /// lacks are zero, counts of query columns that name one gene are summed.
    ///
    /// Take [`LibrarySizes`](crate::LibrarySizes) before, not after: the dropped genes belong to the library.
    ///
    /// # Panics
    /// When the map was made for another number of genes than the block has.
    pub fn into_aligned(self, map: &GeneMap) -> Self {
        aligned(self, map, |sum, count| sum + count)
    }
}

impl Block<LogNorm> {
    /// As for [counts](Block::into_aligned). The sum of two logarithms is not the logarithm of a sum: values of
    /// query columns that name one gene are summed as what the logarithm was taken of, `ln(1 + (e^a - 1) + (e^b - 1))`.
    /// All others stay as they are, bit by bit.
    ///
    /// # Panics
    /// When the map was made for another number of genes than the block has.
    pub fn into_aligned(self, map: &GeneMap) -> Self {
        aligned(self, map, |a, b| libm::log1p(libm::expm1(f64::from(a)) + libm::expm1(f64::from(b))) as f32)
    }
}

/// The cells on the genes of the model; `add` puts together two values of one gene. A cell never has more values than before, so
/// they are written where they were read.
fn aligned<S: Scale>(block: Block<S>, map: &GeneMap, add: impl Fn(f32, f32) -> f32) -> Block<S> {
    assert_eq!(block.n_genes(), map.n_query_genes(), "the map belongs to this query");
    if map.is_identity() {
        return block;
    }
    let (mut row_ptr, gene, value) = block.into_csr();
    let mut rows = Rows { gene, value, len: 0 };
    let mut one = OneCell::new(if map.is_nearly_ascending() { 0 } else { map.n_model_genes() });
    let mut next = 0;
    for end in &mut row_ptr[1..] {
        let (start, cell) = (rows.len, next..*end);
        if map.is_nearly_ascending() {
            for at in cell {
                let (gene, value) = rows.at(at);
                if let Some(gene) = map.model_gene(gene) {
                    rows.put(start, gene.0, value, &add);
                }
            }
        } else {
            for at in cell {
                let (gene, value) = rows.at(at);
                if let Some(gene) = map.model_gene(gene) {
                    one.put(gene.0, value, &add);
                }
            }
            one.take(|gene, sum| rows.push(gene, sum));
        }
        next = std::mem::replace(end, rows.len);
    }
    let Rows { mut gene, mut value, len } = rows;
    gene.truncate(len);
    value.truncate(len);
    Block::from_trusted(map.n_model_genes(), row_ptr, gene, value)
}

/// Cells that are being aligned: the first `len` values are.
struct Rows {
    gene: Vec<u32>,
    value: Vec<f32>,
    len: usize,
}

impl Rows {
    /// A value that is not aligned yet.
    fn at(&self, at: usize) -> (QueryGene, f32) {
        (QueryGene(self.gene[at]), self.value[at])
    }

    fn push(&mut self, gene: u32, value: f32) {
        self.gene[self.len] = gene;
        self.value[self.len] = value;
        self.len += 1;
    }

    /// Puts a value into the cell that begins at `start`: nearly always at its end.
    fn put(&mut self, start: usize, gene: u32, value: f32, add: impl Fn(f32, f32) -> f32) {
        if self.len == start || self.gene[self.len - 1] < gene {
            return self.push(gene, value);
        }
        match self.gene[start..self.len].binary_search(&gene) {
            Ok(at) => self.value[start + at] = add(self.value[start + at], value),
            Err(at) => {
                self.push(gene, value);
                self.gene[start + at..self.len].rotate_right(1);
                self.value[start + at..self.len].rotate_right(1);
            }
        }
    }
}

/// The values of one cell by gene of the model, for genes that come in another order: putting values in place and looking for
/// those that are there takes a fraction of the time of sorting them.
struct OneCell {
    values: Vec<f32>,
    /// One bit for each gene: whether its value is of this cell.
    there: Vec<u64>,
}

impl OneCell {
    fn new(n_genes: usize) -> Self {
        Self { values: vec![0.0; n_genes], there: vec![0; n_genes.div_ceil(64)] }
    }

    /// Repeated genes are added in the order in which they come.
    fn put(&mut self, gene: u32, value: f32, add: impl Fn(f32, f32) -> f32) {
        let gene = gene as usize;
        let (word, bit) = (&mut self.there[gene / 64], 1 << (gene % 64));
        let known = &mut self.values[gene];
        *known = if *word & bit == 0 { value } else { add(*known, value) };
        *word |= bit;
    }

    /// Hands out what is there, by increasing gene, and is empty then.
    fn take(&mut self, mut visit: impl FnMut(u32, f32)) {
        for (first, word) in (0..).step_by(64).zip(&mut self.there) {
            let mut left = std::mem::take(word);
            while left != 0 {
                let gene = first + left.trailing_zeros();
                visit(gene, self.values[gene as usize]);
                left &= left - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vocabulary;

    #[test]
    fn aligning_drops_fills_reorders_and_sums() {
        let model = Vocabulary::new(["A", "B", "C"].map(String::from).to_vec()).unwrap();
        let map = GeneMap::by_identity(&["C", "x", "A", "C"], &model);
        let query =
            Block::<Counts>::new(4, vec![0, 4, 4, 5], vec![0, 1, 2, 3, 1], vec![1.0, 9.0, 2.0, 4.0, 9.0])
                .unwrap();
        let aligned = query.into_aligned(&map);
        assert_eq!(aligned.n_genes(), 3);
        assert_eq!(aligned.cell(0).iter().collect::<Vec<_>>(), [(0, 2.0), (2, 5.0)]);
        assert!(aligned.cell(1).is_empty() && aligned.cell(2).is_empty());
    }

    #[test]
    fn any_order_of_genes_gives_the_same_cells() {
        // 150 genes, three words of bits: the query has them backwards, and once more in another order.
        let names: Vec<String> = (0..150).map(|gene| format!("G{gene}")).collect();
        let model = Vocabulary::new(names.clone()).unwrap();
        let value = |gene: usize| (gene * 7 % 11 + 1) as f32;
        let of_order = |order: &[usize]| {
            let names: Vec<&str> = order.iter().map(|&gene| names[gene].as_str()).collect();
            let map = GeneMap::by_identity(&names, &model);
            let values = order.iter().map(|&gene| value(gene)).collect();
            let genes = (0..order.len() as u32).collect();
            let block = Block::<Counts>::new(order.len(), vec![0, order.len()], genes, values).unwrap();
            (map.is_nearly_ascending(), block.into_aligned(&map))
        };
        let every_third: Vec<usize> = (0..150).filter(|gene| gene % 3 == 0).collect();
        let backwards: Vec<usize> = every_third.iter().rev().copied().collect();
        let mut one_late = every_third.clone();
        one_late.swap(20, 21);
        let (nearly, one) = of_order(&every_third);
        let (also_nearly, late) = of_order(&one_late);
        let (not_nearly, other) = of_order(&backwards);
        assert!(nearly && also_nearly && !not_nearly);
        assert_eq!((&one, &one), (&late, &other));
        let expected: Vec<(u32, f32)> = every_third.iter().map(|&gene| (gene as u32, value(gene))).collect();
        assert_eq!(one.cell(0).iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn logarithms_of_one_gene_are_summed_as_what_they_were_taken_of() {
        let model = Vocabulary::new(["A", "B"].map(String::from).to_vec()).unwrap();
        let map = GeneMap::by_identity(&["B", "A", "B"], &model);
        let logs = [2.0_f32.ln(), 0.123_456_79, 4.0_f32.ln()];
        let query = Block::<LogNorm>::new(3, vec![0, 3], vec![0, 1, 2], logs.to_vec()).unwrap();
        let aligned = query.into_aligned(&map);
        assert_eq!(aligned.cell(0).values[0], logs[1], "a gene that stands once stays as it is");
        assert!((aligned.cell(0).values[1] - 5.0_f32.ln()).abs() < 1e-6, "1 + 1 + 3 under the logarithm");
    }

    #[test]
    fn gene_order_does_not_change_the_aligned_cells() {
        let model = Vocabulary::new(["A", "B", "C"].map(String::from).to_vec()).unwrap();
        let one = Block::<Counts>::new(3, vec![0, 2], vec![0, 2], vec![1.0, 3.0]).unwrap();
        let other = Block::<Counts>::new(3, vec![0, 2], vec![0, 1], vec![3.0, 1.0]).unwrap();
        let one = one.into_aligned(&GeneMap::by_identity(&["A", "B", "C"], &model));
        let other = other.into_aligned(&GeneMap::by_identity(&["C", "A", "B"], &model));
        assert_eq!(one, other);
    }
}
