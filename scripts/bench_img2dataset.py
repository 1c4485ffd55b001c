"""Downloading a list of addresses, beside img2dataset, which stores the files as they come.

Both read the same list on the same machine in turns. img2dataset neither checks that a picture is whole nor removes
metadata, and a failed download is not tried again. Its start, about 2 s of imports, is part of its time.
"""

import json
import shutil
import statistics
import subprocess
import sys

REQUIREMENTS = "img2dataset==1.47.0"
THREADS = 32
PROCESSES = 2
LEAST = 2.0


def install(venv):
    mark = venv / "installed.txt"
    if not mark.exists() or mark.read_text() != REQUIREMENTS:
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin/pip", "install", "-q", REQUIREMENTS], check=True)
        mark.write_text(REQUIREMENTS)


def urls(bench, server, measure, venv, options, head, row, promises):
    for latency_ms in [0, 50]:
        with server("--photos", options.photos, "--repeat", options.repeat, "--plain", "--latency-ms", latency_ms) as site:
            runs = compare(bench, site.url, measure, venv, options.rounds)
        head(f"a list of addresses, {options.rounds} rounds, medians; the host answers after {latency_ms} ms")
        for name, of_name in runs.items():
            row(name, of_name[0]["photos"], median(of_name), max(run["memory_mb"] for run in of_name))
        ratio = median(runs["img2dataset"]) / median(runs["Gleaner, same work (--skip thumbnail)"])
        promises.append((f"a list, {latency_ms} ms: {ratio:.1f} times img2dataset, at least {LEAST}", ratio >= LEAST))


def compare(bench, url, measure, venv, rounds):
    folder = bench.fresh()
    bench.gleaner(folder, url, "scrape", "-s", "-nowhere", "-n", "all", "-d", "false", "--dataset", "found")
    records = bench.gleaner(folder, url, "export", "found", "--format", "jsonl", well=(0,))["said"].splitlines()
    listed = [json.loads(record)["image_url"] for record in records]
    (folder / "list.txt").write_text("\n".join(listed) + "\n")
    (folder / "settings.toml").write_text(
        '[net]\ntrusted_hosts = ["127.0.0.1"]\n[sources.urls]\nimages_per_second = 1e6\nimages_at_once = 16\n'
    )

    def gleaner(*more):
        shutil.rmtree(folder / "listed", ignore_errors=True)
        read = ["scrape", "--source", "urls", "list.txt", "--dataset", "listed", "--config", "settings.toml"]
        run = bench.gleaner(folder, url, *read, *more)
        return {**run, "photos": json.loads(run["said"])["states"].get("stored", 0)}

    def img2dataset():
        shutil.rmtree(folder / "out", ignore_errors=True)
        command = [
            *(venv / "bin/img2dataset", "--url_list", "list.txt", "--input_format", "txt", "--output_folder", "out"),
            *("--output_format", "files", "--resize_mode", "no", "--skip_reencode", "True"),
            *("--processes_count", PROCESSES, "--thread_count", THREADS, "--number_sample_per_shard", -(-len(listed) // PROCESSES)),
        ]
        run = measure(command, folder, {"NO_ALBUMENTATIONS_UPDATE": "1"})
        return {**run, "photos": len(list((folder / "out").rglob("*.jpg")))}

    kinds = {
        "img2dataset": img2dataset,
        "Gleaner, same work (--skip thumbnail)": lambda: gleaner("--skip", "thumbnail"),
        "Gleaner, with strict decode and thumbnails": gleaner,
    }
    runs = {name: [] for name in kinds}
    for _ in range(rounds):
        for name, run in kinds.items():
            runs[name].append(run())
    counts = {run["photos"] for of_name in runs.values() for run in of_name}
    if counts != {len(listed)}:
        sys.exit(f"different work: {counts} photos of {len(listed)}")
    return runs


def median(runs):
    return statistics.median(run["seconds"] for run in runs)
