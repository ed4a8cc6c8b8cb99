"""Generate payment cards that no bank issued, with valid prefixes, lengths and check digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scripts.generated_shop.drawn_arrays import Ints, joined_texts, padded_text

if TYPE_CHECKING:
    from numpy.random import Generator

MONTHS_PER_YEAR = 12
_LARGEST_DIGIT = 9


@dataclass(frozen=True)
class Issuer:
    """An issuer range: numbers of `length` digits that start with a prefix of `first`..`last`.

    `share` is of all cards.
    """

    brand: str
    first: int
    last: int
    length: int
    share: float

    @property
    def prefix_digits(self) -> int:
        """How many digits the range fixes."""
        return len(str(self.first))


# Source: ISO/IEC 7812-1 and the ranges that the brands publish to merchants (EMVCo, Mastercard Rules 2-series
# 2221 to 2720).
ISSUERS = (
    Issuer("visa", 4, 4, 16, 0.44),
    Issuer("mastercard", 51, 55, 16, 0.26),
    Issuer("mastercard", 2221, 2720, 16, 0.09),
    Issuer("amex", 34, 34, 15, 0.05),
    Issuer("amex", 37, 37, 15, 0.05),
    Issuer("discover", 6011, 6011, 16, 0.05),
    Issuer("jcb", 3528, 3589, 16, 0.03),
    Issuer("diners", 36, 36, 14, 0.02),
    Issuer("visa", 4, 4, 19, 0.01),
)


@dataclass(frozen=True)
class Cards:
    """Cards in parallel arrays.

    `numbers` are integers so that a million of them are one array; they are never printed.
    """

    numbers: Ints
    issuers: Ints
    cvv: Ints
    expiry_months: Ints  # months since year 0

    def __repr__(self) -> str:
        return f"Cards({len(self.numbers)})"

    def number_texts(self, index: Ints) -> pa.Array:
        """Return the card numbers at `index`, as text."""
        return padded_text(self.numbers[index])

    def cvv_texts(self, index: Ints) -> pa.Array:
        """Return verification values at `index`: four digits for American Express, three otherwise."""
        is_amex = np.array([issuer.brand == "amex" for issuer in ISSUERS])[self.issuers[index]]
        cvv = self.cvv[index]
        return pc.if_else(pa.array(is_amex), padded_text(cvv, width=4), padded_text(cvv % 1_000, width=3))

    def expiry_texts(self, index: Ints) -> pa.Array:
        """Return the expiry at `index` as YYYY-MM."""
        months = self.expiry_months[index]
        return joined_texts(
            padded_text(months // MONTHS_PER_YEAR, width=4),
            padded_text(months % MONTHS_PER_YEAR + 1, width=2),
            separator="-",
        )


def issue_cards(rng: Generator, count: int, valid_until_month: int) -> Cards:
    """Issue `count` Luhn-valid cards of all brands that expire after `valid_until_month` (since year 0)."""
    shares = np.array([issuer.share for issuer in ISSUERS])
    issuers = rng.choice(len(ISSUERS), size=count, p=shares / shares.sum()).astype(np.int64)
    numbers: Ints = np.zeros(count, dtype=np.int64)
    for position, issuer in enumerate(ISSUERS):
        mine = issuers == position
        numbers[mine] = _numbers(rng, issuer, int(mine.sum()))
    return Cards(
        numbers, issuers, rng.integers(0, 10_000, count), valid_until_month + rng.integers(1, 49, count)
    )


def _numbers(rng: Generator, issuer: Issuer, count: int) -> Ints:
    free = issuer.length - issuer.prefix_digits - 1
    prefixes = rng.integers(issuer.first, issuer.last + 1, count)
    bodies = prefixes * 10**free + rng.integers(0, 10**free, count)
    return np.asarray(bodies * 10 + check_digits(bodies), dtype=np.int64)


def check_digits(bodies: Ints) -> Ints:
    """Return the digit that makes each number, once it is appended, pass the Luhn check.

    Source: ISO/IEC 7812-1, annex B.
    """
    total = np.zeros_like(bodies)
    rest, doubles = bodies.copy(), True
    while rest.any():
        digit = rest % 10
        total += (
            np.where(2 * digit > _LARGEST_DIGIT, 2 * digit - _LARGEST_DIGIT, 2 * digit) if doubles else digit
        )
        rest, doubles = rest // 10, not doubles
    return np.asarray(-total % 10, dtype=np.int64)


def grouped_digits(numbers: pa.Array, separator: str) -> pa.Array:
    """Return card numbers as people write them: groups of four digits."""
    parted = pc.replace_substring_regex(numbers, r"(\d{4})", rf"\1{separator}")
    return pc.utf8_rtrim(parted, separator)
