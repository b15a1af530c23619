//! Are the cells cells? What the names of a file say against what was said of it.

use ferrocyte_core::Warning;
use ferrocyte_io::orientation::{in_words, looks_turned};
use ferrocyte_io::{CellFile, OpenOptions, Orientation};

use crate::dataset::{DataError, DataFile};

/// Looks at the names of a file that was opened: its rows were taken for cells because its format or the user says
/// so. A file that contradicts its format is refused; one that contradicts the user is a warning.
pub(crate) fn check(
    content: &dyn CellFile,
    genes: &[String],
    open: &OpenOptions,
) -> Result<Option<Warning>, DataError> {
    let found_out = content.orientation().is_some() && open.genes.is_none();
    if open.trust_orientation || found_out || !looks_turned(|| content.obs().index(), genes) {
        return Ok(None);
    }
    let file = crate::dataset::file_name(content.path());
    let (cells, genes) = (in_words(content.obs().index()), in_words(genes));
    match content.orientation() {
        None => Err(DataError::WrongWayRound { file, cells, genes }),
        Some(orientation) => Ok(Some(
            Warning::new(
                "way-round",
                format!(
                    "{file}: genes were taken from its {}, as asked for, but the names say otherwise: the cells are \
                     called like {cells}, the genes like {genes}",
                    axis(orientation)
                ),
            )
            .with_hint("leave --genes out to have it found out, or say --trust-orientation where the names mislead"),
        )),
    }
}

/// What is to be said where the tables of one data set are not all the same way round.
pub(crate) fn mixed(files: &[DataFile]) -> Option<Warning> {
    let of = |wanted: Orientation| -> Vec<String> {
        files.iter().filter(|file| file.content.orientation() == Some(wanted)).map(DataFile::name).collect()
    };
    let (rows, columns) = (of(Orientation::GenesInRows), of(Orientation::GenesInColumns));
    (!rows.is_empty() && !columns.is_empty()).then(|| {
        Warning::new(
            "mixed-ways-round",
            format!(
                "the tables are not all the same way round: genes are in the rows of {} and in the columns of {}; the \
                 former were turned",
                crate::hint::list(&rows),
                crate::hint::list(&columns)
            ),
        )
        .with_hint("look at each with `ferrocyte inspect`")
    })
}

/// `rows` or `columns`.
pub(crate) fn axis(orientation: Orientation) -> &'static str {
    match orientation {
        Orientation::GenesInRows => "rows",
        Orientation::GenesInColumns => "columns",
    }
}
