"""Card numbers: which digits can be one, whose they are, and what stands for one behind the gate."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.masking.tokens import Tokens
from headgate.values.cells import NO_ROWS, Flags, Rows, bool_array, flags, int_array, literal, numbers, text_array, text_bytes
from headgate.values.fast_parsing import are_digits

if TYPE_CHECKING:
    from headgate.lake.ports import MaskingKey

Digits = np.ndarray[Any, np.dtype[np.uint8]]

# ISO/IEC 7812-1: a primary account number has at most 19 digits; Maestro issues the shortest, of 12.
SHORTEST, LONGEST = 12, 19
PREFIX_DIGITS = 6

# First six digits from, to; brand; lengths. `unknown` are issuers whose brand the curated contract does not name: RuPay,
# Hipercard, Humo, Uzcard.
# Source: issuer ranges as published by the schemes, collected in https://en.wikipedia.org/wiki/Payment_card_number and
# https://github.com/braintree/credit-card-type; Mastercard 2-series: Mastercard, "2-Series BIN" (2221 00 to 2720 99).
# JCB's older ranges (3088 to 3349, 2131, 1800) are still in gateways' lists of test cards. No scheme and no gateway publishes 0604 as
# Maestro's; public lists of card numbers have it so, and a number too many is masked rather than one too few.
ISSUERS: tuple[tuple[int, int, str, tuple[int, ...]], ...] = (
    (60400, 60499, "maestro", (12, 13, 14, 15, 16, 17, 18, 19)),
    (180000, 180099, "jcb", (15,)),
    (213100, 213199, "jcb", (15,)),
    (220000, 220499, "mir", (16, 17, 18, 19)),
    (222100, 272099, "mastercard", (16,)),
    (300000, 305999, "diners", (14, 15, 16, 17, 18, 19)),
    (308800, 309499, "jcb", (16,)),
    (309500, 309599, "diners", (14, 15, 16, 17, 18, 19)),
    (309600, 310299, "jcb", (16,)),
    (311200, 312099, "jcb", (16,)),
    (315800, 315999, "jcb", (16,)),
    (333700, 334999, "jcb", (16,)),
    (340000, 349999, "amex", (15,)),
    (350000, 359999, "jcb", (16, 17, 18, 19)),
    (360000, 369999, "diners", (14, 15, 16, 17, 18, 19)),
    (370000, 379999, "amex", (15,)),
    (380000, 399999, "diners", (14, 15, 16, 17, 18, 19)),
    (400000, 499999, "visa", (13, 16, 18, 19)),
    (500000, 509999, "maestro", (12, 13, 14, 15, 16, 17, 18, 19)),
    (510000, 559999, "mastercard", (16,)),
    (560000, 589999, "maestro", (12, 13, 14, 15, 16, 17, 18, 19)),
    (601100, 601199, "discover", (16, 17, 18, 19)),
    (606282, 606282, "unknown", (16, 19)),
    (606985, 608500, "unknown", (16,)),
    (620000, 629999, "unionpay", (16, 17, 18, 19)),
    (630000, 639999, "maestro", (12, 13, 14, 15, 16, 17, 18, 19)),
    (644000, 659999, "discover", (16, 17, 18, 19)),
    (670000, 679999, "maestro", (12, 13, 14, 15, 16, 17, 18, 19)),
    (810000, 817199, "unionpay", (16, 17, 18, 19)),
    (860000, 860099, "unknown", (16,)),
    (979200, 979299, "troy", (16,)),
    (986000, 986099, "unknown", (16,)),
)
_FROM = np.array([issuer[0] for issuer in ISSUERS])
_TO = np.array([issuer[1] for issuer in ISSUERS])
_LENGTHS = np.array([sum(1 << length for length in issuer[3]) for issuer in ISSUERS])
_BRANDS = text_array([*(issuer[2] for issuer in ISSUERS), "unknown"])
_NO_ISSUER = len(ISSUERS)
# So many take about 10 MB.
_CARDS_KNOWN = 1 << 16

# Powers of ten that a 64-bit integer holds. No issuer's numbers of 19 digits are greater than it.
_POWERS = 10 ** np.arange(LONGEST, dtype=np.int64)
# Numbers of 12 and 13 digits are article numbers (GTIN-12, GTIN-13), milliseconds since 1970 and ids; whole ranges of them begin like
# cards, and one in ten has the right check digit. Numeric columns are searched from 14 digits on, text from 12.
_FEWEST_IN_NUMBERS = 14
_LEAST, _MOST = 10 ** (_FEWEST_IN_NUMBERS - 1), (1 << 63) - 1

_ZERO = 0x30
_DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], np.uint8)
_SEPARATORS = re.compile(r"[\s\-._\u2010-\u2015\u2212\u200b-\u200d\u2060\ufeff\u00ad]+")
_IN_EXPONENT = np.isin(np.arange(256), [*b"eE", 0xEF])  # and the first byte of full-width letters
_AS_FLOAT = re.compile(r"(\d{12,19})\.0+")
_AS_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d*)?[eE][+-]?\d{1,3}")


def luhn_holds(digits: Digits) -> Flags:
    """Whether each row of digits (right-aligned, zeros to the left) has a right check digit.

    Source: ISO/IEC 7812-1, annex B.
    """
    from_right = digits[:, ::-1]
    total = from_right[:, 0::2].sum(axis=1, dtype=np.int64) + _DOUBLED[from_right[:, 1::2]].sum(axis=1, dtype=np.int64)
    holds: Flags = total % 10 == 0
    return holds


def issuer_of(prefixes: Rows, lengths: Rows) -> Rows:
    """The position in ISSUERS that each number's first six digits and length belong to; one past its end when none."""
    at = np.searchsorted(_FROM, prefixes, "right") - 1
    belongs = (at >= 0) & (prefixes <= _TO[at]) & ((_LENGTHS[at] >> lengths) & 1 == 1)
    return np.where(belongs, at, _NO_ISSUER)


