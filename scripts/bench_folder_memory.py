#!/usr/bin/env python3
"""Measures the peak memory of `gleaner scrape --source folder` on folders of files of 95 MiB.

Usage: scripts/bench_folder_memory.py [--program target/release/gleaner] [--files 8]

Exits with 1 if a run needs more than 300 MiB. The files are made here: pictures with noise, with long trailers, and files that
are rejected.
"""

import argparse
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_MIB = 300
SIZE = 95 << 20


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(random_bytes):
    """A grey picture of noise of nearly this size."""
    width, height = 9_800, SIZE // 9_801 - 40
    rows = b"".join(b"\0" + random_bytes(width) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(rows, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def small_png():
    header = struct.pack(">IIBBBBB", 400, 300, 8, 0, 0, 0, 0)
    return chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 401 * 300)) + chunk(b"IEND", b"")


def kinds(random_bytes):
    signature = b"\x89PNG\r\n\x1a\n"
    small = small_png()
    filler = random_bytes(SIZE - len(small) - 100)
    return {
        "noise": png(random_bytes),
        "trailer": signature + small + filler,
        "text chunk": signature + small[:25] + chunk(b"teXt", filler) + small[25:],
        "rejected": signature + small[:-12] + filler,
        "no picture": filler,
    }


def peak_mib(program, folder):
    """Peak of the program's own resident memory."""
    with tempfile.TemporaryDirectory() as work:
        environment = {"HOME": work, "PATH": "/usr/bin:/bin"}
        command = [program, "scrape", "--source", "folder", folder, "--dataset", "d"]
        with open(os.path.join(work, "said"), "wb") as said:
            child = subprocess.Popen(command, cwd=work, env=environment, stdout=subprocess.DEVNULL, stderr=said)
        # Not the resource usage of the child, which includes this process before the program is executed.
        peak = 0
        while child.poll() is None:
            try:
                lines = Path(f"/proc/{child.pid}/status").read_text().splitlines()
            except OSError:
                break
            peak = max([peak, *(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))])
            time.sleep(0.02)
        last = Path(work, "said").read_text().strip().splitlines()[-1:]
        print("   ", last, "exit", child.wait(), flush=True)
        return peak / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "target/release/gleaner"))
    parser.add_argument("--files", type=int, default=8)
    args = parser.parse_args()
    program = str(Path(args.program).resolve())
    random_bytes = random.Random(1).randbytes
    missed = False
    for kind, data in kinds(random_bytes).items():
        with tempfile.TemporaryDirectory() as folder:
            for number in range(args.files):
                # Each file has another hash: its last bytes differ.
                extra = b"" if kind == "noise" else struct.pack(">I", number)
                (Path(folder) / f"{number}.png").write_bytes(data + extra)
            peak = peak_mib(program, folder)
            print(f"{args.files} files of 95 MiB, {kind}: peak {peak:.0f} MiB")
            missed |= peak > MOST_MIB
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
