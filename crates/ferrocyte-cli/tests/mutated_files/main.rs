//! Damaged files, and the program as users run it: it reads them or refuses them, and nothing else. It never crashes,
//! never hangs, and leaves nothing behind when it refuses.
//!
//! `FERROCYTE_MUTATIONS=1000` damages so many files of each format instead of a few, prints a table, and takes five
//! seconds for a hang. With `FERROCYTE_DATA` the files are larger real ones.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do
#![allow(clippy::print_stdout)] // the table

mod damage;
mod outcome;
mod source;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::time::Duration;

use damage::Random;
use outcome::{Ended, Tally};
use source::{Source, damaged_copy, model_of};

/// Files of each format that are damaged when nobody says otherwise.
const FEW: usize = 12;

/// What the program is asked to do with a file of cells, in turns.
const COMMANDS: [&str; 3] = [
    "annotate {file} -m {model} -o {out}/labels.csv",
    "inspect {file} -m {model}",
    "annotate {file} -m {model} -o {out}/copy.h5ad",
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
    for source in source::all(folder.path()) {
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
    let is_model = source.format == "model";
    let (commands, models): (&[&str], Vec<_>) = if is_model {
        (&MODEL_COMMANDS, Vec::new())
    } else {
        // Only a file of AnnData can be copied.
        let commands = if source.format == "h5ad" { &COMMANDS[..] } else { &COMMANDS[..2] };
        (commands, source.files.iter().map(|file| model_of(file, folder)).collect())
    };
    let query = support::query();
    for (place, whole) in source.files.iter().enumerate() {
        let (file, model) = if is_model { (&query, whole) } else { (whole, &models[place]) };
        for line in commands {
            let out = tempfile::tempdir_in(folder).unwrap();
            let ended = Ended::of(
                line,
                [("{file}", file), ("{model}", model), ("{out}", &out.path().into())],
                longest,
            );
            assert!(ended.is_read(), "`{line}`, `{}`: {}", whole.display(), ended.stderr);
        }
    }
    let mut tally = Tally::default();
    for time in 0..times {
        // One generator for each file, so that any of them can be made again.
        let mut random = Random(time as u64);
        let place = time % source.files.len();
        let whole = &source.files[place];
        let work = tempfile::tempdir_in(folder).unwrap();
        let copy = work.path().join(whole.file_name().unwrap());
        damaged_copy(whole, &copy, &mut random);
        let out = work.path().join("out");
        std::fs::create_dir(&out).unwrap();
        let (file, model) = if is_model { (&query, &copy) } else { (&copy, &models[place]) };
        let line = commands[time / source.files.len() % commands.len()];
        let ended = Ended::of(line, [("{file}", file), ("{model}", model), ("{out}", &out)], longest);
        tally.add(&format!("damage {time} of `{}`, `{line}`", whole.display()), &ended, &out);
    }
    tally
}
