"""Read columns of card numbers: their bare digits, brands and tokens, and cards in numeric columns."""

import html
import math
import re
import unicodedata
from functools import cache
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.lake.ports import MaskingKey
from headgate.masking.find_card_numbers import CONTEXT_BELOW
from headgate.masking.issuers import (
    ISSUERS,
    LONGEST,
    PREFIX_DIGITS,
    SHORTEST,
    align_texts,
    is_issued,
    issuer_of,
    luhn_holds,
)
from headgate.masking.tokens import Tokens
from headgate.values.cells import (
    NO_ROWS,
    Flags,
    Rows,
    bool_array,
    flags,
    int_array,
    is_digit,
    literal,
    numbers,
    text_array,
    text_bytes,
)
from headgate.values.fast_parsing import are_digits

_BRANDS = text_array([*(issuer[2] for issuer in ISSUERS), "unknown"])
_MAX_KNOWN_CARDS = 1 << 16  # about 10 MB

# Powers of ten that fit into 64 bits. No issuer's 19-digit numbers exceed the limit.
_POWERS = 10 ** np.arange(LONGEST, dtype=np.int64)
# Numeric columns are searched for numbers of the length that needs no context in text; shorter ones are
# article numbers, milliseconds and ids.
_MAX_INT64 = (1 << 63) - 1

_VALID_BY_CHANCE = 0.1

_ZERO = 0x30
_FIRST_BEYOND_ASCII = 0x80
# Card numbers contain no other ASCII characters. In a text with % or &, any character may be part of an
# escape.
_IN_NUMBERS = np.isin(
    np.arange(256), [*b"0123456789 -._'\t\n\v\f\r\x1c\x1d\x1e\x1f", *range(_FIRST_BEYOND_ASCII, 256)]
)
_ESCAPES = np.isin(np.arange(256), [*b"%&"])
_SEPARATORS = re.compile(r"[\s\-._\u2010-\u2015\u2212\u200b-\u200d\u2060\ufeff\u00ad]+")
_IN_EXPONENT = np.isin(np.arange(256), [*b"eE", 0xEF])  # and the first byte of full-width letters
_AS_FLOAT = re.compile(r"(\d{12,19})\.0+")
_AS_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d*)?[eE][+-]?\d{1,3}")


def normalised(texts: pa.Array) -> pa.Array:
    """Return the bare digits of written card numbers; other texts are unchanged.

    Written numbers contain blanks, dashes, dots, full-width digits, a trailing `.0`, and URL-encoded or
    HTML-escaped characters.
    """
    is_unusual = (np.diff(text_bytes(texts)[1]) >= SHORTEST) & ~are_digits(texts, SHORTEST, LONGEST)
    is_unusual[is_unusual] = _may_be_digits(texts.filter(bool_array(is_unusual)))
    if not is_unusual.any():
        return texts
    bare = text_array(_bare_digits(texts[int(row)].as_py()) for row in np.flatnonzero(is_unusual))
    return pc.replace_with_mask(texts, bool_array(is_unusual), bare)


def _may_be_digits(texts: pa.Array) -> Flags:
    """Return whether each text has enough possible digits for a card number, and no other characters."""
    data, starts = text_bytes(texts)

    def count(characters: Flags) -> Rows:
        before = np.concatenate(([0], np.cumsum(characters, dtype=np.int32)))
        return before[starts[1:]] - before[starts[:-1]]

    is_long = count(is_digit(data) | (data >= _FIRST_BEYOND_ASCII)) >= SHORTEST
    may_be: Flags = (
        is_long & ((count(~_IN_NUMBERS[data]) == 0) | (count(_ESCAPES[data]) > 0)) & flags(texts.is_valid())
    )
    return may_be


def _bare_digits(text: str | None) -> str | None:
    if text is None:
        return None
    decoded = html.unescape(unquote(text)) if "%" in text or "&" in text else text
    # Excel marks text with a leading apostrophe.
    simple = unicodedata.normalize("NFKC", decoded).strip().removeprefix("'")
    if as_float := _AS_FLOAT.fullmatch(simple):
        return as_float[1]
    joined = _SEPARATORS.sub("", simple)
    return joined if joined.isascii() and joined.isdigit() else text


