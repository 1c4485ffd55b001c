"""`scripts/bench --only score`: from a photo's file to its score, on all cores, against Python."""

import glob
import json
import os
import statistics
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "data/models/efficientnet-lite0-fp16.onnx"
# Promised, of the rate of onnxruntime and Pillow as scripts use them.
RUST, ONNX_RUNTIME = 0.6, 1.5
MEMORY_MB = 400
MANY = 5_000


def score(measure, release, python, folder, rounds, photos, promises):
    """Runs in turns, medians; then memory for many photos."""
    library = subprocess.run(
        [python, "-c", "import os, onnxruntime; print(os.path.dirname(onnxruntime.__file__))"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()
    library = glob.glob(f"{library}/capi/libonnxruntime.so*")[0]
    cores = len(os.sched_getaffinity(0))
    for name, files in sets(photos):
        repeat = max(1, 100 // len(files))
        ours = [release / "examples/score", "--threads", cores, "--repeat", repeat]
        theirs = [python, ROOT / "scripts/bench_score_python.py", MODEL, cores, repeat]
        kinds = {
            "Python, Pillow plain": [*theirs, "plain", *files],
            "Python, Pillow with draft": [*theirs, "draft", *files],
            "Gleaner, pure Rust": [*ours, *files],
            "Gleaner, ONNX Runtime": [*ours, "--library", library, *files],
        }
        runs = {kind: [] for kind in kinds}
        for _ in range(rounds):
            for kind, command in kinds.items():
                runs[kind].append(run(measure, command, folder))
        table(name, runs, rounds, cores)
        plain = rate(runs["Python, Pillow plain"])
        for kind, least in [("Gleaner, pure Rust", RUST), ("Gleaner, ONNX Runtime", ONNX_RUNTIME)]:
            promises.append((f"{name}, {kind}: at least {least} times Python", rate(runs[kind]) / plain >= least))
    for kind, more in [("pure Rust", []), ("ONNX Runtime", ["--library", library])]:
        files = [file for _, files in sets(photos) for file in files]
        command = [release / "examples/score", "--threads", cores, "--repeat", -(-MANY // len(files)), *more, *files]
        many = run(measure, command, folder)
        print(f"{many['photos']} photos, {kind}: {many['photos'] / many['seconds']:.1f} a second, {many['memory_mb']:.0f} MB")
        promises.append((f"{MANY} photos, {kind}: memory below {MEMORY_MB} MB", many["memory_mb"] < MEMORY_MB))


def sets(photos):
    """Real photos as photo sites serve them, where they are; the demo's."""
    if photos.exists():
        yield "JPEG", sorted(str(path) for path in photos.iterdir())
    yield "WebP", sorted(str(path) for path in (ROOT / "demo/photos").iterdir())


def run(measure, command, folder):
    measured = measure(command, folder)
    answer = json.loads(measured["said"])
    # The processes of Python's pool, each as large as the largest.
    memory_mb = measured["memory_mb"] if "child_mb" not in answer else answer["child_mb"] * int(command[3])
    return {**answer, "memory_mb": memory_mb}


def rate(runs):
    return runs[0]["photos"] / statistics.median(run["seconds"] for run in runs)


def table(name, runs, rounds, cores):
    print(f"\n{name}: {rounds} rounds in turns, medians, {cores} cores")
    print(f"{'':<30} {'photos':>7} {'photos/s':>9} {'x plain':>8} {'by round':>11} {'x draft':>8} {'peak MB':>8} {'score off by':>13}")
    plain, draft = rate(runs["Python, Pillow plain"]), rate(runs["Python, Pillow with draft"])
    truth = runs["Python, Pillow plain"][0]["scores"]
    for kind, of_kind in runs.items():
        apart = max(abs(a - b) for a, b in zip(of_kind[0]["scores"], truth))
        memory_mb = max(run["memory_mb"] for run in of_kind)
        rate_of = rate(of_kind)
        pairs = zip(runs["Python, Pillow plain"], of_kind)
        by_round = sorted(theirs["seconds"] / ours["seconds"] for theirs, ours in pairs)
        spread = f"{by_round[0]:.2f}-{by_round[-1]:.2f}"
        print(
            f"{kind:<30} {of_kind[0]['photos']:>7} {rate_of:>9.1f} {rate_of / plain:>8.2f} {spread:>11} {rate_of / draft:>8.2f}"
            f" {memory_mb:>8.0f} {apart:>13.3f}",
            flush=True,
        )
