"""Currencies by their codes of ISO 4217.

An amount has that of its column, else of its table, else of the lake.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

# Spellings of each currency, its sign first. Source: ISO 4217 and Unicode CLDR 44; `$`, `kr` and `¥` are not
# proof of a country, only of one sign.
SPELLINGS = {
    "EUR": ("€", "EUR", "Euro"), "USD": ("$", "USD", "US$"), "GBP": ("£", "GBP"),
    "CHF": ("CHF", "Fr.", "SFr."), "JPY": ("¥", "JPY"),
    "PLN": ("zł", "PLN"), "CZK": ("Kč", "CZK"), "SEK": ("kr", "SEK"), "INR": ("₹", "INR"),
    "BRL": ("R$", "BRL"), "DKK": ("DKK",),
    "NOK": ("NOK",), "TRY": ("₺", "TRY"), "RUB": ("₽", "RUB"), "HUF": ("Ft", "HUF"), "AUD": ("AUD",),
    "CAD": ("CAD",), "CNY": ("CNY",),
}  # fmt: skip
_IN_FRONT = ("EUR", "USD", "GBP")  # their signs stand before a number and mean no other currency of a lake
PROPERTY = "headgate.currency"  # of a table
_WORD = re.compile(r"\bcurrency\b")


def unit_in(unit: str, currency: str) -> str:
    """Return a unit with a code of ISO 4217 instead of the word `currency`, as in `currency per period`.

    As it is where none is stated.
    """
    return _WORD.sub(currency, unit) if currency else unit


def in_currency(contract: Contract, lake_currency: str) -> Contract:
    """Return the contract with its table's currency, or the lake's, in the units that state none of their
    own.

    Raises:
        ContractError: the table's currency is no code of ISO 4217.
    """
    currency = str(contract.properties.get(PROPERTY, lake_currency))
    if currency and not is_currency(currency):
        raise ContractError(
            f"{contract.id}: {PROPERTY} is {currency!r}. It must be a code of three capital letters."
        )
    return replace(
        contract,
        columns=tuple(replace(column, unit=unit_in(column.unit, currency)) for column in contract.columns),
    )


def is_currency(unit: str) -> bool:
    """Return whether a unit is the code of a currency: three capital letters."""
    return bool(re.fullmatch("[A-Z]{3}", unit))


def sign_of(currency: str) -> str:
    """Return what stands before an amount: the sign, or the code with a blank."""
    return SPELLINGS[currency][0] if currency in _IN_FRONT else f"{currency} "
