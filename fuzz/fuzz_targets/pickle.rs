//! A pickle in a `.npy` file whose header is right.
#![no_main]

use ferrocyte_fuzz::read_everything::read_everything;
use ferrocyte_fuzz::{assemble, contained, input_file, memory};
use ferrocyte_io::numpy::NumpyFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: contained::init(), |data: &[u8]| {
    let path = input_file::write(&assemble::npy_of_object(data));
    memory::bounded(data.len(), || read_everything(NumpyFile::open(&path)));
});
