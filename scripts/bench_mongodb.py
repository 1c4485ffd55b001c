"""Pushing records to MongoDB, beside PyMongo: `scripts/bench --only mongodb --photos 1000000`.

Both write the same documents, byte for byte, to the same two collections with the same indexes, each time on a new server
of one member (`testbed mongodb`), acknowledged by the majority and journaled. Then the explorer: how long until it answers.
"""

import shutil
import statistics
import subprocess
import time

from bench_explorer import Explorer, forget

COLLECTIONS = ["photos", "sealed"]
BATCH = 1000
AT_LEAST = 1.0
READY_S = 30


class Server:
    """A new server, as long as the block lasts; its data lie beside the build."""

    def __init__(self, release):
        self.release, self.folder = release, release / "bench-mongodb"
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        command = [self.release / "testbed", "mongodb", self.folder]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip().replace("/?", "/bench?")
        assert self.url, "the server did not start"
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=60)
        time.sleep(1)
        shutil.rmtree(self.folder)


def client(url):
    import pymongo

    concern = pymongo.write_concern.WriteConcern(w="majority", j=True)
    return pymongo.MongoClient(url).get_default_database(write_concern=concern)


def dump(url, folder):
    """Writes the documents of each collection into a file, and lists the indexes."""
    database = client(url)
    for name in COLLECTIONS:
        with (folder / f"{name}.bson").open("wb") as out:
            for batch in database[name].find_raw_batches():
                out.write(batch)
    return {name: database[name].index_information() for name in COLLECTIONS}


def read(path):
    """The documents of a file, in batches, as bytes."""
    with path.open("rb") as file:
        batch = []
        while length := file.read(4):
            batch.append(length + file.read(int.from_bytes(length, "little") - 4))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


def pymongo_seconds(url, folder, indexes, raw):
    """Inserts the documents of the files: as dicts, which are made beforehand and not timed, or as bytes that are ready."""
    import bson
    from bson.raw_bson import RawBSONDocument

    make = RawBSONDocument if raw else bson.decode
    database, seconds = client(url), 0
    for name in COLLECTIONS:
        for index, of_it in indexes[name].items():
            if index != "_id_":
                database[name].create_index(of_it["key"], name=index)
    for name in COLLECTIONS:
        for batch in read(folder / f"{name}.bson"):
            documents = [make(document) for document in batch]
            started = time.monotonic()
            database[name].insert_many(documents, ordered=False)
            seconds += time.monotonic() - started
    return seconds


def count(url):
    return [client(url)[name].count_documents({}) for name in COLLECTIONS]


def made(release, folder, photos):
    """A generated dataset, reused if it exists."""
    dataset = folder / f"bench-explorer-{photos}"
    if not (dataset / "dataset.db").exists():
        subprocess.run([release / "testbed", "dataset", dataset, "--photos", str(photos)], check=True, stdout=subprocess.DEVNULL)
    return dataset


def pushed(release, dataset, url):
    started = time.monotonic()
    subprocess.run([release / "gleaner", "push", dataset, url], check=True, stderr=subprocess.DEVNULL)
    return time.monotonic() - started


def rounds_of(release, dataset, folder, photos, rounds):
    """Seconds by kind, taken in turns, each on a new server."""
    seconds = {"Gleaner": [], "PyMongo, dicts": [], "PyMongo, bytes": []}
    indexes = None
    for _ in range(rounds):
        for kind, runs in seconds.items():
            with Server(release) as server:
                if kind == "Gleaner":
                    runs.append(pushed(release, dataset, server.url))
                    indexes = indexes or dump(server.url, folder)
                else:
                    runs.append(pymongo_seconds(server.url, folder, indexes, raw=kind.endswith("bytes")))
                assert count(server.url) == [photos, photos], count(server.url)
    for name in COLLECTIONS:
        (folder / f"{name}.bson").unlink()
    return seconds


def say(photos, seconds):
    title = f"{photos} photos, {2 * photos} documents"
    print(f"\n{title:<40} {'s, each round':<28} {'photos/s':>9}  x PyMongo, dicts: median (least to most)")
    base = seconds["PyMongo, dicts"]
    for kind, runs in seconds.items():
        ratios = [of_base / run for run, of_base in zip(runs, base)]
        each = " ".join(f"{run:.1f}" for run in runs)
        rate = photos / statistics.median(runs)
        print(f"{kind:<40} {each:<28} {rate:>9.0f}  {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})", flush=True)
    return statistics.median(of_base / run for run, of_base in zip(seconds["Gleaner"], base))


def ready(release, dataset, folder):
    """Seconds until the explorer answers from this dataset: without a snapshot, then with the one that it wrote."""
    seconds = []
    for _ in range(2):
        with Explorer(release / "gleaner", dataset, folder) as explorer:
            seconds.append(explorer.ready_s)
    return seconds


def mongodb(release, folder, photos, rounds, promises):
    """Measures and prints: some rounds with at most 100,000 photos, one round with all."""
    small = min(photos, 100_000)
    dataset = made(release, folder, small)
    ratio = say(small, rounds_of(release, dataset, folder, small, rounds))
    if photos > small:
        dataset = made(release, folder, photos)
        ratio = say(photos, rounds_of(release, dataset, folder, photos, 1))
    promises.append((f"{photos} photos pushed at least {AT_LEAST} times as fast as PyMongo's insert_many", ratio >= AT_LEAST))
    forget(dataset)
    sqlite = ready(release, dataset, folder)
    with Server(release) as server:
        pushed(release, dataset, server.url)
        forget(folder / "bench")
        of_server = ready(release, server.url, folder)
    print(f"\nready from {photos} photos, s: MongoDB {of_server[0]:.1f} without a snapshot, {of_server[1]:.1f} with one; "
          f"SQLite {sqlite[0]:.1f} and {sqlite[1]:.1f}")
    promises.append((f"{photos} photos: ready within {READY_S} s of MongoDB", of_server[0] <= READY_S))
