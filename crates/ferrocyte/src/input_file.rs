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

/// The files that are meant: a list is the files that it names, a pattern those that it matches, by name.
///
/// `@list.txt` is a list where there is no file of that name: `FILE`, `FILE=LABEL` or a pattern on each line, beside the list
/// where the name has no folder from the root; empty lines and those that begin with `#` say nothing.
pub(crate) fn expand(files: &[InputFile]) -> Result<Vec<InputFile>, InputFileError> {
    let mut expanded = Vec::with_capacity(files.len());
    for file in files {
        match list_of(file)? {
            Some(listed) => {
                for file in &listed {
                    expanded.extend(matching(file)?);
                }
            }
            None => expanded.extend(matching(file)?),
        }
    }
    Ok(expanded)
}

/// The files that a list names; `None` where the file is no list.
fn list_of(file: &InputFile) -> Result<Option<Vec<InputFile>>, InputFileError> {
    let list = match file.path.to_str().and_then(|path| path.strip_prefix('@')) {
        Some(list) if !file.path.exists() => Path::new(list),
        _ => return Ok(None),
    };
    let lines = std::fs::read_to_string(list)
        .map_err(|source| InputFileError::List { list: list.display().to_string(), source })?;
    let folder = list.parent().unwrap_or(Path::new(""));
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let listed: Vec<InputFile> = lines
        .map(|line| {
            let named = InputFile::from_argument(folder.join(line));
            InputFile { label: named.label.or_else(|| file.label.clone()), ..named }
        })
        .collect();
    if listed.is_empty() {
        return Err(InputFileError::EmptyList { list: list.display().to_string() });
    }
    Ok(Some(listed))
}

/// The files that a pattern matches, by name; what is no pattern, or is there, is meant as it stands.
fn matching(file: &InputFile) -> Result<Vec<InputFile>, InputFileError> {
    let pattern = match file.path.to_str() {
        Some(path) if path.contains(['*', '?', '[']) && !file.path.exists() => path,
        _ => return Ok(vec![file.clone()]),
    };
    let paths = glob::glob(pattern)
        .map_err(|source| InputFileError::Pattern { pattern: pattern.to_owned(), source })?;
    let found: Vec<InputFile> =
        paths.flatten().map(|path| InputFile { path, label: file.label.clone() }).collect();
    if found.is_empty() {
        return Err(InputFileError::NothingMatches { pattern: pattern.to_owned() });
    }
    Ok(found)
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
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputFileError {
    /// A list of files cannot be read.
    #[error("the list of files `{list}` cannot be read")]
    List {
        /// The list.
        list: String,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// A list names no file.
    #[error("the list of files `{list}` names no file: expected one on each line")]
    EmptyList {
        /// The list.
        list: String,
    },
    /// A pattern that is none.
    #[error("`{pattern}` is no pattern of file names")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why not.
        #[source]
        source: glob::PatternError,
    },
    /// A pattern that no file has.
    #[error("no file is called like `{pattern}`")]
    NothingMatches {
        /// The pattern.
        pattern: String,
    },
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
    fn patterns_and_lists_stand_for_files() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["b.h5ad", "a.h5ad", "c.csv", "[1].h5ad", "@here"] {
            std::fs::write(at(name), "").unwrap();
        }
        let names = |typed: &str| {
            let files = expand(&[InputFile::from_argument(at(typed))])?;
            Ok::<_, InputFileError>(
                files.iter().map(|file| (file.name(), file.label.clone())).collect::<Vec<_>>(),
            )
        };
        let plain = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), None)).collect::<Vec<_>>();
        assert_eq!(names("?.h5ad").unwrap(), plain(&["a.h5ad", "b.h5ad"]));
        assert_eq!(names("[1].h5ad").unwrap(), plain(&["[1].h5ad"]), "a file of that name is meant");
        let labelled = names("?.h5ad=RA").unwrap();
        assert!(labelled.len() == 2 && labelled.iter().all(|(_, label)| label.as_deref() == Some("RA")));
        assert!(matches!(names("*.loom"), Err(InputFileError::NothingMatches { .. })));

        let list = at("list.txt");
        std::fs::write(&list, "# studies\nc.csv=Healthy\n\n  ?.h5ad  \n").unwrap();
        let typed = |list: &Path| InputFile::new(format!("@{}", list.display()));
        let files = expand(&[typed(&list)]).unwrap();
        let labels: Vec<Option<&str>> = files.iter().map(|file| file.label.as_deref()).collect();
        assert_eq!(labels, [Some("Healthy"), None, None]);
        assert!(files.iter().all(|file| file.path.exists()), "beside the list");
        std::fs::write(&list, "# none\n").unwrap();
        assert!(matches!(expand(&[typed(&list)]), Err(InputFileError::EmptyList { .. })));
        assert!(matches!(expand(&[typed(&at("none"))]), Err(InputFileError::List { .. })));
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
