//! Everything that is in a file, by its headers.

use std::collections::BTreeMap;

use hdf5_reader::error::Error;
use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Hdf5File};

use super::Additions;
use super::annotate_error::AnnotateError;

/// Objects of a file by path, without the leading `/`.
#[derive(Debug)]
pub(super) struct Inventory(BTreeMap<String, Object>);

/// What the header of an object says.
#[derive(Debug, PartialEq)]
pub(super) enum Object {
    /// A group.
    Group {
        /// Names and raw values of its attributes.
        attributes: Vec<(String, Vec<u8>)>,
    },
    /// A data set.
    Dataset {
        /// Length of each axis.
        shape: Vec<u64>,
        /// The type of its elements.
        datatype: Vec<u8>,
        /// Names and raw values of its attributes.
        attributes: Vec<(String, Vec<u8>)>,
    },
}

impl Inventory {
    /// Reads every header of the file, so that no object is first seen by a reader that trusts files.
    pub(super) fn of(file: &Hdf5File) -> Result<Self, AnnotateError> {
        let mut objects = BTreeMap::new();
        let walked = walk(file, |path, entry| {
            let object = match entry {
                Entry::Group(group) => describe_group(group)?,
                Entry::Dataset(dataset) => describe_dataset(dataset)?,
            };
            objects.insert(path.to_owned(), object);
            Ok(())
        });
        walked.map_err(AnnotateError::unreadable)?;
        Ok(Self(objects))
    }

    /// The object at a path.
    pub(super) fn get(&self, path: &str) -> Option<&Object> {
        self.0.get(path)
    }

    /// Whether everything that the additions do not replace is still there, with the same header.
    pub(super) fn check_kept(&self, after: &Self, additions: &Additions<'_>) -> Result<(), AnnotateError> {
        let replaced: Vec<String> = additions.replaced_paths().collect();
        for (path, object) in &self.0 {
            if replaced.iter().any(|ours| is_inside(path, ours)) {
                continue;
            }
            let kept = match (object, after.get(path)) {
                // The order of the columns is ours to change.
                (Object::Group { attributes: before }, Some(Object::Group { attributes: after }))
                    if path == "obs" =>
                {
                    others(before).eq(others(after))
                }
                (before, after) => after == Some(before),
            };
            if !kept {
                return Err(AnnotateError::Check { found: format!("`{path}` is not what it was") });
            }
        }
        Ok(())
    }
}

fn others(attributes: &[(String, Vec<u8>)]) -> impl Iterator<Item = &(String, Vec<u8>)> {
    attributes.iter().filter(|(name, _)| name != "column-order")
}

/// Whether a path is `folder` or below it.
pub(super) fn is_inside(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// An object that is passed on a walk.
#[derive(Clone, Copy)]
pub(super) enum Entry<'a> {
    /// A group.
    Group(&'a Group),
    /// A data set.
    Dataset(&'a Dataset),
}

/// Passes every object of a file but the root, with its path.
pub(super) fn walk(
    file: &Hdf5File,
    mut see: impl FnMut(&str, Entry<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let root = file.root_group()?;
    // A group that links to itself or to its parents is entered once.
    let mut entered = std::collections::BTreeSet::from([root.address()]);
    let mut to_enter = vec![(String::new(), root)];
    while let Some((path, group)) = to_enter.pop() {
        let (groups, datasets) = group.members()?;
        let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
        for dataset in datasets {
            see(&join(dataset.name()), Entry::Dataset(&dataset))?;
        }
        for group in groups {
            let path = join(group.name());
            see(&path, Entry::Group(&group))?;
            if entered.insert(group.address()) {
                to_enter.push((path, group));
            }
        }
    }
    Ok(())
}

fn describe_group(group: &Group) -> Result<Object, Error> {
    Ok(Object::Group { attributes: raw(group.raw_attributes()?) })
}

fn describe_dataset(dataset: &Dataset) -> Result<Object, Error> {
    Ok(Object::Dataset {
        shape: dataset.shape().to_vec(),
        datatype: dataset.raw_datatype()?,
        attributes: raw(dataset.raw_attributes()?),
    })
}

fn raw(attributes: Vec<hdf5_reader::RawAttribute>) -> Vec<(String, Vec<u8>)> {
    let mut attributes: Vec<_> =
        attributes.into_iter().map(|a| (a.message().name.clone(), a.message().raw_data.clone())).collect();
    attributes.sort();
    attributes
}
