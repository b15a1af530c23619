//! The genes of several files as one list.

use crate::gene::{ModelGene, QueryGene, Vocabulary};
use crate::gene_index::{GeneIndex, MatchedBy};
use crate::gene_map::{GeneMap, Matched};
use crate::gene_table::GeneTable;

/// The genes of several files, each gene once, whatever the files call it: the first name that was met, in the order
/// of first meeting.
#[derive(Debug)]
pub struct GeneUnion {
    genes: Vocabulary,
    other_names: Vec<String>,              // one per gene, empty where there is none
    to_union: Vec<Vec<Option<ModelGene>>>, // one per file
}

impl Default for GeneUnion {
    fn default() -> Self {
        Self { genes: Vocabulary::of_distinct([]), other_names: Vec::new(), to_union: Vec::new() }
    }
}

impl GeneUnion {
    /// The genes so far, to look the next file's up in.
    pub fn index<'a>(&'a self, table: Option<&'a GeneTable>) -> GeneIndex<'a> {
        GeneIndex::with_table_if_any(&self.genes, &self.other_names, table)
    }

    /// Adds the genes of a file: `map` is what [`index`](Self::index) made of `names`; names that it did not find are
    /// new genes. `other_names` are what the file also calls them: as many, or none; empty where there is none.
    ///
    /// # Panics
    /// When the map was made of other names, or before another file was added.
    pub fn add(&mut self, map: &GeneMap, names: &[String], other_names: &[String]) {
        assert_eq!(map.n_query_genes(), names.len(), "the map belongs to these names");
        assert_eq!(map.n_model_genes(), self.genes.len(), "the map belongs to the genes so far");
        let mut to_union: Vec<Option<ModelGene>> = Vec::with_capacity(names.len());
        for (column, name) in (0..).map(QueryGene).zip(names) {
            let of_its_own = map.model_gene(column).or_else(|| match map.repeat_of(column) {
                Some(_) => None,
                None => self.genes.find_or_add(name),
            });
            to_union.push(of_its_own);
        }
        for column in 0..names.len() {
            if let Some(base) = map.repeat_of(QueryGene(column as u32)) {
                to_union[column] = to_union[base.0 as usize];
            }
        }
        self.other_names.resize(self.genes.len(), String::new());
        for (gene, other) in to_union.iter().zip(other_names) {
            if let Some(gene) = gene
                && self.other_names[gene.0 as usize].is_empty()
                && self.genes.names()[gene.0 as usize] != *other
            {
                self.other_names[gene.0 as usize].clone_from(other);
            }
        }
        self.to_union.push(to_union);
    }

    /// The genes, their other names (empty where there is none), and for each file where its genes are among them.
    pub fn finish(self) -> (Vocabulary, Vec<String>, Vec<GeneMap>) {
        let Self { genes, other_names, to_union } = self;
        let maps = to_union.into_iter().map(|to_union| {
            GeneMap::new(Matched {
                repeat_of: vec![None; to_union.len()],
                to_model: to_union.into_iter().map(|gene| Some((gene?, MatchedBy::Name))).collect(),
                n_model_genes: genes.len(),
                species: (None, None),
                table_could_help: false,
            })
        });
        let maps = maps.collect();
        (genes, other_names, maps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gene_table::tests::table;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn files_of_other_namings_meet_in_one_list() {
        let table = table();
        let mut union = GeneUnion::default();
        let files = [
            (names(&["CD3D", "X", "CD3D-1", "", "NKX2-1"]), names(&["ENSG00000167286", "ENSG9", "", "", ""])),
            (names(&["ENSG00000167286.2", "ENSG9", "ENSG00000145416"]), vec![]),
            (names(&["MARCH1", "CD3D"]), vec![]),
        ];
        for (names, others) in &files {
            let map = union.index(Some(&table)).resolve(names);
            union.add(&map, names, others);
        }
        let (genes, others, maps) = union.finish();
        assert_eq!(genes.names(), ["CD3D", "X", "NKX2-1", "ENSG00000145416"]);
        assert_eq!(others, ["ENSG00000167286", "ENSG9", "", ""]);
        let to = |file: usize| -> Vec<Option<u32>> {
            (0..files[file].0.len() as u32)
                .map(|i| maps[file].model_gene(QueryGene(i)).map(|g| g.0))
                .collect()
        };
        assert_eq!(to(0), [Some(0), Some(1), Some(0), None, Some(2)]);
        assert_eq!(to(1), [Some(0), Some(1), Some(3)]);
        assert_eq!(to(2), [Some(3), Some(0)]);
        assert!(maps.iter().all(|map| map.n_model_genes() == 4));
    }
}
