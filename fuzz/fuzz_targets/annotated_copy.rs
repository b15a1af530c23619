//! A copy of a hostile `.h5ad` with a column added: whole and readable, or not there.
#![no_main]

use std::fs;

use ferrocyte_fuzz::{contained, input_file, memory, mutate, repair};
use ferrocyte_io::h5ad::H5ad;
use ferrocyte_io::write::{AnnotatedCopy, ObsColumn};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let size = mutate::binary(data, size, max_size, seed);
    repair::hdf5(&mut data[..size]);
    size
});

fuzz_target!(init: contained::init(), |data: &[u8]| {
    let query = input_file::write_as("copy/query.h5ad", data);
    let target = query.with_file_name("target.h5ad");
    fs::remove_file(&target).ok();
    memory::bounded(data.len(), || {
        let Ok(opened) = H5ad::open(&query) else { return };
        let names: Vec<Option<String>> = (0..opened.n_cells()).map(|cell| Some((cell % 3).to_string())).collect();
        let copy = AnnotatedCopy::new(&query, &target)
            .obs_column("predicted_labels", ObsColumn::from_names(&names))
            .uns("ferrocyte", "{}");
        let written = copy.write();
        let files = fs::read_dir(query.parent().expect("it has one")).expect("it is there").count();
        match written {
            Ok(()) => {
                assert_eq!(files, 2, "something else is there");
                let copied = H5ad::open(&target).expect("the copy can be opened");
                assert_eq!(copied.obs().index(), opened.obs().index());
                let labels = copied.obs().column("predicted_labels").expect("the column is there");
                assert_eq!(labels.to_names(), names);
            }
            Err(_) => assert_eq!(files, 1, "it was refused, but something was left"),
        }
    });
});
