//! Which axis of a matrix is the cells.

use super::unexpected;
use crate::read_error::ReadErrorKind;

/// How many values are said of an axis, and what says so.
pub(crate) type Said<'n> = Option<(&'n str, usize)>;

/// Whether rows are genes. Lengths decide alone; where nothing is said, rows are cells.
pub(crate) fn is_turned(
    object: &str,
    (rows, columns): (usize, usize),
    cells: Said<'_>,
    genes: Said<'_>,
) -> Result<bool, ReadErrorKind> {
    let fits = |said: Said<'_>, axis: usize| said.is_none_or(|(_, n)| n == axis);
    let upright = fits(cells, rows) && fits(genes, columns);
    let turned = fits(cells, columns) && fits(genes, rows);
    if upright != turned {
        return Ok(turned);
    }
    if upright && cells.is_none() && genes.is_none() {
        return Ok(false);
    }
    let axis = |said: Said<'_>, what: &str| match said {
        Some((name, n)) => format!("{n} {what} (`{name}`)"),
        None => format!("any number of {what}"),
    };
    let expected = format!("{} by {} or the other way round", axis(cells, "cells"), axis(genes, "genes"));
    let found = if upright {
        format!("{rows} by {columns}, which fits both")
    } else {
        format!("{rows} by {columns}")
    };
    Err(unexpected(object, expected, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_decide() {
        let of =
            |shape, cells, genes| is_turned("UMI", shape, cells, genes).map_err(|error| error.to_string());
        let (five, three) = (Some(("classes", 5)), Some(("gene_ids", 3)));
        assert_eq!(of((5, 3), five, three), Ok(false));
        assert_eq!(of((3, 5), five, three), Ok(true));
        assert_eq!(of((3, 5), None, three), Ok(true));
        assert_eq!(of((9, 9), None, None), Ok(false));
        assert_eq!(
            of((5, 4), five, three).unwrap_err(),
            "`UMI`: expected 5 cells (`classes`) by 3 genes (`gene_ids`) or the other way round, found 5 by 4"
        );
        assert_eq!(
            of((5, 5), five, Some(("gene_ids", 5))).unwrap_err(),
            "`UMI`: expected 5 cells (`classes`) by 5 genes (`gene_ids`) or the other way round, \
             found 5 by 5, which fits both"
        );
    }
}
