//! Zarr stores, as anndata writes them and as nobody should.

#![allow(clippy::unwrap_used)] // in the helpers of tests too

mod support;
mod zarr_support;

use ferrocyte_io::open;
use zarr_support::{causes, fixture};

#[cfg(not(feature = "zarr"))]
#[test]
fn a_program_without_the_feature_says_which_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    zarr_support::unpack(&fixture("version_3.zarr.zip"), folder.path());
    for store in [folder.path(), &fixture("version_2.zarr.zip"), &fixture("deflated.zarr.zip")] {
        assert_eq!(
            causes(&open(store).err().unwrap()),
            "this is a zarr store, which this program was built without: build it with the feature `zarr`"
        );
    }
}

#[cfg(feature = "zarr")]
mod with_the_feature {
    use std::path::Path;

    use ferrocyte_io::hash::sha256_file;
    use ferrocyte_io::zarr::Zarr;
    use ferrocyte_io::{CellFile, Format, MatrixPath};
    use serde_json::{Value, json};

    use super::*;
    use crate::support::{python_with, run_python};
    use crate::zarr_support::{everything, files, read, unpack};

    /// A store in a folder of its own.
    fn unpacked(name: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        unpack(&fixture(name), folder.path());
        folder
    }

    fn assert_same(expected: &[String], store: &Path) {
        let found = everything(&*open(store).unwrap_or_else(|error| panic!("{}", causes(&error))));
        for (expected, found) in expected.iter().zip(&found) {
            assert_eq!(expected, found, "{}", store.display());
        }
        assert_eq!(expected.len(), found.len(), "{}", store.display());
    }

    #[test]
    fn stores_are_read_as_the_h5ad_of_the_same_cells() {
        let expected = everything(&*open(fixture("cells.h5ad")).unwrap());
        assert!(expected.len() > 15, "{expected:?}");
        for name in ["version_2.zarr.zip", "version_3.zarr.zip", "sharded.zarr.zip", "deflated.zarr.zip"] {
            assert_same(&expected, &fixture(name));
        }
        for name in ["version_2.zarr.zip", "version_3.zarr.zip", "sharded.zarr.zip"] {
            let folder = unpacked(name);
            assert_eq!(open(folder.path()).unwrap().format(), Format::Zarr);
            assert_same(&expected, folder.path());
        }
    }