def is_issued(prefixes: Rows, lengths: Rows) -> Flags:
    """Whether some issuer has numbers that start and are as long like this."""
    issued: Flags = issuer_of(prefixes, lengths) != _NO_ISSUER
    return issued


def normalised(texts: pa.Array) -> pa.Array:
    """The bare digits of what people and exports write for a card number: blanks, dashes, dots, full-width digits, `.0`; else the text."""
    plain = are_digits(texts, SHORTEST, LONGEST)
    if plain.all():
        return texts
    odd = np.flatnonzero(~plain)
    bare = text_array(_bare(texts[int(row)].as_py()) for row in odd)
    return pc.replace_with_mask(texts, bool_array(~plain), bare)


def _bare(text: str | None) -> str | None:
    if text is None:
        return None
    simple = unicodedata.normalize("NFKC", text).strip().removeprefix("'")  # Excel marks text with a leading apostrophe
    if found := _AS_FLOAT.fullmatch(simple):
        return found[1]
    joined = _SEPARATORS.sub("", simple)
    return joined if joined.isascii() and joined.isdigit() else text


def without_padding(digits: pa.Array) -> pa.Array:
    """The numbers without zeros that fill up a field in front of them, so that each card has one token; else the text."""
    data, starts = text_bytes(digits)
    begins = starts[:-1][starts[1:] > starts[:-1]]
    if not (data[begins] == _ZERO).any():
        return digits
    bare = pc.utf8_ltrim(digits, "0")
    return pc.if_else(bool_array(~_of_an_issuer(digits) & _of_an_issuer(bare)), bare, digits)


def _of_an_issuer(digits: pa.Array) -> Flags:
    """Whether each text is bare digits that start, and are as many, as some issuer's numbers."""
    issued = are_digits(digits, SHORTEST, LONGEST)
    some = digits.filter(bool_array(issued))
    issued[issued] = is_issued(*_prefixes_and_lengths(some))
    return issued


def _prefixes_and_lengths(digits: pa.Array) -> tuple[Rows, Rows]:
    return numbers(pc.cast(pc.utf8_slice_codeunits(digits, 0, PREFIX_DIGITS), pa.int64())), numbers(pc.binary_length(digits))


def is_card(digits: pa.Array) -> Flags:
    """Whether each text is 12 to 19 bare digits with a right check digit. The issuer may be one that nobody knows."""
    shaped = are_digits(digits, SHORTEST, LONGEST)
    valid = np.zeros(len(digits), bool)
    valid[shaped] = luhn_holds(_right_aligned(digits.filter(bool_array(shaped))))
    return valid


