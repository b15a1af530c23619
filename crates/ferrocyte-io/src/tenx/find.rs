//! Which files belong together.

use crate::read_error::ReadErrorKind;

/// A matrix and the files with the names of its genes and cells, as paths in their folder or archive.
#[derive(Debug, PartialEq)]
pub(crate) struct Trio {
    pub(crate) matrix: String,
    pub(crate) features: String,
    pub(crate) barcodes: String,
}

const MATRIX: &str = "matrix";
const MATRIX_ENDS: [&str; 2] = [".mtx", ".mtx.gz"];
const FEATURES: [&str; 2] = ["features", "genes"];
const BARCODES: [&str; 2] = ["barcodes", "cells"];
const NAMES_ENDS: [&str; 4] = [".tsv", ".tsv.gz", ".txt", ".txt.gz"];

impl Trio {
    /// Finds the only matrix, or that of a genome: the one in the folder of this name. Files may have a prefix, as
    /// those of public archives do: `GSM123_matrix.mtx.gz`, `GSM123_genes.tsv.gz`, ...
    pub(crate) fn find(members: &[String], genome: Option<&str>) -> Result<Self, ReadErrorKind> {
        let mut matrices: Vec<(&str, &str)> = Vec::new(); // with and without its ending
        for member in members.iter().filter(|member| is_inside(member)) {
            if let Some(stem) = stem(member).filter(|stem| stem.ends_with(MATRIX))
                && matrices.iter().all(|(_, known)| *known != stem)
            {
                matrices.push((member, stem));
            }
        }
        if matrices.is_empty() {
            return Err(ReadErrorKind::NoMatrixFile { found: members.to_vec() });
        }
        let names = |matrices: &[(&str, &str)]| matrices.iter().map(|(member, _)| place(member)).collect();
        if let Some(wanted) = genome {
            let present = names(&matrices);
            matrices.retain(|(member, _)| place(member).rsplit('/').next() == Some(wanted));
            if matrices.is_empty() {
                return Err(ReadErrorKind::NoGenome { wanted: wanted.to_owned(), present });
            }
        }
        match matrices.as_slice() {
            [(matrix, stem)] => {
                let prefix = stem.strip_suffix(MATRIX).unwrap_or(stem);
                Self::complete(members, matrix, &[prefix.to_owned()])
            }
            several => Err(ReadErrorKind::Several { present: names(several) }),
        }
    }

    /// Finds what stands beside a matrix of any name.
    pub(crate) fn beside(members: &[String], matrix: &str) -> Result<Self, ReadErrorKind> {
        let stem = stem(matrix).unwrap_or(matrix);
        let prefixes: Vec<String> = match stem.strip_suffix(MATRIX) {
            Some(prefix) => vec![prefix.to_owned()],
            None => vec![format!("{stem}_"), format!("{stem}."), format!("{stem}-"), String::new()],
        };
        Self::complete(members, matrix, &prefixes)
    }

    fn complete(members: &[String], matrix: &str, prefixes: &[String]) -> Result<Self, ReadErrorKind> {
        let find = |what: &'static str, words: [&str; 2]| {
            let mut looked_for = Vec::new();
            for prefix in prefixes {
                for name in words {
                    looked_for.extend(NAMES_ENDS.map(|end| format!("{prefix}{name}{end}")));
                }
            }
            match looked_for.iter().find(|name| members.contains(name)) {
                Some(found) => Ok(found.clone()),
                None => Err(ReadErrorKind::NotBeside { what, matrix: matrix.to_owned(), looked_for }),
            }
        };
        Ok(Self {
            matrix: matrix.to_owned(),
            features: find("gene names", FEATURES)?,
            barcodes: find("cell names", BARCODES)?,
        })
    }
}

/// Whether a name is that of a matrix of Cell Ranger, perhaps with a prefix.
pub(crate) fn is_matrix(member: &str) -> bool {
    is_inside(member) && stem(member).is_some_and(|stem| stem.ends_with(MATRIX))
}

fn stem(member: &str) -> Option<&str> {
    MATRIX_ENDS.iter().find_map(|end| member.strip_suffix(end))
}

/// The folder of a matrix; its own name where it has a prefix, as several may stand in one folder.
fn place(member: &str) -> String {
    let stem = stem(member).unwrap_or(member);
    let place = stem.strip_suffix(MATRIX).unwrap_or(stem);
    match place.strip_suffix('/') {
        Some(folder) => folder.to_owned(),
        None => member.to_owned(),
    }
}

/// Whether a path stays in its folder, and is no leftover of a Mac (`._matrix.mtx`).
fn is_inside(member: &str) -> bool {
    let mut parts = member.strip_prefix("./").unwrap_or(member).split('/');
    parts.all(|part| !matches!(part, "" | "." | "..") && !part.starts_with("._"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn files_of_one_folder_and_prefix_belong_together() {
        for (prefix, features, end) in [
            ("", "genes", ""),
            ("", "features", ".gz"),
            ("GSM1_s_", "features", ".gz"),
            ("filtered_feature_bc_matrix/", "features", ".gz"),
            ("./hg19/", "genes", ""),
        ] {
            let expected = Trio {
                matrix: format!("{prefix}matrix.mtx{end}"),
                features: format!("{prefix}{features}.tsv{end}"),
                barcodes: format!("{prefix}barcodes.tsv{end}"),
            };
            let there =
                members(&[&expected.barcodes, &expected.features, &expected.matrix, "other/genes.tsv"]);
            assert_eq!(Trio::find(&there, None).unwrap(), expected);
        }
    }

    #[test]
    fn one_of_several_genomes_is_chosen() {
        let there = ["hg19", "mm10"]
            .map(|genome| ["matrix.mtx", "genes.tsv", "barcodes.tsv"].map(|name| format!("{genome}/{name}")));
        let there = there.concat();
        assert_eq!(Trio::find(&there, Some("mm10")).unwrap().features, "mm10/genes.tsv");
        let error = Trio::find(&there, None).unwrap_err().to_string();
        assert_eq!(error, "there are 2 matrices or genomes, `hg19` and `mm10`; choose one with `--genome`");
        let error = Trio::find(&there, Some("rat")).unwrap_err().to_string();
        assert_eq!(error, "there is no genome `rat`, there is `hg19` and `mm10`");
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = Trio::find(&members(&["matrix.mtx", "genes.tsv"]), None).unwrap_err().to_string();
        assert!(
            error.starts_with("expected the cell names of `matrix.mtx` beside it, looked for `barcodes.tsv`")
        );
        let error = Trio::find(&members(&["a"]), None).unwrap_err().to_string();
        assert_eq!(
            error,
            "expected a `matrix.mtx` or `matrix.mtx.gz` with its genes and barcodes, found `a`"
        );
        let outside = members(&["../matrix.mtx", "/matrix.mtx", "._matrix.mtx"]);
        assert!(matches!(Trio::find(&outside, None), Err(ReadErrorKind::NoMatrixFile { .. })));
    }

    #[test]
    fn a_matrix_of_another_name_has_its_names_beside_it() {
        let there = members(&["counts.mtx", "counts_genes.tsv", "genes.tsv", "cells.txt"]);
        let found = Trio::beside(&there, "counts.mtx").unwrap();
        assert_eq!((found.features.as_str(), found.barcodes.as_str()), ("counts_genes.tsv", "cells.txt"));
    }
}
