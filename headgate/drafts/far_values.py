"""Numbers of a sample that are far from all others, or of another sign: often typing errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from headgate.contracts.model import Column, Kind
from headgate.contracts.sensitive_names import PERSONAL
from headgate.drafts.column_inference import is_code_name
from headgate.drafts.nearly_all_rows import sounds_like_key
from headgate.values.accepted_texts import null_where_absent
from headgate.values.cast_declared import cast_column
from headgate.values.cells import Rows, flags

if TYPE_CHECKING:
    import pyarrow as pa

    Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

_NUMBERS = {Kind.BIGINT, Kind.DECIMAL, Kind.DOUBLE}
_MIN_NUMBERS, _MAX_FAR = 20, 2
_MIN_RATIO = 5  # of the distances from the median of a far number and of the farthest other one
_SHOWN = re.compile(r"(?:[^\d]*\d){1,8}[^\d]*")  # no number as long as a card's


def about_far_values(column: Column, text: pa.Array, numbers: Rows) -> list[str]:
    """Return a note for a few numbers that are far from all others, and for those of another sign.

    Args:
        text: the cells, without lines of totals.
        numbers: of their rows, in the file as it was sent.
    """
    is_number = column.type.kind in _NUMBERS and column.mask is None and column.classification != PERSONAL
    if not is_number or is_code_name(column.name) or sounds_like_key(column.name):
        return []
    cells = null_where_absent(column, text)
    values = cast_column(column, cells).values
    rows = np.flatnonzero(flags(values.is_valid()))
    read = np.array([float(value) for value in values.drop_null().to_pylist()])
    if len(read) < _MIN_NUMBERS or not np.isfinite(read).all():
        return []
    sign, other = _of_other_sign(read)
    notes = [(place, f"is {sign}, as no other value is") for place in other]
    notes += [(place, "is far from all other values") for place in sorted({*_far(read)} - {*other})]
    return [
        f"{_shown(cells[int(rows[place])].as_py())} in data row {numbers[rows[place]]} {why}: check it"
        for place, why in notes
    ]


def _of_other_sign(read: Numbers) -> tuple[str, list[int]]:
    """Return the sign that at most two numbers have, and their places; none if more have it."""
    places = {"negative": np.flatnonzero(read < 0), "positive": np.flatnonzero(read > 0)}
    sign = min(places, key=lambda each: len(places[each]))
    is_few = len(places[sign]) <= _MAX_FAR and 2 * sum(map(len, places.values())) > len(read)
    return sign, [int(place) for place in places[sign]] if is_few else []


def _far(read: Numbers) -> list[int]:
    """Return the places of at most two numbers that are much farther from the median than all others."""
    distances = np.abs(read - np.median(read))
    order = np.argsort(-distances, kind="stable")
    for count in range(1, _MAX_FAR + 1):
        nearest = distances[order[count]]
        if nearest > 0 and distances[order[count - 1]] >= _MIN_RATIO * nearest:
            return [int(place) for place in order[:count]]
    return []


def _shown(text: str) -> str:
    return text.strip() if _SHOWN.fullmatch(text) else "a value"
