"""Build the quarantine rows of a file: refused rows with their reasons, and duplicates."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Level, Mask
from headgate.formats.received_rows import Ragged, Received
from headgate.intake.rows.checked_column import CheckedColumn, of_rows
from headgate.intake.rows.deduplicate_rows import SAME_KEY as KEY_OUTCOME
from headgate.intake.rows.deduplicate_rows import SAME_ROW as ROW_OUTCOME
from headgate.intake.rows.deduplicate_rows import SAME_VALUE as VALUE_OUTCOME
from headgate.intake.rows.duplicate_reasons import AFTER_MASKING
from headgate.intake.rows.redact_source_rows import MASKED, source_texts, without_numbers
from headgate.lake.states import DUPLICATE_KEY, DUPLICATE_ROW, RAGGED_ROW, RAGGED_TEXT, Disposition
from headgate.masking.redaction import redact_text
from headgate.values.cells import (
    NO_ROWS,
    Rows,
    bool_array,
    flags,
    int_array,
    joined,
    literal,
    numbers,
    repeated,
    rewritten_where,
    text_array,
    text_bytes,
)
from headgate.values.refusal_reasons import title_of
from headgate.values.rules import Breach, among
from headgate.values.unique_values import RULE as UNIQUE

FOOTER = "footer"
_UNSAFE_IN_JSON = r'["\\\x00-\x1f]'
_SAME_ROW = "Another row has the same values{masked} and was kept. Nothing has to be done."
_SAME_KEY = (
    "The row has the key of another row of the file, which is newer or was kept. "
    "Correct the key if both rows are meant to be in the lake."
)
_SAME_VALUE = (
    "has a value that another row of the file has, too, and each row needs its own. "
    "Correct one of the two rows."
)
_BLANK = 0x20  # control characters are below it


@dataclass(frozen=True)
class RowOrigin:
    """The file that rows come from; written with each row."""

    dataset: str
    content_sha256: str
    object_key: str
    received_at: datetime


def refused_rows(
    received: Received,
    checked: Sequence[CheckedColumn],
    breaches: Sequence[Breach],
    refused: Rows,
    width: int,
) -> pa.Table:
    """Describe the refused rows of a batch and its ragged rows, by source row.

    Args:
        breaches: breaches in the contract's order. The first one that does more than warn is a row's reason.
        refused: the rows with such a breach.
        width: number of columns in the file's header.
    """
    count = len(received.source_rows)
    table = _describe(
        received.source_rows[refused],
        [of_rows(each, refused) for each in checked],
        [among(breach, refused, count) for breach in breaches],
        Disposition.REFUSED,
    )
    if not len(received.ragged.source_rows):
        return table
    masks = {each.column.mask for each in checked}
    return (
        pa.concat_tables([table, _ragged_rows(received.ragged, width, masks)])
        .unify_dictionaries()
        .sort_by("source_row")
    )


def duplicate_rows(
    source_rows: Rows,
    checked: Sequence[CheckedColumn],
    warnings: Sequence[Breach],
    outcomes: Rows,
    *,
    unique: Sequence[str] = (),
    reasons: Mapping[int, str] = MappingProxyType({}),
) -> pa.Table:
    """Describe rows that repeat the key of another row, or its value of a unique column.

    Args:
        source_rows, checked: only these rows.
        warnings: the rules at level `warn` that they break.
        outcomes: their outcomes, as in `Survivors`.
        unique: the contract's unique columns.
        reasons: source row → reason, instead of the general sentence of the rule.
    """
    rows = np.arange(len(source_rows))
    titles = {each.column.name: title_of(each.column) for each in checked}
    same_row = _SAME_ROW.format(masked=AFTER_MASKING if any(each.column.mask for each in checked) else "")
    lost = [
        Breach(DUPLICATE_ROW, "", same_row, rows[outcomes == ROW_OUTCOME]),
        Breach(DUPLICATE_KEY, "", _SAME_KEY, rows[outcomes == KEY_OUTCOME]),
        *(
            Breach(
                UNIQUE,
                name,
                f"{titles.get(name, name)} {_SAME_VALUE}",
                rows[outcomes == VALUE_OUTCOME + place],
            )
            for place, name in enumerate(unique)
        ),
    ]
    described = _describe(source_rows, checked, [*warnings, *lost], Disposition.DUPLICATE)
    if not any(row in reasons for row in source_rows.tolist()):
        return described
    place = described.schema.get_field_index("reason")
    texts = [
        reasons.get(row, text)
        for row, text in zip(source_rows.tolist(), described["reason"].to_pylist(), strict=True)
    ]
    return described.set_column(place, "reason", text_array(texts).dictionary_encode())


def _describe(
    source_rows: Rows, checked: Sequence[CheckedColumn], reasons: Sequence[Breach], disposition: Disposition
) -> pa.Table:
    count = len(source_rows)
    first = int_array(_first_reasons(reasons, count))
    columns = text_array(reason.column or None for reason in reasons).take(first)
    texts = source_texts(checked, passed=disposition is Disposition.DUPLICATE)
    return pa.table(
        {
            "source_row": int_array(source_rows),
            "disposition": repeated(disposition, count),
            "rule": text_array(reason.rule for reason in reasons).take(first).dictionary_encode(),
            "column_name": columns.dictionary_encode(),
            "reason": text_array(reason.reason for reason in reasons).take(first).dictionary_encode(),
            "all_rules": _all_codes(reasons, count).dictionary_encode(),
            "masked_value": _value_of(columns, texts),
            "record": _records(texts),
        }
    )


def _first_reasons(reasons: Sequence[Breach], count: int) -> Rows:
    """Return the position of each row's first reason; a warning is not a reason."""
    first = np.full(count, -1)
    for position in reversed(range(len(reasons))):
        if reasons[position].level is not Level.WARN:
            first[reasons[position].rows] = position
    return first


