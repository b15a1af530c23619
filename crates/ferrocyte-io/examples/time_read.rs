use ferrocyte_core::BlockSource;
use ferrocyte_io::h5ad::{H5ad, MatrixPath};
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let block = std::env::args().nth(2).map_or(4096, |b| b.parse().unwrap());
    for _ in 0..5 {
        let start = std::time::Instant::now();
        let file = H5ad::open(&path).unwrap();
        let opened = start.elapsed();
        let mut source = file.source(&MatrixPath::X, block).unwrap();
        let (mut n, mut sum) = (0, 0.0);
        while let Some(b) = source.next_block().unwrap() {
            n += b.n_non_zeros();
            sum += b.as_csr().2.iter().map(|&v| f64::from(v)).sum::<f64>();
        }
        println!("ferrocyte open {opened:?} all {:?} n {n} sum {sum}", start.elapsed());
    }
}
