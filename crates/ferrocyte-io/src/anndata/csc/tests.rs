use std::io;
use std::path::Path;

use super::columns::GeneByGene;
use super::on_disk::{RowsOnDisk, fault};
use super::turned_in_memory;
use crate::anndata::source::Rows;
use crate::read_error::{ReadError, ReadErrorKind};
use crate::rows::RawRows;

const N_CELLS: usize = 40;

/// Values as (cell, gene, value), in the order of genes.
struct Values(Vec<(u32, u32, f32)>);

impl GeneByGene for Values {
    fn each(
        &mut self,
        mut see: impl FnMut(u32, u32, f32) -> Result<(), ReadErrorKind>,
    ) -> Result<(), ReadError> {
        let wrong = |kind| ReadError::new(Path::new("columns"), kind);
        self.0.iter().try_for_each(|&(cell, gene, value)| see(cell, gene, value).map_err(wrong))
    }
}

impl Values {
    fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; N_CELLS];
        self.0.iter().for_each(|&(cell, ..)| counts[cell as usize] += 1);
        counts
    }
}

/// Cells that rise, fall and jump within a gene, empty cells, zeros that are stored, and genes that a cell has twice.
fn matrices() -> [Values; 4] {
    let of = |n_genes: u32, cells: &dyn Fn(u32) -> Vec<u32>| {
        let genes = (0..n_genes).flat_map(|gene| cells(gene).into_iter().map(move |cell| (cell, gene)));
        Values(genes.enumerate().map(|(i, (cell, gene))| (cell, gene, (i % 7) as f32)).collect())
    };
    let filled = |cell: &u32| !matches!(cell, 0 | 11..=17 | 39);
    [
        of(30, &|gene| {
            (0..N_CELLS as u32).filter(|cell| (cell * 31 + gene * 17) % 5 < 2).filter(filled).collect()
        }),
        of(30, &|gene| (0..N_CELLS as u32).rev().filter(|cell| (cell + gene) % 3 == 0).collect()),
        of(50, &|gene| (0..9).map(|i| (gene * 7 + i * 13) % N_CELLS as u32).chain([20, 3, 20]).collect()),
        of(3, &|_| Vec::new()),
    ]
}

fn all(rows: &mut dyn Rows, at_a_time: usize) -> RawRows {
    let mut found = RawRows::of_no_cells();
    let mut left = N_CELLS;
    while left > 0 {
        let taken = rows.take(at_a_time.min(left)).unwrap();
        let offset = found.gene.len();
        found.row_ptr.extend(taken.row_ptr[1..].iter().map(|end| end + offset));
        found.gene.extend(taken.gene);
        found.value.extend(taken.value);
        left -= at_a_time.min(left);
    }
    found
}

/// Puts the values of each cell together, the slow way.
fn expected(values: &Values) -> RawRows {
    let mut rows = RawRows::of_no_cells();
    for wanted in 0..N_CELLS as u32 {
        for &(_, gene, value) in values.0.iter().filter(|(cell, ..)| *cell == wanted) {
            rows.gene.push(gene);
            rows.value.push(value);
        }
        rows.row_ptr.push(rows.gene.len());
    }
    rows
}

#[test]
fn rows_are_the_same_in_memory_and_with_any_number_of_groups() {
    let folder = tempfile::tempdir().unwrap();
    for (matrix, mut values) in matrices().into_iter().enumerate() {
        let counts = values.counts();
        let wanted = expected(&values);
        let mut in_memory = turned_in_memory(&mut values, &counts).unwrap();
        assert_eq!(all(&mut in_memory, 7), wanted, "matrix {matrix} in memory");
        let all_bytes = values.0.len() * 8;
        for (budget, n_groups) in [
            (all_bytes * 2, 1..=1),
            (all_bytes + 200, 2..=3),
            (all_bytes / 4, 8..=N_CELLS),
            (16, N_CELLS / 2..=N_CELLS),
            (0, N_CELLS / 2..=N_CELLS),
        ] {
            let mut on_disk =
                RowsOnDisk::turn(Path::new("m.h5ad"), &mut values, counts.clone(), budget, folder.path())
                    .unwrap();
            if all_bytes > 0 {
                assert!(
                    n_groups.contains(&on_disk.n_groups()),
                    "{} groups, matrix {matrix}",
                    on_disk.n_groups()
                );
            }
            for at_a_time in [1, 7, 16, N_CELLS] {
                assert_eq!(all(&mut on_disk, at_a_time), wanted, "matrix {matrix}, {budget} bytes");
                on_disk.rewind();
            }
            on_disk.take(5).unwrap();
            on_disk.rewind();
            assert_eq!(all(&mut on_disk, 3), wanted, "from the start again");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), usize::from(cfg!(windows)));
        }
    }
}

#[test]
fn values_that_were_not_counted_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [mut values, ..] = matrices();
    let mut counts = values.counts();
    let (more, fewer) = (counts.iter().position(|&n| n > 0).unwrap(), 0);
    counts[more] -= 1;
    counts[fewer] += 1;
    for budget in [0, 1 << 20] {
        let turned =
            RowsOnDisk::turn(Path::new("m.h5ad"), &mut values, counts.clone(), budget, folder.path());
        let error = turned.and_then(|mut rows| rows.take(N_CELLS)).unwrap_err();
        assert!(matches!(error.kind, ReadErrorKind::Temporary { .. }), "{error:?}");
    }
}

#[test]
fn a_folder_that_takes_no_file_or_no_more_is_named() {
    let [mut values, ..] = matrices();
    let counts = values.counts();
    let nowhere = Path::new("no/such/folder");
    let error = RowsOnDisk::turn(Path::new("m.h5ad"), &mut values, counts, 100, nowhere).err().unwrap();
    let text = error.kind.to_string();
    assert!(text.contains("`no/such/folder`") && text.contains("TMPDIR"), "{text}");

    let text = fault(Path::new("full"), 1234, io::ErrorKind::StorageFull.into()).to_string();
    assert!(text.contains("`full`") && text.contains("1234 bytes") && text.contains("TMPDIR"), "{text}");
}
