//! A file of a data set, and the label of all its cells where it has one.

use std::path::{Path, PathBuf};

use ferrocyte_core::Warning;

use crate::label_from_name::{LabelFromName, NameError};

/// A file of a data set. Where each class has a file of its own, its cells have one label that no column says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputFile {
    /// The file or folder.
    pub path: PathBuf,
    /// The label of all its cells.
    pub label: Option<String>,
}

impl InputFile {
    /// A file whose labels, if it needs any, stand in a column.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), label: None }
    }

    /// A file whose cells all have this label.
    pub fn labelled(path: impl Into<PathBuf>, label: impl Into<String>) -> Self {
        Self { path: path.into(), label: Some(label.into()) }
    }

    /// What a user typed: `FILE` or `FILE=LABEL`.
    ///
    /// A file of the whole name wins, so a name with `=` in it stays a name. Else the label begins after the first
    /// `=` that has a file before it, or after the first of all.
    pub fn from_argument(argument: impl Into<PathBuf>) -> Self {
        let path = argument.into();
        let Some(text) = path.to_str() else { return Self::new(path) };
        if path.exists() {
            return Self::new(path);
        }
        let mut splits = text.match_indices('=').map(|(at, _)| (&text[..at], &text[at + 1..]));
        let with_file = splits.clone().find(|(file, _)| Path::new(file).exists());
        match with_file.or_else(|| splits.next()) {
            Some((file, label)) => Self::labelled(file, label.trim()),
            None => Self::new(path),
        }
    }

    /// File name without the folder.
    fn name(&self) -> String {
        crate::dataset::file_name(&self.path)
    }
}

impl From<PathBuf> for InputFile {
    fn from(path: PathBuf) -> Self {
        Self::new(path)
    }
}

/// The files with their labels: those that were given, or those that the names say.
pub(crate) fn with_labels(
    files: &[InputFile],
    from_name: Option<&LabelFromName>,
) -> Result<Vec<InputFile>, InputFileError> {
    let mut files = files.to_vec();
    if let Some(file) = files.iter().find(|file| file.label.as_deref() == Some("")) {
        return Err(InputFileError::EmptyLabel { file: file.name() });
    }
    if let Some(from_name) = from_name {
        if let Some(file) = files.iter().find(|file| file.label.is_some()) {
            return Err(InputFileError::TwoSources {
                file: file.name(),
                label: file.label.clone().unwrap_or_default(),
                other: format!("--label-from-name '{from_name}'"),
            });
        }
        for file in &mut files {
            file.label = Some(from_name.label_of(&file.name())?.to_owned());
        }
    }
    Ok(files)
}

/// What is to be said of how the files were typed.
pub(crate) fn notes(files: &[InputFile]) -> Vec<Warning> {
    let whole_names = files.iter().filter(|file| file.label.is_none() && file.name().contains('='));
    whole_names
        .map(|file| {
            let message =
                format!("`{}` is the name of a file as a whole: no label was read from it", file.name());
            Warning::note("equals-in-name", message)
        })
        .collect()
}

/// Where the labels of a reference come from.
pub(crate) enum LabelSource<'a> {
    /// A column of the files.
    Column(&'a str),
    /// Each file has one.
    Files,
}

impl<'a> LabelSource<'a> {
    /// The one source there is: a column that was named, or a label for each file.
    pub(crate) fn of(column: Option<&'a str>, files: &[InputFile]) -> Result<Self, InputFileError> {
        let labelled = files.iter().find(|file| file.label.is_some());
        match (column, labelled) {
            (Some(column), None) => Ok(Self::Column(column)),
            (Some(column), Some(file)) => Err(InputFileError::TwoSources {
                file: file.name(),
                label: file.label.clone().unwrap_or_default(),
                other: format!("--label {column}"),
            }),
            (None, None) => Err(InputFileError::NoSource),
            (None, Some(_)) => match files.iter().find(|file| file.label.is_none()) {
                Some(file) => Err(InputFileError::Unlabelled { file: file.name() }),
                None => Ok(Self::Files),
            },
        }
    }

    /// A truth from two places.
    pub(crate) fn two_truths(column: &str, files: &[InputFile]) -> InputFileError {
        let labelled = files.iter().find(|file| file.label.is_some()).cloned().unwrap_or_default();
        InputFileError::TwoSources {
            file: labelled.name(),
            label: labelled.label.unwrap_or_default(),
            other: format!("--truth {column}"),
        }
    }

    /// Where the labels stand, for a sentence: ``column `cell_type` ``.
    pub(crate) fn in_words(&self) -> String {
        match self {
            Self::Column(column) => format!("column `{column}`"),
            Self::Files => "the labels of the files".to_owned(),
        }
    }
}

