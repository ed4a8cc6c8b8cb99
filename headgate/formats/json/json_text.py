r"""The JSON text of a list or an object, for a column that keeps it as text.

| in the file                       | in the text                                                           |
|-----------------------------------|-----------------------------------------------------------------------|
| a number                          | its characters; `NaN` and `Infinity`, which JSON does not have, quoted |
| an object                         | its names in alphabetical order                                       |
| blanks between values             | none                                                                  |
| a control character in a string   | a blank: an escape such as `\n` could hide a card number from masking |

Equal values have equal texts, so that a repeated row is recognized. Source: RFC 8259.
"""

import json
import re

from headgate.errors import UnreadableFileError
from headgate.formats.typed_cells import TypedText

_CONTROL = re.compile(r"[\x00-\x1f]")
_NO_JSON_NUMBER = {"NaN", "Infinity", "-Infinity"}
_KEEP_AS_JSON = "declare the column with logicalType: array and physicalType: TEXT"


def not_kept(column: str, *, is_declared: bool = True) -> UnreadableFileError:
    """Return the rejection of a file with lists or objects in a column that is not declared as JSON text."""
    return UnreadableFileError(
        rule="type",
        message="the column holds lists or objects, and the contract does not keep it as JSON text",
        remedy=_KEEP_AS_JSON
        if is_declared
        else f"{_KEEP_AS_JSON}, or leave it out with headgate.newColumns: ignore",
        column=column,
    )


def json_text(value: object) -> str:
    """Return a parsed list or object, whose numbers are `TypedText`, as JSON text."""
    try:
        return _json_of(value)
    except RecursionError:
        raise UnreadableFileError(
            rule="too_large",
            message="a list is nested deeper than can be written",
            remedy="send less deeply nested records",
        ) from None


def _json_of(value: object) -> str:
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{_json_of(name)}:{_json_of(inner)}" for name, inner in sorted(value.items()))
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(map(_json_of, value)) + "]"
    if isinstance(value, TypedText) and value not in _NO_JSON_NUMBER:
        return str(value)
    return json.dumps(_CONTROL.sub(" ", value) if isinstance(value, str) else value, ensure_ascii=False)
