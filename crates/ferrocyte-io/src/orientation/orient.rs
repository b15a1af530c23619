//! The decision.

use super::evidence::Evidence;

/// Which way round a table of cells and genes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orientation {
    /// A row for each gene, a column for each cell.
    GenesInRows,
    /// A row for each cell, a column for each gene.
    GenesInColumns,
}

/// The names of a table do not say which way round it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrientationError {
    /// Genes on both axes.
    #[error(
        "the names of the rows and those of the columns both look like genes; say which are: `--genes rows` or \
         `--genes columns`"
    )]
    Both,
    /// Genes on no axis.
    #[error(
        "neither the names of the rows nor those of the columns look like genes; say which are: `--genes rows` or \
         `--genes columns`"
    )]
    Neither,
}

/// Finds out which axis holds the genes, from all names of both.
///
/// An axis holds genes when most of its names are Ensembl identifiers, or nearly all have the shape of gene symbols
/// and some are well-known symbols of human or mouse. Where neither axis has well-known genes, one of barcodes or
/// sample names beside one of names that could be genes decides.
///
/// # Errors
/// When both axes look like genes, or neither does.
pub fn orient(row_names: &[String], column_names: &[String]) -> Result<Orientation, OrientationError> {
    let (rows, columns) = (Evidence::of(row_names), Evidence::of(column_names));
    match (rows.looks_like_genes(), columns.looks_like_genes()) {
        (true, false) => Ok(Orientation::GenesInRows),
        (false, true) => Ok(Orientation::GenesInColumns),
        (true, true) => Err(OrientationError::Both),
        (false, false) if columns.looks_like_cells() && rows.could_be_genes() => Ok(Orientation::GenesInRows),
        (false, false) if rows.looks_like_cells() && columns.could_be_genes() => {
            Ok(Orientation::GenesInColumns)
        }
        (false, false) => Err(OrientationError::Neither),
    }
}

/// Whether the names say that rows that are taken for cells are genes, and columns that are taken for genes are
/// cells. Stricter than [`orient`]: both axes must speak, because the file itself says otherwise.
/// The names of the rows are asked for only where those of the columns raise a doubt: there may be millions.
pub fn looks_turned<'a>(row_names: impl FnOnce() -> &'a [String], column_names: &[String]) -> bool {
    let columns = Evidence::of(column_names);
    columns.looks_like_cells() && !columns.looks_like_genes() && Evidence::of(row_names()).looks_like_genes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn genes_are_found_on_either_axis() {
        let axes = [
            (names(&["TP53", "ACTB", "FOXP3"]), names(&["AAACATACATTTCC-1", "AAACATACCAGAAA-1"])),
            (names(&["ENSG00000141510", "ENSG00000075624.3"]), names(&["a", "b"])),
            (names(&["Xkr4", "Gm1992", "Rp1"]), names(&["cell_1", "cell_2"])),
            (names(&["Actb", "1700001L19Rik"]), names(&["healthy one", "healthy two"])),
        ];
        for (genes, cells) in axes {
            assert_eq!(orient(&genes, &cells), Ok(Orientation::GenesInRows), "{genes:?}");
            assert_eq!(orient(&cells, &genes), Ok(Orientation::GenesInColumns), "{genes:?}");
        }
    }

    #[test]
    fn a_file_is_contradicted_only_when_both_axes_speak() {
        let genes = names(&["TP53", "ACTB", "FOXP3"]);
        let cells = names(&["AAACATACATTTCC-1", "AAACATACCAGAAA-1"]);
        assert!(looks_turned(|| &genes, &cells));
        assert!(!looks_turned(|| &cells, &genes));
        // Cells that are called like genes, beside names that say nothing: peaks, or a panel with names of its own.
        assert!(!looks_turned(|| &genes, &names(&["chr1:10-20", "chr1:30-40"])));
        assert!(!looks_turned(|| &genes, &genes));
    }

    #[test]
    fn what_is_not_clear_is_asked() {
        let genes = names(&["TP53", "ACTB"]);
        assert_eq!(orient(&genes, &genes), Err(OrientationError::Both));
        let cells = names(&["cell 1", "cell 2"]);
        assert_eq!(orient(&cells, &cells), Err(OrientationError::Neither));
        assert_eq!(orient(&[], &[]), Err(OrientationError::Neither));
        assert_eq!(orient(&names(&["foo", "bar"]), &names(&["baz", "qux"])), Err(OrientationError::Neither));
    }
}
