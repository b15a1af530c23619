"""The same network, data and optimiser in PyTorch on the CPU; prints one line of JSON.

python torch_genebert.py FOLDER BATCH EPOCHS [THREADS]
"""

import json
import pathlib
import resource
import sys
import time

import numpy as np
import torch
from torch import nn

folder, batch_size, epochs = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(int(sys.argv[4]) if len(sys.argv) > 4 else 2)
torch.manual_seed(0)


class GeneBert(nn.Module):
    def __init__(self, genes: int, labels: int):
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


shape = json.loads((folder / "shape.json").read_text())
row_ptr = np.fromfile(folder / "row_ptr.u64", "<u8").astype(np.int64)
gene, value = np.fromfile(folder / "gene.u32", "<u4"), np.fromfile(folder / "value.f32", "<f4")
label = torch.from_numpy(np.fromfile(folder / "label.u32", "<u4").astype(np.int64))
x = np.zeros((shape["cells"], shape["genes"]), np.float32)
for cell in range(shape["cells"]):
    part = slice(row_ptr[cell], row_ptr[cell + 1])
    x[cell, gene[part]] = value[part]
del gene, value
# In place, in blocks: the least memory that dense z-scores can take.
mean = x.mean(0)
square = np.zeros(shape["genes"])
for start in range(0, len(x), 256):
    block = x[start : start + 256]
    block -= mean
    square += (block.astype(np.float64) ** 2).sum(0)
sd = np.sqrt(square / len(x)).astype(np.float32)
sd[sd == 0] = 1
x /= sd
x = torch.from_numpy(x)

model = GeneBert(shape["genes"], int(label.max()) + 1)
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01)
criterion = nn.CrossEntropyLoss()
losses = []
began, processor = time.perf_counter(), time.process_time()
for _ in range(epochs):
    total = 0.0
    for cells in torch.randperm(len(x)).split(batch_size):
        optimiser.zero_grad()
        loss = criterion(model(x[cells]), label[cells])
        loss.backward()
        optimiser.step()
        total += loss.item() * len(cells)
    losses.append(total / len(x))
training, training_processor = time.perf_counter() - began, time.process_time() - processor

model.eval()
began, processor = time.perf_counter(), time.process_time()
with torch.no_grad():
    for start in range(0, len(x), 512):
        torch.softmax(model(x[start : start + 512]), 1)
prediction, prediction_processor = time.perf_counter() - began, time.process_time() - processor
print(
    json.dumps(
        {
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
            "training_secs": training,
            "training_cells_per_sec": epochs * len(x) / training,
            "training_cells_per_processor_sec": epochs * len(x) / training_processor,
            "prediction_cells_per_processor_sec": len(x) / prediction_processor,
            "prediction_cells_per_sec": len(x) / prediction,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "loss": losses,
        }
    )
)
