"""The dataset name for a file's draft."""

from __future__ import annotations

import re

from headgate.plain_names import in_plain_letters

_NAMELESS = "dataset"
# The time of one delivery at the end of a name: a week, a quarter, or digits of a year, month or day.
_TIMES = re.compile(r"(?:_(?:(?:wk|kw|week|woche)_?[0-9]{1,2}|q[1-4]|(?:[0-9]{2}){1,4}))+$")


def dataset_name_of(file_name: str) -> str:
    """Return a name for a folder and a table: `Lieferung März.csv.gz` gives `lieferung_marz`."""
    name = re.sub(r"[^a-z0-9]+", "_", in_plain_letters(file_name.partition(".")[0])).strip("_")
    return name if name[:1].isalpha() else "_".join(part for part in (_NAMELESS, name) if part)


def without_time(name: str) -> str:
    """Return a dataset's name without the time of one delivery, because the next one has another.

    >>> [without_time(name) for name in ("manifest_wk23", "counts_2026_06_11", "returns_q2", "ean_13a")]
    ['manifest', 'counts', 'returns', 'ean_13a']
    """
    return _TIMES.sub("", name)
