"""Read JSON: an array of objects, an object that contains such an array at any depth, or JSON Lines.

Every value is read as the text in the file:

| in the file              | read as                                                               |
|--------------------------|-----------------------------------------------------------------------|
| a string                 | itself                                                                |
| a number                 | its characters: `1.10` stays `1.10`, a 64-bit id is never a float     |
| `true`, `false`          | those words                                                           |
| `null`, a missing name   | null                                                                  |
| an object or an array    | its JSON text, in columns that the contract keeps as JSON text         |

A line of JSON Lines that is not an object is ragged. Source: RFC 8259; jsonlines.org.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa

from headgate.errors import HeaderError, UnreadableFileError
from headgate.formats.format_name import GEOJSON, JSON_LINES, FormatName
from headgate.formats.json.geojson import features, is_feature_collection
from headgate.formats.json.json_text import json_text
from headgate.formats.json.nested_names import expanded, never
from headgate.formats.json.record_lists import (
    WHOLE,
    RecordList,
    RecordPlace,
    name_of_list,
    nearest_lists,
    record_lists,
    records_at,
    with_values_beside,
)
from headgate.formats.received_rows import Ragged
from headgate.formats.row_offsets import line_starts, offsets_in_original, record_starts
from headgate.formats.sniff import Text, text_of
from headgate.formats.typed_cells import TypedText, typed_flags
from headgate.values.cells import NO_ROWS, Rows, text_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.formats.json.nested_names import Expands

    Record = dict[str, Any]

# An array is parsed at once, into objects several times larger than its text; JSON Lines are read in blocks.
MAX_ARRAY_BYTES = 1 << 28
MAX_NAMES = 4096
# Every name has a cell in every record, even if the record lacks it. A small table may be sparse; a large one
# must have a value in one of `_CELLS_PER_VALUE` cells.
CELLS_FREELY = 1 << 22
MAX_CELLS = 1 << 28
_CELLS_PER_VALUE = 64
NO_RECORD = 0  # width of a line that is not an object
_RECORDS_AT_ONCE = 1 << 15
_TEXT_KINDS = {str, TypedText, type(None)}  # types whose values are texts already
_OBJECT_START = re.compile(rb"\s*\{(?!\s*[^\s:\"',;\t|{}]+\s*\})")  # `{8F14E45F-…}` is an id
# `[2024-01-01 10:00:00,123] INFO` is a log line, and `[id],[name]` a header.
_ARRAY_START = re.compile(
    rb"\s*\[\s*(?:[\"'\[{\]]|(?:[-+.\d][-+.\deE]*|true|false|null|NaN)\s*(?:[,\]]|\Z)|\Z)"
)
_BRACKETED_CELL = re.compile(rb"\s*\[[^\[\]\"'{},;\t|\r\n]+\][ ]*[,;\t|]")
_MORE_CELLS = re.compile(r"[ ]*[,;\t|][ ]*[^\s]")
_ANYWHERE = RecordPlace()
_PROBE_BYTES = 1 << 12
_TEXT_PROBE_BYTES = 1 << 16


def is_json(text: bytes) -> bool:
    """Return whether a UTF-8 text starts like a JSON array or object.

    A row with one of these as its first cell does not count.
    """
    probe = text[:_PROBE_BYTES]
    if _OBJECT_START.match(probe):
        return True
    if not _ARRAY_START.match(probe) or _BRACKETED_CELL.match(probe):
        return False
    line = probe.lstrip().partition(b"\n")[0].decode(errors="replace")
    try:
        _, end = json.JSONDecoder().raw_decode(line)
    except (ValueError, RecursionError):
        return True
    return _MORE_CELLS.match(line, end) is None  # no delimiter and cell follow the array in the first line


def is_single_value(text: bytes) -> bool:
    """Return whether a UTF-8 text is one JSON string, number or literal, which is never a table."""
    try:
        return len(text) <= _PROBE_BYTES and not isinstance(json.loads(text), list | dict)
    except (ValueError, RecursionError):
        return False


def holds_json(content: bytes, encoding: str = "") -> bool:
    """Return whether the bytes are a text that starts like JSON; `encoding` as in `text_of`."""
    try:
        return is_json(
            text_of(content[:_TEXT_PROBE_BYTES], encoding, is_cut=len(content) > _TEXT_PROBE_BYTES).utf8
        )
    except UnreadableFileError:  # only blanks, or not a text: the CSV reader reports it
        return False


@dataclass(frozen=True)
class Records:
    """The records of a file as columns, in the order in which their names first occur.

    Attributes:
        columns: the texts of each name; JSON text for objects and arrays.
        nested: the names with objects or arrays.
        source_rows, ragged, starts: as in `Received`.
        form: `json`, `json_lines`, `geojson` or `xml`.
        encoding_confidence: from 0 to 1.
        typed: for each name, which of its values are numbers or booleans.
    """

    columns: Mapping[str, pa.Array]
    nested: frozenset[str]
    source_rows: Rows
    ragged: Ragged
    form: str
    encoding: str
    starts: Rows
    encoding_confidence: float = 1.0
    typed: Mapping[str, pa.Array] = field(default_factory=dict)

    @property
    def confidence(self) -> float:
        """The share of lines or array entries that are records, at most the confidence of the encoding."""
        rows, ragged = len(self.source_rows), len(self.ragged.source_rows)
        return min(rows / (rows + ragged), self.encoding_confidence) if rows else 0.0


def are_lines(text: bytes) -> bool:
    """Return whether a text that starts like JSON is JSON Lines."""
    return _lines(text) is not None


def read_records(
    content: bytes, encoding: str = "", expands: Expands = never, place: RecordPlace = _ANYWHERE
) -> Records:
    """Return the records under their own names.

    Args:
        encoding: as in `text_of`.
        expands: says which objects become columns.
        place: the position of the records; by default, the list that the fewest objects enclose.

    Raises:
        UnreadableFileError: `not_a_table`: the text is not valid JSON, or has no objects; `too_large`: it
            exceeds the limits on depth, names or cells.
        HeaderError: `duplicate_column`: a record has a name twice.
    """
    return records_of(text_of(content, encoding), content, expands, place)


def lists_of_records(content: bytes) -> tuple[RecordList, ...]:
    """Return the lists of records in JSON, including the text itself if it is one; none for GeoJSON.

    Errors as `read_records`.
    """
    text = text_of(content)
    lines = _lines(text.utf8)
    parsed = _parse(text.utf8) if lines is None else list(filter(None, map(_line, lines)))
    return () if is_feature_collection(parsed) else record_lists(parsed)


def records_of(text: Text, content: bytes, expands: Expands, place: RecordPlace = _ANYWHERE) -> Records:
    """Return the records of a text that was received as `content`; errors and `place` as `read_records`."""
    lines = _lines(text.utf8)
    records = GatheredRecords(expands)
    form: str = JSON_LINES
    starts = NO_ROWS
    if lines is not None and place.list_name not in {"", WHOLE}:
        values = list(filter(None, map(_line, lines)))
        records.add((0, record) for record in records_at(values, place))
    elif lines is None:
        parsed = _parse(text.utf8)
        form = GEOJSON if is_feature_collection(parsed) else FormatName.JSON
        records.add((0, record) for record in _array(parsed, place))
        starts = record_starts(text.utf8, records.count)
    else:
        records.add(enumerate(map(_line, lines), 1), lines)
        starts = line_starts(text.utf8)
    if records.count and not records.record_numbers:
        raise no_objects(records.count)
    starts = offsets_in_original(text.utf8, starts, content, text.encoding)
    return replace(records.all(form, text.encoding, starts), encoding_confidence=text.confidence)


def read_lines(lines: Sequence[bytes], expands: Expands = never) -> Records:
    """Return the records of lines of JSON Lines in UTF-8, numbered from 1, without offsets.

    Errors as `read_records`.
    """
    records = GatheredRecords(expands)
    records.add(enumerate(map(_line, lines), 1), lines)
    return records.all(JSON_LINES, "utf-8", NO_ROWS)


def no_objects(values: int = 1) -> UnreadableFileError:
    """Return the rejection of JSON without an object: its values have no names."""
    return UnreadableFileError(
        rule="not_a_table",
        message=(
            f"the JSON holds {values:,} {'value' if values == 1 else 'values'}, and none is an object "
            "with named values"
        ),
        remedy='send an array of objects such as [{"id": 1}], or an object in each line',
    )


class GatheredRecords:
    """Records that are collected as columns.

    Attributes:
        expands: says which objects become columns.
    """

    def __init__(self, expands: Expands) -> None:
        self.expands = expands
        self.blocks: dict[str, list[pa.Array]] = {}
        self.typed: dict[str, list[pa.Array]] = {}
        self.nested: set[str] = set()
        self.record_numbers: list[int] = []
        self.ragged: list[tuple[int, str]] = []
        self.count = 0
        self.values = 0

    def add(self, records: Iterable[tuple[int, object]], lines: Sequence[bytes] = ()) -> None:
        """Add records, each with the 1-based number of its line in `lines`.

        A value that is not an object is ragged.

        Raises:
            UnreadableFileError: `too_large` or `not_a_table`, as `read_records`.
        """
        rest = iter(records)
        while chunk := list(islice(rest, _RECORDS_AT_ONCE)):
            kept: list[Record] = []
            for line, record in chunk:
                self.count += 1
                if isinstance(record, dict):
                    self.record_numbers.append(self.count)
                    kept.append(expanded(record, self.expands))
                else:
                    self.ragged.append((self.count, lines[line - 1].decode() if lines else _entry(record)))
            self._put(kept)

    def _put(self, records: list[Record]) -> None:
        before = sum(map(len, next(iter(self.blocks.values()), [])))
        self.values += sum(map(len, records))
        for name in dict.fromkeys(name for record in records for name in record):
            check_name_count(len(self.blocks))
            _check_surrogates(name)
            self.blocks.setdefault(name, [pa.nulls(before, pa.string())])
            self.typed.setdefault(name, [typed_flags([None] * before)])
        _check_cells(len(self.blocks) * (before + len(records)), self.values)
        for name, blocks in self.blocks.items():
            values = [record.get(name) for record in records]
            kinds = set(map(type, values))
            if any(issubclass(kind, dict | list) for kind in kinds):
                self.nested.add(name)
            texts = values if kinds <= _TEXT_KINDS else [_text(value) for value in values]
            self.typed[name].append(typed_flags(texts))
            blocks.append(_texts(name, texts))

    def all(self, form: str, encoding: str, starts: Rows) -> Records:
        """Return all records as columns, and release them here."""
        numbers, texts = zip(*self.ragged, strict=True) if self.ragged else ((), ())
        ragged = Ragged(np.array(numbers, np.int64), texts, (NO_RECORD,) * len(texts))
        columns = {name: pa.concat_arrays(self.blocks.pop(name)) for name in tuple(self.blocks)}
        typed = {name: pa.concat_arrays(self.typed.pop(name)) for name in tuple(self.typed)}
        return Records(
            columns,
            frozenset(self.nested),
            np.array(self.record_numbers, np.int64),
            ragged,
            form,
            encoding,
            starts,
            typed=typed,
        )


def check_name_count(names: int) -> None:
    """Check that one more name is allowed; UnreadableFileError if not."""
    if names >= MAX_NAMES:
        raise UnreadableFileError(
            rule="too_large",
            message=f"the records have more than {MAX_NAMES:,} different names",
            remedy="send records with fewer names",
        )


def _check_cells(cells: int, values: int) -> None:
    """Check the number of cells; UnreadableFileError if there are too many.

    A small file with other names in each record would become a large, nearly empty table.
    """
    allowed = min(MAX_CELLS, max(CELLS_FREELY, _CELLS_PER_VALUE * values))
    if cells > allowed:
        raise UnreadableFileError(
            rule="too_large",
            message=(
                f"the records' names make a table of more than {allowed:,} cells, nearly all of them empty"
            ),
            remedy="send records with the same names, or in smaller files",
        )


def _texts(name: str, texts: Sequence[str | None]) -> pa.Array:
    try:
        return text_array(texts)
    except UnicodeEncodeError:
        raise _half_surrogate(shown_name(name)) from None


def _entry(value: object) -> str:
    """Return an array entry that is not a record as JSON."""
    text = json.dumps(value, ensure_ascii=False)
    _check_surrogates(text)
    return text


def _check_surrogates(text: str) -> None:
    """Raise UnreadableFileError for half of a surrogate pair, which JSON can contain and UTF-8 cannot.

    Source: RFC 8259, section 8.2.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _half_surrogate() from None


