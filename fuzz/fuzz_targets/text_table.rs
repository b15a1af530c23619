//! Tables of text.
//!
//! The first byte of an input says where the genes are said to be, and whether the text is gzip.
#![no_main]

use ferrocyte_fuzz::read_everything::read_everything;
use ferrocyte_fuzz::{assemble, contained, input_file, memory};
use ferrocyte_io::Orientation;
use ferrocyte_io::text_table::TextTable;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: contained::init(), |data: &[u8]| {
    let Some((&how, content)) = data.split_first() else { return };
    let genes = match how & 3 {
        0 => None,
        1 => Some(Orientation::GenesInRows),
        _ => Some(Orientation::GenesInColumns),
    };
    let path =
        if how & 4 == 0 { input_file::write(content) } else { input_file::write(&assemble::gzip(content)) };
    memory::bounded(data.len(), || read_everything(TextTable::open(&path, genes)));
});
