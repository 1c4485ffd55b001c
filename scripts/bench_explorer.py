"""Latency of the explorer: `scripts/bench --only explorer --photos 1000000`.

Starts the built `gleaner serve` on a made dataset and asks it over HTTP, one question after the other on one
connection, each question new (the server has no answer of it yet). Times are those of the asking side, in ms.
"""

import http.client
import json
import random
import re
import shutil
import statistics
import subprocess
import time
from urllib.parse import quote, urlencode, urlsplit

# p95 in ms for a million photos on two cores, and for ten million.
PROMISED = {
    "facets, slider moves": (10, 60),
    "facets, slider moves, 3 clauses": (10, 60),
    "first page, new filter": (5, 60),
    "text, word": (15, 60),
    "text, rare word": (15, 60),
    "text, part of a word": (15, 60),
    "text, Chinese": (15, 60),
    "text, phrase": (15, 60),
    "map, cells": (10, 60),
    "map, cells by score": (10, 60),
}
READY_SNAPSHOT_S, READY_COLD_S, MEMORY_MB = 1, 15, 800
# An analysis of a filter that is new to the server, ms: for up to 100,000 photos, for a million.
ANALYSIS_MS = (1_000, 3_000)

class Explorer:
    """`gleaner serve` on a dataset, until the block ends."""

    def __init__(self, program, dataset, folder=None):
        self.command, self.folder = [program, "serve", dataset, "--port", "0", "--json"], folder

    def __enter__(self):
        self.started = time.monotonic()
        self.process = subprocess.Popen([str(part) for part in self.command], stdout=subprocess.PIPE, text=True, cwd=self.folder)
        said = ""
        while '"url"' not in said or "}" not in said:
            line = self.process.stdout.readline()
            assert line, "gleaner serve ended"
            said += line
        address = urlsplit(json.loads(said)["url"])
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=120)
        self.connection.connect()
        # The first response already covers all photos.
        self.total = self.ask("facets")["total"]
        self.ready_s = time.monotonic() - self.started
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.process.terminate()
        self.process.wait(timeout=120)

    def ask(self, path, **query):
        return json.loads(self.bytes(path, **query))

    def knows(self, path):
        """Whether this program has the route."""
        self.connection.request("GET", f"/api/v1/{path}")
        answer = self.connection.getresponse()
        answer.read()
        return answer.status == 200

    def bytes(self, path, **query):
        self.connection.request("GET", f"/api/v1/{path}?{urlencode(query, quote_via=quote)}")
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, f"{path} {query}: {answer.status} {body[:300]}"
        return body

    def memory_mb(self):
        """Resident memory now, and its peak."""
        with open(f"/proc/{self.process.pid}/status") as status:
            lines = dict(line.split(":", 1) for line in status)
        return [int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")]


class Words:
    """What photos' titles say: words, parts of words, Chinese, phrases, each list long and without repeats."""

    def __init__(self, explorer, rolls):
        titles = []
        for _ in range(60):
            page = explorer.ask("photos", **{"from": rolls.randrange(max(1, explorer.total - 100)), "limit": 100})
            titles += [photo["title"] for photo in page["photos"]]
        words = {word for title in titles for word in re.findall("[a-z]{4,}", title.lower())}
        self.whole = self.shuffled(rolls, words)
        self.parts = self.shuffled(rolls, {word[at:at + 4] for word in words for at in range(1, len(word) - 4)})
        runs = [run for title in titles for run in re.findall("[\u4e00-\u9fff]{2,}", title)]
        self.chinese = self.shuffled(rolls, {run[at:at + n] for run in runs for n in (2, 3) for at in range(len(run) - n + 1)})
        pairs = [pair for title in titles for pair in re.findall("(?=\\b([a-z]{3,} [a-z]{3,})\\b)", title.lower())]
        self.phrases = self.shuffled(rolls, {f'"{pair}"' for pair in pairs})

    @staticmethod
    def shuffled(rolls, texts):
        texts = sorted(texts)
        rolls.shuffle(texts)
        # The server remembers some dozens of conditions: a list that is longer is new to it each time round.
        assert len(texts) > 60, f"too few different texts: {texts}"
        return texts


def questions(explorer, rolls):
    """Name and, for each number, the query; none of the responses is cached."""
    words = Words(explorer, rolls)
    # Programs before the analyses have a route of its own for this one.
    seasons = "analyses/season" if explorer.knows("analyses") else "seasons"
    bound = lambda n: f"{0.1 + 0.8 * (n * 0.618034 % 1):.4f}"
    narrow = lambda n: f"score.monkey:>={bound(n)} country:MY,IN,JP taken:2010..2024"
    pick = lambda texts, n: texts[n % len(texts)]
    rare = lambda n: rolls.choice("kstmnrlv") + rolls.choice("aeiou") + rolls.choice("kstmnrlv") + rolls.choice("aeiou") + str(n)
    return {
        "facets, slider moves": lambda n: ("facets", {"q": f"score.monkey:>={bound(n)}"}),
        "facets, slider moves, 3 clauses": lambda n: ("facets", {"q": narrow(n)}),
        "first page, new filter": lambda n: ("photos", {"q": f"score.cage:<={bound(n)}", "from": 0, "limit": 60}),
        "first page, by views": lambda n: ("photos", {"q": f"score.cage:<={bound(n)}", "sort": "views", "from": 0, "limit": 60}),
        "page in the middle": lambda n: ("photos", {"q": f"score.forest:>={bound(n)}", "from": 10_000 + n, "limit": 60}),
        "aspects, new filter": lambda n: ("aspects", {"q": f"score.person:<={bound(n)}"}),
        "ticks, new filter": lambda n: ("ticks", {"q": f"score.person:>={bound(n)}"}),
        "text, word": lambda n: ("photos", {"q": pick(words.whole, n), "limit": 60}),
        "text, rare word": lambda n: ("photos", {"q": rare(n), "limit": 60}),
        "text, part of a word": lambda n: ("photos", {"q": pick(words.parts, n), "limit": 60}),
        "text, Chinese": lambda n: ("photos", {"q": pick(words.chinese, n), "limit": 60}),
        "text, phrase": lambda n: ("photos", {"q": pick(words.phrases, n), "limit": 60}),
        "map, cells": lambda n: ("map", {"q": f"score.monkey:>={bound(n)}", "zoom": 2, "cells": "true", "measure": "count"}),
        "map, cells by score": lambda n: ("map", {"q": f"score.cage:>={bound(n)}", "zoom": 4, "cells": "true", "measure": "score.monkey"}),
        "seasons, new filter": lambda n: (seasons, {"q": f"score.monkey:<={bound(n)}"}),
    }


def measure(explorer, rounds):
    rows = {}
    for name, question in questions(explorer, random.Random(1)).items():
        times = []
        for n in range(rounds + 3):
            path, query = question(n + 1)
            started = time.perf_counter()
            explorer.bytes(path, **query)
            times.append((time.perf_counter() - started) * 1000)
        # The first ones fill caches (orders, the text index), and are reported separately.
        asked = sorted(times[3:])
        rows[name] = {
            "p50": statistics.median(asked),
            "p95": asked[int(len(asked) * 0.95)],
            "max": asked[-1],
            "first": times[0],
        }
    return rows


def analyses(explorer, rounds):
    """Every analysis with its usual parameters, each time of a filter that is new to the server."""
    rows = {}
    for analysis in explorer.ask("analyses"):
        if any("default" not in parameter for parameter in analysis["parameters"]):
            continue
        times = []
        for n in range(rounds):
            bound = f"{0.02 + 0.3 * ((n + 1) * 0.618034 % 1):.4f}"
            started = time.perf_counter()
            explorer.bytes(f"analyses/{analysis['name']}", q=f"score.person:>={bound}")
            times.append((time.perf_counter() - started) * 1000)
        later = sorted(times[1:])
        rows[f"analysis, {analysis['name']}"] = {
            "p50": statistics.median(later), "p95": later[int(len(later) * 0.95)], "max": later[-1], "first": times[0],
        }
    return rows


def forget(dataset):
    """Removes what can be rebuilt from the store."""
    for leftover in [dataset / "index", dataset / "explorer.snapshot"]:
        if leftover.is_dir():
            shutil.rmtree(leftover)
        leftover.unlink(missing_ok=True)


def explorer(release, dataset, photos, rounds, promises):
    """Measures and prints; returns the figures."""
    dataset = dataset or release / f"bench-explorer-{photos}"
    if not (dataset / "dataset.db").exists():
        started = time.monotonic()
        subprocess.run([release / "testbed", "dataset", dataset, "--photos", str(photos)], check=True, stdout=subprocess.DEVNULL)
        print(f"made {photos} photos in {time.monotonic() - started:.0f} s", flush=True)
    forget(dataset)
    with Explorer(release / "gleaner", dataset) as cold:
        assert cold.total == photos, f"{cold.total} photos instead of {photos}"
        cold_s = cold.ready_s
        cold_mb = cold.memory_mb()
    with Explorer(release / "gleaner", dataset) as warm:
        warm_s = warm.ready_s
        rows = measure(warm, rounds)
        memory = warm.memory_mb()
        asked = analyses(warm, 6) if warm.knows("analyses") else {}
    say(photos, rounds, rows)
    say(photos, 5, asked)
    print(f"ready without snapshot {cold_s:.2f} s (peak {cold_mb[1]:.0f} MB), with {warm_s:.2f} s; "
          f"memory {memory[0]:.0f} MB, peak {memory[1]:.0f} MB")
    size = 0 if photos <= 1_000_000 else 1
    for name, limits in PROMISED.items():
        promises.append((f"{photos} photos, {name}: p95 within {limits[size]} ms", rows[name]["p95"] <= limits[size]))
    if photos <= 1_000_000:
        limit = ANALYSIS_MS[photos > 100_000]
        promises.extend((f"{photos} photos, {name}: first within {limit} ms", row["first"] <= limit) for name, row in asked.items())
    if size == 0:
        promises.append((f"{photos} photos: ready within {READY_COLD_S} s of the store", cold_s <= READY_COLD_S))
        promises.append((f"{photos} photos: ready within {READY_SNAPSHOT_S} s of a snapshot", warm_s <= READY_SNAPSHOT_S))
        promises.append((f"{photos} photos: memory below {MEMORY_MB} MB", max(memory[1], cold_mb[1]) < MEMORY_MB))
    return {
        "photos": photos, "rounds": rounds, "ms": rows, "analyses_ms": asked,
        "ready_s": {"store": cold_s, "snapshot": warm_s},
        "memory_mb": {"now": memory[0], "peak": memory[1], "peak_from_store": cold_mb[1]},
    }


def say(photos, rounds, rows):
    title = f"{photos} photos, {rounds} new questions each, ms"
    print(f"\n{title:<52} {'p50':>8} {'p95':>8} {'max':>8} {'first':>8}")
    for name, row in rows.items():
        print(f"{name:<52} {row['p50']:>8.1f} {row['p95']:>8.1f} {row['max']:>8.1f} {row['first']:>8.1f}", flush=True)
