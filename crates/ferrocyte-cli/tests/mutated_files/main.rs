//! Damaged files, and the program as users run it: it reads them or refuses them, and nothing else. It never crashes,
//! never hangs, and leaves nothing behind when it refuses.
//!
//! `FERROCYTE_MUTATIONS=1000` damages so many files of each format instead of a few, prints a table, and takes five
//! seconds for a hang; `FERROCYTE_FORMATS=zarr` takes the formats with that in their name. With `FERROCYTE_DATA` the
//! files are larger real ones.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do
#![allow(clippy::print_stdout)] // the table

mod damage;
mod outcome;
mod source;
#[path = "../support/mod.rs"]
mod support;
mod zip;

use std::path::{Path, PathBuf};
use std::time::Duration;

use damage::Random;
use outcome::{Ended, Tally};
use source::{Source, damaged_copy, model_of};

/// Files of each format that are damaged when nobody says otherwise.
const FEW: usize = 12;

/// What the program is asked to do with a file of cells, in turns.
const COMMANDS: [&str; 2] = ["annotate {file} -m {model} -o {out}/labels.csv", "inspect {file} -m {model}"];

/// What it is asked to do with a file of one format besides.
const COMMANDS_OF: [(&str, &str); 3] = [
    ("h5ad", "annotate {file} -m {model} -o {out}/copy.h5ad"),
    ("zarr folder", "convert {file} -o {out}/clean.zarr"),
    ("zarr zip", "convert {file} -o {out}/clean.zarr"),
];

/// What it is asked to do with a model.
const MODEL_COMMANDS: [&str; 2] = ["annotate {file} -m {model} -o {out}/labels.csv", "model verify {model}"];

#[test]
fn damaged_files_are_read_or_refused() {
    let asked = std::env::var("FERROCYTE_MUTATIONS").ok().map(|times| times.parse::<usize>().unwrap());
    // On a machine that is busy with other tests a run may take its time.
    let longest = Duration::from_secs(if asked.is_some() { 5 } else { 120 });
    let folder = tempfile::tempdir().unwrap();
    let mut tallies = Vec::new();
    let wanted = std::env::var("FERROCYTE_FORMATS").unwrap_or_default();
    for source in source::all(folder.path()) {
        if !source.format.contains(&wanted) {
            continue;
        }
        let tally = of_format(&source, asked.unwrap_or(FEW), longest, folder.path());
        println!("{}", tally.row(source.format));
        tallies.push((source.format, tally));
    }
    for (format, tally) in &tallies {
        assert_eq!(tally.faults, Vec::<String>::new(), "{format}");
        assert!(tally.refused > 0, "{format}: no damage was seen");
    }
}

fn of_format(source: &Source, times: usize, longest: Duration, folder: &Path) -> Tally {
    let cases: Vec<Case> = source.files.iter().map(|whole| Case::of(source.format, whole, folder)).collect();
    let mut tally = Tally::default();
    for time in 0..times {
        let case = &cases[time % cases.len()];
        let line = case.commands[time / cases.len() % case.commands.len()];
        let work = tempfile::tempdir_in(folder).unwrap();
        let copy = work.path().join(case.whole.file_name().unwrap());
        // One generator for each file, so that any of them can be made again.
        damaged_copy(&case.whole, &copy, &mut Random(time as u64));
        let what = format!("damage {time} of `{}`, `{line}`", case.whole.display());
        let (ended, out) = case.run(line, &copy, work.path(), longest);
        tally.add(&what, &ended, &out);
    }
    tally
}

/// A whole file, and what is done with damaged copies of it.
struct Case {
    whole: PathBuf,
    /// The other file that the program needs: a model, or cells where the model is damaged.
    other: PathBuf,
    is_model: bool,
    commands: Vec<&'static str>,
}

impl Case {
    /// Takes the commands that read the whole file to its end; log-normalised values are only inspected.
    fn of(format: &str, whole: &Path, folder: &Path) -> Self {
        let is_model = format == "model";
        let (other, commands) = if is_model {
            (support::query(), MODEL_COMMANDS.to_vec())
        } else {
            let more = COMMANDS_OF.iter().filter(|(of, _)| *of == format).map(|(_, line)| *line);
            (model_of(whole, folder), COMMANDS.into_iter().chain(more).collect())
        };
        let mut case = Self { whole: whole.to_owned(), other, is_model, commands: Vec::new() };
        for line in commands {
            let work = tempfile::tempdir_in(folder).unwrap();
            let (ended, _) = case.run(line, whole, work.path(), Duration::from_secs(600));
            if ended.is_read() {
                case.commands.push(line);
            }
        }
        assert!(!case.commands.is_empty(), "nothing reads `{}`", whole.display());
        case
    }

    /// Runs a command on a copy; the second value is the folder that it was to write into.
    fn run(&self, line: &str, copy: &Path, work: &Path, longest: Duration) -> (Ended, PathBuf) {
        let out = work.join("out");
        std::fs::create_dir(&out).unwrap();
        let (file, model) = if self.is_model { (&*self.other, copy) } else { (copy, &*self.other) };
        let paths = [("{file}", file), ("{model}", model), ("{out}", &*out)];
        (Ended::of(line, paths, &work.join("stderr"), longest), out)
    }
}