def rows_of_cards(values: pa.Array) -> Rows:
    """The rows of a numeric column whose value, but for its sign, is a card number of 14 digits or more by issuer and check digit.

    Nearly every column is through with one look at how large its values are. Columns that are not numbers hold none.
    """
    rows, wholes = _long_numbers(values)
    if not len(rows):
        return rows
    lengths = np.searchsorted(_POWERS, wholes, "right")
    issued = is_issued(wholes // _POWERS[lengths - PREFIX_DIGITS], lengths)
    rows, wholes = rows[issued], wholes[issued]
    digits = (wholes[:, None] // _POWERS[::-1] % 10).astype(np.uint8)
    found = rows[luhn_holds(digits)]
    return found[flags(values.is_valid())[found]]


def _long_numbers(values: pa.Array) -> tuple[Rows, Rows]:
    """The rows, null ones perhaps among them, whose value is a whole number as long as a card's, and these numbers without their sign."""
    kind = values.type
    if not len(values):
        return NO_ROWS, NO_ROWS
    if pa.types.is_int64(kind):
        wholes = np.abs(np.frombuffer(values.buffers()[1], np.int64, len(values), values.offset * 8))
    elif pa.types.is_float64(kind):
        wholes = _wholes_of_doubles(np.frombuffer(values.buffers()[1], np.float64, len(values), values.offset * 8))
    elif pa.types.is_decimal128(kind):
        wholes = _wholes_of_decimals(values)
    else:
        return NO_ROWS, NO_ROWS
    rows = np.flatnonzero(wholes >= _LEAST)
    return rows, wholes[rows]


def _wholes_of_doubles(doubles: np.ndarray[Any, np.dtype[np.float64]]) -> Rows:
    """Without sign; zero where there is a fraction, or more than 64 bits hold."""
    size = np.abs(doubles)
    is_whole = (size >= _LEAST) & (size < _MOST)
    is_whole[is_whole] = size[is_whole] % 1 == 0
    return np.where(is_whole, size, 0).astype(np.int64)


def _wholes_of_decimals(values: pa.Array) -> Rows:
    """Without sign; zero where there is a fraction, or more than 64 bits hold."""
    halves = np.frombuffer(values.buffers()[1], np.int64, 2 * len(values), values.offset * 16).reshape(-1, 2)
    low, high = halves[:, 0], halves[:, 1]
    unit = 10**values.type.scale
    is_wide = high != low >> 63
    wholes = np.where(is_wide, 0, np.abs(low))
    if unit == 1:
        return wholes
    at = np.flatnonzero(wholes >= min(_LEAST * unit, _MOST))
    kept = np.zeros_like(wholes)
    if len(at) and unit < _MOST:
        kept[at] = np.where(wholes[at] % unit == 0, wholes[at] // unit, 0)
    size = np.abs(high[is_wide] * 2.0**64 + low[is_wide].view(np.uint64)) / unit
    for row in np.flatnonzero(is_wide)[(size >= _LEAST - 1) & (size < _MOST)]:
        whole, fraction = divmod(abs(values[int(row)].as_py() or 0), 1)
        kept[row] = 0 if fraction else int(whole)
    return kept


def is_destroyed(texts: pa.Array) -> Flags:
    """Whether a spreadsheet has rounded the number away (`4.11E+15`): its digits cannot be had back."""
    destroyed = np.zeros(len(texts), bool)
    if not _IN_EXPONENT[text_bytes(texts)[0]].any():
        return destroyed
    suspects = np.flatnonzero(flags(pc.match_substring_regex(texts, "[eE\uff25\uff45]")))
    for row in suspects:
        simple = unicodedata.normalize("NFKC", texts[int(row)].as_py()).strip()
        destroyed[row] = _AS_EXPONENT.fullmatch(simple) is not None
    return destroyed


def brands(digits: pa.Array) -> pa.Array:
    """The brand of each card number by its issuer's range; `unknown` when none has it."""
    return _BRANDS.take(int_array(issuer_of(*_prefixes_and_lengths(digits))))


class KnownCards:
    """What stands for the cards of one file, under one key: a text that comes again in it is not looked at again."""

    def __init__(self, key: MaskingKey) -> None:
        self._tokens = Tokens(key)
        self._known = self._cards_of(text_array([]))

    def of(self, texts: pa.Array) -> tuple[pa.Array, pa.RecordBatch]:
        """For each text the place of its card among these cards, null where it is none; and of each: `number`, `token`, `brand`, `last4`.

        Batches of a file are given the same cards, or more, as long as they are not too many.
        """
        known = self._known
        at = pc.index_in(texts, known.column("text"))
        new = self._cards_of(pc.unique(texts.filter(bool_array(flags(texts.is_valid()) & ~flags(at.is_valid())))))
        if not new.num_rows:
            return at, known
        if known.num_rows >= _CARDS_KNOWN:
            known = known.take(at.unique().drop_null())
            at = pc.index_in(texts, known.column("text"))
        cards = pa.concat_batches([known, new])
        if known is self._known:  # else another thread has learnt of more meanwhile
            self._known = cards
        behind_them = pc.add(pc.index_in(texts, new.column("text")), literal(str(known.num_rows), pa.int32()))
        return pc.coalesce(at, behind_them), cards

    def _cards_of(self, texts: pa.Array) -> pa.RecordBatch:
        """Those texts that are cards."""
        digits = without_padding(normalised(texts))
        is_valid = bool_array(is_card(digits))
        cards = digits.filter(is_valid)
        columns = {
            "text": texts.filter(is_valid),
            "number": cards,
            "token": self._tokens.of(cards),
            "brand": brands(cards),
            "last4": pc.utf8_slice_codeunits(cards, -4),
        }
        return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _right_aligned(digits: pa.Array) -> Digits:
    data, _ = text_bytes(pc.ascii_lpad(digits, LONGEST, "0"))
    return data.reshape(-1, LONGEST) - ord("0")
