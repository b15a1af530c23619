//! Columns that are made of what was decided, a few cells at a time.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::ops::Range;

use ferrocyte_io::write::{CellColumn, CellColumnKind, CellValues};

use crate::cell_selection::CellSelection;
use crate::predictions::{Decided, Predictions};

/// Rows that are looked at together.
const STEP: usize = 1 << 14;

/// Which rows a table has, and which cell each of them is.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    predictions: &'a Predictions,
    /// The cells that were annotated among the rows; every cell is a row where there is none.
    among: Option<(&'a CellSelection, usize)>,
}

impl<'a> Rows<'a> {
    /// One row for each cell that was annotated.
    pub(crate) fn of_cells(predictions: &'a Predictions) -> Self {
        Self { predictions, among: None }
    }

    /// One row for each cell of a file, of which some were annotated.
    pub(crate) fn of_file(predictions: &'a Predictions, cells: &'a CellSelection, n_cells: usize) -> Self {
        Self { predictions, among: Some((cells, n_cells)) }
    }

    fn n_rows(&self) -> usize {
        self.among.map_or(self.predictions.len(), |(_, n_cells)| n_cells)
    }

    /// What was decided of the cells of some rows; nothing where one was not annotated.
    fn decided(&self, rows: Range<usize>) -> io::Result<Vec<Option<Decided<'a>>>> {
        let Some((cells, _)) = self.among else {
            return Ok(self.predictions.decided(rows)?.into_iter().map(Some).collect());
        };
        let positions = cells.n_before(rows.start)..cells.n_before(rows.end);
        let mut decided: Vec<Option<Decided<'a>>> = Vec::new();
        decided.resize_with(rows.len(), || None);
        for (position, of_cell) in positions.clone().zip(self.predictions.decided(positions)?) {
            let row = cells.get(position).and_then(|cell| cell.checked_sub(rows.start));
            if let Some(place) = row.and_then(|row| decided.get_mut(row)) {
                *place = Some(of_cell);
            }
        }
        Ok(decided)
    }

    fn steps(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let n = self.n_rows();
        (0..n).step_by(STEP).map(move |start| start..(start + STEP).min(n))
    }
}

/// What a cell is called in a column.
pub(crate) type NameOf<'a> = Box<dyn Fn(&Decided<'a>) -> Option<&'a str> + 'a>;

/// A column of names.
pub(crate) struct NameColumn<'a> {
    rows: Rows<'a>,
    name_of: NameOf<'a>,
    /// The names that occur, sorted.
    names: Vec<String>,
    codes: BTreeMap<&'a str, i32>,
}

impl<'a> NameColumn<'a> {
    /// Looks through all rows for the names that occur.
    pub(crate) fn new(
        rows: Rows<'a>,
        name_of: impl Fn(&Decided<'a>) -> Option<&'a str> + 'a,
    ) -> io::Result<Self> {
        let mut codes: BTreeMap<&'a str, i32> = BTreeMap::new();
        for step in rows.steps() {
            for decided in rows.decided(step)?.iter().flatten() {
                if let Some(name) = name_of(decided) {
                    codes.insert(name, 0);
                }
            }
        }
        for (code, (_, place)) in (0..).zip(&mut codes) {
            *place = code;
        }
        let names = codes.keys().map(ToString::to_string).collect();
        Ok(Self { rows, name_of: Box::new(name_of), names, codes })
    }
}

impl<'a> CellColumn for NameColumn<'a> {
    fn n_cells(&self) -> usize {
        self.rows.n_rows()
    }

    fn kind(&self) -> CellColumnKind<'_> {
        CellColumnKind::Categorical(&self.names)
    }

    fn values(&self, rows: Range<usize>) -> io::Result<CellValues<'_>> {
        let code = |decided: &Option<Decided<'a>>| {
            let name = decided.as_ref().and_then(&self.name_of);
            name.and_then(|name| self.codes.get(name)).copied().unwrap_or(-1)
        };
        Ok(CellValues::Codes(self.rows.decided(rows)?.iter().map(code).collect()))
    }
}

/// A column of numbers; a cell without one has none.
pub(crate) struct NumberColumn<'a> {
    rows: Rows<'a>,
    number_of: fn(&Decided<'_>) -> Option<f32>,
}

impl<'a> NumberColumn<'a> {
    pub(crate) fn new(rows: Rows<'a>, number_of: fn(&Decided<'_>) -> Option<f32>) -> Self {
        Self { rows, number_of }
    }
}

impl CellColumn for NumberColumn<'_> {
    fn n_cells(&self) -> usize {
        self.rows.n_rows()
    }

    fn kind(&self) -> CellColumnKind<'_> {
        CellColumnKind::F32
    }

    fn values(&self, rows: Range<usize>) -> io::Result<CellValues<'_>> {
        let number =
            |decided: &Option<Decided<'_>>| decided.as_ref().and_then(self.number_of).unwrap_or(f32::NAN);
        Ok(CellValues::F32(self.rows.decided(rows)?.iter().map(number).collect()))
    }
}

/// A column of texts, empty where there is none.
pub(crate) struct TextColumn<'a> {
    rows: Rows<'a>,
    text_of: fn(&Decided<'a>) -> &'a str,
}

impl<'a> TextColumn<'a> {
    pub(crate) fn new(rows: Rows<'a>, text_of: fn(&Decided<'a>) -> &'a str) -> Self {
        Self { rows, text_of }
    }
}

impl<'a> CellColumn for TextColumn<'a> {
    fn n_cells(&self) -> usize {
        self.rows.n_rows()
    }

    fn kind(&self) -> CellColumnKind<'_> {
        CellColumnKind::Text
    }

    fn values(&self, rows: Range<usize>) -> io::Result<CellValues<'_>> {
        let text = |decided: &Option<Decided<'a>>| {
            decided.as_ref().map_or_else(String::new, |decided| (self.text_of)(decided).to_owned())
        };
        Ok(CellValues::Text(self.rows.decided(rows)?.iter().map(text).collect()))
    }
}

macro_rules! debug {
    ($column:ident) => {
        impl fmt::Debug for $column<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($column))
                    .field("n_rows", &self.rows.n_rows())
                    .finish_non_exhaustive()
            }
        }
    };
}

debug!(NameColumn);
debug!(NumberColumn);
debug!(TextColumn);
