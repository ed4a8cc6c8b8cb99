"""Issuer ranges and check digits of card numbers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from headgate.values.cells import Flags, Rows, text_bytes

if TYPE_CHECKING:
    import pyarrow as pa


Digits = np.ndarray[Any, np.dtype[np.uint8]]
LuhnSums = tuple[np.ndarray[Any, np.dtype[np.int32]], np.ndarray[Any, np.dtype[np.int32]]]

# ISO/IEC 7812-1: a primary account number has at most 19 digits. Maestro issues the shortest ones, with 12.
SHORTEST, LONGEST = 12, 19
PREFIX_DIGITS = 6
_MAESTRO = tuple(range(SHORTEST, LONGEST + 1))
_DINERS = (14, 15, 16, 17, 18, 19)
_UP_TO_19 = (16, 17, 18, 19)

# First six digits (from, to), brand, lengths. `unknown` are schemes without a brand in the curated contract.
# Sources: the schemes' ranges, collected in https://en.wikipedia.org/wiki/Payment_card_number and
# https://github.com/braintree/credit-card-type; Mastercard, "2-Series BIN" (2221 00 to 2720 99); Mastercard
# Rules, ranges of Maestro (590000 to 599999, 6002 to 6020); JCB's ranges before 1998 (3088 to 3349, 2131,
# 1800), which are in gateways' lists of test cards. Listed because a test suite needs them: UATP 1175, 1290
# and 1354 (Spreedly, Adyen), Sodexo and Alelo 60 (ActiveMerchant), Synchrony 700600, Routex and Edenred
# 700676 and 700678 (ActiveMerchant), Carnet 286900 and mada 9682 (ActiveMerchant). RuPay has 60, 81 and 82,
# NAPAS 9704, Humo 9860 and Uzcard 8600. 0604 is Maestro's in Faker, whose numbers are labelled as cards in
# Presidio's data set `synth_dataset_v2.json`.
ISSUERS: tuple[tuple[int, int, str, tuple[int, ...]], ...] = (
    (60400, 60499, "maestro", _MAESTRO),
    (117500, 117599, "unknown", (15,)),
    (129000, 129099, "unknown", (15,)),
    (135400, 135499, "unknown", (15,)),
    (180000, 180099, "jcb", (15,)),
    (213100, 213199, "jcb", (15,)),
    (220000, 220499, "mir", _UP_TO_19),
    (222100, 272099, "mastercard", (16,)),
    (286900, 286900, "unknown", (16,)),
    (300000, 305999, "diners", _DINERS),
    (308800, 309499, "jcb", (16,)),
    (309500, 309599, "diners", _DINERS),
    (309600, 310299, "jcb", (16,)),
    (311200, 312099, "jcb", (16,)),
    (315800, 315999, "jcb", (16,)),
    (333700, 334999, "jcb", (16,)),
    (340000, 349999, "amex", (15,)),
    (350000, 359999, "jcb", _UP_TO_19),
    (360000, 369999, "diners", _DINERS),
    (370000, 379999, "amex", (15,)),
    (380000, 399999, "diners", _DINERS),
    (400000, 499999, "visa", (13, 16, 18, 19)),
    (500000, 509999, "maestro", _MAESTRO),
    (510000, 559999, "mastercard", (16,)),
    (560000, 599999, "maestro", _MAESTRO),
    (600000, 600296, "unknown", (16,)),
    (600297, 600382, "maestro", _MAESTRO),
    (600383, 601099, "unknown", (16,)),
    (601100, 601199, "discover", _UP_TO_19),
    (601200, 601231, "unknown", (16,)),
    (601232, 602050, "maestro", _MAESTRO),
    (602051, 606281, "unknown", (16,)),
    (606282, 606282, "unknown", (16, 19)),
    (606283, 609999, "unknown", (16,)),
    (620000, 629999, "unionpay", _UP_TO_19),
    (630000, 639999, "maestro", _MAESTRO),
    (644000, 659999, "discover", _UP_TO_19),
    (670000, 679999, "maestro", _MAESTRO),
    (690032, 690032, "maestro", _MAESTRO),
    (700600, 700600, "unknown", (16,)),
    (700676, 700676, "unknown", (16, 19)),
    (700678, 700678, "unknown", (16, 19)),
    (810000, 817199, "unionpay", _UP_TO_19),
    (817200, 829999, "unknown", (16,)),
    (860000, 860099, "unknown", (16,)),
    (968200, 968299, "unknown", (16,)),
    (970400, 970499, "unknown", _UP_TO_19),
    (979200, 979299, "troy", (16,)),
    (986000, 986099, "unknown", (16,)),
)
NO_ISSUER = len(ISSUERS)
_FROM = np.array([issuer[0] for issuer in ISSUERS])
_TO = np.array([issuer[1] for issuer in ISSUERS])
_LENGTHS = np.array([sum(1 << length for length in issuer[3]) for issuer in ISSUERS])
_DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], np.uint8)


def align_texts(digits: pa.Array) -> Digits:
    """Return a row of LONGEST digits for each text of bare digits: right-aligned, padded with zeros."""
    data, _ = text_bytes(pc.ascii_lpad(digits, LONGEST, "0"))
    return data.reshape(-1, LONGEST) - ord("0")


def luhn_holds(digits: Digits) -> Flags:
    """Return whether each row of digits (right-aligned, padded with zeros) has a valid check digit.

    Source: ISO/IEC 7812-1, annex B.
    """
    from_right = digits[:, ::-1]
    total = from_right[:, 0::2].sum(axis=1, dtype=np.int64) + _DOUBLED[from_right[:, 1::2]].sum(
        axis=1, dtype=np.int64
    )
    holds: Flags = total % 10 == 0
    return holds


def issuer_of(prefixes: Rows, lengths: Rows) -> Rows:
    """Return the position in ISSUERS for each number's first six digits and length, or NO_ISSUER."""
    at = np.searchsorted(_FROM, prefixes, "right") - 1
    belongs = (at >= 0) & (prefixes <= _TO[at]) & ((_LENGTHS[at] >> lengths) & 1 == 1)
    return np.where(belongs, at, NO_ISSUER)


