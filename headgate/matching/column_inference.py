"""Guess what a column of texts holds: its type, and how it must be masked. The gate's own grammars decide, so that a guess fits.

A guess errs towards text: `007`, `NA` and a code that merely looks like a number stay as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import ColumnType, Kind, Mask
from headgate.contracts.sensitive_names import compared, mask_by_name
from headgate.masking import card_numbers as cards
from headgate.masking.card_search import rows_with_cards, rows_with_named_codes, rows_with_ssns
from headgate.values.cast import cast
from headgate.values.cells import Rows, blank_to_null, bool_array, by_unique, flags, matches, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROSE_NAMES = r"(?:.*_)?(?:notes?|comments?|messages?|remarks?|free_?text|feedback|body|memo)"
_CODE_NAMES = (
    r"(?:.*_)?(?:zip|postcode|postal|phone|telephone|mobile|fax|code|sku|ean|gtin|upc|iban|account|serial|batch|barcode|last_?(?:4|four))"
    r"(?:_.*)?"
)
# ISO/IEC 7813: how the first and second track of a magnetic stripe begin.
_TRACK = r"%?B[0-9]{12,19}\^.*|;?[0-9]{12,19}=[0-9]{4,}.*"
_SSN = r"[0-9]{3}-[0-9]{2}-[0-9]{4}"
CARD_SHARE, _SSN_SHARE, _PROSE_WORDS = 0.5, 0.9, 4.0
_WORDS = {"true", "false"}
_MOST_SCALE, _LEAST_PRECISION, _SPARE_DIGITS, MOST_PRECISION = 9, 10, 2, 38
_LENGTHS = (8, 16, 32, 64, 128, 255)
_SPARE_LENGTH = 1.5


def guess_type(name: str, text: pa.Array) -> ColumnType:
    """The narrowest type that holds every text of the sample exactly, with room for more; text when in doubt."""
    given = blank_to_null(text).drop_null()
    if not len(given):
        return ColumnType(Kind.STRING)
    if not re.fullmatch(_CODE_NAMES, compared(name)):
        for candidate in _candidates(given):
            if not len(cast(given, candidate).misfits):
                return candidate
    return _text_type(given)


def misfits_of_most(name: str, text: pa.Array) -> tuple[Kind, int] | None:
    """The type that nearly all texts of a text column have, and how many have not: a sample with a few bad cells."""
    given = blank_to_null(text).drop_null()
    for kind in (Kind.BIGINT, Kind.DATE, Kind.TIMESTAMP):
        bad = len(cast(given, ColumnType(kind)).misfits)
        if 0 < bad <= 0.05 * len(given) and not re.fullmatch(_CODE_NAMES, compared(name)):
            return kind, bad
    return None


def guess_mask(name: str, text: pa.Array) -> Mask | None:
    """How the gate must treat the column, by its name and by its values; None when nothing speaks for a mask."""
    given = blank_to_null(text).drop_null()
    if named := mask_by_name(name):
        return named
    if _share(given, _TRACK) >= CARD_SHARE:
        return Mask.TRACK
    if card_share(given) >= CARD_SHARE:
        return Mask.PAN
    return Mask.SSN if _share(given, _SSN) >= _SSN_SHARE else _prose(name, given)


def card_share(text: pa.Array) -> float:
    """The share of texts that are a card number by issuer range, length and check digit, however they are written."""
    if not len(text):
        return 0.0
    unique, own = by_unique(text)
    digits = cards.normalised(unique)
    valid = cards.is_card(digits)
    issued = np.zeros(len(unique), bool)
    issued[valid] = _is_issued(digits.filter(bool_array(valid)))
    return float(flags(bool_array(issued).take(own)).mean())


def _is_issued(digits: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    prefixes = numbers(pc.cast(pc.utf8_slice_codeunits(digits, 0, cards.PREFIX_DIGITS), pa.int64()))
    return cards.is_issued(prefixes, numbers(pc.binary_length(digits)))


def _share(text: pa.Array, pattern: str) -> float:
    return float(flags(matches(text, pattern)).mean()) if len(text) else 0.0


def _prose(name: str, text: pa.Array) -> Mask | None:
    """Free text by its name, by numbers or named codes that are masked in some of its cells, or by as many words as a sentence has.

    Amounts with a fraction may pass as card numbers by chance, and nobody writes card numbers so.
    """
    if re.fullmatch(_PROSE_NAMES, compared(name)):
        return Mask.FREE_TEXT
    if len(rows_with_cards(text)) and guess_type(name, text).kind not in {Kind.DECIMAL, Kind.DOUBLE}:
        return Mask.FREE_TEXT
    if len(rows_with_ssns(text)) or len(rows_with_named_codes(text)):
        return Mask.FREE_TEXT
    words = pc.mean(pc.count_substring_regex(text, r"[A-Za-z]{2,}")).as_py() if len(text) else None
    return Mask.FREE_TEXT if (words or 0.0) >= _PROSE_WORDS else None


def _candidates(given: pa.Array) -> Iterator[ColumnType]:
    if set(pc.unique(pc.utf8_lower(given)).to_pylist()) <= _WORDS:
        yield ColumnType(Kind.BOOLEAN)
    yield ColumnType(Kind.BIGINT)
    if decimal := _decimal_type(given):
        yield decimal
    # A double only where an exponent asks for one: what is written with a point alone is exact as a decimal.
    yield from (ColumnType(kind) for kind in (Kind.DATE, Kind.TIMESTAMP, Kind.DOUBLE))


def _decimal_type(given: pa.Array) -> ColumnType | None:
    if not flags(matches(given, r"-?[0-9]+(?:\.[0-9]+)?")).all():
        return None
    whole = _longest(given, r"^-?([0-9]+).*$")
    scale = _longest(given, r"^[^.]*\.?([0-9]*)$")
    precision = max(_LEAST_PRECISION, whole + scale + _SPARE_DIGITS)
    return ColumnType(Kind.DECIMAL, precision=precision, scale=scale) if scale <= _MOST_SCALE and precision <= MOST_PRECISION else None


def _longest(given: pa.Array, pattern: str) -> int:
    return int(pc.max(pc.utf8_length(pc.replace_substring_regex(given, pattern, r"\1"))).as_py())


def _text_type(given: pa.Array) -> ColumnType:
    longest = pc.max(pc.utf8_length(given)).as_py() * _SPARE_LENGTH
    return ColumnType(Kind.STRING, length=next((length for length in _LENGTHS if length >= longest), None))


def rows_repeated(columns: list[pa.Array]) -> Rows:
    """How many rows each different combination of the columns' texts has."""
    names = [str(position) for position in range(len(columns))]
    counted = pa.table(columns, names=names).group_by(names).aggregate([([], "count_all")])
    return numbers(counted.column("count_all").combine_chunks())
