"""Exports and verification of a large dataset, beside DuckDB's COPY of the same rows: `scripts/bench --only export`.

Both read and write files in the same folder, in turns, with two threads. DuckDB reads the rows from the GeoParquet file that
Gleaner has written: typed columns, which is less work than Gleaner's store, where a row is a JSON record beside sealed fields.
"""

import json
import subprocess
import sys
from pathlib import Path

# A tenth of the made photos.
FILTER = "month:7"
WHERE = "month(\"taken.local\") = 7 AND NOT \"taken.unknown\" AND \"taken.granularity\" IN ('second', 'month')"
# Seconds for a million photos on two cores.
PROMISED = {"csv": 10, "jsonl": 10, "geoparquet": 10, "a tenth": 1, "verify": 10}
COPY = {"csv": "(FORMAT csv, HEADER)", "jsonl": "(FORMAT json)", "geoparquet": "(FORMAT parquet, COMPRESSION snappy)"}
SUFFIX = {"csv": "csv", "jsonl": "jsonl", "geoparquet": "parquet"}


def copy(source, target, form, where):
    """DuckDB in a process of its own, as Gleaner is."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2; SET preserve_insertion_order = true")
    condition = f"WHERE {where}" if where else ""
    connection.execute(f"COPY (SELECT * FROM read_parquet('{source}') {condition}) TO '{target}' {COPY[form]}")


def make(release, folder, photos):
    """The dataset, made once, with the explorer's snapshot as `gleaner serve` leaves it."""
    dataset = folder / f"export-{photos}"
    if not (dataset / "dataset.db").exists():
        subprocess.run([release / "testbed", "dataset", dataset, "--photos", str(photos)], check=True, stdout=subprocess.DEVNULL)
    return dataset


def export(measure, explorer, release, python, folder, options, promises):
    photos = int(options.photos or 1_000_000)
    dataset = (options.dataset or make(release, folder, photos)).resolve()
    with explorer(release / "gleaner", dataset):
        pass  # Writes the snapshot when it ends.
    out = folder / "out"
    out.mkdir(exist_ok=True)
    source = out / "source.parquet"
    gleaner = lambda *arguments: measure([release / "gleaner", *arguments, "--json"], out)
    duckdb = lambda *arguments: measure([python, Path(__file__), *arguments], out)
    gleaner("export", dataset, "--format", "geoparquet", "-o", source, "--no-manifest")
    runs = {}
    for _ in range(options.rounds):
        for form, suffix in SUFFIX.items():
            ours, theirs = out / f"ours.{suffix}", out / f"theirs.{suffix}"
            note = lambda name, run: runs.setdefault(name, []).append(run)
            for name, more in [("", ["--no-manifest"]), (" with its manifest", [])]:
                run = gleaner("export", dataset, "--format", form, "-o", ours, *more)
                note(f"{form}{name}", {**run, "bytes": ours.stat().st_size})
            note(f"{form}, DuckDB", {**duckdb(source, theirs, form), "bytes": theirs.stat().st_size})
            for name, more in [("", ["--no-manifest"]), (" with its manifest", [])]:
                run = gleaner("export", dataset, "--format", form, "-o", ours, "--filter", FILTER, *more)
                note(f"{form}, a tenth{name}", {**run, "bytes": ours.stat().st_size, "photos": json.loads(run["said"])["photos"]})
            note(f"{form}, a tenth, DuckDB", {**duckdb(source, theirs, form, WHERE), "bytes": theirs.stat().st_size})
            ours.unlink(), theirs.unlink()
        note("verify", {**gleaner("verify", dataset), "bytes": (dataset / "dataset.db").stat().st_size})
    table(runs, photos)
    for what, seconds in PROMISED.items():
        name = f"jsonl, {what}" if what == "a tenth" else what
        best = min(run["seconds"] for run in runs[name])
        promises.append((f"{photos} photos, {name}: {seconds * photos / 1e6:.1f} s ({best:.1f})", best < seconds * photos / 1e6))


def table(runs, photos):
    print(f"\n### Exports and verification: {photos} photos\n\n| | s | processor s | peak MB | MB |\n|---|---:|---:|---:|---:|")
    for name, of_name in runs.items():
        best = min(of_name, key=lambda run: run["seconds"])
        cpu = min(run["cpu_s"] for run in of_name)
        tenth = f" ({best['photos']} photos)" if "photos" in best else ""
        print(f"| {name}{tenth} | {best['seconds']:.2f} | {cpu:.2f} | {best['memory_mb']:.0f} | {best['bytes'] / 1e6:.0f} |")


if __name__ == "__main__":
    copy(*sys.argv[1:4], sys.argv[4] if len(sys.argv) > 4 else "")