def is_issued(prefixes: Rows, lengths: Rows) -> Flags:
    """Return whether an issuer has numbers with this prefix and length."""
    issued: Flags = (_issued_lengths()[prefixes] >> (lengths - SHORTEST)) & 1 == 1
    return issued & (lengths >= SHORTEST) & (lengths <= LONGEST)


def lengths_of_issuers(prefixes: Rows) -> tuple[Rows, Rows]:
    """Return every length of numbers with these first six digits, with the position of its prefix."""
    lengths = _issued_lengths()[prefixes]
    some = np.flatnonzero(lengths)
    at, bit = np.nonzero(np.unpackbits(lengths[some, None], axis=1, bitorder="little"))
    return some[at], bit + SHORTEST


@cache
def _issued_lengths() -> Digits:
    """Return the issued lengths for all first six digits, as one bit per length from SHORTEST on."""
    lengths = np.zeros(10**PREFIX_DIGITS, np.uint8)
    for first, last, _, every in ISSUERS:
        lengths[first : last + 1] |= sum(1 << (length - SHORTEST) for length in every)
    return lengths


def luhn_sums(digits: Digits) -> LuhnSums:
    """Return running sums of digits, from which `luhn_holds_between` checks any range at once.

    In the first, digits at odd positions are doubled as in `luhn_holds`; in the second, those at even
    positions.
    """
    doubled, is_odd = _DOUBLED[digits], np.arange(len(digits)) % 2 == 1
    sums = np.zeros((2, len(digits) + 1), np.int32)
    for own, doubles in zip(sums, (is_odd, ~is_odd), strict=True):
        np.cumsum(np.where(doubles, doubled, digits), dtype=np.int32, out=own[1:])
    return sums[0], sums[1]


def luhn_holds_between(sums: LuhnSums, first: Rows, end: Rows) -> Flags:
    """Return whether the digits from each of `first` up to its `end` have a valid check digit."""
    odd_doubled, even_doubled = sums
    total = np.where(
        end % 2 == 1, odd_doubled[end] - odd_doubled[first], even_doubled[end] - even_doubled[first]
    )
    holds: Flags = total % 10 == 0
    return holds
