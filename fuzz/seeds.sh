#!/usr/bin/env bash
# Fills corpus/TARGET with what a run starts from: the small files in seeds/, the fixtures of the readers' tests and,
# where FERROCYTE_DATA names the folder with the larger real data, small real files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
fixtures=../crates/ferrocyte-io/tests

# take TARGET FILE...: copies files into the corpus of a target
take() {
  local target=$1 file
  shift
  mkdir -p "corpus/$target"
  for file in "$@"; do
    [ ! -f "$file" ] || cp -n "$file" "corpus/$target/seed_$(basename "$file")"
  done
}

# first BYTE TARGET FILE...: puts a byte before each file, as the targets with choices want it
first() {
  local byte=$1 target=$2 file
  shift 2
  mkdir -p "corpus/$target"
  for file in "$@"; do
    { printf "\\x$byte"; cat "$file"; } >"corpus/$target/seed_${byte}_$(basename "$file")"
  done
}

archive() {
  tar --format="$1" --sort=name --owner=0 --group=0 --mtime=@0 -C "$2" -cf - .
}

for folder in seeds/*/; do take "$(basename "$folder")" "$folder"*; done
# Without those that blow up to the limit on memory: each takes the sanitizer more than ten seconds, and tests have them.
take h5ad $(find "$fixtures/fixtures" -name '*.h5ad' ! -name 'bomb_*') "$fixtures"/write_fixtures/*.h5ad
take annotated_copy "$fixtures"/fixtures/{columns,old_0_5,old_0_7,raw_and_layers,storages}.h5ad "$fixtures"/write_fixtures/*.h5ad
take tenx_h5 "$fixtures"/tenx_fixtures/*.h5
take loom "$fixtures"/hdf5_fixtures/*.loom
take h5mu "$fixtures"/hdf5_fixtures/*.h5mu
take dense_h5 "$fixtures"/hdf5_fixtures/*.h5
take zarr "$fixtures"/zarr_fixtures/*.zip
take numpy "$fixtures"/numpy_fixtures/*.np[yz]
first 00 obo "$fixtures"/fixtures/few_cells.obo
first 01 obo "$fixtures"/fixtures/few_cells.obo

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for file in "$fixtures"/numpy_fixtures/{dict,evil}_*.npy; do
  tail -c +129 "$file" >"$work/$(basename "$file" .npy)" # their headers are 128 bytes long
done
take pickle "$work"/*

mkdir -p "$work/folder/hg19" "$work/gzip"
printf '%%%%MatrixMarket matrix coordinate integer general\n3 2 3\n1 1 5\n3 1 1\n2 2 7\n' >"$work/folder/hg19/matrix.mtx"
printf 'E1\tCD3D\nE2\tMS4A1\nE3\tNKG7\n' >"$work/folder/hg19/genes.tsv"
printf 'AAAC-1\nAAAG-1\n' >"$work/folder/hg19/barcodes.tsv"
cp "$work"/folder/hg19/* "$work/gzip" && mv "$work"/gzip/genes.tsv "$work/gzip/features.tsv" && gzip -n "$work"/gzip/*
for format in v7 ustar gnu pax; do
  for folder in folder gzip; do
    archive "$format" "$work/$folder" >"$work/${format}_$folder.tar"
    first 00 tenx_archive "$work/${format}_$folder.tar"
    first 02 tenx_archive "$work/${format}_$folder.tar"
  done
done

data=${FERROCYTE_DATA:-}/formats
if [ -d "$data" ]; then
  take tenx_h5 "$data"/10x_v*.h5
  take loom "$data"/*.loom
  take zarr "$data"/*.zarr.zip
  first 00 text_table "$data"/tsv_genes_by_cells_immune_control_tiny.txt
  archive ustar "$data/10x_v3_mtx_small" >"$work/real.tar"
  first 00 tenx_archive "$work/real.tar"
  archive ustar "$data/10x_v2_mtx_tiny" >"$work/real_2.tar"
  first 00 tenx_archive "$work/real_2.tar"
fi
du -s --apparent-size corpus/*
