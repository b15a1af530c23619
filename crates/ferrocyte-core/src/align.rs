//! Puts the cells of a query on the genes of a model.

use crate::block::Block;
use crate::gene::QueryGene;
use crate::gene_map::GeneMap;
use crate::scale::Counts;

impl Block<Counts> {
    /// The same cells on the genes of a model: genes that the model lacks are dropped, genes that the query
    /// lacks are zero, counts of query columns that name one gene are summed.
    ///
    /// Take [`LibrarySizes`](crate::LibrarySizes) before, not after: the dropped genes belong to the library.
    /// Only counts can be aligned, because the sum of two logarithms is not the logarithm of a sum.
    ///
    /// # Panics
    /// When the map was made for another number of genes than the block has.
    pub fn into_aligned(self, map: &GeneMap) -> Self {
        assert_eq!(self.n_genes(), map.n_query_genes(), "the map belongs to this query");
        if map.is_identity() {
            return self;
        }
        let mut row_ptr = Vec::with_capacity(self.n_cells() + 1);
        let mut gene = Vec::with_capacity(self.n_non_zeros());
        let mut value: Vec<f32> = Vec::with_capacity(self.n_non_zeros());
        let mut entries: Vec<(u32, f32)> = Vec::new();
        row_ptr.push(0);
        for cell in self.cells() {
            entries.clear();
            entries.extend(cell.iter().filter_map(|(query_gene, count)| {
                map.model_gene(QueryGene(query_gene)).map(|model_gene| (model_gene.0, count))
            }));
            entries.sort_by_key(|&(model_gene, _)| model_gene); // stable: repeated genes sum in column order
            let start = gene.len();
            for &(model_gene, count) in &entries {
                if gene.len() > start && gene.last() == Some(&model_gene) {
                    if let Some(last) = value.last_mut() {
                        *last += count;
                    }
                } else {
                    gene.push(model_gene);
                    value.push(count);
                }
            }
            row_ptr.push(gene.len());
        }
        Self::from_trusted(map.n_model_genes(), row_ptr, gene, value)
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
    fn gene_order_does_not_change_the_aligned_cells() {
        let model = Vocabulary::new(["A", "B", "C"].map(String::from).to_vec()).unwrap();
        let one = Block::<Counts>::new(3, vec![0, 2], vec![0, 2], vec![1.0, 3.0]).unwrap();
        let other = Block::<Counts>::new(3, vec![0, 2], vec![0, 1], vec![3.0, 1.0]).unwrap();
        let one = one.into_aligned(&GeneMap::by_identity(&["A", "B", "C"], &model));
        let other = other.into_aligned(&GeneMap::by_identity(&["C", "A", "B"], &model));
        assert_eq!(one, other);
    }
}
