#!/usr/bin/env python3
"""Writes data/vernacular-names.tsv.z: names of animals and plants in many languages, from two npm packages.

    npm install --prefix /tmp/names --ignore-scripts cldr-annotations-full@48.2.0 emojibase-data@17.0.0
    python3 scripts/build_names.py /tmp/names/node_modules

A row is an animal or a plant; its cells are `LANGUAGE=name`, by language, English first. The same input gives the same bytes.
data/README.md describes the table.
"""

import json
import pathlib
import sys
import zlib

OUT = pathlib.Path(__file__).resolve().parent.parent / "data" / "vernacular-names.tsv.z"
# Group of emojibase: animals and nature.
GROUPS = {3}
# Names that are only marked as missing.
PLACEHOLDERS = ("↑↑↑", "")


def names(folder):
    """Language -> emoji -> name, of the languages that CLDR annotates."""
    found = {}
    for path in sorted(folder.glob("*/annotations.json")):
        annotations = json.loads(path.read_text())["annotations"].get("annotations", {})
        named = {emoji: each["tts"][0].strip() for emoji, each in annotations.items() if each.get("tts")}
        found[path.parent.name] = {emoji: name for emoji, name in named.items() if name not in PLACEHOLDERS}
    return found


def main(modules):
    modules = pathlib.Path(modules)
    by_language = {language: named for language, named in names(modules / "cldr-annotations-full" / "annotations").items() if named}
    things = [each for each in json.loads((modules / "emojibase-data/en/data.json").read_text()) if each.get("group") in GROUPS]
    rows = []
    for thing in sorted(things, key=lambda thing: thing["order"]):
        emoji = thing["emoji"].replace("\ufe0f", "")
        cells, english = [], by_language["en"].get(emoji)
        if not english:
            continue
        for language in ["en", *sorted(set(by_language) - {"en"})]:
            name = by_language[language].get(emoji)
            # A regional variant that says the same adds nothing.
            parent = by_language.get(language.split("-")[0], {}).get(emoji) if "-" in language else None
            if name and name != parent:
                assert "\t" not in name and "\n" not in name, name
                cells.append(f"{language}={name}")
        rows.append("\t".join(cells))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress("\n".join(rows).encode()) + packer.flush()
    OUT.write_bytes(data)
    print(f"{len(rows)} rows, {len(by_language)} languages, {len(data)} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
