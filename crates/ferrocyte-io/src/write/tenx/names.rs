//! The files beside a matrix.

use std::io::{self, Write};

use crate::frame::Column;
use crate::write::annotations::{Annotations, AnnotationsError};
use crate::write::label_table::push_field;

/// Where readers of 10x data keep what stands beside a gene's name.
const GENE_IDS: &str = "gene_ids";
const FEATURE_TYPES: &str = "feature_types";

/// Refuses names that would become two names, or another column.
pub(super) fn check_lines(names: &[String]) -> Result<(), AnnotationsError> {
    match names.iter().find(|name| name.contains(['\t', '\n', '\r'])) {
        None => Ok(()),
        Some(name) => {
            let reason = "a 10x folder has no place for a tab or a line break in a name";
            Err(AnnotationsError::Name { name: name.clone(), reason })
        }
    }
}

/// Id, name and type of each gene; the name stands for an id that is not known.
pub(super) fn write_features(out: &mut dyn Write, var: &Annotations) -> io::Result<()> {
    let column = |wanted: &str| {
        let found = var.columns.iter().find(|(name, _)| name == wanted);
        found.map(|(_, column)| column.to_names()).unwrap_or_default()
    };
    let (ids, types) = (column(GENE_IDS), column(FEATURE_TYPES));
    let entry = |entries: &[Option<String>], gene: usize| -> Option<String> {
        // A tab would begin another column.
        entries.get(gene)?.as_ref().map(|text| text.replace(['\t', '\n', '\r'], " "))
    };
    for (gene, name) in var.names.iter().enumerate() {
        let id = entry(&ids, gene);
        let kind = entry(&types, gene);
        let (id, kind) = (id.as_deref().unwrap_or(name), kind.as_deref().unwrap_or("Gene Expression"));
        writeln!(out, "{id}\t{name}\t{kind}")?;
    }
    Ok(())
}

/// One row per cell: its name, then the columns; an empty field is a missing value.
pub(super) fn write_obs(out: &mut dyn Write, obs: &Annotations) -> io::Result<()> {
    const SEPARATOR: u8 = b',';
    let mut line = b"cell_id".to_vec();
    for (name, _) in &obs.columns {
        line.push(SEPARATOR);
        push_field(&mut line, name, SEPARATOR);
    }
    for (cell, name) in obs.names.iter().enumerate() {
        line.push(b'\n');
        out.write_all(&line)?;
        line.clear();
        push_field(&mut line, name, SEPARATOR);
        for (_, column) in &obs.columns {
            line.push(SEPARATOR);
            push_value(&mut line, column, cell)?;
        }
    }
    line.push(b'\n');
    out.write_all(&line)
}

fn push_value(line: &mut Vec<u8>, column: &Column, cell: usize) -> io::Result<()> {
    let text = match column {
        Column::Strings(values) => values[cell].as_deref(),
        Column::Categorical(values) => values.code(cell).map(|code| values.categories()[code].as_str()),
        Column::Integers(values) => return values[cell].map_or(Ok(()), |value| write!(line, "{value}")),
        // `{:?}` is the shortest text that reads back as the same number.
        Column::Floats(values) if !values[cell].is_nan() => return write!(line, "{:?}", values[cell]),
        Column::Floats(_) => None,
        Column::Booleans(values) => values[cell].map(|value| if value { "True" } else { "False" }),
    };
    push_field(line, text.unwrap_or_default(), b',');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Categorical;

    fn text(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn features_have_an_id_a_name_and_a_type() {
        let names = vec!["CD3D".to_owned(), "MS4A1".to_owned()];
        let plain = Annotations { names: names.clone(), columns: Vec::new() };
        assert_eq!(
            text(|out| write_features(out, &plain)),
            "CD3D\tCD3D\tGene Expression\nMS4A1\tMS4A1\tGene Expression\n"
        );
        let ids = Column::Strings(vec![Some("ENSG00000167286".into()), None]);
        let full = Annotations { names, columns: vec![("gene_ids".to_owned(), ids)] };
        assert!(
            text(|out| write_features(out, &full))
                .starts_with("ENSG00000167286\tCD3D\tGene Expression\nMS4A1\t")
        );
    }

    #[test]
    fn every_kind_of_column_has_its_text() {
        let types = Categorical::new(&[1, -1], vec!["B".into(), "T, CD4".into()]).unwrap();
        let columns = vec![
            ("type".to_owned(), Column::Categorical(types)),
            ("age".to_owned(), Column::Integers(vec![Some(-3), None])),
            ("score".to_owned(), Column::Floats(vec![0.1, f64::NAN])),
            ("ok".to_owned(), Column::Booleans(vec![Some(true), None])),
        ];
        let obs = Annotations { names: vec!["a".into(), "b".into()], columns };
        let expected = "cell_id,type,age,score,ok\na,\"T, CD4\",-3,0.1,True\nb,,,,\n";
        assert_eq!(text(|out| write_obs(out, &obs)), expected);
    }

    #[test]
    fn a_name_of_two_lines_is_refused() {
        assert!(check_lines(&["a b".to_owned()]).is_ok());
        assert!(check_lines(&["a\tb".to_owned()]).unwrap_err().to_string().contains("tab"));
    }
}
