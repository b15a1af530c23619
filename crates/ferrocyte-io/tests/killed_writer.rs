//! A writer that is killed at any moment leaves the old file or none.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed
#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ferrocyte_io::write::{AnnotatedCopy, LabelTable, ObsColumn};
use hdf5_reader::Hdf5File;
use support::fixture;

/// Names the folder that a child writes to; the test starts itself as that child.
const CHILD_FOLDER: &str = "FERROCYTE_KILLED_WRITER_FOLDER";
const ROUNDS: u64 = 40;
const N_ROWS: usize = 20_000;

#[test]
fn a_killed_writer_leaves_the_old_file_or_none() {
    if let Some(folder) = std::env::var_os(CHILD_FOLDER) {
        write_for_ever(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut leftovers = 0;
    let mut finished = 0;
    for round in 0..ROUNDS {
        if round % 10 == 0 {
            // From nothing, too.
            fs::remove_dir_all(folder.path()).unwrap();
            fs::create_dir(folder.path()).unwrap();
        }
        let mut child = start(folder.path());
        // A slow machine must see a writer at work and a finished file, too.
        match round % 10 {
            4 | 5 => wait_until(&mut child, || count(folder.path()) > count_targets(folder.path())),
            8 => wait_until(&mut child, || count_targets(folder.path()) == 2),
            _ => std::thread::sleep(Duration::from_micros(pseudo_random(round) % 60_000)),
        }
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        leftovers += usize::from(count(folder.path()) > count_targets(folder.path()));
        finished += count_targets(folder.path());
        check_table(&folder.path().join("labels.csv"));
        check_copy(&folder.path().join("annotated.h5ad"));
    }
    // Otherwise nothing was tested: some were killed at work, and some had finished a file.
    assert!(leftovers > 0, "no writer was killed at work");
    assert!(finished > 0, "no writer had finished a file");
    write_both(folder.path(), 0);
    assert_eq!(count(folder.path()), 2, "what the killed writers left is gone");
}

fn wait_until(writer: &mut Child, condition: impl Fn() -> bool) {
    while !condition() {
        assert!(writer.try_wait().unwrap().is_none(), "the writer ended by itself");
        std::thread::sleep(Duration::from_micros(100));
    }
}

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_writer_leaves_the_old_file_or_none"])
        .env(CHILD_FOLDER, folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn write_for_ever(folder: &Path) -> ! {
    for value in 0.. {
        write_both(folder, value);
    }
    unreachable!("numbers do not end")
}

/// Every value of a file is the same, so that a mixture of two files is seen.
fn write_both(folder: &Path, value: u32) {
    let ids: Vec<String> = (0..N_ROWS).map(|cell| format!("cell_{cell}")).collect();
    let column = ObsColumn::F64(vec![f64::from(value); N_ROWS]);
    LabelTable::new(&ids).column("value", &column).write(folder.join("labels.csv")).unwrap();
    AnnotatedCopy::new(fixture("current.h5ad"), folder.join("annotated.h5ad"))
        .obs_column("value", ObsColumn::F64(vec![f64::from(value); 5]))
        .uns("ferrocyte", format!("{{\"value\":{value}}}"))
        .write()
        .unwrap();
}

fn check_table(path: &Path) {
    let Ok(text) = fs::read_to_string(path) else { return };
    let rows: Vec<&str> = text.lines().skip(1).map(|line| line.split_once(',').unwrap().1).collect();
    assert_eq!(rows.len(), N_ROWS);
    assert!(rows.iter().all(|value| *value == rows[0]));
    assert!(text.ends_with('\n'));
}

fn check_copy(path: &Path) {
    if !path.exists() {
        return;
    }
    let file = Hdf5File::open(path).unwrap();
    let values: Vec<f64> = file.dataset("obs/value").unwrap().read_array().unwrap().into_iter().collect();
    assert_eq!(values, [values[0]; 5]);
    let record = file.dataset("uns/ferrocyte").unwrap().read_string().unwrap();
    assert_eq!(record, format!("{{\"value\":{}}}", values[0]));
}

fn count(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

fn count_targets(folder: &Path) -> usize {
    ["labels.csv", "annotated.h5ad"].iter().filter(|name| folder.join(name).exists()).count()
}

/// `SplitMix64`: moments that are different in every round and the same in every run.
fn pseudo_random(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
