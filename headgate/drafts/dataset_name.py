"""The dataset name for a file's draft."""

from __future__ import annotations

import re

from headgate.plain_names import in_plain_letters

_NAMELESS = "dataset"


def dataset_name_of(file_name: str) -> str:
    """Return a name for a folder and a table: `Lieferung März.csv.gz` gives `lieferung_marz`."""
    name = re.sub(r"[^a-z0-9]+", "_", in_plain_letters(file_name.partition(".")[0])).strip("_")
    return name if name[:1].isalpha() else "_".join(part for part in (_NAMELESS, name) if part)
