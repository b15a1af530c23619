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
