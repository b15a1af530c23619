//! New files of cells: what is written is what our own reader, which did not write it, finds.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

use std::fs;
use std::path::{Path, PathBuf};

use ferrocyte_core::{Block, Stored};
use ferrocyte_io::frame::{Categorical, Column};
use ferrocyte_io::write::{Annotations, NewCells, NewFormat, WriteErrorKind};
use ferrocyte_io::{CellFile, MatrixPath, open};

const N_GENES: usize = 5;

/// Cells of which some are empty; enough values for several chunks where there are many.
fn blocks(n_cells: usize, value: impl Fn(usize) -> f32) -> Vec<Block<Stored>> {
    let cells: Vec<usize> = (0..n_cells).collect();
    cells
        .chunks(1000)
        .map(|cells| {
            let (mut row_ptr, mut gene, mut values) = (vec![0], Vec::new(), Vec::new());
            for &cell in cells {
                for found in (0..N_GENES as u32).filter(|found| cell % 3 != 0 && found % 2 == 0) {
                    gene.push(found);
                    values.push(value(cell) + found as f32);
                }
                row_ptr.push(gene.len());
            }
            Block::new(N_GENES, row_ptr, gene, values).unwrap()
        })
        .collect()
}

fn new_cells(n_cells: usize) -> NewCells {
    let strings = |text: &str, n: usize| -> Vec<String> { (0..n).map(|i| format!("{text}{i}")).collect() };
    let codes: Vec<i64> = (0_i64..).take(n_cells).map(|cell| cell % 3 - 1).collect();
    let stages = Categorical::new(&codes, vec!["early".into(), "late".into()]).unwrap().with_order(true);
    let every_third = |cell: usize| cell.is_multiple_of(3);
    let columns = vec![
        ("stage".to_owned(), Column::Categorical(stages)),
        ("donor".to_owned(), Column::Strings(strings("donor é ", n_cells).into_iter().map(Some).collect())),
        ("score".to_owned(), Column::Floats((0..n_cells).map(|cell| cell as f64 / 7.0).collect())),
        ("n".to_owned(), Column::Integers((0_i64..).take(n_cells).map(|cell| Some(-cell)).collect())),
        ("gaps".to_owned(), Column::Integers((0..n_cells).map(|c| (!every_third(c)).then_some(7)).collect())),
        ("kept".to_owned(), Column::Booleans((0..n_cells).map(|cell| Some(every_third(cell))).collect())),
        (
            "maybe".to_owned(),
            Column::Booleans((0..n_cells).map(|c| (!every_third(c)).then_some(true)).collect()),
        ),
    ];
    let ids = Column::Strings(strings("ENSG", N_GENES).into_iter().map(Some).collect());
    NewCells {
        obs: Annotations { names: strings("AAAC-", n_cells), columns },
        var: Annotations { names: strings("GENE", N_GENES), columns: vec![("gene_ids".to_owned(), ids)] },
        uns: vec![("ferrocyte".to_owned(), "{\"flow\":\"test\"}".to_owned())],
    }
}

fn write(target: &Path, new: &NewCells, blocks: &[Block<Stored>]) {
    let format = NewFormat::of(target).unwrap();
    let mut writer = format.create(target, new).unwrap();
    for block in blocks {
        writer.write(block).unwrap();
    }
    let n_values = writer.finish().unwrap();
    assert_eq!(n_values, blocks.iter().map(|block| block.n_non_zeros() as u64).sum::<u64>());
}

fn whole(file: &dyn CellFile) -> Block<Stored> {
    let mut source = file.source(&MatrixPath::X, 777).unwrap();
    let mut all = Block::empty(source.genes().len());
    while let Some(block) = source.next_block().unwrap() {
        all.append(&block);
    }
    all
}

