//! Runs that are kept to little memory.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{command, reference, run};

const GENES: usize = 2000; // the last twenty of them without a count
const CELLS: usize = 110_000; // of each of two labels
const VALUES: usize = 220; // of each cell

/// Cells of one label as a file of their own: more of the first genes for the second label. By way of a 10x folder, which can be
/// written line by line.
fn cells_of_a_label(folder: &Path, label: usize) -> PathBuf {
    let tenx = folder.join(format!("tenx{label}"));
    std::fs::create_dir(&tenx).unwrap();
    let lines = |name: &str, n: usize, line: &dyn Fn(usize) -> String| {
        let text: String = (0..n).map(line).collect();
        std::fs::write(tenx.join(name), text).unwrap();
    };
    lines("barcodes.tsv", CELLS, &|cell| format!("CELL{label}-{cell}\n"));
    lines("genes.tsv", GENES, &|gene| format!("ID{gene}\tGENE{gene}\n"));
    let mut matrix = std::io::BufWriter::new(std::fs::File::create(tenx.join("matrix.mtx")).unwrap());
    writeln!(matrix, "%%MatrixMarket matrix coordinate integer general\n{GENES} {CELLS} {}", CELLS * VALUES)
        .unwrap();
    let mut state = label as u64 + 1;
    for cell in 1..=CELLS {
        for step in 0..VALUES {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let random = (state >> 33) as usize;
            let gene = step * (GENES / VALUES) + random % (GENES / VALUES) + 1;
            let count = 1 + (random >> 8) % 3 * usize::from(step < 40 + 10 * label);
            writeln!(matrix, "{gene} {cell} {count}").unwrap();
        }
    }
    matrix.into_inner().unwrap();
    let h5ad = folder.join(format!("label{label}.h5ad"));
    let converted = run("convert {} -o {} --quiet", &[&tenx, &h5ad]);
    assert_eq!(converted.status, 0, "{}", converted.stderr);
    std::fs::remove_dir_all(tenx).unwrap();
    h5ad
}

/// Runs to the end, and gives status, standard error, and the most memory that was held, in bytes.
fn measured(mut command: Command) -> (i32, String, u64) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let status = loop {
        let text = std::fs::read_to_string(&status_file).unwrap_or_default();
        let held = text
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(held.unwrap_or(0) * 1024);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    let mut stderr = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut stderr).unwrap();
    (status.code().unwrap_or(-1), stderr, peak)
}

/// The command under a limit of the kernel on what it may write to in memory: `man 2 getrlimit`, `RLIMIT_DATA`.
fn limited(command: &Command, kilobytes: u64) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -d {kilobytes} && exec \"$0\" \"$@\"")]);
    shell.arg(command.get_program()).args(command.get_args());
    shell
}

#[test]
#[cfg(target_os = "linux")]
fn a_promise_is_kept_and_the_model_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let files = [0, 1].map(|label| {
        let file = cells_of_a_label(folder.path(), label);
        PathBuf::from(format!("{}=label{label}", file.display()))
    });
    let cache = folder.path().join("cache");
    std::fs::create_dir(&cache).unwrap();
    let model = |name: &str| folder.path().join(name);
    let train = |options: &str, output: &Path| {
        let line =
            format!("train {{}} {{}} --model centroid --no-score --threads 2 --quiet {options} -o {{}}");
        command(&line, &[&files[0], &files[1], output])
    };
    let cached = format!("--cache {}", cache.display());

    let done = 0..2; // 1: a warning that labels are files
    let (status, stderr, in_memory) = measured(train("", &model("plain")));
    assert!(done.contains(&status), "{stderr}");
    let promise = 300 << 20;
    assert!(in_memory > promise + (60 << 20), "more is needed in memory: {in_memory}");
    let small = train(&format!("--memory 300MiB {cached}"), &model("small"));
    let (status, stderr, peak) = measured(limited(&small, promise >> 10));
    assert!(done.contains(&status), "{stderr}");
    assert!(peak < promise, "{peak} bytes of {promise}");
    assert_eq!(std::fs::read(model("plain")).unwrap(), std::fs::read(model("small")).unwrap());
    assert_eq!(std::fs::read_dir(&cache).unwrap().count(), 0, "nothing is left in the cache");
    // The limit is one: in memory these cells do not fit under it.
    let (status, _, _) = measured(limited(&train("", &model("plain")), promise >> 10));
    assert!(!done.contains(&status));
}

#[test]
fn what_cannot_be_promised_is_refused_before_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("m.ferrocyte");
    let train = |options: &str| {
        run(
            &format!("train {{}} --label cell_type --model centroid --no-score -o {{}} {options}"),
            &[&reference(), &output],
        )
    };
    let too_little = train("--memory 20MiB");
    assert_eq!(too_little.status, 2);
    assert!(too_little.stderr.contains("cannot be kept to 20 MiB of memory"), "{}", too_little.stderr);
    assert!(too_little.stderr.contains("give more with --memory"), "{}", too_little.stderr);
    for (text, problem) in [
        ("2000", "expected a size with its unit, such as `2GiB` or `500MB`, found `2000`"),
        ("2GX", "expected a size in KiB, MiB, GiB or TiB"),
    ] {
        let wrong = train(&format!("--memory {text}"));
        assert!(wrong.status == 2 && wrong.stderr.contains(problem), "{}", wrong.stderr);
    }
    assert!(!output.exists());
}

#[test]
fn a_cache_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("m.ferrocyte");
    let nowhere = folder.path().join("nowhere");
    // Just enough for what is needed whatever happens, and nothing for cells: found by asking.
    let line = "train {} --label cell_type --model centroid --no-score -o {} --memory 20MiB";
    let said = run(line, &[&reference(), &output]).stderr;
    let needed: u64 =
        said.split(" MiB are needed").next().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    let line = format!(
        "train {{}} --label cell_type --model centroid --no-score -o {{}} --memory {}MiB --cache {{}}",
        needed + 1
    );
    let refused = run(&line, &[&reference(), &output, &nowhere]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("name another folder with --cache"), "{}", refused.stderr);
}

#[test]
fn a_score_is_the_same_with_cells_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let said = run("evaluate {} --label cell_type --model centroid --memory 20MiB", &[&reference()]).stderr;
    let needed: u64 =
        said.split(" MiB are needed").next().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    let records = [String::new(), format!("--memory {}MiB", needed + 1)].map(|options| {
        let json = folder.path().join("record.json");
        let line =
            format!("evaluate {{}} --label cell_type --model centroid --unknown --json {{}} {options}");
        let found = run(&line, &[&reference(), &json]);
        assert!(found.status < 2, "{}", found.stderr);
        std::fs::read(json).unwrap()
    });
    assert_eq!(records[0], records[1]);
}
