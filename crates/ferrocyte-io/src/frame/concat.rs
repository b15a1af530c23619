//! Columns of several files, one below the other.

use std::collections::HashMap;

use super::{Categorical, Column};

/// Whole numbers up to this are floats without being rounded.
const EXACT: u64 = 1 << 53;

/// The rows of one file: its column, where it has one of the name.
#[derive(Debug, Clone)]
pub struct Part {
    /// The column; every row is missing without it.
    pub column: Option<Column>,
    /// Number of rows.
    pub n_rows: usize,
}

/// What several columns of one name are together.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Strings,
    Categorical,
    Integers,
    Floats,
    Booleans,
}

impl Column {
    /// Puts the rows of several files below each other; rows of a file without the column are missing.
    ///
    /// Columns of one kind keep it: categories are joined in the order in which they first appear, and stay ordered
    /// only where every file orders the same ones. Whole and other numbers are numbers together, where no digit is
    /// lost. Anything else becomes text.
    pub fn concat(parts: &[Part]) -> Self {
        let kind = parts.iter().filter_map(|part| part.column.as_ref()).map(kind).reduce(join);
        let kind = if kind == Some(Kind::Floats) && !parts.iter().all(is_exact_as_floats) {
            Kind::Strings
        } else {
            kind.unwrap_or(Kind::Strings)
        };
        match kind {
            Kind::Strings => Self::Strings(rows(parts, Column::to_names, &None)),
            Kind::Categorical => Self::Categorical(joined_categories(parts)),
            Kind::Integers => Self::Integers(rows(parts, integers, &None)),
            Kind::Floats => Self::Floats(rows(parts, floats, &f64::NAN)),
            Kind::Booleans => Self::Booleans(rows(parts, booleans, &None)),
        }
    }

    /// The named rows, in the order given; `None` is a missing row.
    ///
    /// # Panics
    /// When a row is not below [`len`](Self::len).
    pub fn select(&self, wanted: &[Option<usize>]) -> Self {
        fn pick<T: Clone>(values: &[T], wanted: &[Option<usize>], missing: &T) -> Vec<T> {
            wanted.iter().map(|row| row.map_or(missing.clone(), |row| values[row].clone())).collect()
        }
        match self {
            Self::Strings(values) => Self::Strings(pick(values, wanted, &None)),
            Self::Integers(values) => Self::Integers(pick(values, wanted, &None)),
            Self::Floats(values) => Self::Floats(pick(values, wanted, &f64::NAN)),
            Self::Booleans(values) => Self::Booleans(pick(values, wanted, &None)),
            Self::Categorical(values) => Self::Categorical(values.select(wanted)),
        }
    }

    /// Whether a row has no value.
    ///
    /// # Panics
    /// When `row` is not below [`len`](Self::len).
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Strings(values) => values[row].is_none(),
            Self::Categorical(values) => values.code(row).is_none(),
            Self::Integers(values) => values[row].is_none(),
            Self::Floats(values) => values[row].is_nan(),
            Self::Booleans(values) => values[row].is_none(),
        }
    }
}

fn kind(column: &Column) -> Kind {
    match column {
        Column::Strings(_) => Kind::Strings,
        Column::Categorical(_) => Kind::Categorical,
        Column::Integers(_) => Kind::Integers,
        Column::Floats(_) => Kind::Floats,
        Column::Booleans(_) => Kind::Booleans,
    }
}

fn join(one: Kind, other: Kind) -> Kind {
    match (one, other) {
        (one, other) if one == other => one,
        (Kind::Integers, Kind::Floats) | (Kind::Floats, Kind::Integers) => Kind::Floats,
        _ => Kind::Strings,
    }
}

fn is_exact_as_floats(part: &Part) -> bool {
    let Some(Column::Integers(values)) = &part.column else { return true };
    values.iter().flatten().all(|value| value.unsigned_abs() <= EXACT)
}

/// The rows of all parts; `values` takes them out of a column.
fn rows<T: Clone>(parts: &[Part], values: fn(&Column) -> Vec<T>, missing: &T) -> Vec<T> {
    let mut all = Vec::with_capacity(parts.iter().map(|part| part.n_rows).sum());
    for part in parts {
        let end = all.len() + part.n_rows;
        all.extend(part.column.as_ref().map(values).unwrap_or_default());
        all.resize(end, missing.clone());
    }
    all
}

fn integers(column: &Column) -> Vec<Option<i64>> {
    if let Column::Integers(values) = column { values.clone() } else { Vec::new() }
}

fn booleans(column: &Column) -> Vec<Option<bool>> {
    if let Column::Booleans(values) = column { values.clone() } else { Vec::new() }
}

fn floats(column: &Column) -> Vec<f64> {
    column.to_numbers().unwrap_or_default()
}

