"""Countries in words and codes: names in English and German, and codes of ISO 3166-1."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.country_fields import ALPHA_2
from headgate.plain_names import in_plain_letters
from headgate.values.cells import blank_to_null, by_unique, text_array

_MIN_SHARE = 0.9  # of a column's values that are countries


def in_country_codes(text: pa.Array, kind: str) -> pa.Array:
    """Return the texts, those that are countries as their codes.

    Args:
        kind: `alpha-2` or `alpha-3`.
    """
    unique, own = by_unique(text)
    codes = [_code(value, kind) or value for value in unique.to_pylist()]
    return text_array(codes).take(own)


def are_countries(text: pa.Array) -> bool:
    """Return whether nearly all values of a column are countries."""
    values = pc.unique(blank_to_null(pc.utf8_trim_whitespace(text)).drop_null()).to_pylist()
    return bool(values) and sum(bool(_code(value, ALPHA_2)) for value in values) >= _MIN_SHARE * len(values)


def _code(text: str | None, kind: str) -> str:
    code = _code_of().get(_compared(text or ""), ("", ""))
    return code[0] if kind == ALPHA_2 else code[1]


@cache
def _code_of() -> Mapping[str, tuple[str, str]]:
    """Return both codes by code and by name. Source: ISO 3166-1; names of Unicode CLDR in both languages."""
    listed = json.loads(files("headgate.values").joinpath("countries.json").read_text("utf-8"))
    return {_compared(text): (code, names[0]) for code, names in listed.items() for text in (code, *names)}


def _compared(text: str) -> str:
    """Return a name without case, accents, points and signs between its words."""
    return re.sub(r"[^a-z]+", " ", in_plain_letters(text).replace(".", "")).strip()
