"""The JSON text of lists, structs and maps in Parquet, for a column that keeps them as text.

| stored as                     | in the text                                                                         |
|-------------------------------|-------------------------------------------------------------------------------------|
| list                          | an array                                                                            |
| struct                        | an object; a null field is `null`                                                   |
| map                           | an object with the keys' texts as names; a list of `[key, value]` pairs where a key  |
|                               | comes twice: an object would lose a value                                           |
| integer, decimal, float       | a number: its digits, the shortest that are exact for a float; `"NaN"`, `"Infinity"` |
| boolean, null                 | `true`, `false`, `null`                                                             |
| text                          | a string                                                                            |
| date, time, timestamp         | a string as a column of its own has it, a timestamp in UTC                          |

Blanks, the order of names and control characters are those of JSON files (`headgate.formats.json.json_text`).
"""  # noqa: E501 a table

from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.formats.json.json_text import json_text
from headgate.formats.typed_cells import TypedText
from headgate.values.cells import text_array
from headgate.values.stored_texts import is_textual, stored_texts

# Arrow's spelling, and the one of quoted JSON text.
_NO_JSON_NUMBER = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


class NoJsonValueError(Exception):
    """A list, struct or map contains values of a type without an exact text."""


def nested_texts(values: pa.Array) -> pa.Array:
    """Return lists, structs or maps as JSON texts; null stays null.

    Raises:
        NoJsonValueError: an inner value is neither text nor number, boolean or time.
    """
    return text_array(None if value is None else json_text(value) for value in _parsed(values))


def _parsed(values: pa.Array) -> list[Any]:
    """Return the values as `json_text` expects them: numbers are `TypedText`."""
    types, kind = pa.types, values.type
    if types.is_dictionary(kind):
        return _parsed(values.dictionary_decode())
    if types.is_struct(kind):
        names = [field.name for field in kind]
        if len(set(names)) < len(names):
            raise NoJsonValueError
        columns = [_parsed(column) for column in values.flatten()]
        rows = zip(*columns, strict=True) if columns else ((),) * len(values)
        return [
            dict(zip(names, row, strict=True)) if valid else None
            for valid, row in zip(values.is_valid().to_pylist(), rows, strict=True)
        ]
    if types.is_map(kind):
        entries = _parsed(
            values.cast(pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)])))
        )
        return [None if pairs is None else _map(pairs) for pairs in entries]
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        items = iter(_parsed(values.flatten()))  # excludes items of null lists
        return [
            None if size is None else [*islice(items, size)]
            for size in pc.list_value_length(values).to_pylist()
        ]
    return _leaves(values)


def _map(pairs: Sequence[dict[str, Any]]) -> dict[str, Any] | list[Any]:
    """Return a map as an object, or as its pairs if a key is duplicate."""
    by_name = {_name(pair["key"]): pair["value"] for pair in pairs}
    return by_name if len(by_name) == len(pairs) else [[pair["key"], pair["value"]] for pair in pairs]


def _name(key: object) -> str:
    return str(key) if isinstance(key, str) else json_text(key)  # a number as a name becomes a string


def _leaves(values: pa.Array) -> list[Any]:
    types, kind = pa.types, values.type
    if types.is_null(kind) or types.is_boolean(kind):
        return list(values.to_pylist())
    if types.is_integer(kind) or types.is_floating(kind):
        return [
            None if text is None else TypedText(_NO_JSON_NUMBER.get(text, text)) for text in _texts(values)
        ]
    if types.is_decimal(kind):
        return [None if text is None else TypedText(f"{Decimal(text):f}") for text in _texts(values)]
    if types.is_timestamp(kind):
        return _texts(pc.cast(values, pa.timestamp(kind.unit)))
    if types.is_date(kind) or types.is_time(kind) or is_textual(kind):
        return _texts(values)
    raise NoJsonValueError


def _texts(values: pa.Array) -> list[str | None]:
    if (texts := stored_texts(values) if is_textual(values.type) else pc.cast(values, pa.string())) is None:
        raise NoJsonValueError
    return list(texts.to_pylist())
