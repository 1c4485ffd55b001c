#!/usr/bin/env python3
"""Writes data/place-words.tsv: what zoos, aquaria, museums and reserves are called in 81 locales, from an npm package.

    npm install --prefix /tmp/words --ignore-scripts @openstreetmap/id-tagging-schema@6.19.2
    python3 scripts/build_place_words.py /tmp/words/node_modules

A row is a kind of place, a word and its locales. The same input gives the same bytes. data/README.md describes the table.
"""

import collections
import json
import pathlib
import re
import sys
import unicodedata

OUT = pathlib.Path(__file__).resolve().parent.parent / "data" / "place-words.tsv"
# Presets of OpenStreetMap's editor and the kind of place that the table calls them.
KINDS = {
    "tourism/zoo": "zoo",
    "tourism/zoo/petting": "petting_zoo",
    "tourism/zoo/safari": "safari_park",
    "tourism/zoo/wildlife": "wildlife_park",
    "tourism/aquarium": "aquarium",
    "attraction/animal": "enclosure",
    "amenity/animal_shelter": "animal_shelter",
    "tourism/museum": "museum",
    "leisure/nature_reserve": "nature_reserve",
}
# Kinds that speak for the same setting; a word of two of them stays with the first.
SAME = [{"zoo", "petting_zoo", "safari_park", "wildlife_park", "aquarium", "enclosure", "animal_shelter"}, {"museum"}, {"nature_reserve"}]
# A word in Latin, Greek or Cyrillic letters that is shorter than this counts if so many locales have it: "zoo".
SHORT, LOCALES = 5, 3
# Words of the package that mean more than the place.
TOO_WIDE = {"animal", "atrakce", "atrakcia", "besto", "mirva natur", "safari", "zwierzęta", "ספארי"}


def key(word):
    return unicodedata.normalize("NFKC", word).lower().strip()


def parts(name):
    """The names in "博物館・美術館" or "bestoĝardeno: safari-parko"."""
    return [part.strip() for part in re.split(r"[/・|:]| - |\(|\)", name) if part.strip()]


def presets(folder):
    """Kind -> word -> locales. A term is taken if it contains the locale's name of the kind or of a zoo: others are words to search for."""
    found = collections.defaultdict(lambda: collections.defaultdict(set))
    locales = set()
    for path in sorted(folder.glob("*.json")):
        if path.name.endswith(".min.json") or path.stem == "index":
            continue
        locale = path.stem
        presets = json.loads(path.read_text())[locale].get("presets", {}).get("presets", {})
        zoo = [key(part) for part in parts(presets.get("tourism/zoo", {}).get("name", ""))]
        for preset, kind in KINDS.items():
            names = [key(part) for part in parts(presets.get(preset, {}).get("name", ""))]
            stems = names + (zoo if kind in SAME[0] else [])
            terms = [key(term) for term in re.split(r"[,،;\n]", presets.get(preset, {}).get("terms", ""))]
            terms = [term for term in terms if any(stem and stem in term for stem in stems)]
            for word in names + terms:
                if word and word not in TOO_WIDE:
                    found[kind][word].add(locale)
                    locales.add(locale)
    return found, locales


def is_short(word):
    return len(word) < SHORT and all(ord(c) < 0x590 for c in word)


def main(modules):
    found, locales = presets(pathlib.Path(modules) / "@openstreetmap/id-tagging-schema/dist/translations")
    of_setting = collections.defaultdict(set)
    for kind, words in found.items():
        for word in words:
            of_setting[word].update(at for at, kinds in enumerate(SAME) if kind in kinds)
    rows, taken = [], set()
    for kind in KINDS.values():
        for word, where in sorted(found[kind].items()):
            # What is a zoo in one language and a reserve in another says nothing.
            if len(of_setting[word]) > 1 or word in taken:
                continue
            if is_short(word) and len(where) < LOCALES and "en" not in where:
                continue
            taken.add(word)
            assert "\t" not in word and "\n" not in word, word
            rows.append(f"{kind}\t{word}\t{','.join(sorted(where))}")
    OUT.write_text("kind\tword\tlocales\n" + "\n".join(rows) + "\n")
    print(f"{len(rows)} rows, {len(locales)} locales, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
