//! How runs of the program end.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How a run ended.
pub(crate) struct Ended {
    /// The exit status; `None` when it was stopped for its time, or by a signal.
    status: Option<i32>,
    is_hang: bool,
    took: Duration,
    stderr: String,
}

impl Ended {
    /// Whether the file was read to its end.
    pub(crate) fn is_read(&self) -> bool {
        matches!(self.status, Some(0 | 1)) && !self.stderr.contains("panicked")
    }

    /// Runs a command line; the words in it that stand for paths are replaced. Messages go into the file `printed`.
    pub(crate) fn of(line: &str, paths: [(&str, &Path); 3], printed: &Path, longest: Duration) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ferrocyte"));
        for word in line.split_whitespace() {
            let mut word = word.to_owned();
            for (name, path) in paths {
                word = word.replace(name, &path.to_string_lossy());
            }
            command.arg(word);
        }
        let stderr = fs::File::create(printed).unwrap();
        let began = Instant::now();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).spawn().unwrap();
        let mut is_hang = false;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status.code();
            }
            if began.elapsed() > longest {
                is_hang = true;
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let stderr = String::from_utf8_lossy(&fs::read(printed).unwrap()).into_owned();
        Self { status, is_hang, took: began.elapsed(), stderr }
    }
}

/// How all runs on files of one format ended.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) refused: usize,
    read: usize,
    crashes: usize,
    hangs: usize,
    left_behind: usize,
    slowest: Duration,
    /// What must not be, in sentences.
    pub(crate) faults: Vec<String>,
}

impl Tally {
    /// Counts a run that was to write into the folder `out`.
    pub(crate) fn add(&mut self, what: &str, ended: &Ended, out: &Path) {
        let Ended { status, is_hang, took, stderr } = ended;
        self.slowest = self.slowest.max(*took);
        let mut fault = |found: &str| self.faults.push(format!("{what}: {found}\n{stderr}"));
        if *is_hang {
            self.hangs += 1;
            return fault("it hangs");
        }
        match status {
            Some(_) if ended.is_read() => self.read += 1,
            Some(2) if !stderr.contains("panicked") => {
                self.refused += 1;
                let left: Vec<_> =
                    fs::read_dir(out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
                if !left.is_empty() {
                    self.left_behind += 1;
                    fault(&format!("it was refused, but left {left:?}"));
                } else if !stderr.contains("error: ") {
                    fault("it was refused without a word");
                }
            }
            other => {
                self.crashes += 1;
                fault(&format!("it ended with status {other:?}"));
            }
        }
    }

    /// A row of a table: format, files, read, refused, crashes, hangs, left behind, the slowest run.
    pub(crate) fn row(&self, format: &str) -> String {
        let Self { refused, read, crashes, hangs, left_behind, slowest, .. } = self;
        let files = refused + read + crashes + hangs;
        let slowest = slowest.as_millis();
        format!(
            "| {format} | {files} | {read} | {refused} | {crashes} | {hangs} | {left_behind} | {slowest} |"
        )
    }
}
