use std::path::Path;

use ferrocyte_core::{Block, CellStore, LogNorm};
use proptest::prelude::*;

use super::*;

fn folder(path: &Path) -> CacheFolder {
    CacheFolder::new(Some(path))
}

/// Keeps a block, appended in parts.
fn stored(block: &Block<LogNorm>, part: usize, path: &Path) -> StoredCells {
    let mut writer = CellStoreWriter::create(block.n_genes(), block.n_cells(), &folder(path)).unwrap();
    for start in (0..block.n_cells()).step_by(part) {
        let end = (start + part).min(block.n_cells());
        writer.append(&block.read(start..end).unwrap()).unwrap();
    }
    writer.finish()
}

fn same_bits(one: &Block<LogNorm>, other: &Block<LogNorm>) -> bool {
    let bits =
        |block: &Block<LogNorm>| block.as_csr().2.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    one == other && bits(one) == bits(other)
}

/// A cell on many genes: few or many different values, near and far genes.
fn a_cell() -> impl Strategy<Value = Vec<(u32, f32)>> {
    let gene = prop_oneof![0..400_u32, 0..70_000_u32, 0..200_000_u32];
    let value = prop_oneof![
        Just(0.0_f32),
        Just(-0.0),
        Just(f32::from_bits(1)),
        (1..5_u8).prop_map(f32::from),
        0.0..88.0_f32,
    ];
    prop::collection::btree_map(gene, value, 0..400).prop_map(|cell| cell.into_iter().collect())
}

fn block_of(cells: &[Vec<(u32, f32)>]) -> Block<LogNorm> {
    let row_ptr = std::iter::once(0).chain(cells.iter().scan(0, |end, cell| {
        *end += cell.len();
        Some(*end)
    }));
    let (genes, values) = cells.iter().flatten().copied().unzip();
    Block::new(200_000, row_ptr.collect(), genes, values).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bits_in_are_bits_out(
        cells in prop::collection::vec(a_cell(), 0..40),
        part in 1..50_usize,
        cut in (0.0..1.0_f64, 0.0..1.0_f64),
        dropped in prop::collection::btree_set(0..40_usize, 0..20),
    ) {
        let path = tempfile::tempdir().unwrap();
        let block = block_of(&cells);
        let all = stored(&block, part, path.path());
        prop_assert!(same_bits(&all.read(0..cells.len()).unwrap(), &block));
        prop_assert_eq!((all.n_cells(), all.n_genes(), all.n_non_zeros().unwrap()), (cells.len(), 200_000, block.n_non_zeros() as u64));

        let (some, genes) = all.without_empty_genes();
        let dropped: Vec<usize> = dropped.into_iter().filter(|cell| *cell < cells.len()).collect();
        let kept: Vec<usize> = (0..cells.len()).filter(|cell| !dropped.contains(cell)).collect();
        let some = some.without_cells(&dropped);
        let columns: Vec<u32> = genes.iter().map(|gene| *gene as u32).collect();
        let expected = block.select_genes(&columns).select_cells(&kept);
        let at = |share: f64| (share * kept.len() as f64) as usize;
        let range = at(cut.0.min(cut.1))..at(cut.0.max(cut.1));
        prop_assert!(same_bits(&some.read(range.clone()).unwrap(), &expected.read(range.clone()).unwrap()));
        let mut appended = Block::empty(expected.n_genes());
        for block in some.read_blocks(range.clone()).unwrap() {
            appended.append(&block);
        }
        prop_assert!(same_bits(&appended, &expected.read(range).unwrap()));
        prop_assert_eq!(some.n_non_zeros().unwrap(), expected.n_non_zeros() as u64);
        let lengths: Vec<usize> = expected.cells().map(|cell| cell.len()).collect();
        prop_assert_eq!(some.values_of_cells().collect::<Vec<_>>(), lengths);
    }
}

/// Cells as real ones are: some 500 of 14,000 genes, and few different counts in each.
fn like_real(n_cells: usize) -> Block<LogNorm> {
    let mut state = 1_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    let cells: Vec<Vec<(u32, f32)>> = (0..n_cells)
        .map(|cell| {
            let mut gene = 0;
            (0..500)
                .map(|_| {
                    gene += 1 + random() % 55;
                    let count = 1 + (random() % 64).saturating_sub(45);
                    (gene, ((count * (cell as u32 + 7)) as f32).ln_1p())
                })
                .collect()
        })
        .collect();
    block_of(&cells)
}

#[test]
fn cells_of_counts_take_less_than_three_bytes_for_each_value() {
    let path = tempfile::tempdir().unwrap();
    let block = like_real(3000);
    let all = stored(&block, 1000, path.path());
    assert!(all.n_bytes() < 3 * block.n_non_zeros() as u64, "{}", all.n_bytes());
    assert!(same_bits(&all.read(100..2900).unwrap(), &block.read(100..2900).unwrap()));
}

#[test]
fn cells_that_come_again_take_the_place_of_the_first() {
    let path = tempfile::tempdir().unwrap();
    let block = like_real(100);
    let mut writer = CellStoreWriter::create(block.n_genes(), 100, &folder(path.path())).unwrap();
    writer.append(&like_real(5000)).unwrap();
    writer.start_again();
    writer.append(&block).unwrap();
    assert!(same_bits(&writer.finish().read(0..100).unwrap(), &block));
}

#[test]
fn a_folder_that_is_not_there_is_named_with_the_way_out() {
    let path = tempfile::tempdir().unwrap();
    let nowhere = path.path().join("nowhere");
    let error = CellStoreWriter::create(200_000, 10, &folder(&nowhere)).unwrap_err().to_string();
    assert!(error.contains("nowhere`; name another folder with --cache"), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_says_how_much_room_is_needed() {
    // A device that is always full: `man 4 full`.
    let full = std::fs::OpenOptions::new().read(true).write(true).open("/dev/full").unwrap();
    let source = std::os::unix::fs::FileExt::write_all_at(&full, b"cells", 0).unwrap_err();
    let error = error::writing("/cache".into(), source, 10, 1000).to_string();
    assert_eq!(
        error,
        "no room is left in `/cache`: the cells take about 1000 bytes there, and 10 could be written; make room, or name \
         another folder with --cache"
    );
}

#[test]
fn a_fault_of_the_disk_names_the_cells() {
    let path = tempfile::tempdir().unwrap();
    let all = stored(&like_real(1200), 1200, path.path());
    let file = all.file();
    let mut byte = [0];
    let offset = all.offset_of(600) + 100; // chunks lie in any order
    file.read_at(&mut byte, offset).unwrap();
    file.write_at(&[!byte[0]], offset).unwrap();
    assert!(all.read(0..512).is_ok());
    let error = all.read(0..1200).unwrap_err().to_string();
    assert!(error.starts_with("cells 512 to 1023 of the temporary file in"), "{error}");
}
