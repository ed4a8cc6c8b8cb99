"""Decide from the keys alone which rows begin a part of a table."""

from collections.abc import Sequence

import ibis

_SEPARATOR = "\x1f"  # between the texts of the key's columns


@ibis.udf.scalar.builtin(name="md5_number_lower", signature=(("string",), "uint64"))  # type: ignore[untyped-decorator]  # Ibis ships no types
def _md5_number(text: str) -> int:  # type: ignore[empty-body]  # DuckDB has it
    """Return the lower eight bytes of a text's MD5 as a number."""


def begins_part(rows: ibis.Table, key: Sequence[str], part_rows: int) -> ibis.Value:
    """Return whether each row begins a part, computed from its key.

    On average every `part_rows`-th row does; with 0 none does.
    """
    if not part_rows:
        return ibis.literal(value=False)
    # -0.0 and 0.0 are equal keys with different texts.
    values = [rows[name] + 0.0 if rows[name].type().is_floating() else rows[name] for name in key]
    texts = [value.cast("string").fill_null("") for value in values]
    return _md5_number(ibis.literal(_SEPARATOR).join(texts)) % part_rows == 0
