//! What people call the names of genes and cells, where a format leaves that to them.

/// An axis of a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Axis {
    Cells,
    Genes,
}

/// Names of genes, the likeliest first: symbols before identifiers, as loom's `Gene` before its `Accession`.
const GENES: &[&str] = &[
    "gene",
    "genes",
    "var_names",
    "gene_name",
    "gene_names",
    "genename",
    "gene_symbol",
    "gene_symbols",
    "symbol",
    "symbols",
    "feature_name",
    "feature_names",
    "features",
    "accession",
    "gene_id",
    "gene_ids",
    "ensembl",
    "ensembl_id",
    "var_id",
];

/// Names of cells, the likeliest first.
const CELLS: &[&str] = &[
    "cellid",
    "cell_id",
    "cell_ids",
    "obs_names",
    "cell_name",
    "cell_names",
    "cell",
    "cells",
    "barcode",
    "barcodes",
    "obs_id",
];

/// The place among `names` of that which names the cells or genes; capital letters do not matter.
pub(crate) fn find(axis: Axis, names: &[&str]) -> Option<usize> {
    let known = match axis {
        Axis::Cells => CELLS,
        Axis::Genes => GENES,
    };
    known.iter().find_map(|known| names.iter().position(|name| name.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_name_is_taken() {
        assert_eq!(find(Axis::Genes, &["Accession", "Chromosome", "Gene"]), Some(2));
        assert_eq!(find(Axis::Genes, &["Chromosome", "gene_ids"]), Some(1));
        assert_eq!(find(Axis::Cells, &["Class", "CellID"]), Some(1));
        assert_eq!(find(Axis::Cells, &["Class", "Gene"]), None);
    }
}