def _half_surrogate(column: str = "") -> UnreadableFileError:
    return UnreadableFileError(
        rule="not_a_table",
        message="a text holds half of a surrogate pair",
        remedy="write the file as valid UTF-8",
        column=column,
    )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return TypedText("true" if value else "false")
    return json_text(value)


def shown_name(name: str) -> str:
    """Return the name if it looks like one that a person chose; else "", because it may be a value."""
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z_ .-]{0,40}\d{0,2}", name) else ""


def _lines(text: bytes) -> list[bytes] | None:
    """Return the lines of JSON Lines, of which the first two are objects; None for one JSON text."""
    lines = [line for line in text.splitlines() if line.strip()]
    starts = lines[0].lstrip().startswith(b"{") and len(lines) > 1 and lines[1].lstrip().startswith(b"{")
    return lines if starts and isinstance(_line(lines[0]), dict) else None


def _line(line: bytes) -> object:
    """Return the line's value; None if the line is not JSON."""
    try:
        return _decode(line)
    except ValueError:
        return None


def _parse(text: bytes) -> object:
    if len(text) > MAX_ARRAY_BYTES:
        raise UnreadableFileError(
            rule="too_large",
            message=f"one JSON text of more than {MAX_ARRAY_BYTES:,} bytes",
            remedy="send it as JSON Lines, a record a line",
        )
    try:
        return _decode(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            raise _several_values(error.lineno) from None
        raise UnreadableFileError(
            rule="not_a_table",
            message=f"the JSON is broken off or wrong in line {error.lineno}",
            remedy="write the file again and send it again",
        ) from None


def _several_values(line: int) -> UnreadableFileError:
    """Return the rejection of several JSON values that are not JSON Lines."""
    return UnreadableFileError(
        rule="not_a_table",
        message=(
            f"another JSON value follows the first one in line {line}, and they are not one object "
            "in each line"
        ),
        remedy="write one array of objects, or an object in each line",
    )


def _decode(text: bytes) -> object:
    try:
        # Keep the characters of numbers.
        return json.loads(
            text.decode(),
            parse_int=TypedText,
            parse_float=TypedText,
            parse_constant=TypedText,
            object_pairs_hook=_record,
        )
    except RecursionError:
        raise UnreadableFileError(
            rule="too_large",
            message="the JSON is nested deeper than any table",
            remedy="send flat records, one for each row",
        ) from None


def _record(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) != len(pairs):
        duplicate = next(name for place, (name, _) in enumerate(pairs) if name in dict(pairs[:place]))
        raise HeaderError(
            rule="duplicate_column",
            message="a record has a name twice",
            remedy="keep one of the two values",
            column=shown_name(duplicate),
        )
    return record


def _array(parsed: object, place: RecordPlace) -> Iterable[object]:
    """Return the records of a JSON value.

    These are the features of a collection, the entries of the stated list or of the list that the fewest
    objects enclose, or the object itself.
    """
    if is_feature_collection(parsed):
        return features(cast("dict[str, Any]", parsed))
    if place.list_name:
        return records_at(parsed, place)
    lists = nearest_lists(parsed, place)
    if len(lists) > 1:
        names = ", ".join(filter(None, (shown_name(name_of_list(path)) for path in lists)))
        raise UnreadableFileError(
            rule="not_a_table",
            message=f"the object holds {len(lists)} arrays of records: {names}",
            remedy="choose one in the console, state it in the contract as headgate.records, or send each "
            "array as its own file",
        )
    for path, records in lists.items():
        return with_values_beside(records, parsed, path, place)
    return [parsed]
