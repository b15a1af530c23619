//! Draws a run record: `cargo run -p ferrocyte-report --example render -- RUN.json REPORT.html`.

use std::error::Error;
use std::fs;

use ferrocyte_report::{RenderOptions, parse_record, render};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(record), Some(page)) = (arguments.next(), arguments.next()) else {
        return Err("expected two file names: the run record (JSON) and the page to write (HTML)".into());
    };
    let record = parse_record(&fs::read_to_string(record)?)?;
    fs::write(page, render(&record, &RenderOptions::default()))?;
    Ok(())
}