/// Why the labels of files cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputFileError {
    /// Nothing says what the cells are.
    #[error(
        "nothing says what the labels are: expected a column (`--label COLUMN`), a label for each file \
         (`FILE=LABEL`), or labels in the names of the files (`--label-from-name 'A|B'`)"
    )]
    NoSource,
    /// Nothing after the `=`.
    #[error("expected a label after `{file}=`, found nothing")]
    EmptyLabel {
        /// The file.
        file: String,
    },
    /// Labels from two places.
    #[error("labels come from one place: found `{file}={label}` beside `{other}`; leave one of them out")]
    TwoSources {
        /// The file.
        file: String,
        /// Its label.
        label: String,
        /// The other place.
        other: String,
    },
    /// Some files have a label and this has none.
    #[error("expected a label for each file, found none for `{file}`: write `{file}=LABEL`")]
    Unlabelled {
        /// The file.
        file: String,
    },
    /// A name does not say the label.
    #[error(transparent)]
    Name(#[from] NameError),
}

/// Names that tell files apart: the file names, or with as many folders before them as it takes.
pub(crate) fn telling_names(paths: &[&Path]) -> Vec<String> {
    let parts: Vec<Vec<String>> = (paths.iter())
        .map(|path| path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect())
        .collect();
    let longest = parts.iter().map(Vec::len).max().unwrap_or(1).max(1);
    let names = |n: usize| -> Vec<String> {
        parts.iter().map(|parts| parts[parts.len().saturating_sub(n)..].join("/")).collect()
    };
    let tells = |names: &[String]| {
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        sorted.windows(2).all(|pair| pair[0] != pair[1])
    };
    (1..longest).map(names).find(|names| tells(names)).unwrap_or_else(|| names(longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_follows_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["healthy.tsv", "a=b.tsv", "dose=1.tsv"] {
            std::fs::write(at(name), "").unwrap();
        }
        let typed = |name: &str| InputFile::from_argument(at(name));
        assert_eq!(typed("healthy.tsv"), InputFile::new(at("healthy.tsv")));
        assert_eq!(typed("healthy.tsv=Healthy"), InputFile::labelled(at("healthy.tsv"), "Healthy"));
        assert_eq!(typed("healthy.tsv=CD4=low"), InputFile::labelled(at("healthy.tsv"), "CD4=low"));
        // The file of the whole name wins.
        assert_eq!(typed("a=b.tsv"), InputFile::new(at("a=b.tsv")));
        assert_eq!(typed("a=b.tsv=RA"), InputFile::labelled(at("a=b.tsv"), "RA"));
        // Nothing there: the first `=`, so that the error names what was meant.
        assert_eq!(typed("none.tsv=RA=1"), InputFile::labelled(at("none.tsv"), "RA=1"));
        assert_eq!(typed("none.tsv="), InputFile::labelled(at("none.tsv"), ""));
    }

    #[test]
    fn labels_come_from_one_place() {
        let plain = [InputFile::new("a.tsv"), InputFile::new("b.tsv")];
        let labelled = [InputFile::labelled("x/a.tsv", "A"), InputFile::labelled("b.tsv", "B")];
        let some = [labelled[0].clone(), plain[1].clone()];
        let error = |column, files| LabelSource::of(column, files).err().map(|error| error.to_string());
        assert_eq!(error(Some("type"), &plain), None);
        assert_eq!(error(None, &labelled), None);
        assert!(error(None, &plain).unwrap().starts_with("nothing says what the labels are"));
        assert_eq!(
            error(None, &some).unwrap(),
            "expected a label for each file, found none for `b.tsv`: write `b.tsv=LABEL`"
        );
        assert_eq!(
            error(Some("type"), &some).unwrap(),
            "labels come from one place: found `a.tsv=A` beside `--label type`; leave one of them out"
        );
        let from_name: LabelFromName = "a|b".parse().unwrap();
        assert!(matches!(with_labels(&some, Some(&from_name)), Err(InputFileError::TwoSources { .. })));
        let named = with_labels(&plain, Some(&from_name)).unwrap();
        assert_eq!(named[1], InputFile::labelled("b.tsv", "b"));
    }

    #[test]
    fn folders_tell_files_of_one_name_apart() {
        let names = |paths: &[&str]| telling_names(&paths.iter().map(Path::new).collect::<Vec<_>>());
        assert_eq!(names(&["x/a.tsv", "y/b.tsv"]), ["a.tsv", "b.tsv"]);
        assert_eq!(names(&["x/a.tsv", "y/a.tsv"]), ["x/a.tsv", "y/a.tsv"]);
        assert_eq!(names(&["a.tsv", "y/a.tsv"]), ["a.tsv", "y/a.tsv"]);
        assert_eq!(names(&["a.tsv", "a.tsv"]), ["a.tsv", "a.tsv"]);
        assert!(names(&[]).is_empty());
    }
}