fn joined_categories(parts: &[Part]) -> Categorical {
    let mut categories: Vec<String> = Vec::new();
    let mut position: HashMap<String, i64> = HashMap::new(); // looked up, never iterated
    let mut codes = Vec::with_capacity(parts.iter().map(|part| part.n_rows).sum());
    for part in parts {
        let end = codes.len() + part.n_rows;
        if let Some(Column::Categorical(column)) = &part.column {
            let mut joined = Vec::with_capacity(column.categories().len());
            for name in column.categories() {
                let next = i64::try_from(categories.len()).unwrap_or(-1);
                let code = *position.entry(name.clone()).or_insert_with(|| {
                    categories.push(name.clone());
                    next
                });
                joined.push(code);
            }
            codes.extend((0..column.len()).map(|row| column.code(row).map_or(-1, |code| joined[code])));
        }
        codes.resize(end, -1);
    }
    let all_ordered = parts.iter().filter_map(|part| part.column.as_ref()).all(|column| {
        matches!(column, Column::Categorical(column) if column.is_ordered() && column.categories() == categories)
    });
    Categorical::from_known(&codes, categories).with_order(all_ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concat(columns: Vec<Option<Column>>) -> Column {
        Column::concat(&columns.into_iter().map(|column| Part { column, n_rows: 2 }).collect::<Vec<_>>())
    }

    fn categorical(names: &[&str], codes: [i64; 2], ordered: bool) -> Column {
        let names = names.iter().map(ToString::to_string).collect();
        Column::Categorical(Categorical::new(&codes, names).unwrap().with_order(ordered))
    }

    fn strings(names: &[Option<&str>]) -> Column {
        Column::Strings(names.iter().map(|name| name.map(str::to_owned)).collect())
    }

    #[test]
    fn a_file_without_the_column_has_missing_rows() {
        let ages = Column::Integers(vec![Some(3), Some(4)]);
        assert_eq!(concat(vec![None, Some(ages)]), Column::Integers(vec![None, None, Some(3), Some(4)]));
        let pure = Column::Booleans(vec![Some(true), None]);
        assert_eq!(concat(vec![Some(pure), None]), Column::Booleans(vec![Some(true), None, None, None]));
        assert_eq!(concat(vec![None]), strings(&[None, None]));
    }

    #[test]
    fn categories_are_joined_by_name() {
        let one = categorical(&["B", "T"], [1, -1], false);
        let other = categorical(&["NK", "T"], [0, 1], false);
        let Column::Categorical(joined) = concat(vec![Some(one), Some(other), None]) else {
            panic!("categories")
        };
        assert_eq!(joined.categories(), ["B", "T", "NK"]);
        let names: Vec<_> = joined.names().collect();
        assert_eq!(names, [Some("T"), None, Some("NK"), Some("T"), None, None]);
        assert!(!joined.is_ordered());
    }

    #[test]
    fn an_order_stays_where_every_file_has_the_same() {
        let stage = |ordered, names: &[&str]| Some(categorical(names, [0, 1], ordered));
        let is_ordered =
            |columns| matches!(concat(columns), Column::Categorical(column) if column.is_ordered());
        assert!(is_ordered(vec![stage(true, &["early", "late"]), None, stage(true, &["early", "late"])]));
        assert!(!is_ordered(vec![stage(true, &["early", "late"]), stage(true, &["late", "early"])]));
        assert!(!is_ordered(vec![stage(true, &["early", "late"]), stage(false, &["early", "late"])]));
    }

    #[test]
    fn what_does_not_fit_together_becomes_text_and_no_digit_is_lost() {
        let whole = |value| Some(Column::Integers(vec![Some(value), None]));
        let halves = || Some(Column::Floats(vec![0.5, f64::NAN]));
        let Column::Floats(numbers) = concat(vec![whole(7), halves()]) else { panic!("numbers") };
        assert_eq!((numbers[0], numbers[1].is_nan(), numbers[2]), (7.0, true, 0.5));
        let large = 9_007_199_254_740_993; // 2^53 + 1
        let text = concat(vec![whole(large), halves()]);
        assert_eq!(text, strings(&[Some("9007199254740993"), None, Some("0.5"), None]));
        let mixed = concat(vec![Some(Column::Booleans(vec![Some(true), None])), whole(1)]);
        assert_eq!(mixed, strings(&[Some("True"), None, Some("1"), None]));
    }

    #[test]
    fn rows_are_picked_and_missing_ones_made() {
        let column = categorical(&["B", "T"], [0, 1], true);
        let Column::Categorical(picked) = column.select(&[Some(1), None, Some(1)]) else {
            panic!("categories")
        };
        assert_eq!(picked.names().collect::<Vec<_>>(), [Some("T"), None, Some("T")]);
        assert!(picked.is_ordered());
        let numbers = Column::Floats(vec![1.0, 2.0]).select(&[None, Some(1)]);
        assert!(numbers.is_missing(0) && !numbers.is_missing(1));
    }
}
