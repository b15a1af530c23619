//! `evaluate` never imports `models`: a metric cannot know which model it judges.

use std::fs;
use std::path::Path;

/// Lines of code (comments are free to name models) that reach outside `evaluate` for models.
fn offending_lines(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            offending_lines(&path, found);
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        found.extend(
            code.filter(|line| line.contains("models")).map(|line| format!("{}: {line}", path.display())),
        );
    }
}

#[test]
fn evaluate_never_imports_models() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/evaluate");
    assert!(folder.join("judge.rs").is_file(), "looking in the right place");
    let mut found = Vec::new();
    offending_lines(&folder, &mut found);
    assert!(found.is_empty(), "{found:#?}");
}