def without_padding(digits: pa.Array) -> pa.Array:
    """Return the numbers without leading zeros that pad a field, so that each card has one token.

    Other texts are unchanged.
    """
    data, starts = text_bytes(digits)
    begins = starts[:-1][starts[1:] > starts[:-1]]
    if not (data[begins] == _ZERO).any():
        return digits
    bare = pc.utf8_ltrim(digits, "0")
    return pc.if_else(bool_array(~_of_an_issuer(digits) & _of_an_issuer(bare)), bare, digits)


def _of_an_issuer(digits: pa.Array) -> Flags:
    """Return whether each text is bare digits with the prefix and length of an issuer."""
    issued = are_digits(digits, SHORTEST, LONGEST)
    some = digits.filter(bool_array(issued))
    issued[issued] = is_issued(*_prefixes_and_lengths(some))
    return issued


def _prefixes_and_lengths(digits: pa.Array) -> tuple[Rows, Rows]:
    return numbers(pc.cast(pc.utf8_slice_codeunits(digits, 0, PREFIX_DIGITS), pa.int64())), numbers(
        pc.binary_length(digits)
    )


def is_card(digits: pa.Array) -> Flags:
    """Return whether each text is 12 to 19 bare digits with a valid check digit, of any issuer."""
    has_card_length = are_digits(digits, SHORTEST, LONGEST)
    valid = np.zeros(len(digits), bool)
    valid[has_card_length] = luhn_holds(align_texts(digits.filter(bool_array(has_card_length))))
    return valid


def is_issued_card(digits: pa.Array) -> Flags:
    """Return whether each text is bare digits that are a card number by issuer, length and check digit."""
    return is_card(digits) & _of_an_issuer(digits)


def hold_more_cards_than_chance(digits: pa.Array) -> bool:
    """Return whether more of the different numbers are card numbers than chance explains.

    One in ten numbers with an issuer's prefix and length has a valid check digit by chance. The bound is four
    standard deviations above that share plus one number, so that at most a few of 10,000 samples of ids
    exceed it.
    """
    unique = pc.unique(digits.drop_null())
    issued = unique.filter(bool_array(_of_an_issuer(unique)))
    by_chance = len(issued) * _VALID_BY_CHANCE
    limit = by_chance + 4.0 * math.sqrt(by_chance * (1 - _VALID_BY_CHANCE)) + 1
    return int(is_card(issued).sum()) > limit


