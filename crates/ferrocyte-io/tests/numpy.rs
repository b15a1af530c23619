//! `.npy` and `.npz` as `NumPy`, `SciPy` and pandas write them, and as nobody should.

#![allow(clippy::unwrap_used)] // in the helpers of tests too

use std::error::Error;
use std::path::PathBuf;

use ferrocyte_core::{Block, Stored};
use ferrocyte_io::numpy::DictKeys;
use ferrocyte_io::{CellFile, Format, MatrixPath, OpenOptions, ReadError, Storage, open, open_with};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/numpy_fixtures").join(name)
}

fn all_cells(file: &dyn CellFile, block_cells: usize) -> Block<Stored> {
    let mut source = file.source(&MatrixPath::X, block_cells).unwrap();
    let mut all = Block::empty(source.genes().len());
    while let Some(block) = source.next_block().unwrap() {
        all.append(&block);
    }
    source.rewind().unwrap();
    assert!(source.next_block().unwrap().is_some());
    all
}

/// `X` of the script that writes the fixtures.
fn expected() -> Block<Stored> {
    let value = [2.0, 1.0, 3.0, 7.0, 5.0, 1.0, 9.0].to_vec();
    Block::new(4, vec![0, 2, 3, 3, 5, 7], vec![1, 3, 0, 1, 2, 0, 3], value).unwrap()
}

const CLASSES: [&str; 5] = ["B", "T", "T", "B", "NK"];
const GENES: [&str; 4] = ["CD19", "CD3D", "MS4A1", "NKG7"];

fn labels(file: &dyn CellFile) -> Vec<String> {
    file.obs().column("classes").unwrap().to_names().into_iter().flatten().collect()
}

fn genes(file: &dyn CellFile) -> Vec<String> {
    file.genes_of(&MatrixPath::X).unwrap().index().to_vec()
}

