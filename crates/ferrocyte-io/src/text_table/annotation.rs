//! Columns that annotate cells, among columns of genes.

use crate::frame::Column;

/// Names of columns that say something of a cell; with them a column of numbers is no gene.
const NAMES: &[&str] = &[
    "age",
    "annotation",
    "barcode",
    "batch",
    "cell_id",
    "cell_label",
    "cell_type",
    "celltype",
    "class",
    "cluster",
    "clusters",
    "condition",
    "diagnosis",
    "disease",
    "donor",
    "donor_id",
    "group",
    "individual",
    "label",
    "labels",
    "leiden",
    "louvain",
    "n_counts",
    "n_genes",
    "ncount_rna",
    "nfeature_rna",
    "orig.ident",
    "patient",
    "patient_id",
    "pct_counts_mt",
    "percent.mito",
    "percent.mt",
    "sample",
    "sample_id",
    "seurat_clusters",
    "sex",
    "status",
    "subject",
    "target",
    "tissue",
    "total_counts",
    "treatment",
];

/// Whether a column of this name annotates the cells, whatever it holds.
pub(super) fn is_annotation_name(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    NAMES.binary_search(&name.as_str()).is_ok()
}

/// The narrowest column that holds all values: whole numbers, numbers, text.
pub(super) fn column(values: Vec<Option<String>>) -> Column {
    let present = || values.iter().flatten();
    if present().next().is_some() && present().all(|value| value.parse::<i64>().is_ok()) {
        return Column::Integers(
            values.iter().map(|value| value.as_ref().and_then(|v| v.parse().ok())).collect(),
        );
    }
    if present().next().is_some() && present().all(|value| value.parse::<f64>().is_ok()) {
        let number = |value: &Option<String>| value.as_ref().and_then(|v| v.parse().ok()).unwrap_or(f64::NAN);
        return Column::Floats(values.iter().map(number).collect());
    }
    Column::Strings(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_are_known_by_name() {
        assert!(NAMES.windows(2).all(|pair| pair[0] < pair[1]));
        for name in ["label", "Cell Type", "cell-type", "nCount_RNA"] {
            assert!(is_annotation_name(name), "{name}");
        }
        for name in ["", "TP53", "CD4", "AGER", "labels2"] {
            assert!(!is_annotation_name(name), "{name}");
        }
    }

    #[test]
    fn columns_are_as_narrow_as_their_values() {
        let of = |values: &[Option<&str>]| column(values.iter().map(|v| v.map(str::to_owned)).collect());
        assert_eq!(of(&[Some("1"), None]), Column::Integers(vec![Some(1), None]));
        assert_eq!(of(&[Some("1"), Some("0.5")]), Column::Floats(vec![1.0, 0.5]));
        assert_eq!(of(&[Some("1"), Some("B")]), Column::Strings(vec![Some("1".into()), Some("B".into())]));
        assert_eq!(of(&[None]), Column::Strings(vec![None]));
    }
}