def numeric_rows_with_cards(values: pa.Array, *, fewest_digits: int = CONTEXT_BELOW) -> Rows:
    """Return the rows of a numeric column whose absolute value is a card number by issuer and check digit.

    For most columns, the size of the values already decides. Other columns have no such rows.

    Args:
        fewest_digits: shorter numbers are ignored, because a number has no context.
    """
    if fewest_digits > LONGEST:
        return NO_ROWS
    rows, wholes = _long_numbers(values, 10 ** (fewest_digits - 1))
    if not len(rows):
        return rows
    lengths = np.searchsorted(_POWERS, wholes, "right")
    issued = is_issued(wholes // _POWERS[lengths - PREFIX_DIGITS], lengths)
    rows, wholes = rows[issued], wholes[issued]
    digits = (wholes[:, None] // _POWERS[::-1] % 10).astype(np.uint8)
    card_rows = rows[luhn_holds(digits)]
    return card_rows[flags(values.is_valid())[card_rows]]


def _long_numbers(values: pa.Array, least: int) -> tuple[Rows, Rows]:
    """Return the rows with a whole number as long as a card's, and the numbers without their sign.

    Rows may include nulls.
    """
    kind = values.type
    if not len(values):
        return NO_ROWS, NO_ROWS
    if pa.types.is_int64(kind):
        wholes = np.abs(np.frombuffer(values.buffers()[1], np.int64, len(values), values.offset * 8))
    elif pa.types.is_float64(kind):
        wholes = _wholes_of_doubles(
            np.frombuffer(values.buffers()[1], np.float64, len(values), values.offset * 8), least
        )
    elif pa.types.is_decimal128(kind):
        wholes = _wholes_of_decimals(values, least)
    else:
        return NO_ROWS, NO_ROWS
    rows = np.flatnonzero(wholes >= least)
    return rows, wholes[rows]


def _wholes_of_doubles(doubles: np.ndarray[Any, np.dtype[np.float64]], least: int) -> Rows:
    """Return the absolute integers; zero for fractions and for numbers beyond 64 bits."""
    size = np.abs(doubles)
    is_whole = (size >= least) & (size < _MAX_INT64)
    is_whole[is_whole] = size[is_whole] % 1 == 0
    return np.where(is_whole, size, 0).astype(np.int64)


def _wholes_of_decimals(values: pa.Array, least: int) -> Rows:
    """Return the absolute integers; zero for fractions and for numbers beyond 64 bits."""
    halves = np.frombuffer(values.buffers()[1], np.int64, 2 * len(values), values.offset * 16).reshape(-1, 2)
    low, high = halves[:, 0], halves[:, 1]
    unit = 10**values.type.scale
    is_wide = high != low >> 63
    wholes = np.where(is_wide, 0, np.abs(low))
    if unit == 1:
        return wholes
    at = np.flatnonzero(wholes >= min(least * unit, _MAX_INT64))
    kept = np.zeros_like(wholes)
    if len(at) and unit < _MAX_INT64:
        kept[at] = np.where(wholes[at] % unit == 0, wholes[at] // unit, 0)
    size = np.abs(high[is_wide] * 2.0**64 + low[is_wide].view(np.uint64)) / unit
    for row in np.flatnonzero(is_wide)[(size >= least - 1) & (size < _MAX_INT64)]:
        whole, fraction = divmod(abs(values[int(row)].as_py() or 0), 1)
        kept[row] = 0 if fraction else int(whole)
    return kept


def is_destroyed(texts: pa.Array) -> Flags:
    """Return whether a spreadsheet has rounded the number (`4.11E+15`), so that its digits are lost."""
    destroyed = np.zeros(len(texts), bool)
    if not _IN_EXPONENT[text_bytes(texts)[0]].any():
        return destroyed
    suspects = np.flatnonzero(flags(pc.match_substring_regex(texts, "[eE\uff25\uff45]")))
    for row in suspects:
        simple = unicodedata.normalize("NFKC", texts[int(row)].as_py()).strip()
        destroyed[row] = _AS_EXPONENT.fullmatch(simple) is not None
    return destroyed


def brands(digits: pa.Array) -> pa.Array:
    """Return the brand of each card number by its issuer's range, or `unknown`."""
    return _BRANDS.take(int_array(issuer_of(*_prefixes_and_lengths(digits))))


class KnownCards:
    """The tokens, brands and last digits of one file's cards under one key.

    A repeated text is computed once.
    """

    def __init__(self, key: MaskingKey) -> None:
        self._tokens = Tokens(key)
        self._known = _no_cards()

    def of(self, texts: pa.Array) -> tuple[pa.Array, pa.RecordBatch]:
        """Return for each text the index of its card, or null, and the cards.

        A card has `number`, `token`, `brand` and `last4`. Later batches of a file get the same cards and new
        ones, until there are too many.
        """
        hashed = self._known
        at = pc.index_in(texts, hashed.column("text"))
        new = _cards_of(
            pc.unique(texts.filter(bool_array(flags(texts.is_valid()) & ~flags(at.is_valid())))), self._tokens
        )
        if not new.num_rows:
            return at, hashed
        if hashed.num_rows >= _MAX_KNOWN_CARDS:
            hashed = hashed.take(at.unique().drop_null())
            at = pc.index_in(texts, hashed.column("text"))
        cards = pa.concat_batches([hashed, new])
        if hashed is self._known:  # otherwise another thread has added cards in the meantime
            self._known = cards
        at_in_new = pc.add(pc.index_in(texts, new.column("text")), literal(str(hashed.num_rows), pa.int32()))
        return pc.coalesce(at, at_in_new), cards


def _cards_of(texts: pa.Array, tokens: Tokens) -> pa.RecordBatch:
    """Return the texts that are cards, with their replacements."""
    digits = without_padding(normalised(texts))
    is_valid = bool_array(is_card(digits))
    cards = digits.filter(is_valid)
    columns = {
        "text": texts.filter(is_valid),
        "number": cards,
        "token": tokens.of(cards),
        "brand": brands(cards),
        "last4": pc.utf8_slice_codeunits(cards, -4),
    }
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


@cache
def _no_cards() -> pa.RecordBatch:
    """Return the columns of cards without rows, which are the same under every key."""
    return _cards_of(text_array([]), Tokens(MaskingKey("none", bytes(32))))
