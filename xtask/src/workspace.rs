//! What `cargo metadata` says about the workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The folder that holds the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The cargo that runs this program, or the one on the path.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The crates of the workspace and everything they are built from, on this machine's platform.
#[derive(Debug, Deserialize)]
pub struct Workspace {
    packages: Vec<Package>,
    #[serde(rename = "workspace_members")]
    member_ids: Vec<String>,
    resolve: Resolve,
}

/// A crate, ours or another's.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Cargo's name for exactly this version of the crate.
    pub id: String,
    /// Name of the crate.
    pub name: String,
    /// The native library that it says it links to.
    pub links: Option<String>,
    /// What its `Cargo.toml` names, optional things too.
    pub dependencies: Vec<Dependency>,
}

/// A dependency as a `Cargo.toml` names it.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// Name of the crate.
    pub name: String,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<NodeDependency>,
}

#[derive(Debug, Deserialize)]
struct NodeDependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Debug, Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

impl Workspace {
    /// Asks cargo, which needs no network once the workspace has been built.
    ///
    /// # Errors
    /// When cargo cannot answer, because `Cargo.lock` is out of date for example.
    pub fn read() -> Result<Self> {
        let platform = host_platform()?;
        let mut command = cargo();
        command.args(["metadata", "--format-version", "1", "--locked"]);
        command.args(["--filter-platform", &platform]);
        serde_json::from_str(&output(&mut command)?).context("cannot understand `cargo metadata`")
    }

    /// Takes the JSON of `cargo metadata` as it is.
    ///
    /// # Errors
    /// When it is not that JSON.
    pub fn from_json(json: &str) -> serde_json::Result<Self> {
        serde_json::from_str(json)
    }

    /// The crates of the workspace.
    pub fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.member_ids.contains(&package.id))
    }

    /// The crate with this id.
    pub fn package(&self, id: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.id == id)
    }

    /// Ids of what a crate is built from directly, its build script's dependencies too, its tests' not.
    pub fn built_from<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let node = self.resolve.nodes.iter().find(|node| node.id == id);
        let dependencies = node.map(|node| node.deps.as_slice()).unwrap_or_default();
        let is_built = |kind: &DependencyKind| kind.kind.as_deref() != Some("dev");
        dependencies.iter().filter(move |dep| dep.dep_kinds.iter().any(is_built)).map(|dep| dep.pkg.as_str())
    }
}

fn host_platform() -> Result<String> {
    let version = output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("`rustc -vV` does not name a host")?.to_owned())
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(output.status.success(), "{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
