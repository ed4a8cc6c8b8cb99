"""Currencies by their codes of ISO 4217."""

from __future__ import annotations

import re

# Spellings of each currency, its sign first. Source: ISO 4217 and Unicode CLDR 44; `$`, `kr` and `¥` are not proof of a country, only of
# one sign.
SPELLINGS = {
    "EUR": ("€", "EUR", "Euro"), "USD": ("$", "USD", "US$"), "GBP": ("£", "GBP"), "CHF": ("CHF", "Fr.", "SFr."), "JPY": ("¥", "JPY"),
    "PLN": ("zł", "PLN"), "CZK": ("Kč", "CZK"), "SEK": ("kr", "SEK"), "INR": ("₹", "INR"), "BRL": ("R$", "BRL"), "DKK": ("DKK",),
    "NOK": ("NOK",), "TRY": ("₺", "TRY"), "RUB": ("₽", "RUB"), "HUF": ("Ft", "HUF"), "AUD": ("AUD",), "CAD": ("CAD",), "CNY": ("CNY",),
}  # fmt: skip
_IN_FRONT = ("EUR", "USD", "GBP")  # their signs stand before a number and mean no other currency of a lake


def is_currency(unit: str) -> bool:
    """Return whether a unit is the code of a currency: three capital letters."""
    return bool(re.fullmatch("[A-Z]{3}", unit))


def sign_of(currency: str) -> str:
    """Return what stands before an amount: the sign, or the code with a blank."""
    return SPELLINGS[currency][0] if currency in _IN_FRONT else f"{currency} "
