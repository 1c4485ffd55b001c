"""Flips bits of a dataset, one at a time, and asks the built program whether it notices.

    scripts/flip_bits.py --flips 10000 [--program target/release/gleaner] [--dataset FOLDER --home FOLDER]

Without --dataset it makes one with `gleaner demo`. Each bit is flipped in a random file, larger files more often, and put
back. A flip is *found* if `gleaner export` or `gleaner verify --read-data` ends with another code than 0, and *harmless*
if the export and the digest are the same as before. Anything else is wrong and is listed; then the script exits with 1.
Flips in MongoDB's documents: `GLEANER_FLIPS=3000 cargo test --test it -- damage::flips --nocapture`.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile


def run(options, home, *arguments):
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "XDG_CONFIG_HOME": str(home / "config"),
                   "XDG_STATE_HOME": str(home / "state"), "XDG_DATA_HOME": str(home / "data")}
    # A damaged file must not lead in circles either: a run that does not end is an error of this script.
    return subprocess.run([options.program, *arguments], cwd=home, env=environment, capture_output=True, check=False,
                          timeout=120)


def export(options, home, dataset):
    return run(options, home, "export", str(dataset), "--format", "jsonl")


def verify(options, home, dataset):
    return run(options, home, "verify", str(dataset), "--read-data", "--json")


def digest(done):
    try:
        return json.loads(done.stdout)["digest"]
    except (ValueError, KeyError):
        return None


def kind_of(path, root):
    first = path.relative_to(root).parts[0]
    return "dataset.db" if first.startswith("dataset.db") else first


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--flips", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", default="target/release/gleaner")
    parser.add_argument("--database-share", type=float, default=0.7, help="share of flips in dataset.db")
    options = parser.parse_args()
    options.program = str(pathlib.Path(options.program).resolve())
    numbers = random.Random(options.seed)
    home = pathlib.Path(tempfile.mkdtemp(prefix="flip-bits-"))
    dataset = home / "demo"
    made = run(options, home, "demo", "--dataset", str(dataset), "--no-serve")
    if made.returncode != 0:
        sys.exit(made.stderr.decode())
    before, checked = export(options, home, dataset), verify(options, home, dataset)
    if before.returncode != 0 or checked.returncode != 0:
        sys.exit(before.stderr.decode() + checked.stdout.decode())
    # Of the index, which is made again, only whole files are put back.
    files = sorted(path for path in dataset.rglob("*") if path.is_file() and path.stat().st_size > 0
                   and not path.name.endswith(("-wal", "-shm")) and path.name != "lock")
    database = [path for path in files if path.name == "dataset.db"]
    others = [path for path in files if path.name != "dataset.db"]
    weights = [path.stat().st_size ** 0.5 for path in others]
    counts, wrong = collections.Counter(), []
    for _ in range(options.flips):
        if numbers.random() < options.database_share:
            path = database[0]
        else:
            path = numbers.choices(others, weights)[0]
        whole = path.read_bytes()
        bit = numbers.randrange(len(whole) * 8)
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        kind = kind_of(path, dataset)
        exported = export(options, home, dataset)
        judged = "found"
        if exported.returncode == 0:
            # What an export does not read, verify reads.
            same = exported.stdout == before.stdout
            done = verify(options, home, dataset)
            if done.returncode == 0:
                judged = "harmless" if same and digest(done) == digest(checked) else "WRONG"
            elif not same:
                judged = "WRONG"
        if judged == "WRONG":
            wrong.append(f"{path.relative_to(dataset)}: bit {bit % 8} of byte {bit // 8}")
        counts[kind, judged] += 1
        path.write_bytes(whole)
        for name in ("dataset.db-wal", "dataset.db-shm"):
            (dataset / name).unlink(missing_ok=True)
    for (kind, judged), count in sorted(counts.items()):
        print(f"{kind:20} {judged:10} {count}")
    shutil.rmtree(home)
    print("\n".join(wrong) if wrong else f"{options.flips} flips, none wrong and silent")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
