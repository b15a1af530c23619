//! Model files, and the models that are made of them.
//!
//! An input that starts with `{` is put together: header, entries of the arrays and their bytes, with
//! `assemble::BETWEEN` between them. Any other is a file as it is. Checksums are put right.
#![no_main]

use ferrocyte_core::{Block, LogNorm, Scores};
use ferrocyte_fuzz::{assemble, contained, input_file, memory, repair};
use ferrocyte_io::bundle::read_model;
use ferrocyte_learn::models;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: contained::init(), |data: &[u8]| {
    let mut file = if data.starts_with(b"{") { assemble::model(assemble::parts(data)) } else { data.to_vec() };
    repair::model(&mut file);
    let path = input_file::write(&file);
    memory::bounded(data.len(), || {
        let Ok((header, arrays)) = read_model(&path) else { return };
        let Ok(model) = models::load(&header, &arrays) else { return };
        let n_genes = model.genes().len();
        let cell = (0..n_genes as u32).map(|gene| (gene, 1.0)).take(100);
        let (genes, values): (Vec<u32>, Vec<f32>) = cell.unzip();
        let block = Block::<LogNorm>::new(n_genes, vec![0, 0, genes.len()], genes, values).expect("it is one");
        let mut scores = Scores::default();
        model.probabilities_into(&block, &mut scores).expect("the cells fit the model");
        for cell in 0..2 {
            let sum: f64 = scores.row(cell).iter().sum();
            assert!((sum - 1.0).abs() < 1e-3, "probabilities sum to {sum}");
        }
        assert_eq!(models::load(&header, &model.to_arrays()).expect("what it gave").labels(), model.labels());
    });
});
