#!/usr/bin/env python3
"""Compare an annotated copy with its query, by h5py and by anndata.

usage: check_annotated.py QUERY.h5ad COPY.h5ad EXPECTED.json
EXPECTED is {"obs": [[name, [values, null where missing]], ...], "uns": {name: text}}.
needs: pip install anndata h5py
"""
import json
import sys
import warnings

import anndata
import h5py
import numpy as np
import pandas as pd

query, copy, expected = sys.argv[1:]
expected = json.load(open(expected))
expected["obs"] = dict(expected["obs"])
ours = [f"obs/{n}" for n in expected["obs"]] + [f"obs/__categories/{n}" for n in expected["obs"]]
ours += [f"uns/{n}" for n in expected["uns"]]


def is_ours(path):
    return any(path == own or path.startswith(own + "/") for own in ours)


def resolve(file, value):
    """A value that can be compared: object references become the path and content they point at."""
    if isinstance(value, h5py.Reference):
        return (file[value].name, file[value][()].tolist())
    value = value if not hasattr(value, "tolist") else value.tolist()
    return value


def content(path):
    found = {}
    with h5py.File(path) as file:

        def visit(name, item):
            attributes = {k: repr(resolve(file, v)) for k, v in item.attrs.items()}
            if name == "obs":
                del attributes["column-order"]
            if isinstance(item, h5py.Dataset):
                array = item[()]
                text = getattr(item.dtype, "hasobject", False)
                raw = repr(array.tolist() if hasattr(array, "tolist") else array) if text else np.asarray(array).tobytes()
                layout = (str(item.dtype), item.shape, item.chunks, item.compression)
                found[name] = (layout, raw, attributes)
            else:
                found[name] = (None, None, attributes)

        visit("/", file)
        file.visititems(visit)
    return found


before, after = content(query), content(copy)
for path, value in before.items():
    if not is_ours(path):
        assert path in after, f"{path} is gone"
        assert after[path] == value, f"{path} was {value}, is {after[path]}"
new = {path for path in after if path not in before and not is_ours(path)} - {"uns"}
assert not new, f"unexpected: {new}"

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of old encodings
    old, data = anndata.read_h5ad(query), anndata.read_h5ad(copy)
kept = [name for name in old.obs.columns if name not in expected["obs"]]
added = [name for name in expected["obs"] if name not in old.obs.columns]
order = list(old.obs.columns) + added
assert list(data.obs.columns) == order, f"order of columns: expected {order}, found {list(data.obs.columns)}"
pd.testing.assert_frame_equal(old.obs[kept], data.obs[kept])
for name, values in expected["obs"].items():
    found = [None if pd.isna(v) else v for v in data.obs[name].tolist()]
    if values and isinstance(next((v for v in values if v is not None), None), float):
        assert np.allclose(np.array(values, "f8"), np.array(found, "f8"), rtol=1e-6, equal_nan=True), name
    else:
        assert found == values, f"{name}: expected {values}, found {found}"
for name, text in expected["uns"].items():
    assert data.uns[name] == text, f"uns/{name}: {data.uns[name]!r}"
    json.loads(data.uns[name])
data.copy().write_h5ad(copy + ".rewritten.h5ad")  # what a user does next
print(f"{copy}: {len(data.obs)} cells, {len(before)} objects kept")
