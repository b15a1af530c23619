//! The page draws and never computes: each number on it is in the record.

use std::collections::BTreeSet;

use ferrocyte_report::{RenderOptions, render};
use serde_json::Value;

use super::dom::{Element, Page};
use super::records;

/// Numbers of the fixed words: thresholds, ends of scales, SHA-256.
const IN_PROSE: [&str; 8] = ["0", "0.5", "0.8", "0.9", "1", "10", "2", "256"];

/// What a record holds: numbers, lengths of lists, and texts.
#[derive(Default)]
struct Held {
    numbers: Vec<f64>,
    texts: BTreeSet<String>,
}

impl Held {
    fn gather(&mut self, value: &Value) {
        match value {
            Value::Number(number) => self.numbers.extend(number.as_f64()),
            Value::String(text) => drop(self.texts.insert(text.clone())),
            Value::Array(values) => {
                self.numbers.push(values.len() as f64);
                for value in values {
                    self.gather(value);
                }
            }
            Value::Object(fields) => {
                for value in fields.values() {
                    self.gather(value);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
}

#[test]
fn every_number_shown_is_in_the_record() {
    for (name, record) in records::all() {
        let mut held = Held::default();
        held.gather(&serde_json::to_value(&record).unwrap());
        let page = Page::read(&render(&record, &RenderOptions::default()));

        for data in page.named("data") {
            let exact: f64 = data.attribute("value").unwrap().parse().unwrap();
            assert!(held.numbers.contains(&exact), "{name}: {exact} is not in the record");
            assert!(is_rounded(&data.text(), exact), "{name}: `{}` does not say {exact}", data.text());
        }

        // Outside `data`: fixed words, axis ticks, and texts of the record.
        let aside = |element: &Element| {
            ["data", "script", "style", "svg"].contains(&element.name().as_str())
                || element.has_class("legend")
        };
        for number in numbers_in(&page.text_but(&aside)) {
            let quoted = held.texts.iter().any(|text| text.contains(&number));
            assert!(quoted || IN_PROSE.contains(&number.as_str()), "{name}: where does {number} come from?");
        }
    }
}

#[test]
fn every_square_of_the_confusion_matrix_has_its_own_count() {
    let record = records::evaluation(&records::labels(60));
    let page = Page::read(&render(&record, &RenderOptions::default()));
    let counts = &record.confusion.unwrap().counts;
    let squares = page.classed("square");
    assert_eq!(squares.len(), counts.iter().flatten().filter(|&&cells| cells > 0).count());
    for square in squares {
        let number = |name: &str| square.attribute(name).unwrap().parse::<usize>().unwrap();
        assert_eq!(number("data-count") as u64, counts[number("data-row")][number("data-column")]);
    }
}

/// Whether a text is a number rounded to the digits it shows.
fn is_rounded(text: &str, exact: f64) -> bool {
    let text = text.trim().replace(',', "").replace('−', "-");
    let (digits, unit) = text.split_once(' ').unwrap_or((&text, ""));
    let scale = match unit {
        "" | "s" | "bytes" => 1.0,
        "%" => 0.01,
        "kB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        _ => return false,
    };
    let (mantissa, exponent) = digits.split_once('e').unwrap_or((digits, "0"));
    let places = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let numbers = (digits.parse::<f64>(), format!("1e{exponent}").parse::<f64>());
    let (Ok(shown), Ok(power)) = numbers else { return false };
    let last_digit = power / 10_f64.powf(places as f64);
    (shown - exact / scale).abs() <= 0.5 * last_digit * (1.0 + 1e-6)
}

/// Numbers in a text: runs of digits with points and commas inside. A digit that ends a word is part of its name.
fn numbers_in(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == ','))
        .map(|word| word.trim_matches(['.', ',']))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_helpers_tell_right_from_wrong() {
    assert!(
        is_rounded("0.928", 0.928_137)
            && is_rounded("−0.032", -0.031_7)
            && is_rounded("21.3 MB", 21_334_012.0)
    );
    assert!(!is_rounded("0.929", 0.928_137) && !is_rounded("5,013", 5_012.0));
    assert_eq!(numbers_in("F1 of 0.5, or 1,310 (10)."), ["0.5", "1,310", "10"]);
}
