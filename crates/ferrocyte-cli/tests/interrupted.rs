//! An output is replaced by a finished one or not at all.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use std::time::{Duration, Instant};

use support::{command, query, reference, run};

/// `kill -9` at many moments of a run: the old file, the new file, never a part of one.
#[test]
#[cfg(unix)]
fn a_killed_run_leaves_the_old_file_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let trained = run("train {} --label cell_type --no-score -o {}", &[&reference(), &at("model.ferrocyte")]);
    assert!(trained.status < 2, "{}", trained.stderr);
    let line = "annotate {} -m {} -o {} --quiet";
    let began = Instant::now();
    run(line, &[&query(), &at("model.ferrocyte"), &at("new.h5ad")]);
    let whole = began.elapsed();
    let new = std::fs::read(at("new.h5ad")).unwrap();

    let target = at("labelled.h5ad");
    let old = b"what was there before".to_vec();
    for step in 0..40_u32 {
        std::fs::write(&target, &old).unwrap();
        let mut child =
            command(line, &[&query(), &at("model.ferrocyte"), &target]).spawn().expect("the program starts");
        std::thread::sleep(whole * step / 40 + Duration::from_micros(u64::from(step) * 37));
        child.kill().ok(); // it may have ended already
        child.wait().unwrap();
        let found = std::fs::read(&target).unwrap();
        assert!(found == old || found == new, "step {step}: {} bytes are neither old nor new", found.len());
    }
    // A finished run clears what the killed ones left behind.
    run(line, &[&query(), &at("model.ferrocyte"), &target]);
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

/// The same for a folder: it changes places with the old one in one step.
#[test]
#[cfg(target_os = "linux")]
fn a_killed_conversion_leaves_the_old_folder_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("cells.zarr");
    let line = "convert {} -o {} --quiet";
    let cells_of = |target: &std::path::Path| {
        let shape = std::fs::read(target.join("X/.zattrs")).unwrap();
        let shape: serde_json::Value = serde_json::from_slice(&shape).unwrap();
        assert!(target.join(".zmetadata").is_file(), "written to the end");
        shape["shape"][0].as_u64().unwrap()
    };
    let began = Instant::now();
    assert_eq!(run(line, &[&query(), &target]).status, 0);
    let whole = began.elapsed();
    assert_eq!(cells_of(&target), 140);
    for step in 0..40_u32 {
        // They take turns, so that the old and the new one are not the same.
        let input = if step % 2 == 0 { reference() } else { query() };
        let mut child = command(line, &[&input, &target]).spawn().expect("the program starts");
        std::thread::sleep(whole * step / 40 + Duration::from_micros(u64::from(step) * 37));
        child.kill().ok(); // it may have ended already
        child.wait().unwrap();
        assert!(matches!(cells_of(&target), 140 | 560), "step {step}");
    }
    run(line, &[&query(), &target]);
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["cells.zarr"]);
}
