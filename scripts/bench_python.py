"""The baseline of scripts/bench: one photo after the other, with the libraries such scripts are written with.

Usage: bench_python.py API_URL WORDS NUMBER FOLDER [--no-maker-notes]

Times itself without what it takes to start Python and to read the table of cities.
"""

import json
import sys
import time
from pathlib import Path

import exifread
import requests
import reverse_geocode
from cryptography.fernet import Fernet

EXTRAS = (
    "description,license,date_upload,date_taken,owner_name,icon_server,original_format,last_update,geo,tags,"
    "machine_tags,o_dims,views,count_faves,count_comments,media,path_alias,content_type,safety_level,"
    "url_sq,url_q,url_t,url_s,url_n,url_w,url_m,url_z,url_c,url_l,url_h,url_k,url_3k,url_4k,url_f,url_5k,url_6k,url_o"
)
SIZES = ["url_o", "url_6k", "url_5k", "url_f", "url_4k", "url_3k", "url_k", "url_h", "url_l", "url_c", "url_z", "url_w"]


def search(session, api_url, words, number):
    """The first `number` different records, 500 a page; ends at an empty page."""
    seen, page = set(), 1
    while len(seen) < number:
        arguments = {
            "method": "flickr.photos.search", "api_key": "0" * 32, "format": "json", "nojsoncallback": 1,
            "text": words, "media": "photos", "sort": "relevance", "extras": EXTRAS,
            "per_page": min(number, 500), "page": page,
        }
        answer = session.get(api_url, params=arguments, timeout=60)
        answer.raise_for_status()
        photos = answer.json()["photos"]["photo"]
        if not photos:
            return
        for photo in photos:
            if photo["id"] not in seen and len(seen) < number:
                seen.add(photo["id"])
                yield photo
        page += 1


def take(session, fernet, folder, photo, maker_notes):
    """One photo: image, EXIF, nearest city, five sealed fields."""
    url = next(photo[size] for size in SIZES if photo.get(size))
    image = session.get(url, timeout=60)
    image.raise_for_status()
    path = folder / "images" / url.rsplit("/", 1)[1]
    path.write_bytes(image.content)
    with path.open("rb") as file:
        tags = exifread.process_file(file, details=maker_notes)
    exif = {name: str(value) for name, value in tags.items() if name != "JPEGThumbnail"}
    record = dict(photo, filename=path.name, link=url)
    latitude, longitude = float(photo.get("latitude") or 0), float(photo.get("longitude") or 0)
    if (latitude, longitude) != (0.0, 0.0):
        place = reverse_geocode.search([(latitude, longitude)])[0]
        record["country"], record["city"] = place["country"], place["city"]
    personal = {
        "owner name": photo.get("ownername"), "path alias": photo.get("pathalias"), "owner": photo.get("owner"),
        "exif data": exif, "raw record": photo,
    }
    for name in ("ownername", "pathalias", "owner"):
        record.pop(name, None)
    for name, value in personal.items():
        record[name] = fernet.encrypt(json.dumps(value).encode()).decode()
    return record


def main():
    api_url, words, number, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    maker_notes = "--no-maker-notes" not in sys.argv
    (folder / "images").mkdir(parents=True)
    reverse_geocode.search([(0.0, 0.0)])
    started = time.monotonic()
    fernet = Fernet(Fernet.generate_key())
    session = requests.Session()
    records = [take(session, fernet, folder, photo, maker_notes) for photo in search(session, api_url, words, number)]
    (folder / "dataset.json").write_text(json.dumps(records))
    print(json.dumps({"photos": len(records), "seconds": time.monotonic() - started}))


if __name__ == "__main__":
    main()
