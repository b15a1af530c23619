//! MuData: several AnnData in one HDF5 file.
#![no_main]

use ferrocyte_fuzz::read_everything::read_everything;
use ferrocyte_fuzz::{contained, input_file, memory, mutate, repair};
use ferrocyte_io::h5mu::H5mu;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let size = mutate::binary(data, size, max_size, seed);
    repair::hdf5(&mut data[..size]);
    size
});

fuzz_target!(init: contained::init(), |data: &[u8]| {
    let path = input_file::write(data);
    memory::bounded(data.len(), || read_everything(H5mu::open(&path, None)));
});
