//! MatrixMarket with the names of genes and cells beside it, in a folder of Cell Ranger or under a name of its own.
//!
//! The first byte of an input says how the files are named and whether they are gzip; then come matrix, genes and
//! cells, with `assemble::BETWEEN` between them.
#![no_main]

use ferrocyte_fuzz::read_everything::read_everything;
use ferrocyte_fuzz::{assemble, contained, input_file, memory};
use ferrocyte_io::tenx::TenxMtx;
use libfuzzer_sys::fuzz_target;

const IN_A_FOLDER: [&str; 3] = ["folder/matrix.mtx", "folder/features.tsv", "folder/barcodes.tsv"];
const BESIDE: [&str; 3] = ["beside/counts.mtx", "beside/counts_genes.tsv", "beside/counts_barcodes.tsv"];

fuzz_target!(init: contained::init(), |data: &[u8]| {
    let Some((&how, content)) = data.split_first() else { return };
    let names = if how & 1 == 0 { IN_A_FOLDER } else { BESIDE };
    let mut paths = Vec::new();
    for (name, part) in names.into_iter().zip(assemble::parts::<3>(content)) {
        // The same name for both: what is gzip is seen by its bytes.
        let file = if how & 2 == 0 { part.to_vec() } else { assemble::gzip(part) };
        paths.push(input_file::write_as(name, &file));
    }
    memory::bounded(data.len(), || {
        if how & 1 == 0 {
            read_everything(TenxMtx::open_folder(paths[0].parent().expect("it has one"), None));
        } else {
            read_everything(TenxMtx::open_file(&paths[0]));
        }
    });
});
