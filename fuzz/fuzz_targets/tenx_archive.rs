//! A folder of Cell Ranger in a tar archive.
//!
//! The first byte of an input says whether the sums in its headers are put right, and whether it is gzip.
#![no_main]

use ferrocyte_fuzz::read_everything::read_everything;
use ferrocyte_fuzz::{assemble, contained, input_file, memory, repair};
use ferrocyte_io::tenx::TenxMtx;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: contained::init(), |data: &[u8]| {
    let Some((&how, content)) = data.split_first() else { return };
    let mut archive = content.to_vec();
    if how & 1 == 0 {
        repair::tar(&mut archive);
    }
    if how & 2 != 0 {
        archive = assemble::gzip(&archive);
    }
    let path = input_file::write(&archive);
    memory::bounded(data.len(), || {
        read_everything(TenxMtx::open_archive(&path, None));
        read_everything(TenxMtx::open_archive(&path, Some("hg19")));
    });
});
