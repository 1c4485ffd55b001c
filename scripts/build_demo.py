#!/usr/bin/env python3
"""Rebuilds demo/ from a folder of openly licensed photos: build_demo.py SHARED/demo-photos

Files are copied unchanged. Coordinates are given only where the source's title names a place:
approximate centre, generous uncertainty in metres.
"""
import csv
import pathlib
import shutil
import sys

CHOICE = [  # file, title, (latitude, longitude, uncertainty_m) of the place that the title names
    ("erase_gibbon", "Hylobates lar - Kaeng Krachan", (12.8, 99.4, 50000)),
    ("erase_gorilla", "Mountain gorilla (Gorilla beringei beringei) female", None),
    ("erase_macaque", "Bonnet macaques in Anaimalai Hills", (10.4, 77.0, 40000)),
    ("erase_long_nosed_monkey", "Proboscis monkey (Nasalis larvatus) female and baby", None),
    ("world_lemur", "Lemur", None),
    ("erase_penguin", "Chinstrap penguin on Barrientos Island, Antarctica", (-62.41, -59.79, 5000)),
    ("erase_camels", "Camelus bactrianus in western Mongolia", (47.5, 92.0, 400000)),
    ("erase_caterpillar", "Papilio machaon - Daucus carota - Keila", (59.30, 24.42, 10000)),
    ("erase_chamaeleon", "Chamaeleo chamaeleon, Samos, Griechenland", (37.75, 26.83, 30000)),
    ("erase_goat", "Walliser Schwarzhalsziege, Belalp", (46.37, 7.98, 5000)),
    ("erase_horse", "Zaniskari Horse in Ladakh", (34.2, 77.6, 200000)),
    ("erase_nubian_ibex", "Juvenile Nubian ibex in Mitzpe Ramon", (30.61, 34.80, 10000)),
    ("erase_meerkats", "Meerkat (Suricata suricatta), Tswalu", (-27.2, 22.4, 40000)),
    ("erase_toucan", "Pteroglossus torquatus, Costa Rica", (9.9, -84.2, 270000)),
    ("erase_heron", "Purpurreiher (Ardea purpurea) im Flug - NSG Wagbachniederung", (49.25, 8.51, 5000)),
    ("world_koala", "Koala, Perth Zoo", (-31.976, 115.853, 1000)),
    ("fish_fish21", "Trachinotus ovatus, Alonissos", (39.2, 23.9, 20000)),
    ("fish_fish22", "Symphodus tinca femmina, Muggia", (45.60, 13.77, 10000)),
    ("erase_calf", "Calf's head in Don Det, Laos", (13.98, 105.92, 5000)),
    ("erase_butterfly", "Parantica aglea at Nayikayam Thattu", None),
    ("erase_bee", "Pollination", None),
    ("erase_kitten", "A posing kitten", None),
    ("farm_owl", "Owl, the nightbird", None),
    ("farm_duck", "Aylesbury Duck", None),
    ("world_panda", "Giant Panda", None),
    ("erase_dolphin", "Eilat Dolphin Reef", (29.53, 34.94, 5000)),
]
HEAD = "file author license source_url changes title taken latitude longitude uncertainty_m location_origin".split()
here = pathlib.Path(__file__).resolve().parent.parent / "demo"
shared = pathlib.Path(sys.argv[1])
rows = {r["file"]: r for r in csv.DictReader((shared / "ATTRIBUTION.csv").open(encoding="utf-8-sig"))}
(here / "photos").mkdir(parents=True, exist_ok=True)
with (here / "ATTRIBUTION.csv").open("w", encoding="utf-8", newline="") as out:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    names = []
    for name, title, place in CHOICE:
        row = rows[name + ".webp"]
        target = here / "photos" / row["file"]
        shutil.copyfile(shared / "photos" / row["file"], target)
        target.chmod(0o644)
        where = [*place, "title"] if place else ["", "", "", ""]
        writer.writerow([row["file"], row["author"], row["licence"], row["source"], row["changes"], title,
                         row["taken"], *where])
        names.append(row["file"])
listing = "".join(f'    ("{n}", include_bytes!("../../demo/photos/{n}")),\n' for n in sorted(names))
(here.parent / "src/sources/demo.rs").write_text(f'''//! The bundled, openly licensed photos (`scripts/build_demo.py` writes this file).

use std::fs;
use std::io;
use std::path::Path;

const ATTRIBUTION: &[u8] = include_bytes!("../../demo/ATTRIBUTION.csv");

const PHOTOS: &[(&str, &[u8])] = &[
{listing}];

/// Writes the photos and their ATTRIBUTION.csv into `dir`, which is made where it is missing.
pub fn unpack(dir: &Path) -> io::Result<()> {{
    fs::create_dir_all(dir)?;
    fs::write(dir.join("ATTRIBUTION.csv"), ATTRIBUTION)?;
    PHOTOS.iter().try_for_each(|(name, bytes)| fs::write(dir.join(name), bytes))
}}
''')
