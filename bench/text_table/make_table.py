"""Makes a table of counts: cells in rows, 10,000 genes in columns, about one value in twelve above zero."""

import argparse

import numpy as np

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("csv")
parser.add_argument("--cells", type=int, default=10_000)
parser.add_argument("--genes", type=int, default=10_000)
arguments = parser.parse_args()

random = np.random.default_rng(1)
# A few genes are in every cell, most are in few, as in real data.
means = random.gamma(0.12, 1.6, arguments.genes)
with open(arguments.csv, "w") as table:
    table.write("cell," + ",".join(f"ENSG{gene:011}" for gene in range(arguments.genes)) + "\n")
    for cell in range(arguments.cells):
        barcode = "".join(random.choice(list("ACGT"), 16))
        counts = random.poisson(means * random.lognormal(0, 0.4))
        table.write(f"{barcode}-1," + ",".join(map(str, counts)) + "\n")
