"""Infer how a column of texts writes numbers: separators, currency signs, units and percent signs.

Every separator that reads all texts is a candidate. If candidates read different values from a text, the
column is ambiguous: `1.299` is 1299 or 1.299.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.contracts.currency import CODES, SPELLINGS
from headgate.contracts.source_format import EITHER, PLAIN, SourceFormat
from headgate.values.cast_declared import NEGATIVES, minus_in_front, plain_numbers
from headgate.values.cells import flags, matches

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

_SEPARATORS = tuple(
    (decimal, thousands) for decimal in ".," for thousands in ("", ".", ",", " ", "'") if decimal != thousands
)
_EACH_BY_ITSELF = ((EITHER, ""),)
_CURRENCY_OF = {code: code for code in CODES} | {
    sign: code for code, signs in SPELLINGS.items() for sign in signs
}
# Source: the SI Brochure, 9th edition, and other units in common use.
_UNITS = (
    "kg", "g", "mg", "t", "lb", "oz", "km", "m", "cm", "mm", "l", "ml", "m²", "m2", "m³", "m3", "°C", "°F",
    "K", "kWh", "Wh", "kW", "W",
    "V", "mV", "A", "mA", "Hz", "kHz", "Pa", "hPa", "bar", "lx", "ppm", "h", "min", "s", "ms", "km/h", "m/s",
)  # fmt: skip
_NUMBER = r"[0-9][0-9.,' \x{a0}\x{202f}]*"
_SIGNS = "|".join(sorted((re.escape(sign) for sign in (*_CURRENCY_OF, *_UNITS, "%")), key=len, reverse=True))
_BLANK = r"[ \x{a0}\x{202f}]?"
_WITHOUT_SIGN = rf"-?{_BLANK}-?(?:{_NUMBER})?[0-9]{_BLANK}"
_SHAPE = rf"^-?(?P<before>(?:{_SIGNS})?){_BLANK}-?(?:{_NUMBER})?[0-9]{_BLANK}(?P<behind>(?:{_SIGNS})?)$"
_TWO_PLACES = r"[0-9][.,][0-9]{2}[^0-9]*$"
_GROUPED_CODE = r"[0-9]{1,3}(?:[.' \x{a0}\x{202f}][0-9]{3})+"


@dataclass(frozen=True)
class NumberReading:
    """A reading of all texts of a column as numbers; `plain` contains their plain texts."""

    format: SourceFormat
    plain: pa.Array


def number_readings(texts: pa.Array, *, is_each_by_itself: bool = False) -> list[NumberReading]:
    """Return the readings of all texts as numbers, one for each different set of values.

    Args:
        texts: not empty, without nulls.
        is_each_by_itself: some numbers have a decimal point and others a decimal comma.
    """
    minus = _minus(texts)
    leading = minus_in_front(texts, minus)
    signed = _with_signs(leading)
    if signed is None or _is_code(leading, signed):
        return []
    signed = replace(signed, minus=minus)
    readings: list[NumberReading] = []
    for decimal, thousands in _EACH_BY_ITSELF if is_each_by_itself else _SEPARATORS:
        declared = replace(signed, decimal=decimal, thousands=thousands)
        plain = plain_numbers(texts, declared)
        if not plain.null_count and not any(reading.plain.equals(plain) for reading in readings):
            readings.append(NumberReading(_without_unused_separators(declared, texts), plain))
    return readings


def signs_of_numbers(texts: pa.Array) -> list[str]:
    """Return the currency, unit or percent sign of each number that has one; empty for other texts."""
    shapes = pc.extract_regex(texts, _SHAPE).to_pylist()
    return [(shape["before"] or shape["behind"]) if shape else "" for shape in shapes]


def _minus(texts: pa.Array) -> str:
    """Return the form of negative numbers if it is not a leading minus.

    If all are negative, they must be amounts with two places: `(1)` and `(2)` alone may be numbers of
    footnotes.
    """
    are_amounts = flags(pc.match_substring_regex(texts, _TWO_PLACES)).all()
    for minus, pattern in NEGATIVES.items():
        negative = flags(pc.match_substring_regex(texts, pattern))
        if negative.any() and (are_amounts or not negative.all()):
            return minus
    return ""


def _with_signs(texts: pa.Array) -> SourceFormat | None:
    """Return the format with the currency, unit or percent sign of the texts.

    None if they are not numbers or have signs of different meaning.
    """
    # Arrow compiles a pattern at each call. The pattern of all signs is slow, and most columns have a text
    # without digits, or no sign.
    if not flags(pc.match_substring_regex(texts, "[0-9]")).all():
        return None
    if flags(matches(texts, _WITHOUT_SIGN)).all():
        return PLAIN
    shapes = pc.extract_regex(texts, _SHAPE)
    if shapes.null_count:
        return None
    seen: set[str] = set()
    for name in ("before", "behind"):
        seen |= set(pc.unique(pc.struct_field(shapes, name)).to_pylist())
    return _declared_signs(tuple(sorted(seen - {""})), texts)


def _declared_signs(signs: Sequence[str], texts: pa.Array) -> SourceFormat | None:
    if not signs:
        return PLAIN
    if "%" in signs:
        return (
            replace(PLAIN, percent="points")
            if signs == ("%",) and flags(matches(texts, r".*%")).all()
            else None
        )
    if all(sign in _CURRENCY_OF for sign in signs):
        return (
            replace(PLAIN, currency=tuple(signs))
            if len({_CURRENCY_OF[sign] for sign in signs}) == 1
            else None
        )
    return (
        replace(PLAIN, units=tuple(signs))
        if len(signs) == 1 and flags(matches(texts, rf".*{re.escape(signs[0])}")).all()
        else None
    )


def _is_code(texts: pa.Array, signed: SourceFormat) -> bool:
    """Return whether grouped digits are more likely a code, such as `123 456 789`.

    Codes have one length, and several groups or a blank between groups.
    """
    if signed != PLAIN or not flags(matches(texts, _GROUPED_CODE)).all():
        return False
    lengths = pc.unique(pc.utf8_length(texts))
    has_several_groups = flags(pc.match_substring_regex(texts, r"^[0-9]+(?:[^0-9][0-9]+){2,}$")).all()
    has_blank = flags(pc.match_substring_regex(texts, "[^0-9.]")).all()
    return len(lengths) == 1 and len(texts) > 1 and bool(has_several_groups or has_blank)


def _without_unused_separators(declared: SourceFormat, texts: pa.Array) -> SourceFormat:
    """Return the format without unused separators; the decimal separator is then a point."""
    if declared.decimal == EITHER:
        return declared
    used = {sign: flags(pc.match_substring(texts, sign)).any() for sign in ".,'"}
    used[" "] = flags(pc.match_substring_regex(texts, r"[0-9][ \x{a0}\x{202f}][0-9]")).any()
    thousands = declared.thousands if used.get(declared.thousands, False) else ""
    decimal = declared.decimal if used[declared.decimal] or thousands == "." else "."
    return replace(declared, decimal=decimal, thousands=thousands)
