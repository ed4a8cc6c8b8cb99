"""Recognize national numbers of people by their form and check digits, in any column.

Each kind has the share of other texts of its form that pass by chance. A column is one of people if nearly
all of its distinct values pass, and so many that chance is excluded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.values.cells import blank_to_null

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

_MAX_CHANCE = 1e-4
_MIN_SHARE = 0.9
_PROBED, _PROBED_ROWS = 200, 20_000
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_FIRST_DIGIT_OF_NIE = str.maketrans("XYZ", "012")


def _weighted(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def _is_cpf(text: str) -> bool:
    digits = [int(sign) for sign in text if sign.isdigit()]
    checks = [_weighted(digits, range(length + 1, 1, -1)) * 10 % 11 % 10 for length in (9, 10)]
    return digits[9:] == checks and len(set(digits)) > 1


def _is_pesel(text: str) -> bool:
    is_day = 1 <= int(text[4:6]) <= 31 and 1 <= int(text[2:4]) % 20 <= 12  # noqa: PLR2004 days and months
    return is_day and _weighted([*map(int, text)], (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def _is_dni(text: str) -> bool:
    number = re.sub(r"\D", "", text[:-1].translate(_FIRST_DIGIT_OF_NIE))
    return text[-1] == _DNI_LETTERS[int(number) % len(_DNI_LETTERS)]


def _is_nino(text: str) -> bool:
    return text[:2] not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


@dataclass(frozen=True)
class _PersonNumber:
    """A kind of number: its form, its check, and the share of other texts of the form that pass."""

    form: str
    is_valid: Callable[[str], bool]
    chance: float


# Sources: Receita Federal, instruction 1548/2015 (CPF of Brazil); the Polish act on the register of people
# (PESEL); the Spanish royal decree 1553/2005 (DNI and NIE); HMRC, NIM39110 (national insurance numbers, with
# the letters QQ of its specimens; the last letter is A to D).
_KINDS = (
    _PersonNumber(r"\d{3}\.\d{3}\.\d{3}-\d\d|\d{11}", _is_cpf, 1 / 100),
    _PersonNumber(r"\d{11}", _is_pesel, 1 / 50),
    _PersonNumber(r"(?:\d{2}\.?\d{3}\.?\d{3}|[XYZ]-?\d{7})-?[A-Z]", _is_dni, 1 / 23),
    _PersonNumber(r"[A-CEGHJ-TW-Z][A-CEGHJ-NP-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]", _is_nino, 1 / 11),
)


def are_person_numbers(text: pa.Array) -> bool:
    """Return whether nearly all of the first distinct texts are valid national numbers of people."""
    different = pc.unique(blank_to_null(text.slice(0, _PROBED_ROWS)).drop_null())
    probed = [each.strip() for each in different.slice(0, _PROBED).to_pylist()]
    return any(_are_of(kind, probed) for kind in _KINDS)


def _are_of(kind: _PersonNumber, probed: Sequence[str]) -> bool:
    valid = sum(
        re.fullmatch(kind.form, text, re.ASCII) is not None and kind.is_valid(text) for text in probed
    )
    return valid >= _MIN_SHARE * len(probed) and kind.chance**valid <= _MAX_CHANCE
