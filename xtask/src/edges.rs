//! Which crate may depend on which: the picture in `ARCHITECTURE.md`, as a table.

use crate::workspace::Workspace;

/// Each crate of ours and those of ours that it may name, in any kind of dependency.
const MAY_NAME: [(&str, &[&str]); 9] = [
    ("ferrocyte-core", &[]),
    ("ferrocyte-io", &["ferrocyte-core"]),
    ("ferrocyte-learn", &["ferrocyte-core"]),
    ("ferrocyte-report", &["ferrocyte-core"]),
    ("ferrocyte-gpu", &["ferrocyte-core", "ferrocyte-learn"]),
    (
        "ferrocyte",
        &["ferrocyte-core", "ferrocyte-gpu", "ferrocyte-io", "ferrocyte-learn", "ferrocyte-report"],
    ),
    ("ferrocyte-cli", &["ferrocyte"]),
    ("ferrocyte-python", &["ferrocyte"]),
    ("xtask", &["ferrocyte-core", "ferrocyte-cli"]),
];

/// Crates of others that belong behind one door.
const BEHIND_A_DOOR: [(&str, &str); 3] =
    [("clap", "ferrocyte-cli"), ("pyo3", "ferrocyte-python"), ("burn-tensor", "ferrocyte-gpu")];

/// One sentence for each dependency that the picture does not have.
pub fn violations(workspace: &Workspace) -> Vec<String> {
    let mut found = Vec::new();
    let ours: Vec<&str> = workspace.members().map(|package| package.name.as_str()).collect();
    for package in workspace.members() {
        let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == package.name) else {
            found.push(format!("`{}` is not in the picture: add it there and in `edges.rs`", package.name));
            continue;
        };
        for dependency in &package.dependencies {
            let (from, to) = (package.name.as_str(), dependency.name.as_str());
            if ours.contains(&to) && !allowed.contains(&to) {
                found.push(format!("`{from}` must not depend on `{to}`"));
            }
            if let Some((_, door)) = BEHIND_A_DOOR.iter().find(|(name, door)| *name == to && *door != from) {
                found.push(format!("`{from}` must not depend on `{to}`: only `{door}` may"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(crates: &[(&str, &[&str])]) -> Workspace {
        let package = |(name, dependencies): &(&str, &[&str])| {
            let dependencies: Vec<_> =
                dependencies.iter().map(|name| serde_json::json!({ "name": name })).collect();
            serde_json::json!({ "id": name, "name": name, "links": null, "dependencies": dependencies })
        };
        let json = serde_json::json!({
            "packages": crates.iter().map(package).collect::<Vec<_>>(),
            "workspace_members": crates.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            "resolve": { "nodes": [] },
        });
        Workspace::from_json(&json.to_string()).unwrap()
    }

    #[test]
    fn sideways_and_upwards_are_refused() {
        let sideways = workspace(&[("ferrocyte-io", &[]), ("ferrocyte-learn", &["ferrocyte-io", "serde"])]);
        assert_eq!(violations(&sideways), ["`ferrocyte-learn` must not depend on `ferrocyte-io`"]);
        let upwards = workspace(&[("ferrocyte", &[]), ("ferrocyte-core", &["ferrocyte"])]);
        assert_eq!(violations(&upwards), ["`ferrocyte-core` must not depend on `ferrocyte`"]);
    }

    #[test]
    fn clap_stays_behind_its_door() {
        assert!(violations(&workspace(&[("ferrocyte-cli", &["clap"])])).is_empty());
        assert_eq!(
            violations(&workspace(&[("ferrocyte", &["clap"])])),
            ["`ferrocyte` must not depend on `clap`: only `ferrocyte-cli` may"]
        );
    }

    #[test]
    fn a_crate_that_nobody_drew_is_refused() {
        assert_eq!(violations(&workspace(&[("ferrocyte-web", &[])])).len(), 1);
    }
}
