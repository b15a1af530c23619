//! Tables for people, as text. Every number comes from a record.

mod annotation;
mod comparison;
mod conversion;
mod demo;
mod explanation;
mod inspection;
mod label_noise;
mod model;
mod samples;
mod scores;

use comfy_table::{CellAlignment, Table};

pub(crate) use annotation::annotation;
pub(crate) use comparison::comparison;
pub(crate) use conversion::conversion;
pub(crate) use demo::demo;
pub(crate) use explanation::{explanations, markers};
pub(crate) use inspection::inspection;
pub(crate) use label_noise::label_noise;
pub(crate) use model::model;
pub(crate) use samples::samples;
pub(crate) use scores::{scores, short_scores};

/// A table without frames; numbers of the columns after the first stand right.
fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(header.to_vec());
    for i in 1..header.len() {
        if let Some(column) = table.column_mut(i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Three decimals, or a dash where there is no number.
fn decimal(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}

/// `13999` as `13,999`.
fn thousands(n: impl TryInto<u64>) -> String {
    let digits = n.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([thousands(7_u64), thousands(1_000_u64), thousands(13_999_u64)], ["7", "1,000", "13,999"]);
        assert_eq!((decimal(Some(0.92449)), decimal(None)), ("0.924".to_owned(), "–".to_owned()));
    }
}
