"""Find Online Retail II on this computer, or download and verify it from the UCI repository."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from headgate.errors import NotFoundError, ServiceError
from scripts.online_retail.workbooks import sheet_as_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FILE_NAME = "online_retail_II_year2009-2010.csv.gz"
URL = "https://archive.ics.uci.edu/static/public/502/online+retail+ii.zip"
# Of the archive at URL, 45,622,418 bytes. Not measured by us but taken from public projects that recorded it,
# independently of each other and with the same value, when they downloaded it in 2026; a file with another
# checksum is rejected.
ARCHIVE_SHA256 = "572e36277c2390fbfde10664750731e0a86f55e33470d91919085f0408e67bfb"
# Of the CSV text of the workbook's first sheet, as the importer reads it: measured on a copy whose facts are
# known (525,461 rows, 9,539,484.634 GBP).
TEXT_SHA256 = "17181af53059386e360acb2714218558ef526f84acacc768ebbdd3a35623d941"
SHEET = "Year 2009-2010"
_CHECKOUT = Path(__file__).resolve().parents[2]
_CHUNK_BYTES = 1 << 20
_TIMEOUT_S = 60


def find_source(env: Mapping[str, str] = os.environ) -> Path | None:
    """Return the data set below the folder in HEADGATE_DATA, else in `../shared/data` beside the checkout."""
    folder = Path(env.get("HEADGATE_DATA") or _CHECKOUT.parent / "shared" / "data")
    path = folder / "online_retail" / FILE_NAME
    return path if path.is_file() else None


def fetch(
    folder: Path,
    progress: Callable[[str, int, int], None] | None = None,
    *,
    url: str = URL,
    sha256: str = ARCHIVE_SHA256,
) -> Path:
    """Return the data set as CSV in `folder`, downloaded unless it is there.

    The file appears completely or not at all.

    Raises:
        NotFoundError: the archive cannot be reached.
        ServiceError: the download is not the archive with that checksum, or does not have the known sheet.
    """
    wanted = folder / FILE_NAME
    if wanted.is_file():
        return wanted
    archive = _download(url, progress)
    _check(hashlib.sha256(archive).hexdigest(), sha256, f"the archive at {url}")
    with zipfile.ZipFile(io.BytesIO(archive)) as outer:
        text = sheet_as_csv(io.BytesIO(outer.read(outer.namelist()[0])), SHEET)
    if sha256 == ARCHIVE_SHA256:
        _check(hashlib.sha256(text).hexdigest(), TEXT_SHA256, f"sheet {SHEET} as CSV")
    partial = wanted.with_suffix(".partial")
    folder.mkdir(parents=True, exist_ok=True)
    partial.write_bytes(gzip.compress(text, mtime=0))
    return partial.replace(wanted)


def _download(url: str, progress: Callable[[str, int, int], None] | None) -> bytes:
    body = io.BytesIO()
    try:
        with urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 the address is ours, and the bytes are checked
            size = int(answer.headers.get("Content-Length") or 0)
            while chunk := answer.read(_CHUNK_BYTES):
                body.write(chunk)
                if progress:
                    progress("download", body.tell(), size)
    except (URLError, OSError) as error:
        raise NotFoundError(
            f"{url} cannot be reached ({type(error).__name__}). Set HEADGATE_DATA, or generate a shop "
            "with `python scripts/sample_shop.py FOLDER`."
        ) from error
    return body.getvalue()


def _check(sha256: str, expected: str, what: str) -> None:
    if sha256 != expected:
        raise ServiceError(f"{what} has SHA-256 {sha256}, expected {expected}; nothing was written")
