"""The name that a drafted dataset gets from its file."""

from __future__ import annotations

import re
import unicodedata

_NAMELESS = "dataset"


def dataset_name_of(file_name: str) -> str:
    """Return a name that can name a folder in raw and a table: `Lieferung März.csv.gz` gives `lieferung_marz`."""
    stem = unicodedata.normalize("NFKD", file_name.partition(".")[0].lower()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", stem).strip("_")
    return name if name[:1].isalpha() else "_".join(part for part in (_NAMELESS, name) if part)
