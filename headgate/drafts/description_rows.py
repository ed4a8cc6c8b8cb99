"""Rows below a header that describe its columns, as a survey's questions or a logger's units."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import numpy as np
import pyarrow.compute as pc

from headgate.contracts.model import NUMBERS, TIMES, Column
from headgate.formats.csv.header_evidence import MAX_DESCRIPTION_ROWS, MIN_ROWS_BELOW
from headgate.masking.redaction import redact_text
from headgate.values.cells import blank_to_null, distinct_counts, flags, literal, text_array
from headgate.values.format_inference import NULL_WORDS, Reading, infer_format, infer_most, is_read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa

    from headgate.drafts.read_sample import DraftSample

_PROBED_ROWS = 1000
_MIN_COLUMNS = 2  # a single text above numbers may be a bad value
_NEARLY_ALL = 0.9
_TYPED = NUMBERS | TIMES
_NO_VALUE = frozenset(word.casefold() for word in (*NULL_WORDS, "unknown", "nil", "missing"))


def count_description_rows(columns: Iterable[pa.Array]) -> int:
    """Return how many leading rows describe the columns, at most three.

    Such a row has texts above most columns of numbers and dates, no number or date above any of them, and no
    code like those below: a row of an article with two bad values is data.
    """
    typed, coded = [], []
    for text in columns:
        first, below = (
            text.slice(0, MAX_DESCRIPTION_ROWS).to_pylist(),
            text.slice(MAX_DESCRIPTION_ROWS, _PROBED_ROWS),
        )
        if reading := _reading_below(below):
            typed.append((first, reading))
        elif shapes := _shapes_of_codes(below):
            coded.append((first, shapes))
    for row in range(MAX_DESCRIPTION_ROWS):
        is_coded = any(_shape(cells[row] or "") in shapes for cells, shapes in coded)
        if is_coded or not _describes([(cells[row], reading) for cells, reading in typed]):
            return row
    return MAX_DESCRIPTION_ROWS


def without_description_rows(sample: DraftSample) -> DraftSample:
    """Return the sample without leading rows that describe its columns."""
    rows = count_description_rows(sample.cells.values())
    if not rows:
        return sample
    cells = {name: text.slice(rows) for name, text in sample.cells.items()}
    return replace(sample, cells=cells, numbers=sample.numbers[rows:], description_rows=rows)


def without_header_rows(sample: DraftSample) -> DraftSample:
    """Return the sample without rows that repeat the header, as at the begin of each page of a report."""
    filled, same = np.zeros(sample.rows, int), np.zeros(sample.rows, int)
    for name, text in sample.cells.items():
        plain = pc.utf8_trim_whitespace(text)
        filled += flags(pc.greater(pc.utf8_length(plain), 0))
        same += flags(pc.equal(plain, literal(sample.headings.get(name, name).strip())))
    rows = np.flatnonzero((same == filled) & (same >= _MIN_COLUMNS)).tolist()
    return replace(sample.without_rows(rows), header_rows=len(rows)) if rows else sample


def with_descriptions(
    columns: Mapping[str, Column], cells: Mapping[str, pa.Array], rows: int
) -> dict[str, Column]:
    """Return the columns, described by the first of the rows that says more than their names."""
    for row in range(rows):
        texts = {name: (text[row].as_py() or "").strip() for name, text in cells.items()}
        own = {
            name: text
            for name, text in texts.items()
            if text and not text.startswith(("{", "[")) and text.casefold() != name.casefold()
        }
        if own:
            return {
                name: replace(column, description=redact_text(own[name])) if name in own else column
                for name, column in columns.items()
            }
    return dict(columns)


def stated_zone(columns: Iterable[pa.Array], rows: int) -> str:
    """Return the time zone that the first rows state as JSON; empty if they state none or several.

    Source: exports of Qualtrics have {"ImportId":"startDate","timeZone":"America/Denver"} above dates.
    """
    texts = {cell for text in columns for cell in text.slice(0, rows).to_pylist() if cell}
    zone_texts = {zone for text in texts if (zone := _zone_in(text))}
    zones = zone_texts & available_timezones() if zone_texts else zone_texts
    return zones.pop() if len(zones) == 1 else ""


def _zone_in(text: str) -> str:
    try:
        facts = json.loads(text) if text.lstrip().startswith("{") else {}
    except (ValueError, RecursionError):
        return ""
    zone = facts.get("timeZone")
    return zone if isinstance(zone, str) else ""


def _reading_below(text: pa.Array) -> Reading | None:
    """Return how nearly all values are read as numbers or dates; None for other columns."""
    given = blank_to_null(text).drop_null()
    if len(given) < MIN_ROWS_BELOW:
        return None
    unique, counts = distinct_counts(given)
    clear = infer_format(unique).readings
    most = infer_most(unique, counts)
    reading = clear[0] if clear else most.reading if most else None
    return reading if reading and reading.kind in _TYPED else None


def _shapes_of_codes(text: pa.Array) -> frozenset[str]:
    """Return the shapes of the cells, if nearly all of them have a digit; else none."""
    cells = [cell for cell in text.to_pylist() if cell and cell.strip()]
    with_digit = [cell for cell in cells if re.search(r"\d", cell)]
    return frozenset(map(_shape, with_digit)) if len(with_digit) > _NEARLY_ALL * len(cells) else frozenset()


def _shape(cell: str) -> str:
    """Return the cell with each run of letters as `a` and each run of digits as `9`."""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", cell.strip()))


def _describes(cells: Sequence[tuple[str | None, Reading]]) -> bool:
    given = [(cell.strip(), reading) for cell, reading in cells if cell and cell.strip()]
    if len(given) < max(_MIN_COLUMNS, len(cells) / 2):
        return False
    return not any(
        cell.casefold() in _NO_VALUE or is_read(text_array([cell]), reading).any() for cell, reading in given
    )
