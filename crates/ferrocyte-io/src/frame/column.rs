//! One value per cell or gene.

use std::borrow::Cow;

use super::Categorical;

/// A column of `obs` or `var`, one value per row; `None` (and NaN among floats) where it is missing.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Text.
    Strings(Vec<Option<String>>),
    /// Text of few values.
    Categorical(Categorical),
    /// Whole numbers.
    Integers(Vec<Option<i64>>),
    /// Numbers; also whole numbers beyond `i64`.
    Floats(Vec<f64>),
    /// Truth values.
    Booleans(Vec<Option<bool>>),
}

impl Column {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Strings(values) => values.len(),
            Self::Categorical(values) => values.len(),
            Self::Integers(values) => values.len(),
            Self::Floats(values) => values.len(),
            Self::Booleans(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a row as text, as [`to_names`](Self::to_names) has it.
    ///
    /// # Panics
    /// When `row` is not below [`len`](Self::len).
    pub fn name(&self, row: usize) -> Option<Cow<'_, str>> {
        match self {
            Self::Strings(values) => values[row].as_deref().map(Cow::Borrowed),
            Self::Categorical(values) => values
                .code(row)
                .and_then(|code| values.categories().get(code))
                .map(|name| name.as_str().into()),
            Self::Integers(values) => values[row].map(|value| value.to_string().into()),
            Self::Floats(values) => {
                Some(values[row]).filter(|v| !v.is_nan()).map(|v| format!("{v:?}").into())
            }
            Self::Booleans(values) => values[row].map(|value| if value { "True" } else { "False" }.into()),
        }
    }

    /// Every value as text, as pandas writes it: `3`, `1.5`, `True`. Lets a column of numbers name labels.
    pub fn to_names(&self) -> Vec<Option<String>> {
        (0..self.len()).map(|row| self.name(row).map(Cow::into_owned)).collect()
    }

    /// Every value as a number, NaN where it is missing; `None` for text. Integers beyond 2⁵³ are rounded.
    pub fn to_numbers(&self) -> Option<Vec<f64>> {
        match self {
            Self::Strings(_) | Self::Categorical(_) => None,
            Self::Integers(values) => {
                Some(values.iter().map(|value| value.map_or(f64::NAN, |v| v as f64)).collect())
            }
            Self::Floats(values) => Some(values.clone()),
            Self::Booleans(values) => {
                Some(values.iter().map(|value| value.map_or(f64::NAN, f64::from)).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_names_as_pandas_writes_them() {
        let names = |column: Column| -> Vec<String> {
            column.to_names().into_iter().map(|name| name.unwrap_or("-".into())).collect()
        };
        assert_eq!(names(Column::Integers(vec![Some(3), None, Some(-7)])), ["3", "-", "-7"]);
        assert_eq!(names(Column::Floats(vec![1.0, f64::NAN, 0.25])), ["1.0", "-", "0.25"]);
        assert_eq!(names(Column::Booleans(vec![Some(true), Some(false), None])), ["True", "False", "-"]);
    }

    #[test]
    fn rows_are_selected_and_may_be_missing() {
        let rows = [Some(1), None, Some(0)];
        let types = Categorical::new(&[0, 1], vec!["T".into(), "B".into()]).unwrap();
        for (column, expected) in [
            (Column::Categorical(types), ["B", "-", "T"]),
            (Column::Integers(vec![Some(3), Some(4)]), ["4", "-", "3"]),
            (Column::Floats(vec![0.5, 1.5]), ["1.5", "-", "0.5"]),
            (Column::Strings(vec![Some("a".into()), Some("b".into())]), ["b", "-", "a"]),
            (Column::Booleans(vec![Some(true), Some(false)]), ["False", "-", "True"]),
        ] {
            let found = column.select(&rows).to_names().into_iter().map(|name| name.unwrap_or("-".into()));
            assert_eq!(found.collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn text_is_no_number() {
        assert_eq!(Column::Strings(vec![Some("1".into())]).to_numbers(), None);
        assert_eq!(Column::Booleans(vec![Some(true), Some(false)]).to_numbers(), Some(vec![1.0, 0.0]));
        let numbers = Column::Integers(vec![Some(2), None]).to_numbers().unwrap();
        assert!(numbers[0] == 2.0 && numbers[1].is_nan());
    }
}
