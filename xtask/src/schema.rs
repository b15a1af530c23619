//! The JSON schema of the run record as it is written, from the types that write it.

use anyhow::{Context, Result};
use ferrocyte_core::RunRecord;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The schema, ready to be written.
///
/// # Errors
/// When the types do not make a JSON object, which would be a bug.
pub fn run_record() -> Result<String> {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<RunRecord>().to_value();
    say_plainly(&mut schema);
    let object = schema.as_object_mut().context("a schema is an object")?;
    object.insert("title".into(), "Ferrocyte run record".into());
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

/// Turns the links of Rust's documentation, `` [`mcc`](Self::mcc) ``, into the words they stand on.
fn say_plainly(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(text) if key == "description" => *text = without_links(text),
                    _ => say_plainly(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(say_plainly),
        _ => {}
    }
}

fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once("[`") {
        plain.push_str(before);
        let Some((word, after)) = link.split_once("`]") else {
            plain.push_str("[`");
            rest = link;
            continue;
        };
        plain.extend(["`", word, "`"]);
        rest = after
            .strip_prefix('(')
            .and_then(|target| target.split_once(')'))
            .map_or(after, |(_, after)| after);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_words_and_ranges_stay() {
        assert_eq!(
            without_links("in `[0, 1]` except [`mcc`](Self::mcc) and [`Timing`]."),
            "in `[0, 1]` except `mcc` and `Timing`."
        );
    }
}
