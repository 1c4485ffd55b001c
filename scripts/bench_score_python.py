"""The baseline of `scripts/bench --only score`: onnxruntime and Pillow, one process per core.

Usage: bench_score_python.py MODEL PROCESSES REPEAT plain|draft FILE..

`plain` is what scripts do; `draft` lets Pillow decode JPEG at a fraction of its size. Times itself without
what it takes to start Python and to load the model.
"""

import json
import multiprocessing
import resource
import sys
import time

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

SIDE = 224
SCALED = 256
PRIMATES = slice(365, 385)


def load(model):
    global session
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def score(task):
    path, draft = task
    image = Image.open(path)
    if draft:
        image.draft("RGB", (SCALED, SCALED))
    image = ImageOps.exif_transpose(image).convert("RGB")
    scale = SCALED / min(image.size)
    image = image.resize([max(SIDE, round(side * scale)) for side in image.size], Image.Resampling.BICUBIC)
    left, top = ((side - SIDE) // 2 for side in image.size)
    pixels = np.asarray(image.crop((left, top, left + SIDE, top + SIDE)), np.float32)
    tensor = np.ascontiguousarray(((pixels - 127) / 128).transpose(2, 0, 1)[None])
    logits, _ = session.run(["logits", "embedding"], {"image": tensor})
    powers = np.exp(logits[0] - logits[0].max())
    return float(powers[PRIMATES].sum() / powers.sum())


def main():
    model, processes, repeat, variant, files = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5:]
    tasks = [(file, variant == "draft") for file in files] * repeat
    with multiprocessing.Pool(processes, load, (model,)) as pool:
        pool.map(score, tasks[:processes], chunksize=1)
        started = time.monotonic()
        scores = pool.map(score, tasks, chunksize=4)
        seconds = time.monotonic() - started
        pool.close()
        pool.join()
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"photos": len(tasks), "seconds": seconds, "scores": scores[: len(files)], "child_mb": peak_mb}))


if __name__ == "__main__":
    main()