fn chain(error: &ReadError) -> String {
    let mut text = error.kind.to_string();
    let mut cause: Option<&dyn Error> = error.kind.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

fn refusal(name: &str) -> String {
    match open(fixture(name)) {
        Ok(file) => panic!("{name}: read as {:?}", file.obs()),
        Err(error) => chain(&error),
    }
}

#[test]
fn arrays_of_every_type_and_order_are_the_same_matrix() {
    for name in ["i1", "u2", "big_i4", "big_u8", "f2", "big_f4", "f8", "fortran", "version_2", "version_3"] {
        let file = open(fixture(&format!("dense_{name}.npy"))).unwrap();
        assert_eq!(file.format(), Format::Npy);
        assert_eq!(all_cells(&*file, 2), expected(), "{name}");
        assert_eq!(file.matrices().unwrap()[0].storage, Storage::Dense);
        assert_eq!(genes(&*file)[3], "gene_3");
        assert_eq!(file.obs().index(), ["0", "1", "2", "3", "4"]);
        assert!(file.notes()[0].ends_with("nothing can be matched by name"));
    }
    let truth = open(fixture("dense_bool.npy")).unwrap();
    assert_eq!(all_cells(&*truth, 5).n_non_zeros(), 7);
    assert_eq!(truth.matrices().unwrap()[0].dtype, "bool");
}

#[test]
fn dicts_of_every_protocol_and_storage_are_the_same_cells() {
    let mut names: Vec<String> = (0..6).map(|protocol| format!("protocol_{protocol}")).collect();
    let others = "csc coo csr_array dense lists bytes unicode turned turned_csc turned_dense";
    names.extend(others.split(' ').map(str::to_owned));
    for name in names {
        let file = open(fixture(&format!("dict_{name}.npy"))).unwrap();
        assert_eq!(all_cells(&*file, 3), expected(), "{name}");
        assert_eq!(labels(&*file), CLASSES, "{name}");
        assert_eq!(genes(&*file), GENES, "{name}");
        assert_eq!(file.obs().names(), ["classes"], "{name}");
        assert_eq!(file.obs().index(), ["0", "1", "2", "3", "4"], "{name}");
        let turned: &[&str] = &["`UMI` holds genes × cells, 4 × 5; it was turned"];
        assert_eq!(file.notes(), if name.starts_with("turned") { turned } else { &[] }, "{name}");
    }
}

#[test]
fn what_else_a_dict_holds_is_kept_with_the_cells() {
    let file = open(fixture("dict_index.npy")).unwrap();
    assert_eq!(file.obs().index(), ["a", "b", "c", "d", "e"]);
    assert_eq!(file.obs().names(), ["classes", "age"]);
    assert_eq!(genes(&*file), GENES);
    let numbers = open(fixture("dict_numbers.npy")).unwrap();
    assert_eq!(labels(&*numbers), ["1", "2", "2", "1", "3"]);
}

#[test]
fn keys_can_be_named_and_missing_ones_are_listed() {
    assert_eq!(
        refusal("dict_other_keys.npy"),
        "`the pickled dict`: expected the keys `UMI`, `classes` and `gene_ids`, found `counts`, `label`, `genes`"
    );
    let dict_keys = DictKeys { matrix: "counts".into(), labels: "label".into(), genes: "genes".into() };
    let file =
        open_with(fixture("dict_other_keys.npy"), &OpenOptions { dict_keys, ..OpenOptions::default() })
            .unwrap();
    assert_eq!(all_cells(&*file, 1), expected());
    assert_eq!(file.obs().names(), ["label"]);

    let unlabelled = open(fixture("dict_no_labels.npy")).unwrap();
    assert_eq!(all_cells(&*unlabelled, 100), expected());
    assert_eq!(
        unlabelled.notes(),
        ["there is no key `classes`, so the cells have no labels; there is `UMI`, `gene_ids`"]
    );
}

#[test]
fn a_matrix_that_fits_both_ways_or_none_is_refused() {
    let both = refusal("dict_square.npy");
    assert!(both.ends_with("or the other way round, found 4 by 4, which fits both"), "{both}");
    let none = refusal("dict_no_fit.npy");
    assert_eq!(
        none,
        "`UMI`: expected 5 cells (`classes`) by 4 genes (`gene_ids`) or the other way round, found 3 by 4"
    );
}

#[test]
fn archives_of_scipy_and_of_arrays_are_read() {
    for (name, storage) in [("csr", Storage::Csr), ("csc", Storage::Csc), ("coo", Storage::Csr)] {
        let file = open(fixture(&format!("scipy_{name}.npz"))).unwrap();
        assert_eq!(file.format(), Format::Npz);
        assert_eq!(all_cells(&*file, 2), expected(), "{name}");
        let info = file.matrix(&MatrixPath::X).unwrap();
        assert_eq!((info.storage, info.n_non_zeros), (storage, Some(7)), "{name}");
    }
    assert_eq!(refusal("scipy_bsr.npz"), "`format`: expected `csr`, `csc` or `coo`, found `bsr`");

    let arrays = open(fixture("arrays.npz")).unwrap();
    assert_eq!(all_cells(&*arrays, 2), expected());
    assert_eq!(genes(&*arrays), GENES);
    assert_eq!(arrays.obs().index(), ["a", "b", "c", "d", "e"]);
    assert_eq!(arrays.obs().names(), ["cell_type"]);

    let turned = open(fixture("arrays_turned.npz")).unwrap();
    assert_eq!(all_cells(&*turned, 2), expected());
    assert_eq!(turned.notes(), ["`data` holds genes × cells, 4 × 5; it was turned"]);

    let two = refusal("two_matrices.npz");
    assert!(two.ends_with("found `a` (int64 of shape [5, 4]), `b` (int64 of shape [5, 4])"), "{two}");
}

#[test]
fn what_a_pickle_may_not_ask_for_is_refused_by_name() {
    for (name, asked) in [
        ("system_0", "os.system"),
        ("system_4", "os.system"),
        ("eval_inst", "__builtin__.eval"),
        ("posix", "posix.system"),
        ("import_by_getattr", "builtins.getattr"),
    ] {
        let text = refusal(&format!("evil_{name}.npy"));
        assert!(
            text.ends_with(&format!("the pickle asks for `{asked}`, which is never run")),
            "{name}: {text}"
        );
    }
}

#[test]
fn pickles_that_would_fill_memory_or_stack_are_refused() {
    for (name, cause) in [
        ("huge_bytes", "byte 11: expected 18446744073709551615 more bytes, found 2"),
        ("huge_text", "byte 11: expected 72057594037927935 more bytes, found 2"),
        ("deep_lists", "more than 64 levels of objects within objects"),
        ("deep_tuples", "more than 64 levels of objects within objects"),
        ("deep_marks", "more than 1024 open marks"),
        ("memo_missing", "byte 2: expected an object that was put into the memo"),
        ("memo_far", "expected a dict of arrays, found `None`"),
        ("laughs", "expected a dict of arrays, found a list"),
        ("circle", "expected a dict of arrays, found a list"),
        ("empty", "byte 0: expected 1 more bytes, found 0"),
        ("no_stop", "byte 3: expected 1 more bytes, found 0"),
        ("pop_nothing", "byte 0: expected an object on the stack"),
        ("persistent", "needs an object of another store, which is not in the file"),
        ("extension", "needs Python's extension registry, which is not in the file"),
        ("out_of_band", "needs a buffer of another file, which is not in the file"),
        ("unknown", "byte 2: expected an instruction of a pickle, found 0xfe"),
        ("labels", "letters in all names, found more"),
    ] {
        let text = refusal(&format!("evil_{name}.npy"));
        assert!(text.ends_with(cause), "{name}: {text}");
    }
}

/// An `.npy` of 5 × 4 `<f4`, written by hand.
fn npy(fortran: bool, values: &[f32]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let header = format!("{{'descr': '<f4', 'fortran_order': {order}, 'shape': (5, 4), }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

#[test]
fn a_value_that_is_no_number_is_found_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cells.npy");
    for (fortran, place) in [(false, 3 * 4 + 2), (true, 2 * 5 + 3)] {
        let mut values = [1.0; 20];
        values[place] = f32::NAN;
        std::fs::write(&path, npy(fortran, &values)).unwrap();
        let file = open(&path).unwrap();
        let mut source = file.source(&MatrixPath::X, 2).unwrap();
        assert_eq!(source.next_block().unwrap().unwrap().n_cells(), 2);
        let error = source.next_block().unwrap_err();
        let error: &ReadError = error.downcast_ref().unwrap();
        assert_eq!(
            chain(error),
            "matrix `X`, cell 3 (`3`), gene `gene_2`: expected a finite value, found NaN",
            "{fortran}"
        );
    }
}

#[test]
fn an_array_that_is_cut_short_is_refused_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cells.npy");
    for fortran in [false, true] {
        std::fs::write(&path, npy(fortran, &[1.0; 19])).unwrap();
        let error = open(&path).err().unwrap();
        assert_eq!(chain(&error), "`the array`: expected values in the shape [5, 4], found 76 bytes");
    }
}