    /// Every codec, with and without shards, consolidated or not, in folders and archives.
    #[test]
    fn stores_that_python_writes_are_read_as_the_h5ad_of_the_same_cells() {
        let Some(python) = python_with("zarr, anndata") else { return };
        let folder = tempfile::tempdir().unwrap();
        let program = fixture("make_fixtures.py");
        run_python(&python, &[program.as_os_str(), folder.path().as_os_str(), "all".as_ref()]);
        let expected = everything(&*open(folder.path().join("cells.h5ad")).unwrap());
        let mut n_stores = 0;
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension() != Some("h5ad".as_ref()) {
                assert_same(&expected, &path);
                n_stores += 1;
            }
        }
        assert!(n_stores > 30, "{n_stores}");
    }

    #[test]
    fn blocks_of_any_size_are_the_same_cells() {
        for name in ["version_2.zarr.zip", "sharded.zarr.zip", "deflated.zarr.zip"] {
            let store = Zarr::open(fixture(name)).unwrap();
            for matrix in store.matrices().unwrap() {
                let whole = read(&store, &matrix.path, 100).unwrap();
                for block_cells in [1, 2, 4, 14, 15] {
                    assert_eq!(read(&store, &matrix.path, block_cells).unwrap(), whole, "{name} {matrix:?}");
                }
                let mut source = store.source(&matrix.path, 4).unwrap();
                let first = source.next_block().unwrap();
                source.next_block().unwrap();
                source.rewind().unwrap();
                assert_eq!(source.next_block().unwrap(), first);
            }
        }
    }

    #[test]
    fn a_store_has_a_digest() {
        let folder = unpacked("version_3.zarr.zip");
        let whole = sha256_file(folder.path()).unwrap();
        assert!(whole.bytes > 10_000, "{whole:?}");
        std::fs::write(folder.path().join("X/data/c/0"), [0; 48]).unwrap();
        assert_ne!(sha256_file(folder.path()).unwrap().hex, whole.hex);
        assert!(sha256_file(fixture("version_3.zarr.zip")).is_ok());
    }

    /// Every error that reading everything meets, after a change of the JSON of one node.
    fn after(name: &str, file: &str, change: impl Fn(&mut Value)) -> String {
        let folder = unpacked(name);
        let path = folder.path().join(file);
        let mut json: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        change(&mut json);
        std::fs::write(&path, json.to_string()).unwrap();
        errors(folder.path())
    }

    fn errors(store: &Path) -> String {
        let file = match open(store) {
            Ok(file) => file,
            Err(error) => return causes(&error),
        };
        let mut found = String::new();
        if let Err(error) = file.matrices() {
            found += &(causes(&error) + "\n");
        }
        let genes = [MatrixPath::X, MatrixPath::Raw].map(|matrix| file.genes_of(&matrix));
        for frame in [Ok(file.obs().clone())].into_iter().chain(genes) {
            let frame = match frame {
                Ok(frame) => frame,
                Err(error) => {
                    found += &(causes(&error) + "\n");
                    continue;
                }
            };
            for name in frame.names() {
                if let Err(error) = frame.column(name) {
                    found += &(causes(&error) + "\n");
                }
            }
        }
        for path in ["X", "raw", "csc", "dense", "half"] {
            if let Err(error) = read(&*file, &path.parse().unwrap(), 5) {
                found += &(causes(&*error) + "\n");
            }
        }
        found
    }

    #[track_caller]
    fn assert_says(found: &str, expected: &str) {
        assert!(found.contains(expected), "expected {expected}\nfound {found}");
    }

    #[allow(clippy::too_many_lines, reason = "a list of lies")]
    #[test]
    fn metadata_that_lies_is_refused_before_it_is_followed() {
        let mut wrong = Vec::new();
        let mut check = |what: String, found: String, expected: &str| {
            if !found.contains(expected) {
                wrong.push(format!("{what}\n  expected {expected}\n  found    {found}"));
            }
        };
        let set = |path: &'static str, value: Value| {
            move |json: &mut Value| {
                *json.pointer_mut(path).unwrap_or_else(|| panic!("no {path}")) = value.clone();
            }
        };
        let many = 1_u64 << 62;
        for (file, path, value, message) in [
            ("X/data", "/shape/0", json!(many), "no more values than its chunks can hold"),
            ("X/data", "/shape/0", json!(1000), "`X/indices`: expected 1000 values"),
            ("X/data", "/shape/0", json!(-1), "is damaged: invalid value"),
            ("X/data", "/shape", json!([4, many]), "chunks of 2 dimensions, found 1"),
            ("X/data", "/shape", json!([1, 1, 1, 1, 1, 1, 1, 1, 1]), "at most 8 dimensions"),
            ("X/data", "/chunk_grid/configuration/chunk_shape/0", json!(0), "chunks of at least one element"),
            ("X/data", "/chunk_grid/configuration/chunk_shape/0", json!(7), "a chunk of 28 bytes, found 48"),
            (
                "X/data",
                "/chunk_grid/configuration/chunk_shape/0",
                json!(1 << 28),
                "a chunk of at most 67108864",
            ),
            ("X/data", "/chunk_grid/configuration/chunk_shape/0", json!(u64::MAX), "chunks of at most 2 GiB"),
            ("X/data", "/chunk_grid/configuration/chunk_shape", json!([1, 1]), "chunks of 1 dimension"),
            ("X/data", "/chunk_grid/name", json!("rectilinear"), "chunks of one size, found `rectilinear`"),
            ("X/data", "/data_type", json!("float64"), "a chunk of 96 bytes, found 48"),
            ("X/data", "/data_type", json!("complex64"), "`X/data`: expected numbers, found `complex64`"),
            ("X/data", "/fill_value", json!("none"), "a fill value of the type"),
            ("X/data", "/codecs", json!([]), "a codec that makes bytes"),
            (
                "X/data",
                "/codecs/0/name",
                json!("pcodec"),
                "blosc, gzip, lz4, zlib, zstd or no compression, found `pcodec`",
            ),
            ("X/data", "/codecs", json!(["bytes", "zstd"]), "`X/data/c/0` is damaged: zstd"),
            ("X/data", "/codecs", json!(["bytes", "crc32c"]), "crc32c: the checksum is that of other data"),
            ("X/data", "/codecs", json!(["bytes", "gzip"]), "`X/data/c/0` is damaged: gzip"),
            ("X/data", "/codecs", json!(["bytes", "blosc"]), "`X/data/c/0` is damaged: blosc"),
            (
                "X/data",
                "/codecs",
                json!(["bytes", "gzip", "gzip", "gzip", "gzip", "gzip", "gzip", "gzip", "gzip"]),
                "at most 8 codecs, found 9",
            ),
            ("X/data", "/zarr_format", json!(4), "zarr of version 3, found version 4"),
            ("X/data", "/node_type", json!("table"), "a group or an array"),
            ("X/indptr", "/shape/0", json!(15), "`X/indptr`: expected 16 values (n_cells + 1), found 15"),
            ("X", "/attributes/shape/0", json!(many), "`X/indptr`: expected 4611686018427387905 values"),
            ("X", "/attributes/shape", json!("many"), "`shape`, the numbers of cells and genes"),
            (
                "X",
                "/attributes/encoding-type",
                json!("csc_matrix"),
                "`X/indptr`: expected 7 values (n_genes + 1)",
            ),
            ("layers/half", "/shape", json!([15, many]), "no more values than its chunks can hold"),
            ("layers/half", "/shape", json!([15, 7]), "matrix `layers/half`: expected 15 cells and 6 genes"),
            ("obs/zeros", "/shape/0", json!(many), "expected at most 134217728 bytes in memory"),
            ("obs/zeros", "/shape/0", json!(16), "`obs/zeros`: expected 15 values (one per cell), found 16"),
            ("obs/_index", "/shape/0", json!(many), "expected at most 134217728 bytes in memory"),
            (
                "obs/_index",
                "/chunk_grid/configuration/chunk_shape/0",
                json!(13),
                "strings: expected 13 in the chunk",
            ),
            (
                "obs/text",
                "/chunk_grid/configuration/chunk_shape/0",
                json!(1_u64 << 40),
                "chunks of at most 2 GiB",
            ),
            (
                "obs/text",
                "/chunk_grid/configuration/chunk_shape/0",
                json!(1 << 23),
                "a chunk of at most 67108864 bytes, found 201326592",
            ),
            ("obs/kind/codes", "/fill_value", json!(9), ""),
            (
                "obs",
                "/attributes/column-order/0",
                json!("../../../secret"),
                "expected a column, found nothing",
            ),
            ("obs", "/attributes/column-order/0", json!("/etc"), "expected a column, found nothing"),
            ("obs", "/attributes/_index", json!(".."), "the names of the rows, found nothing"),
            ("obs", "/attributes/encoding-type", json!(3), ""),
        ] {
            let what = format!("{file} {path} {value}");
            check(what, after("version_3.zarr.zip", &format!("{file}/zarr.json"), set(path, value)), message);
        }
        for (file, path, value, message) in [
            ("X/data/.zarray", "/shape/0", json!(many), "no more values than its chunks can hold"),
            ("X/data/.zarray", "/chunks/0", json!(1), "a chunk of 4 bytes, found"),
            ("X/data/.zarray", "/chunks", json!([]), "chunks of 1 dimension, found 0"),
            ("X/data/.zarray", "/dtype", json!("<c8"), "expected numbers, found `<c8`"),
            ("X/data/.zarray", "/dtype", json!("|O"), "expected numbers, found `|O`"),
            ("X/data/.zarray", "/order", json!("Z"), "order `C` or `F`, found `Z`"),
            ("X/data/.zarray", "/compressor", json!({"id": "lzma"}), "or no compression, found `lzma`"),
            (
                "X/data/.zarray",
                "/compressor",
                json!(null),
                "`X/data/0`: expected a chunk of 48 bytes, found 64",
            ),
            ("X/data/.zarray", "/filters", json!([{"id": "delta"}]), "or no compression, found `delta`"),
            (
                "X/data/.zarray",
                "/filters",
                json!(vec![json!({"id": "shuffle"}); 9]),
                "at most 8 codecs, found 9",
            ),
            ("X/data/.zarray", "/zarr_format", json!(1), "zarr of version 2, found version 1"),
            ("X/.zgroup", "/zarr_format", json!(3), "zarr of version 2, found version 3"),
            (
                "obs/number/.zarray",
                "/dtype",
                json!([["a", "|S9223372036854775807"], ["b", "<f4"]]),
                "found a table",
            ),
            ("obs/number/.zarray", "/dtype", json!("|S9223372036854775807"), "no more values"),
            ("obs/number/.zarray", "/dtype", json!("<U0"), ""),
            (
                "obs/number/.zarray",
                "/dtype",
                json!("<M8[ns]"),
                "text, numbers or truth values, found `<M8[ns]`",
            ),
        ] {
            let what = format!("{file} {path} {value}");
            check(what, after("version_2.zarr.zip", file, set(path, value)), message);
        }
        let shard = "/codecs/0/configuration";
        for (path, value, message) in [
            ("chunk_shape/0", json!(5), "shards of whole chunks"),
            ("chunk_shape/0", json!(0), "chunks of at least one element"),
            ("index_location", json!("start"), "crc32c: the checksum"),
            ("index_location", json!("middle"), "an index at the `start` or `end`"),
            ("index_codecs/1/name", json!("zstd"), "an index of shards that is not compressed"),
            ("codecs/0/name", json!("sharding_indexed"), "or no compression, found `sharding_indexed`"),
            ("codecs/0/name", json!("zstd"), "or no compression, found `zstd`"),
        ] {
            let found = after("sharded.zarr.zip", "X/data/zarr.json", |json| {
                *json.pointer_mut(&format!("{shard}/{path}")).unwrap() = value.clone();
            });
            check(format!("{path} {value}"), found, message);
        }
        let found = after("version_3.zarr.zip", "obs/text/zarr.json", |json| {
            json["shape"][0] = json!(1 << 20);
            json["fill_value"] = json!("x".repeat(1000));
        });
        check("a long fill value".into(), found, "no more values than its chunks can hold");
        let found = after("version_3.zarr.zip", "obs/kind/categories/zarr.json", |json| {
            *json = json!({
                "zarr_format": 3, "node_type": "group", "attributes": {"encoding-type": "categorical"},
            });
        });
        check(
            "categories".into(),
            found,
            "`obs/kind/categories`: expected names, found categories of categories",
        );
        let found = after("sharded.zarr.zip", "X/data/zarr.json", |json| {
            json["chunk_grid"]["configuration"]["chunk_shape"][0] = json!(6_u64 << 55);
        });
        assert_says(
            &found,
            "`X/data/c/0`: expected an index of 36028797018963968 chunks, found a shorter shard",
        );
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_file_that_is_cut_short_is_seen() {
        for name in ["version_2.zarr.zip", "version_3.zarr.zip", "sharded.zarr.zip"] {
            let folder = unpacked(name);
            for path in files(folder.path()) {
                let whole = std::fs::read(&path).unwrap();
                for length in [0, 1, whole.len() / 2, whole.len().saturating_sub(1)] {
                    if length < whole.len() {
                        std::fs::write(&path, &whole[..length]).unwrap();
                        let is_seen = !errors(folder.path()).is_empty();
                        // What is not read: `uns` and the like, and what says that `raw` is a group.
                        let is_read = ["X", "obs", "raw/X", "raw/var", "var", "layers"]
                            .iter()
                            .any(|part| path.starts_with(folder.path().join(part)));
                        assert!(is_seen || !is_read, "{} cut at {length}", path.display());
                    }
                }
                std::fs::write(&path, whole).unwrap();
            }
        }
        let whole = std::fs::read(fixture("deflated.zarr.zip")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.zip");
        for part in 0..40 {
            std::fs::write(&path, &whole[..whole.len() * part / 40]).unwrap();
            assert!(open(&path).is_err(), "cut at {part} of 40");
        }
    }

    /// `obs` and `var` as arrays of records, as before anndata 0.7; the categories are in `uns`.
    fn old_store(n_cells: u64, name_bytes: u64) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let array = |path: &str, shape: Value, dtype: Value, bytes: &[u8]| {
            let metadata = json!({
                "zarr_format": 2, "shape": shape, "chunks": shape, "dtype": dtype, "order": "C",
                "compressor": null, "fill_value": null, "filters": null,
            });
            std::fs::create_dir_all(folder.path().join(path)).unwrap();
            std::fs::write(folder.path().join(path).join(".zarray"), metadata.to_string()).unwrap();
            let chunk = if shape.as_array().unwrap().len() == 2 { "0.0" } else { "0" };
            std::fs::write(folder.path().join(path).join(chunk), bytes).unwrap();
        };
        std::fs::write(folder.path().join(".zgroup"), r#"{"zarr_format": 2}"#).unwrap();
        let names = json!(format!("|S{name_bytes}"));
        array(
            "obs",
            json!([n_cells]),
            json!([["index", names], ["kind", "|i1"], ["n", ">i2"]]),
            b"a\0\x01\0\x07bc\xff\x01\0",
        );
        array("var", json!([1]), json!([["index", "<U1"]]), b"g\0\0\0");
        array("X", json!([2, 1]), json!("|u1"), &[3, 0]);
        array("uns/kind_categories", json!([2]), json!("|S1"), b"xy");
        folder
    }

    #[test]
    fn tables_of_records_are_read() {
        let folder = old_store(2, 2);
        let file = open(folder.path()).unwrap();
        assert_eq!(
            (file.obs().index(), file.obs().names()),
            (&["a".into(), "bc".into()][..], &["kind".into(), "n".into()][..])
        );
        assert_eq!(file.obs().column("kind").unwrap().to_names(), [Some("y".to_owned()), None]);
        assert_eq!(
            file.obs().column("n").unwrap().to_names(),
            [Some("7".to_owned()), Some("256".to_owned())]
        );
        assert_eq!(file.genes_of(&MatrixPath::X).unwrap().index(), ["g"]);
        // A table of thousands of columns is not decoded as often.
        std::fs::remove_file(folder.path().join("obs/0")).unwrap();
        assert_eq!(file.obs().column("kind").unwrap().to_names(), [Some("y".to_owned()), None]);
        for (n_cells, name_bytes, message) in [
            (3, 2, "a chunk of 15 bytes, found 10"),
            (1 << 60, 2, "no more values than its chunks can hold"),
            (3_000_000, 2, "at most 134217728 bytes in memory"),
            (2, 3, "a chunk of 12 bytes, found 10"),
            (0, 1 << 62, "no more values than its chunks can hold"),
            (0, u64::MAX, "expected a table, found records"),
        ] {
            assert_says(&errors(old_store(n_cells, name_bytes).path()), message);
        }
    }

    #[test]
    fn members_of_an_archive_that_overlap_are_refused() {
        let mut bytes = std::fs::read(fixture("version_2.zarr.zip")).unwrap();
        let half = (bytes.len() as u32 / 2).to_le_bytes();
        let entries: Vec<usize> =
            (0..bytes.len() - 46).filter(|&at| bytes[at..].starts_with(b"PK\x01\x02")).collect();
        for at in entries.into_iter().take(3) {
            bytes[at + 20..at + 24].copy_from_slice(&half);
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("overlapping.zip");
        std::fs::write(&path, bytes).unwrap();
        assert_says(&causes(&Zarr::open(&path).unwrap_err()), "one whose members overlap");
    }

    #[test]
    fn what_is_no_anndata_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".zgroup"), r#"{"zarr_format": 2}"#).unwrap();
        std::fs::create_dir(folder.path().join("images")).unwrap();
        assert_eq!(
            causes(&open(folder.path()).err().unwrap()),
            "`the zarr store`: expected AnnData with `obs` and `var`, found `images`"
        );
        std::fs::remove_file(folder.path().join(".zgroup")).unwrap();
        assert_says(&causes(&open(folder.path()).err().unwrap()), "matrix.mtx");
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_a_store_are_refused() {
        let folder = unpacked("version_2.zarr.zip");
        let outside = tempfile::tempdir().unwrap();
        let chunk = folder.path().join("X/data/0");
        std::fs::rename(&chunk, outside.path().join("0")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("0"), &chunk).unwrap();
        assert_says(&errors(folder.path()), "a file inside the store, found a link that leads out of it");
        std::fs::rename(folder.path().join("obs"), outside.path().join("obs")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("obs"), folder.path().join("obs")).unwrap();
        assert_says(&errors(folder.path()), "a link that leads out of it");
    }
}