def _all_codes(reasons: Sequence[Breach], count: int) -> pa.Array:
    """Return a JSON list of the rules for which each row is not accepted, in the contract's order."""
    reasons = [reason for reason in reasons if reason.level is not Level.WARN]
    positions = np.repeat(np.arange(len(reasons)), [len(reason.rows) for reason in reasons])
    rows = np.concatenate((NO_ROWS, *(reason.rows for reason in reasons)))
    counts = np.bincount(rows, minlength=count)
    codes = text_array(json.dumps(reason.code) for reason in reasons).take(
        int_array(positions[np.lexsort((positions, rows))])
    )
    lists = pa.ListArray.from_arrays(
        pc.cast(int_array(np.concatenate(([0], np.cumsum(counts)))), pa.int32()), codes
    )
    return joined("[", pc.binary_join(lists, literal(", ")), "]")


def _value_of(columns: pa.Array, texts: Mapping[str, pa.Array]) -> pa.Array:
    """Return for each row its shown text of the column in `columns`."""
    value = pa.nulls(len(columns), pa.string())
    for name in pc.unique(columns).drop_null().to_pylist():
        # A column without texts was masked before the file arrived.
        recorded = texts.get(name, literal(MASKED))
        value = pc.if_else(bool_array(flags(pc.equal(columns, literal(name)))), recorded, value)
    return value


def _records(texts: Mapping[str, pa.Array]) -> pa.Array:
    """Return each row as a JSON object of texts; null stays null."""
    parts: list[pa.Array | str] = []
    before = "{"
    for name, text in texts.items():
        escaped = _escaped(text)
        # If every row has a value, the quotes are part of the text between the columns.
        quote = "" if text.null_count else '"'
        parts += [
            f"{before}{json.dumps(name)}: {quote}",
            pc.coalesce(joined('"', escaped, '"'), literal("null")) if text.null_count else escaped,
        ]
        before = f"{quote}, "
    return joined(*parts, f"{before.removesuffix(', ')}}}")


def _escaped(text: pa.Array) -> pa.Array:
    data, _ = text_bytes(text)
    if not ((data < _BLANK).any() or (data == ord('"')).any() or (data == ord("\\")).any()):
        return text
    unsafe = pc.match_substring_regex(text, _UNSAFE_IN_JSON)
    return rewritten_where(
        unsafe,
        text,
        lambda cells: text_array(json.dumps(cell, ensure_ascii=False)[1:-1] for cell in cells.to_pylist()),
    )


def _ragged_rows(ragged: Ragged, width: int, masks: Collection[Mask | None]) -> pa.Table:
    """Describe the ragged rows, whose cells belong to no known column."""
    count = len(ragged.source_rows)
    rules = [RAGGED_ROW] * (count - ragged.footer) + [FOOTER] * ragged.footer
    reasons = [_misfit(cells, width, rule) for cells, rule in zip(ragged.widths, rules, strict=True)]
    return pa.table(
        {
            "source_row": int_array(ragged.source_rows),
            "disposition": repeated(Disposition.REFUSED, count),
            "rule": text_array(rules).dictionary_encode(),
            "column_name": pa.nulls(count, pa.string()).dictionary_encode(),
            "reason": text_array(reasons).dictionary_encode(),
            "all_rules": text_array(json.dumps([rule]) for rule in rules).dictionary_encode(),
            "masked_value": pa.nulls(count, pa.string()),
            "record": _records({RAGGED_TEXT: without_numbers(text_array(ragged.texts), masks)}),
        }
    )


def _misfit(cells: int, width: int, rule: str) -> str:
    if rule == FOOTER:
        return "The line is below the last row of the table. Ignore it if it is a total or a note."
    if not cells:
        return "The line is not a JSON object. Write one object in each line."
    return (
        f"The row has {cells} cell{'s' if cells > 1 else ''} where the header has {width}. Put quotes around "
        "cells that contain the separator, or add the missing cells."
    )


@dataclass(frozen=True)
class RowPlaces:
    """Positions of a batch's rows in their file.

    Attributes:
        first_row: the source row of the batch's first row.
        starts: byte offsets of the batch's rows; empty if they are not known.
        sheet_rows: as in `Received`; empty for a file that is not a workbook.
    """

    first_row: int
    starts: Rows
    sheet_rows: Rows


def with_origin(table: pa.Table, origin: RowOrigin, places: RowPlaces) -> pa.Table:
    """Return the described rows with their origin, under the quarantine contract."""
    rows, row_of_batch = table.num_rows, numbers(table.column("source_row").combine_chunks())
    object_key = redact_text(origin.object_key)
    before = {
        "dataset": repeated(origin.dataset, rows),
        "content_sha256": repeated(origin.content_sha256, rows),
    }
    after = {
        "object_key": repeated(object_key, rows),
        "received_at": pa.repeat(literal(origin.received_at.isoformat(), pa.timestamp("us")), rows),
        "byte_offset": _places_of(places.starts, row_of_batch - places.first_row),
        "sheet_row": _places_of(places.sheet_rows, row_of_batch - places.first_row),
        "closed_by": pa.nulls(rows, pa.string()),
    }
    return pa.table({**before, **{name: table.column(name) for name in table.column_names}, **after})


def _places_of(places: Rows, rows: Rows) -> pa.Array:
    """Return the places of these rows of the batch; null where they are not known."""
    has_place = rows < len(places)
    return int_array(
        np.where(has_place, places[np.minimum(rows, len(places) - 1)] if len(places) else 0, 0),
        nulls=~has_place,
    )
