//! An open `.h5mu` file, of which one modality is read.

use std::path::Path;

use ferrocyte_core::BlockSource;

use super::columns_of_both::with_columns_of_whole;
use crate::cell_file::CellFile;
use crate::format::Format;
use crate::frame::Frame;
use crate::h5ad::H5ad;
use crate::h5ad::columns::open_frame;
use crate::h5ad::container::{Container, Object};
use crate::matrix::MatrixInfo;
use crate::matrix_path::MatrixPath;
use crate::read_error::{ReadError, ReadErrorKind};

/// The group of the modalities.
const MODALITIES: &str = "mod";

/// What gene expression is called: by muon, and by scirpy.
const GENE_EXPRESSION: [&str; 2] = ["rna", "gex"];

/// An open `.h5mu` file: one of its modalities, with what the whole says of its cells.
///
/// Columns of `obs` are those of the modality, then those that only the whole file has.
#[derive(Debug)]
pub struct H5mu {
    modality: String,
    content: H5ad,
    obs: Frame,
    notes: Vec<String>,
}

/// Whether an open file is MuData.
pub(crate) fn is_h5mu(container: &Container) -> Result<bool, ReadError> {
    Ok(!modalities(container)?.is_empty())
}

/// Names of the modalities, sorted: groups with `obs` and `var`.
fn modalities(container: &Container) -> Result<Vec<String>, ReadError> {
    let Some(Object::Group(group)) = container.find(MODALITIES)? else { return Ok(Vec::new()) };
    let mut names = container.names(&group, MODALITIES)?;
    let mut kept = Vec::with_capacity(names.len());
    for name in names.drain(..) {
        let has = |part: &str| container.find(&format!("{MODALITIES}/{name}/{part}"));
        if has("obs")?.is_some() && has("var")?.is_some() {
            kept.push(name);
        }
    }
    Ok(kept)
}

impl H5mu {
    /// Opens a file and reads the names of the cells and genes of a modality: the one that is asked for, `rna` or
    /// `gex`, or the only one that has genes.
    ///
    /// # Errors
    /// When it is no such file, has no such modality, or several and none is chosen.
    pub fn open(path: impl AsRef<Path>, modality: Option<&str>) -> Result<Self, ReadError> {
        let container = Container::open(path.as_ref().to_owned())?;
        let present = modalities(&container)?;
        if present.is_empty() {
            return Err(container.unknown_layout());
        }
        let modality = choose(&container, &present, modality)?;
        let content = Self::content(&container, &modality)?;
        let mut notes = Vec::new();
        let others: Vec<String> =
            present.iter().filter(|name| **name != modality).map(|name| format!("`{name}`")).collect();
        if !others.is_empty() {
            notes.push(format!("the modality `{modality}` is read; left out: {}", others.join(", ")));
        }
        let obs = match container.find("obs")? {
            None => content.obs().clone(),
            Some(object) => {
                let whole = open_frame(&container, "obs", object, "one per cell")?;
                with_columns_of_whole(&container, &modality, content.obs(), whole, &mut notes)
            }
        };
        Ok(Self { modality, content, obs, notes })
    }

    /// The modality that is read.
    pub fn modality(&self) -> &str {
        &self.modality
    }

    fn content(container: &Container, modality: &str) -> Result<H5ad, ReadError> {
        H5ad::in_container(container.clone(), format!("{MODALITIES}/{modality}/"))
    }
}

fn choose(container: &Container, present: &[String], wanted: Option<&str>) -> Result<String, ReadError> {
    let is_there = |wanted: &str| present.iter().find(|name| *name == wanted).cloned();
    if let Some(wanted) = wanted {
        return is_there(wanted).ok_or_else(|| {
            let (wanted, present) = (wanted.to_owned(), present.to_vec());
            container.error(ReadErrorKind::NoModality { wanted, present })
        });
    }
    if let Some(found) = GENE_EXPRESSION.into_iter().find_map(is_there) {
        return Ok(found);
    }
    if let [only] = present {
        return Ok(only.clone());
    }
    // Receptors, for example, have annotations alone.
    let mut with_genes = Vec::new();
    for name in present {
        if !H5mu::content(container, name)?.var().is_empty() {
            with_genes.push(name);
        }
    }
    match with_genes.as_slice() {
        [only] => Ok((*only).clone()),
        _ => Err(container.error(ReadErrorKind::SeveralModalities { present: present.to_vec() })),
    }
}

impl CellFile for H5mu {
    fn format(&self) -> Format {
        Format::H5mu
    }

    fn path(&self) -> &Path {
        CellFile::path(&self.content)
    }

    fn obs(&self) -> &Frame {
        &self.obs
    }

    fn genes_of(&self, matrix: &MatrixPath) -> Result<Frame, ReadError> {
        self.content.genes_of(matrix)
    }

    fn matrices(&self) -> Result<Vec<MatrixInfo>, ReadError> {
        self.content.matrices()
    }

    fn matrix(&self, matrix: &MatrixPath) -> Result<MatrixInfo, ReadError> {
        self.content.matrix(matrix)
    }

    fn source(&self, matrix: &MatrixPath, block_cells: usize) -> Result<Box<dyn BlockSource>, ReadError> {
        Ok(Box::new(self.content.source(matrix, block_cells)?))
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}
