"""GeneBERT on a GPU: Ferrocyte (wgpu) and PyTorch (CUDA) take turns on the same cells, the same network and optimiser.

python gpu.py target/release/examples/gpu_speed [--out results.json] [--rounds 3] [--no-torch]

Cells per second of training, without the first epoch, in which kernels are compiled and chosen. PyTorch has its dense
z-scores on the GPU before the clock starts; Ferrocyte sends each batch there within the time that is counted.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import cells
import numpy as np

TASKS = [(3221, 32), (3221, 512), (20000, 32), (20000, 512)]  # genes, batch
N_CELLS, EPOCHS = 8192, 4


def torch_epochs(folder, batch_size):
    """Seconds of each epoch in PyTorch; runs in a process of its own."""
    import torch
    from torch import nn

    class GeneBert(nn.Module):
        def __init__(self, genes, labels):
            super().__init__()
            self.embedding = nn.Sequential(nn.Linear(genes, 128), nn.GELU(), nn.LayerNorm(128))
            self.pos_encoder = nn.Parameter(torch.randn(1, 1, 128))
            layer = nn.TransformerEncoderLayer(
                128, 4, dim_feedforward=512, dropout=0.2, activation="gelu", batch_first=True
            )
            self.transformer = nn.TransformerEncoder(layer, 2)
            self.classifier = nn.Sequential(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, labels))

        def forward(self, x):
            token = self.embedding(x).unsqueeze(1) + self.pos_encoder
            return self.classifier(self.transformer(token).mean(1))

    torch.manual_seed(0)
    shape = json.loads((folder / "shape.json").read_text())
    row_ptr = np.fromfile(folder / "row_ptr.u64", "<u8").astype(np.int64)
    gene, value = np.fromfile(folder / "gene.u32", "<u4"), np.fromfile(folder / "value.f32", "<f4")
    label = torch.from_numpy(np.fromfile(folder / "label.u32", "<u4").astype(np.int64)).cuda()
    x = np.zeros((shape["cells"], shape["genes"]), np.float32)
    for cell in range(shape["cells"]):
        part = slice(row_ptr[cell], row_ptr[cell + 1])
        x[cell, gene[part]] = value[part]
    x = torch.from_numpy(x).cuda()
    sd = x.std(0, unbiased=False)
    x = (x - x.mean(0)) / torch.where(sd == 0, 1.0, sd)

    model = GeneBert(shape["genes"], int(label.max()) + 1).cuda()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01)
    criterion = nn.CrossEntropyLoss()
    secs, losses = [], []
    for _ in range(EPOCHS):
        torch.cuda.synchronize()
        began, total = time.perf_counter(), torch.zeros((), device="cuda")
        for batch in torch.randperm(len(x), device="cuda").split(batch_size):
            optimiser.zero_grad()
            loss = criterion(model(x[batch]), label[batch])
            loss.backward()
            optimiser.step()
            total += loss.detach() * len(batch)
        losses.append(total.item() / len(x))
        secs.append(time.perf_counter() - began)
    device = f"{torch.cuda.get_device_name()}, by CUDA, PyTorch {torch.__version__}"
    print(json.dumps({"device": device, "epoch_secs": secs, "loss": losses}))


def run(command):
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[-1])


def cells_per_sec(runs):
    return statistics.median(N_CELLS / statistics.median(one["epoch_secs"][1:]) for one in runs)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("--out")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--no-torch", action="store_true", help="Ferrocyte alone")
    arguments = arguments.parse_args()
    results = []
    for genes, batch in TASKS:
        with tempfile.TemporaryDirectory() as folder:
            cells.write(pathlib.Path(folder), N_CELLS, genes)
            runs = {"ferrocyte": [], "torch": []}
            for _ in range(arguments.rounds):
                runs["ferrocyte"].append(run([arguments.program, folder, str(batch), str(EPOCHS)]))
                if not arguments.no_torch:
                    runs["torch"].append(run([sys.executable, __file__, "--torch", folder, str(batch)]))
        speed = {who: cells_per_sec(of) for who, of in runs.items() if of}
        task = {"genes": genes, "cells": N_CELLS, "batch": batch, "cells_per_sec": speed}
        if "torch" in speed:
            task["ratio"] = speed["ferrocyte"] / speed["torch"]
        print(json.dumps(task, indent=1), flush=True)
        results.append({**task, "runs": runs})
    if arguments.out:
        pathlib.Path(arguments.out).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(arguments.out).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--torch"]:
        torch_epochs(pathlib.Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
