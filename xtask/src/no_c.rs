//! core, learn and report are built from Rust alone, so that they can go wherever Rust goes.

use std::collections::{BTreeMap, VecDeque};

use crate::workspace::Workspace;

const WITHOUT_C: [&str; 3] = ["ferrocyte-core", "ferrocyte-learn", "ferrocyte-report"];

/// Crates that build or find C code when they stand among build dependencies.
const BUILDERS: [&str; 6] = ["bindgen", "cc", "cmake", "cxx-build", "pkg-config", "vcpkg"];

/// `links` keys that name no C library: they only keep a second version out of the program.
const NO_LIBRARY: [&str; 2] = ["rayon-core", "wasm_bindgen"];

/// One sentence, with the way there, for each crate that brings C.
pub fn violations(workspace: &Workspace) -> Vec<String> {
    let members = workspace.members().filter(|package| WITHOUT_C.contains(&package.name.as_str()));
    members.flat_map(|package| reached_c(workspace, &package.id)).collect()
}

fn reached_c(workspace: &Workspace, start: &str) -> Vec<String> {
    let mut way: BTreeMap<&str, String> = BTreeMap::new();
    let mut queue = VecDeque::from([(start, String::new())]);
    let mut found = Vec::new();
    while let Some((id, way_here)) = queue.pop_front() {
        let Some(package) = workspace.package(id).filter(|package| !way.contains_key(package.id.as_str()))
        else {
            continue;
        };
        let name = package.name.as_str();
        let way_here = if way_here.is_empty() { name.to_owned() } else { format!("{way_here} → {name}") };
        match package.links.as_deref().filter(|links| !NO_LIBRARY.contains(links)) {
            Some(library) => found.push(format!("{way_here} links the C library `{library}`")),
            None if BUILDERS.contains(&name) => found.push(format!("{way_here} builds C code")),
            None => queue.extend(workspace.built_from(id).map(|id| (id, way_here.clone()))),
        }
        way.insert(&package.id, way_here);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// learn → ndarray → blas-src (links blas); learn → rayon-core (links itself only); tests may use C.
    const METADATA: &str = r#"{
        "packages": [
            {"id": "l", "name": "ferrocyte-learn", "links": null, "dependencies": []},
            {"id": "n", "name": "ndarray", "links": null, "dependencies": []},
            {"id": "b", "name": "blas-src", "links": "blas", "dependencies": []},
            {"id": "r", "name": "rayon-core", "links": "rayon-core", "dependencies": []},
            {"id": "c", "name": "cc", "links": null, "dependencies": []},
            {"id": "h", "name": "hdf5-sys", "links": "hdf5", "dependencies": []}
        ],
        "workspace_members": ["l"],
        "resolve": {"nodes": [
            {"id": "l", "deps": [
                {"pkg": "n", "dep_kinds": [{"kind": null}]},
                {"pkg": "r", "dep_kinds": [{"kind": null}]},
                {"pkg": "h", "dep_kinds": [{"kind": "dev"}]}
            ]},
            {"id": "n", "deps": [
                {"pkg": "b", "dep_kinds": [{"kind": null}]},
                {"pkg": "c", "dep_kinds": [{"kind": "build"}]}
            ]}
        ]}
    }"#;

    #[test]
    fn c_is_found_however_deep_and_named_with_the_way_there() {
        assert_eq!(
            violations(&Workspace::from_json(METADATA).unwrap()),
            [
                "ferrocyte-learn → ndarray → blas-src links the C library `blas`",
                "ferrocyte-learn → ndarray → cc builds C code"
            ]
        );
    }
}
