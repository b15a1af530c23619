//! From text to a table.

use ferrocyte_core::GeneTable;

use super::table_error::GeneTableErrorKind;

/// Reads the lines of a table.
pub(super) fn parse(text: &str) -> Result<GeneTable, GeneTableErrorKind> {
    let lines = text.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let mut table = GeneTable::with_capacity(lines, text.len());
    for (number, line) in (1..).zip(text.lines()) {
        if line.is_empty() || line.starts_with('#') || (number == 1 && line.starts_with("id\t")) {
            continue;
        }
        let mut fields = line.split('\t').map(str::trim);
        let (Some(identifier), Some(symbol)) = (fields.next(), fields.next()) else {
            return Err(GeneTableErrorKind::Fields { line: number });
        };
        if identifier.is_empty() && symbol.is_empty() {
            return Err(GeneTableErrorKind::NoName { line: number });
        }
        let others = fields.next().unwrap_or_default().split('|').map(str::trim);
        table.push(identifier, symbol, others);
    }
    if table.is_empty() { Err(GeneTableErrorKind::Empty) } else { Ok(table) }
}
