//! What the cells of a run are called, for lists that name some of them.

use crate::dataset::Dataset;

/// Names of cells, and of their files where there are several: names of cells repeat between files.
#[derive(Debug, Clone, Default)]
pub(crate) struct CellNames {
    names: Vec<String>,
    /// Names that tell the files apart.
    files: Vec<String>,
    /// Position of each cell's file.
    file_of: Vec<usize>,
}

impl CellNames {
    /// Of the cells that are used of a data set.
    pub(crate) fn of(dataset: &Dataset) -> Self {
        Self { names: dataset.cell_names(), files: dataset.file_names(), file_of: dataset.file_of_cells() }
    }

    /// Without the cells at these positions, ascending.
    pub(crate) fn without(self, left_out: &[usize]) -> Self {
        if left_out.is_empty() {
            return self;
        }
        let kept = |cell: &usize| left_out.binary_search(cell).is_err();
        let names = self.names.into_iter().enumerate().filter(|(cell, _)| kept(cell)).map(|(_, name)| name);
        let file_of =
            self.file_of.into_iter().enumerate().filter(|(cell, _)| kept(cell)).map(|(_, file)| file);
        Self { names: names.collect(), files: self.files, file_of: file_of.collect() }
    }

    /// Of the cells at these positions.
    pub(crate) fn select(&self, cells: &[usize]) -> Self {
        let names = cells.iter().map(|&cell| self.name(cell).to_owned()).collect();
        let file_of = cells.iter().filter_map(|&cell| self.file_of.get(cell).copied()).collect();
        Self { names, files: self.files.clone(), file_of }
    }

    /// The name of a cell.
    pub(crate) fn name(&self, cell: usize) -> &str {
        self.names.get(cell).map_or("", String::as_str)
    }

    /// Whether cells are told apart by their file too.
    pub(crate) fn several_files(&self) -> bool {
        self.files.len() > 1
    }

    /// The file of a cell, where there are several.
    pub(crate) fn file(&self, cell: usize) -> Option<&str> {
        let file = *self.file_of.get(cell).filter(|_| self.several_files())?;
        self.files.get(file).map(String::as_str)
    }
}
