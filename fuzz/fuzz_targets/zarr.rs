//! Stores of zarr, as a folder or a zip archive.
//!
//! An input that starts with `PK` is an archive as it is, whose checksums are put right. Any other is put together as
//! `store` says; its first byte says whether of a folder, or of an archive whose members are stored or deflated.
#![no_main]

use ferrocyte_fuzz::read_everything::read_everything;
use ferrocyte_fuzz::{contained, input_file, memory, mutate, repair, store};
use ferrocyte_io::zarr::Zarr;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if !data.starts_with(b"PK") {
        return mutate::text(data, size, max_size, seed);
    }
    let size = mutate::binary(data, size, max_size, seed);
    repair::zip(&mut data[..size]);
    size
});

fuzz_target!(init: contained::init(), |data: &[u8]| {
    let path = if data.starts_with(b"PK") {
        input_file::write_as("store.zip", data)
    } else {
        let Some((&how, content)) = data.split_first() else { return };
        let members = store::members(content);
        match how & 3 {
            0 | 1 => {
                let folder = input_file::write_as("beside", &[]).with_file_name("store");
                store::write_folder(&folder, &members).expect("a folder in memory can be written");
                folder
            }
            2 => input_file::write_as("store.zip", &store::zip(&members, "", false)),
            _ => input_file::write_as("store.zip", &store::zip(&members, "cells.zarr/", true)),
        }
    };
    memory::bounded(data.len(), || read_everything(Zarr::open(&path)));
});
