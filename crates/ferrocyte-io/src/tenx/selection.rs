//! Which features are genes of the data set.

use std::collections::BTreeMap;
use std::path::Path;

use super::features::Features;
use crate::frame::{Column, Frame};
use crate::read_error::{ReadError, ReadErrorKind};

/// The type of the features that are kept.
const GENE_EXPRESSION: &str = "Gene Expression";

/// The features that are kept, and what became of the others.
pub(crate) struct Selection {
    /// The genes: symbols, with `gene_ids` and what else is known in columns.
    pub(crate) var: Frame,
    /// For each feature its column among the genes; `None` where every feature is a gene.
    pub(crate) columns: Option<Vec<Option<u32>>>,
    /// What was left out, in sentences.
    pub(crate) notes: Vec<String>,
}

impl Selection {
    /// Keeps gene expression, of one genome where one is asked for; `object` names the features in messages.
    pub(crate) fn new(
        file: &Path,
        object: &str,
        features: Features,
        genome: Option<&str>,
    ) -> Result<Self, ReadError> {
        let Features { ids, symbols, types, genomes } = features;
        let mut keep = vec![true; ids.len()];
        let mut notes = Vec::new();
        if let Some(types) = &types {
            let others = leave_out(&mut keep, types, GENE_EXPRESSION);
            if !keep.contains(&true) && !keep.is_empty() {
                return Err(ReadError::new(
                    file,
                    ReadErrorKind::Unexpected {
                        object: object.to_owned(),
                        expected: format!("features of type `{GENE_EXPRESSION}`"),
                        found: counted(&others),
                    },
                ));
            }
            if !others.is_empty() {
                notes.push(format!("only `{GENE_EXPRESSION}` is kept; left out: {}", counted(&others)));
            }
        }
        if let Some(wanted) = genome {
            let genomes = genomes.as_deref().unwrap_or_default();
            if !genomes.iter().any(|genome| genome == wanted) {
                let mut present = genomes.to_vec();
                present.sort_unstable();
                present.dedup();
                return Err(ReadError::new(
                    file,
                    ReadErrorKind::NoGenome { wanted: wanted.to_owned(), present },
                ));
            }
            let others = leave_out(&mut keep, genomes, wanted);
            if !others.is_empty() {
                notes.push(format!("only the genome `{wanted}` is kept; left out: {}", counted(&others)));
            }
        }
        let kept = |values: Vec<String>| -> Vec<String> {
            values.into_iter().zip(&keep).filter(|(_, keep)| **keep).map(|(value, _)| value).collect()
        };
        let column = |values| Column::Strings(kept(values).into_iter().map(Some).collect());
        let mut columns = vec![("gene_ids".to_owned(), column(ids))];
        columns.extend(types.map(|types| ("feature_types".to_owned(), column(types))));
        columns.extend(genomes.map(|genomes| ("genome".to_owned(), column(genomes))));
        let var = Frame::in_memory(file, "var", "one per gene", kept(symbols), columns);
        Ok(Self { var, columns: keep.contains(&false).then(|| numbered(&keep)), notes })
    }
}

/// Drops the features whose value is another than `wanted`, and counts those by value.
fn leave_out(keep: &mut [bool], values: &[String], wanted: &str) -> BTreeMap<String, usize> {
    let mut others = BTreeMap::new();
    for (keep, value) in keep.iter_mut().zip(values) {
        if *keep && value != wanted {
            *keep = false;
            *others.entry(value.clone()).or_default() += 1;
        }
    }
    others
}

fn counted(others: &BTreeMap<String, usize>) -> String {
    const MOST: usize = 20;
    let shown: Vec<String> = others.iter().take(MOST).map(|(name, n)| format!("{n} `{name}`")).collect();
    let more = if others.len() > MOST { ", and more" } else { "" };
    format!("{}{more}", shown.join(", "))
}

fn numbered(keep: &[bool]) -> Vec<Option<u32>> {
    let mut next = 0;
    keep.iter()
        .map(|&keep| {
            keep.then(|| {
                next += 1;
                next - 1
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(values: &[&str]) -> Vec<String> {
        values.iter().map(|&value| value.to_owned()).collect()
    }

    fn select(types: &[&str], genomes: &[&str], genome: Option<&str>) -> Result<Selection, String> {
        let features = Features {
            ids: strings(&["E0", "E1", "E2", "E3"]),
            symbols: strings(&["A", "B", "C", "D"]),
            types: Some(strings(types)),
            genomes: Some(strings(genomes)),
        };
        Selection::new(Path::new("x.h5"), "features", features, genome)
            .map_err(|error| error.kind.to_string())
    }

    #[test]
    fn what_is_no_gene_expression_is_left_out_aloud() {
        let types = [GENE_EXPRESSION, "Antibody Capture", GENE_EXPRESSION, "CRISPR Guide Capture"];
        let found = select(&types, &["h", "", "m", ""], None).unwrap();
        assert_eq!(found.var.index(), ["A", "C"]);
        assert_eq!(found.var.names(), ["gene_ids", "feature_types", "genome"]);
        assert_eq!(found.columns, Some(vec![Some(0), None, Some(1), None]));
        assert_eq!(
            found.notes,
            ["only `Gene Expression` is kept; left out: 1 `Antibody Capture`, 1 `CRISPR Guide Capture`"]
        );
        let error = select(&["Peaks"; 4], &["h"; 4], None).err().unwrap();
        assert_eq!(error, "`features`: expected features of type `Gene Expression`, found 4 `Peaks`");
    }

    #[test]
    fn one_genome_of_several_is_kept() {
        let found = select(&[GENE_EXPRESSION; 4], &["h", "m", "m", "h"], Some("m")).unwrap();
        assert_eq!(found.var.index(), ["B", "C"]);
        assert_eq!(found.notes, ["only the genome `m` is kept; left out: 2 `h`"]);
        let all = select(&[GENE_EXPRESSION; 4], &["h"; 4], Some("h")).unwrap();
        assert_eq!((all.columns, all.notes.len()), (None, 0));
        let error = select(&[GENE_EXPRESSION; 4], &["h", "m", "m", "h"], Some("rat")).err().unwrap();
        assert_eq!(error, "there is no genome `rat`, there is `h` and `m`");
    }
}
