"""The baseline of the thumbnails of `scripts/bench --only speed`: Pillow with libjpeg-turbo's reduced decoding (draft).

Usage: bench_thumbnails.py FOLDER ROUNDS

Opens, decodes, scales (Lanczos) and encodes each JPEG of the folder that often, one after the other.
"""

import io
import json
import sys
import time
from pathlib import Path

from PIL import Image

EDGE = 320


def thumbnail(file):
    image = Image.open(io.BytesIO(file))
    # Not below the thumbnail's size: the fastest that still needs no enlarging.
    image.draft("RGB", (EDGE, EDGE))
    image = image.convert("RGB")
    scale = EDGE / max(image.size)
    if scale < 1:
        image = image.resize([max(1, round(side * scale)) for side in image.size], Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def main():
    files = [path.read_bytes() for path in sorted(Path(sys.argv[1]).iterdir())]
    files = [file for file in files if file.startswith(b"\xff\xd8")] * int(sys.argv[2])
    started = time.process_time()
    for file in files:
        thumbnail(file)
    print(json.dumps({"photos": len(files), "seconds": time.process_time() - started}))


main()
