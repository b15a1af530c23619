"""The stores of these tests, and the same cells as .h5ad: anndata 0.12.19, zarr 3.1.6, numcodecs 0.16.6.

python make_fixtures.py [FOLDER [all]]   `all`: every codec, for `zarr_in_python.rs`; those are not committed.
"""

import os
import shutil
import sys
import warnings
import zipfile

import anndata as ad
import numpy as np
import pandas as pd
import scipy.sparse as sp
import zarr
from anndata.experimental import write_dispatched
from numcodecs import LZ4, Blosc, GZip, Zlib, Zstd
from zarr.codecs import BloscCodec, Crc32cCodec, GzipCodec, ZstdCodec

warnings.filterwarnings("ignore")
folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
everything = len(sys.argv) > 2
os.makedirs(folder, exist_ok=True)


def cells(n_cells, n_genes):
    random = np.random.default_rng(7)
    counts = random.poisson(0.8, (n_cells, n_genes)).astype("f4")
    a = ad.AnnData(sp.csr_matrix(counts))
    a.obs_names = [f"cell{i}" for i in range(n_cells)]
    a.var_names = [f"gene {i}" for i in range(n_genes)]
    kinds = pd.Categorical(random.choice(["B", "T cell, naïve", "NK"], n_cells))
    a.obs["kind"] = kinds
    a.obs.loc[a.obs.index[:2], "kind"] = None
    a.obs["text"] = [f"s{i} ä" for i in range(n_cells)]  # all of them different: no category
    a.obs["whole"] = pd.array([None if i % 5 == 0 else i for i in range(n_cells)], dtype="Int32")
    a.obs["truth"] = pd.array([None if i % 4 == 0 else i % 3 == 0 for i in range(n_cells)], dtype="boolean")
    a.obs["flag"] = np.arange(n_cells) % 3 == 0
    a.obs["zeros"] = np.zeros(n_cells, dtype="int64")  # no chunk is written
    a.obs["number"] = random.normal(size=n_cells)
    a.var["symbol"] = [f"G{i}" for i in range(n_genes)]
    a.raw = a.copy()
    a = a[:, : n_genes - 2].copy()
    a.layers["csc"] = sp.csc_matrix(a.X)
    a.layers["dense"] = a.X.toarray()
    half = a.X.toarray()
    half[: n_cells // 2] = 0  # chunks of zeros are left out
    a.layers["half"] = half
    return a


def write(name, a, version, keywords):
    """`keywords(element, encoding)`: what zarr is told of an array."""
    path = f"{folder}/{name}.zarr"
    shutil.rmtree(path, ignore_errors=True)
    group = zarr.open_group(path, mode="w", zarr_format=version)

    def callback(function, store, key, element, dataset_kwargs, *, iospec):
        function(store, key, element, dataset_kwargs={**dataset_kwargs, **keywords(element, iospec.encoding_type)})

    write_dispatched(group, "/", a, callback=callback)
    return path


def of_numbers(element, encoding):
    return encoding in ("csr_matrix", "csc_matrix") or encoding == "array" and np.ndim(element) > 0


def chunks(element, encoding, n):
    if encoding in ("csr_matrix", "csc_matrix"):
        return {"chunks": (n,)}
    if encoding not in ("array", "string-array"):
        return {}
    return [{}, {"chunks": (n,)}, {"chunks": (n // 2, n // 3)}][np.ndim(element)]


def pack(path, method, prefix=""):
    archive = f"{path}.zip"
    with zipfile.ZipFile(archive, "w", compression=method) as packed:
        for root, _, files in sorted(os.walk(path)):
            for name in sorted(files):
                full = os.path.join(root, name)
                inside = prefix + os.path.relpath(full, path)
                packed.writestr(zipfile.ZipInfo(inside, (2026, 1, 1, 0, 0, 0)), open(full, "rb").read(), method)
    shutil.rmtree(path)
    return archive


def sharded(n, shard):
    def keywords(element, encoding):
        found = chunks(element, encoding, n)
        return {**found, "shards": tuple(shard * c for c in found["chunks"])} if found else {}

    return keywords


if not everything:
    a = cells(15, 8)
    a.write_h5ad(f"{folder}/cells.h5ad")
    # Stored, so that tests can take them apart and change what is in them.
    blosc = Blosc(cname="lz4", shuffle=1)
    version_2 = lambda e, c: {**chunks(e, c, 12), **({"compressor": blosc} if of_numbers(e, c) else {})}
    pack(write("version_2", a, 2, version_2), zipfile.ZIP_STORED)
    plain = lambda e, c: {**chunks(e, c, 12), **({"compressors": []} if of_numbers(e, c) else {})}
    pack(write("version_3", a, 3, plain), zipfile.ZIP_STORED)
    pack(write("sharded", a, 3, sharded(6, 2)), zipfile.ZIP_STORED)
    pack(write("deflated", a, 3, sharded(6, 3)), zipfile.ZIP_DEFLATED, "cells.zarr/")
    sys.exit()

a = cells(300, 90)
a.write_h5ad(f"{folder}/cells.h5ad")
packed = {f"blosc_{c}_{s}": Blosc(cname=c, shuffle=s, clevel=5) for c in ["blosclz", "lz4", "lz4hc", "zlib", "zstd"] for s in range(3)}
packed |= {"gzip": GZip(5), "lz4": LZ4(), "none": None, "zlib": Zlib(5), "zstd": Zstd(3)}
for name, codec in packed.items():
    # Large chunks are split into blocks and streams, small ones are many.
    small = lambda e, c: chunks(e, c, 50) if name in ("blosc_lz4_1", "lz4") else {}
    write(f"v2_{name}", a, 2, lambda e, c, k=codec: {**small(e, c), **({"compressor": k} if of_numbers(e, c) else {})})
packed = {"blosc": [BloscCodec(cname="lz4", shuffle="shuffle")], "bits": [BloscCodec(cname="zstd", shuffle="bitshuffle")]}
packed |= {"crc": [ZstdCodec(), Crc32cCodec()], "gzip": [GzipCodec()], "none": [], "zstd": [ZstdCodec()]}
for name, codecs in packed.items():
    write(f"v3_{name}", a, 3, lambda e, c, k=codecs: {**chunks(e, c, 70), **({"compressors": k} if of_numbers(e, c) else {})})
write("v3_sharded", a, 3, sharded(24, 3))
pack(write("v3_sharded_deflated", a, 3, sharded(24, 3)), zipfile.ZIP_DEFLATED)
for version in (2, 3):
    ad.settings.zarr_write_format = version
    a.write_zarr(f"{folder}/v{version}.zarr")
    zarr.consolidate_metadata(f"{folder}/v{version}.zarr")
    with zarr.storage.ZipStore(f"{folder}/v{version}_own.zip", mode="w") as store:
        a.write_zarr(store)
    path = f"{folder}/v{version}_columns_first.zarr"
    a.write_zarr(path)
    group = zarr.open_group(path, mode="r+")
    values, attributes = group["layers/dense"][:], dict(group["layers/dense"].attrs)
    del group["layers/dense"]
    keys = {"name": "v2", "separator": "/"}
    order = {"order": "F"} if version == 2 else {"filters": [zarr.codecs.TransposeCodec(order=(1, 0))]}
    array = group.create_array("layers/dense", data=values, chunks=(70, 40), chunk_key_encoding=keys, **order)
    array.attrs.update(attributes)
