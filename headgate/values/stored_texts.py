"""Texts that a typed file stores as such, or as bytes, as writers without logical types do."""

import pyarrow as pa
import pyarrow.compute as pc

_TEXTS = {pa.string(), pa.large_string(), pa.string_view()}
_TEXTUAL = {*_TEXTS, pa.binary(), pa.large_binary(), pa.binary_view()}
_CONTROLS = r"[\x00-\x08\x0e-\x1f]"


def is_textual(stored: pa.DataType) -> bool:
    """Return whether values of the type are text, or bytes that may be text."""
    return stored in _TEXTUAL or pa.types.is_fixed_size_binary(stored)


def stored_texts(values: pa.Array) -> pa.Array | None:
    """Return stored texts, or bytes that are UTF-8 without control characters; None for binary data."""
    try:
        texts = pc.cast(values, pa.string())
        texts.validate(full=True)  # a damaged file may declare invalid bytes as text
    except pa.ArrowInvalid:
        return None
    is_binary = values.type not in _TEXTS and pc.any(pc.match_substring_regex(texts, _CONTROLS)).as_py()
    return None if is_binary else texts