fn joined(blocks: &[Block<Stored>]) -> Block<Stored> {
    let mut all = Block::empty(N_GENES);
    for block in blocks {
        all.append(block);
    }
    all
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Every file of a folder with its bytes.
fn content(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    if path.is_file() {
        return vec![(path.file_name().unwrap().into(), fs::read(path).unwrap())];
    }
    let inner = |name: &String| {
        content(&path.join(name))
            .into_iter()
            .map(|(file, bytes)| (Path::new(name).join(file), bytes))
            .collect::<Vec<_>>()
    };
    names(path).iter().flat_map(inner).collect()
}

#[test]
fn an_h5ad_reads_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    for n_cells in [0, 1, 5, 70_000] {
        let target = folder.path().join(format!("{n_cells}.h5ad"));
        let (new, blocks) = (new_cells(n_cells), blocks(n_cells, |cell| 1.5 + (cell % 100) as f32));
        write(&target, &new, &blocks);
        let file = open(&target).unwrap();
        assert_eq!(whole(file.as_ref()), joined(&blocks), "{n_cells} cells");
        assert_eq!(file.obs().index(), new.obs.names);
        let genes = file.genes_of(&MatrixPath::X).unwrap();
        assert_eq!(genes.index(), new.var.names);
        assert_eq!(genes.column("gene_ids").unwrap(), new.var.columns[0].1);
        let columns: Vec<&String> = new.obs.columns.iter().map(|(name, _)| name).collect();
        assert_eq!(file.obs().names().iter().collect::<Vec<_>>(), columns);
        for (name, column) in &new.obs.columns {
            assert_eq!(file.obs().column(name).unwrap(), *column, "{n_cells} cells, {name}");
        }
        assert_eq!(file.matrix(&MatrixPath::X).unwrap().dtype, "float32");
    }
    assert_eq!(names(folder.path()).len(), 4, "nothing is left beside them");
}

#[test]
fn text_with_gaps_becomes_categories() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("gaps.h5ad");
    let mut new = new_cells(3);
    new.obs.columns = vec![("donor".into(), Column::Strings(vec![Some("b".into()), None, Some("a".into())]))];
    write(&target, &new, &blocks(3, |_| 1.0));
    let Column::Categorical(donor) = open(&target).unwrap().obs().column("donor").unwrap() else { panic!() };
    assert_eq!(donor.categories(), ["a", "b"]);
    assert_eq!(donor.names().collect::<Vec<_>>(), [Some("b"), None, Some("a")]);
}

#[test]
fn a_10x_folder_reads_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    for (n_cells, fraction, dtype) in [(0, 0.0, "int64"), (5, 0.25, "float64"), (70_000, 0.0, "int64")] {
        let target = folder.path().join(format!("{n_cells}.mtx/"));
        let (new, blocks) =
            (new_cells(n_cells), blocks(n_cells, |cell| fraction + 1.0 + (cell % 100) as f32));
        write(&target, &new, &blocks);
        assert_eq!(names(&target), ["barcodes.tsv.gz", "features.tsv.gz", "matrix.mtx.gz", "obs.csv.gz"]);
        let file = open(&target).unwrap();
        assert_eq!(whole(file.as_ref()), joined(&blocks));
        assert_eq!(file.obs().index(), new.obs.names);
        let genes = file.genes_of(&MatrixPath::X).unwrap();
        assert_eq!(
            (genes.index(), genes.column("gene_ids").unwrap()),
            (&new.var.names[..], new.var.columns[0].1.clone())
        );
        assert_eq!(file.matrix(&MatrixPath::X).unwrap().dtype, dtype, "{n_cells} cells");
    }
}

/// Without any reader of zarr: metadata by name, the chunks of one array.
#[test]
fn a_zarr_folder_holds_what_the_format_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("cells.zarr");
    let blocks = blocks(300_000, |_| 1.0);
    write(&target, &new_cells(300_000), &blocks);
    let json = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(target.join(name)).unwrap()).unwrap()
    };
    assert_eq!(json(".zattrs")["encoding-type"], "anndata");
    assert_eq!(json("X/.zattrs")["shape"], serde_json::json!([300_000, 5]));
    assert_eq!(json("obs/.zattrs")["column-order"][0], "stage");
    assert_eq!(json("obs/stage/.zattrs")["ordered"], true);
    assert_eq!(json("obs/donor/.zarray")["filters"][0]["id"], "vlen-utf8");
    let n_values: usize = blocks.iter().map(Block::n_non_zeros).sum();
    let data = json("X/data/.zarray");
    assert_eq!((data["dtype"].as_str(), data["shape"][0].as_u64()), (Some("<f4"), Some(n_values as u64)));
    assert_eq!(json("X/indptr/.zarray")["dtype"], "<i4");
    let all = json(".zmetadata");
    assert_eq!(all["metadata"]["X/data/.zarray"], data);

    let mut bytes = Vec::new();
    for chunk in 0..n_values.div_ceil(data["chunks"][0].as_u64().unwrap() as usize) {
        let chunk = fs::read(target.join(format!("X/data/{chunk}"))).unwrap();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(chunk.as_slice()), &mut bytes).unwrap();
    }
    let found: Vec<f32> =
        bytes.as_chunks().0.iter().map(|&value| f32::from_le_bytes(value)).take(n_values).collect();
    let expected: Vec<f32> = blocks.iter().flat_map(|block| block.as_csr().2.to_vec()).collect();
    assert!(found == expected);
}

