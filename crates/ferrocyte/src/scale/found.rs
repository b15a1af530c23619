//! What was found of the files of a data set, in words.

use ferrocyte_core::{Choice, TargetSum, Warning};
use ferrocyte_io::MatrixPath;

use super::{Amount, Kind, Known, Reading, Verdict};
use crate::choices::{self, choice, detected};

/// How a file was read, and what all of its cells say to that.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) file: String,
    pub(crate) matrix: MatrixPath,
    /// Whether the user named the matrix.
    pub(crate) asked: bool,
    pub(crate) verdict: Verdict,
    pub(crate) reading: Reading,
    /// Whether the user stated the reading.
    pub(crate) stated: bool,
    /// Matrices that were not read, with what they hold.
    pub(crate) others: Vec<(MatrixPath, String)>,
    pub(crate) library: Library,
    /// Cells that have more counts than their library size.
    pub(crate) too_small: u64,
}

/// What the counts of a cell are divided by.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Library {
    /// The sum over the genes of the file.
    #[default]
    Sum,
    /// A column that the user named.
    Asked(String),
    /// A column that the model was trained with.
    OfModel(String),
    /// A column that looks like it, and the share of it that the genes of the file make up.
    Detected { column: String, share: f64 },
}

impl Library {
    pub(crate) fn column(&self) -> Option<&str> {
        match self {
            Self::Sum => None,
            Self::Asked(column) | Self::OfModel(column) | Self::Detected { column, .. } => Some(column),
        }
    }
}

impl Found {
    /// One sentence: what the matrix holds and what was done with it.
    pub(crate) fn sentence(&self, target: TargetSum) -> String {
        let matrix = &self.matrix;
        let is = if self.reading.of == Amount::Counts && self.reading.log.is_none() { "holds" } else { "is" };
        if self.stated {
            return format!("{matrix} is read as {}, as you said", self.reading.in_words(target));
        }
        let mut text = match &self.verdict.kind {
            Kind::EstimatedCounts { .. } | Kind::Empty => {
                format!("{matrix} holds {}", self.verdict.in_words())
            }
            _ => format!("{matrix} {is} {}", self.reading.in_words(target)),
        };
        if let Some(column) = self.library_column() {
            text += &format!("; library sizes from column `{column}`");
        }
        if let Some((_, words)) = self.others.iter().find(|(other, _)| *other == MatrixPath::X) {
            text += &format!("; read instead of X ({words})");
        }
        text
    }

    /// The column of library sizes, where it makes a difference.
    pub(crate) fn library_column(&self) -> Option<&str> {
        self.counts().then(|| self.library.column())?
    }

    /// Whether the sum over the genes of the file is taken for the library.
    pub(crate) fn sums_are_library(&self) -> bool {
        self.counts() && self.library == Library::Sum
    }

    /// Whether counts are what the matrix gives.
    fn counts(&self) -> bool {
        !matches!(self.reading.of, Amount::Total(_))
    }

    fn scale_choice(&self, target: TargetSum) -> Choice {
        let reason = "found from all cells that are used: a model that saw one scale is wrong on another";
        if self.stated {
            choice(
                "scale",
                self.sentence(target),
                true,
                "you know your file; what its numbers say stands beside it",
            )
        } else {
            detected("scale", self.sentence(target), reason)
        }
    }

    /// What needs the user's eye.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let (file, matrix) = (&self.file, &self.matrix);
        let mut warnings = Vec::new();
        if self.stated && self.verdict.reading() != Some(self.reading) {
            warnings.push(
                Warning::new(
                    "scale-contradicted",
                    format!(
                        "{file}: {matrix} is read as `{}` because you said so, but it looks like {}",
                        self.reading,
                        self.verdict.in_words()
                    ),
                )
                .with_hint("on another scale than the model's, labels are wrong; leave out --scale, or name another matrix with --layer"),
            );
        }
        if let Kind::EstimatedCounts { fractional } = self.verdict.kind {
            warnings.push(
                Warning::note(
                    "estimated-counts",
                    format!(
                        "{file}: {:.1} % of the values of {matrix} are not whole numbers; they are used as counts",
                        100.0 * fractional
                    ),
                )
                .with_hint("right for counts that a tool estimated or corrected; otherwise name a matrix of counts with --layer"),
            );
        }
        if let Kind::Totals { per_length: true, .. } = self.verdict.kind {
            warnings.push(
                Warning::new(
                    "per-length",
                    format!(
                        "{file}: {matrix} adds up to a million per cell but holds no multiples of one count: it looks like \
                         TPM, where every gene is divided by its length"
                    ),
                )
                .with_hint("labels are usable but less sure than from counts of reads or molecules, which most models were trained on"),
            );
        }
        if let Kind::Totals { known: Known::Nearly(share), .. } = self.verdict.kind {
            warnings.push(Warning::note(
                "nearly-one-total",
                format!(
                    "{file}: half of the cells of {matrix} hold {:.1} % of the total or more, none exceeds it; the rest is taken \
                     for genes that were left out",
                    100.0 * share
                ),
            ));
        }
        if let Amount::Multiples = self.reading.of {
            warnings.push(
                Warning::note(
                    "library-unknown",
                    format!(
                        "{file}: the counts of {matrix} could be restored, not what they were scaled to; the sum over the genes of \
                         the file is taken for the library"
                    ),
                )
                .with_hint("right when the file holds all genes; otherwise name the column with the true sizes with --library-size"),
            );
        }
        warnings.extend(self.library_warnings());
        warnings
    }

    fn library_warnings(&self) -> Vec<Warning> {
        let (file, mut warnings) = (&self.file, Vec::new());
        match &self.library {
            Library::Detected { column, share } if self.counts() => warnings.push(
                Warning::note(
                    "library-size-found",
                    format!(
                        "{file}: column `{column}` is taken for the library sizes: it is above every cell's sum, which half of \
                         the time is {:.0} % of it or less, as in a file with some of the genes that were measured",
                        100.0 * share
                    ),
                )
                .with_hint("name another column with --library-size"),
            ),
            Library::Asked(column) | Library::OfModel(column) if self.too_small > 0 => warnings.push(
                Warning::new(
                    "library-size-too-small",
                    format!(
                        "{file}: {} cells have more counts than column `{column}` says they have over all genes",
                        self.too_small
                    ),
                )
                .with_hint("name the column with the counts over all measured genes with --library-size"),
            ),
            Library::Asked(column) if !self.counts() => warnings.push(Warning::note(
                "library-size-unused",
                format!("{file}: {} is normalised already; column `{column}` is not used", self.matrix),
            )),
            _ => {}
        }
        warnings
    }
}

