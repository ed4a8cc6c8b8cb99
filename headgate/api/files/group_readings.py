"""Refused values of a column that another format reads, so that a person corrects all of them at once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from headgate.api.shapes.files import GroupReading
from headgate.contracts.model import NUMBERS, TIMES, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.contracts.model import Column

RULE = "type"
_OF_NUMBERS: tuple[dict[str, Any], ...] = (
    {"decimal": ",", "thousands": "."},
    {"decimal": ","},
    {"decimal": ".", "thousands": ","},
)
_DAYS = ("dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "dd.MM.yy")


def group_readings(column: Column | None, texts: Iterable[str | None]) -> tuple[GroupReading, ...]:
    """Return the formats that read refused values of a column, those that read most rows first.

    A format whose values another one reads as well, to the same effect, is left out.
    """
    if column is None or column.mask is not None:
        return ()
    rows = Counter(text for text in texts if text)
    readings = [(keys, read_texts(column, keys, list(rows))) for keys in _formats_of(column)]
    readings.sort(key=lambda reading: -sum(rows[text] for text in reading[1]))
    listed: list[tuple[dict[str, Any], dict[str, str]]] = []
    for keys, values in readings:
        if values and not any(values.items() <= others.items() for _, others in listed):
            listed.append((keys, values))
    return tuple(
        GroupReading(format=keys, rows=sum(rows[text] for text in values)) for keys, values in listed
    )


def _formats_of(column: Column) -> tuple[dict[str, Any], ...]:
    if column.type.kind in NUMBERS:
        return _OF_NUMBERS
    if column.type.kind not in TIMES:
        return ()
    times = tuple({"patterns": [f"{day} HH:mm", f"{day} HH:mm:ss"]} for day in _DAYS[:3])
    return (*({"patterns": [day]} for day in _DAYS), *(times if column.type.kind is Kind.TIMESTAMP else ()))


def read_texts(column: Column, keys: Mapping[str, Any], texts: list[str]) -> dict[str, str]:
    """Return the texts that a format reads, each with its value in the contract's format.

    Raises:
        BadInputError: the keys are no format of the column.
    """
    from headgate.uploads.edited_rows import in_contract_format
    from headgate.values.cast_declared import cast_column
    from headgate.values.cells import text_array

    if not texts:
        return {}
    plain = in_contract_format(text_array(texts), column, keys)
    is_read = cast_column(column, plain).values.is_valid().to_pylist()
    values = zip(texts, plain.to_pylist(), is_read, strict=True)
    return {text: value for text, value, fits in values if fits and value is not None}