#[test]
fn the_same_cells_give_the_same_bytes_for_any_threads_and_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let cells = blocks(100_000, |cell| 0.1 + (cell % 100) as f32);
    let large = [joined(&cells)];
    for name in ["cells.h5ad", "cells.zarr", "cells.mtx"] {
        let target = folder.path().join(name);
        let mut found = Vec::new();
        for (threads, blocks) in [(1, &cells[..]), (3, &cells), (2, &large)] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| write(&target, &new_cells(100_000), blocks));
            found.push(content(&target));
        }
        assert!(found[0] == found[1] && found[0] == found[2], "{name}");
    }
}

#[test]
fn too_few_or_wrong_cells_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["cells.h5ad", "cells.zarr", "cells.mtx/"] {
        let target = folder.path().join(name);
        let create = || NewFormat::of(&target).unwrap().create(&target, &new_cells(5)).unwrap();
        let mut writer = create();
        writer.write(&blocks(4, |_| 1.0)[0]).unwrap();
        let error = writer.finish().unwrap_err();
        assert_eq!(error.kind.to_string(), "expected 5 cells of 5 genes, found 4 of 5");
        let mut writer = create();
        let other_genes = Block::new(6, vec![0, 0], vec![], vec![]).unwrap();
        assert!(matches!(writer.write(&other_genes).unwrap_err().kind, WriteErrorKind::Shape { .. }));
        drop(writer);
        assert!(names(folder.path()).is_empty(), "{name}");
    }
}

#[test]
fn what_stood_there_is_replaced_only_where_it_is_ours() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["cells.h5ad", "cells.zarr", "cells.mtx"] {
        let target = folder.path().join(name);
        for n_cells in [3, 2] {
            write(&target, &new_cells(n_cells), &blocks(n_cells, |_| 1.0));
        }
    }
    assert_eq!(open(folder.path().join("cells.mtx")).unwrap().n_cells(), 2);
    assert_eq!(names(folder.path()), ["cells.h5ad", "cells.mtx", "cells.zarr"]);
    // A folder of Cell Ranger is somebody's data.
    fs::remove_file(folder.path().join("cells.mtx/obs.csv.gz")).unwrap();
    let refused =
        |name: &str| NewFormat::of(Path::new(name)).unwrap().create(&folder.path().join(name), &new_cells(2));
    assert!(matches!(refused("cells.mtx").err().unwrap().kind, WriteErrorKind::NotOurs));
    fs::write(folder.path().join("cells.zarr/.zattrs"), "{\"encoding-type\":\"anndata\"}").unwrap();
    assert!(matches!(refused("cells.zarr").err().unwrap().kind, WriteErrorKind::NotOurs));
}

#[test]
fn names_that_a_format_cannot_hold_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut new = new_cells(1);
    new.obs.names[0] = "two\nlines".to_owned();
    let error = NewFormat::TenxMtx.create(&folder.path().join("a.mtx"), &new).err().unwrap();
    assert!(error.kind.to_string().contains("line break"), "{}", error.kind);
    new.obs.columns[0].0 = "a/b".to_owned();
    let error = NewFormat::H5ad.create(&folder.path().join("a.h5ad"), &new).err().unwrap();
    assert!(error.kind.to_string().contains("`a/b` cannot be written"), "{}", error.kind);
    assert!(names(folder.path()).is_empty());
}