/// The choices that were made in reading: matrix, scale, library size.
pub(crate) fn choices(found: &[Found], target: TargetSum) -> Vec<Choice> {
    let mut choices = grouped(found, matrix_choice);
    choices.extend(grouped(found, |found| found.scale_choice(target)));
    choices.extend(grouped(found, library_choice));
    choices
}

/// One choice where it is the same for all files, else one for each kind with the files it was made for.
fn grouped(found: &[Found], choice: impl Fn(&Found) -> Choice) -> Vec<Choice> {
    let mut groups: Vec<(Choice, Vec<String>)> = Vec::new();
    for found in found {
        let choice = choice(found);
        match groups.iter_mut().find(|(known, _)| *known == choice) {
            Some((_, files)) => files.push(found.file.clone()),
            None => groups.push((choice, vec![found.file.clone()])),
        }
    }
    let several = groups.len() > 1;
    let named = |(mut choice, files): (Choice, Vec<String>)| {
        if several {
            choice.value += &format!(" ({})", crate::hint::list(&files));
        }
        choice
    };
    groups.into_iter().map(named).collect()
}

fn matrix_choice(found: &Found) -> Choice {
    let reason = "counts go before logarithms that can be taken back, these before anything else; of two of a kind the \
                  one with more genes is read";
    if found.asked || found.matrix == MatrixPath::X {
        choice("matrix", found.matrix.to_string(), found.asked, reason)
    } else {
        detected("matrix", found.matrix.to_string(), reason)
    }
}

fn library_choice(found: &Found) -> Choice {
    if !found.counts() {
        return detected(
            "library size",
            "as the file was normalised",
            "the numbers are shares of a total already",
        );
    }
    match &found.library {
        Library::Sum => choices::library_size(None),
        Library::Asked(column) => choices::library_size(Some(column)),
        Library::OfModel(column) => detected(
            "library size",
            format!("column `{column}`"),
            "the model was trained with library sizes from this column, and the query has it",
        ),
        Library::Detected { column, .. } => detected(
            "library size",
            format!("column `{column}`"),
            "it is above the sum of every cell and rises with it: the file holds only some of the genes that were measured",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: &str, kind: Kind) -> Found {
        let verdict = Verdict { kind, example: None };
        Found {
            file: file.to_owned(),
            matrix: MatrixPath::X,
            asked: false,
            reading: verdict.reading().unwrap_or(Reading::COUNTS),
            verdict,
            stated: false,
            others: Vec::new(),
            library: Library::Sum,
            too_small: 0,
        }
    }

    fn cp10k() -> Kind {
        let log = Some(ferrocyte_core::LogBase::E);
        Kind::Totals { log, total: TargetSum::CP10K, known: Known::Sums, per_length: false }
    }

    #[test]
    fn the_sentence_says_what_was_read_and_how() {
        let sentence = |found: &Found| found.sentence(TargetSum::CP10K);
        assert_eq!(sentence(&found("a", Kind::Counts)), "X holds counts");
        assert_eq!(sentence(&found("a", cp10k())), "X is log1p of 10,000 per cell; used as it is");
        let mut other = found("a", Kind::Counts);
        other.matrix = MatrixPath::Raw;
        other.others = vec![(MatrixPath::X, "z-scores".to_owned())];
        assert_eq!(sentence(&other), "raw/X holds counts; read instead of X (z-scores)");
    }

    #[test]
    fn files_of_one_kind_share_a_choice() {
        let same = choices(&[found("a", Kind::Counts), found("b", Kind::Counts)], TargetSum::CP10K);
        assert_eq!(
            same.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>()[..2],
            ["X", "X holds counts"]
        );
        let mixed = choices(&[found("a", Kind::Counts), found("b", cp10k())], TargetSum::CP10K);
        let scales: Vec<&str> = mixed
            .iter()
            .filter(|choice| choice.setting == "scale")
            .map(|choice| choice.value.as_str())
            .collect();
        assert_eq!(scales, ["X holds counts (`a`)", "X is log1p of 10,000 per cell; used as it is (`b`)"]);
    }

    #[test]
    fn a_statement_against_the_evidence_is_a_warning() {
        let mut stated = found("a", Kind::Unknown { fractional: 0.9 });
        stated.stated = true;
        assert_eq!(stated.warnings()[0].code, "scale-contradicted");
        let mut agreed = found("a", Kind::Counts);
        agreed.stated = true;
        assert_eq!(agreed.warnings(), []);
    }
}
