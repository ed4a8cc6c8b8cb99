"""Currencies by their codes of ISO 4217.

An amount has the currency of its column, or else of its table, or else of the lake.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

# Spellings of each currency, its symbol first. `$`, `kr` and `¥` do not identify a country. Source: ISO 4217
# and Unicode CLDR 44.
SPELLINGS = {
    "EUR": ("€", "EUR", "Euro"), "USD": ("$", "USD", "US$"), "GBP": ("£", "GBP"),
    "CHF": ("CHF", "Fr.", "SFr."), "JPY": ("¥", "JPY"),
    "PLN": ("zł", "PLN"), "CZK": ("Kč", "CZK"), "SEK": ("kr", "SEK"), "INR": ("₹", "INR"),
    "BRL": ("R$", "BRL"), "DKK": ("DKK",),
    "NOK": ("NOK",), "TRY": ("₺", "TRY"), "RUB": ("₽", "RUB"), "HUF": ("Ft", "HUF"), "AUD": ("AUD",),
    "CAD": ("CAD",), "CNY": ("CNY",), "VND": ("₫", "VND"), "KRW": ("₩", "KRW"), "THB": ("฿", "THB"),
    "UAH": ("₴", "UAH"), "KZT": ("₸", "KZT"), "NGN": ("₦", "NGN"),
}  # fmt: skip
# The codes in use. Source: ISO 4217, list one, without metals, bonds and units of account.
_OTHER_CODES = (
    "AED AFN ALL AMD ANG AOA ARS AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BSD BTN BWP BYN BZD CDF CLP COP "
    "CRC CUP CVE DJF DOP DZD EGP ERN ETB FJD FKP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG IDR ILS IQD IRR ISK "
    "JMD JOD KES KGS KHR KMF KPW KWD KYD LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NIO NPR NZD OMR PAB PEN PGK PHP PKR PYG QAR RON RSD RWF SAR SBD SCR SDG SGD SHP SLE SOS "
    "SRD SSP STN SVC SYP SZL TJS TMT TND TOP TTD TWD TZS UGX UYU UZS VED VES VUV WST XAF XCD XCG XOF XPF YER "
    "ZAR ZMW ZWG"
)
CODES = frozenset((*SPELLINGS, *_OTHER_CODES.split()))
# Codes that are words or abbreviations, too.
_WORDS_TOO = "ALL AMD ANG BAM BOB COP CUP CVE GEL MAD MOP PEN PHP SOS TOP"
WORDS_TOO = frozenset(_WORDS_TOO.split())
# Signs of one character, which stand without quotes in a number format.
SINGLE_SIGNS = "".join(signs[0] for signs in SPELLINGS.values() if len(signs[0]) == 1)
# The signs of several currencies, the one that is taken for it first. Source: Unicode CLDR 44.
SHARED_SIGNS = {"kr": ("SEK", "DKK", "ISK", "NOK"), "$": ("USD", "AUD", "CAD"), "¥": ("JPY", "CNY")}
# By the language of a number format in a workbook. Source: MS-LCID, section 2.2.
_OF_LANGUAGES = {
    "409": "USD", "c09": "AUD", "1009": "CAD", "c0c": "CAD", "41d": "SEK", "406": "DKK", "414": "NOK",
    "411": "JPY", "804": "CNY",
}  # fmt: skip
# The symbols of these currencies precede a number, and mean no other currency in a lake.
_IN_FRONT = ("EUR", "USD", "GBP")
# The decimals of currencies whose smallest coin is not a hundredth. Source: ISO 4217.
_PLACES = {
    "CLP": 0, "ISK": 0, "JPY": 0, "KRW": 0, "PYG": 0, "UGX": 0, "VND": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip
_PLACES_OF_MOST = 2
PROPERTY = "headgate.currency"  # of a table
SHARES = frozenset({"share", "probability"})  # units of parts of 1, which people read in percent
PERCENT = "percent"  # the unit of numbers that are 30 for 30 %
_WORD = re.compile(r"\bcurrency\b")
_AMOUNT = re.compile(r"(?:currency|[A-Z]{3})(?: per |$)")


def currency_of_sign(sign: str, language: str = "") -> str:
    """Return the code of the currency that a sign in a number format means; empty if none is clear.

    Args:
        language: hexadecimal, as in `[$kr-414]`; it decides about a sign of several currencies.

    >>> currency_of_sign("€", "407"), currency_of_sign("kr", "414"), currency_of_sign("$")
    ('EUR', 'NOK', 'USD')
    """
    if language and sign in SHARED_SIGNS:
        return _OF_LANGUAGES.get(language.lower(), "")
    return next((code for code, signs in SPELLINGS.items() if sign in signs), sign if sign in CODES else "")


def unit_in(unit: str, currency: str) -> str:
    """Replace the word `currency` of a unit, as in `currency per period`, by a code of ISO 4217.

    Without a code the unit is unchanged.
    """
    return _WORD.sub(currency, unit) if currency else unit


def in_currency(contract: Contract, lake_currency: str) -> Contract:
    """Return the contract with its table's or the lake's currency in the units that name no currency."""
    currency = str(contract.properties.get(PROPERTY, lake_currency))
    if currency and not is_currency(currency):
        raise ContractError(
            f"{contract.id}: {PROPERTY} is {currency!r}. It must be a code of three capital letters."
        )
    units = [unit_in(column.unit, currency) for column in contract.columns]
    columns = tuple(
        column if unit == column.unit else replace(column, unit=unit)
        for column, unit in zip(contract.columns, units, strict=True)
    )
    return replace(contract, columns=columns)


def is_currency(unit: str) -> bool:
    """Return whether a unit is the code of a currency: three capital letters."""
    return bool(re.fullmatch("[A-Z]{3}", unit))


def is_amount(unit: str) -> bool:
    """Return whether a unit is of amounts: a currency, or one per something."""
    return bool(_AMOUNT.match(unit))


def places_of(currency: str) -> int:
    """Return the decimals of a currency's amounts.

    >>> places_of("EUR"), places_of("JPY")
    (2, 0)
    """
    return _PLACES.get(currency, _PLACES_OF_MOST)


def sign_of(currency: str) -> str:
    """Return the text before an amount: the symbol, or the code with a blank."""
    return SPELLINGS[currency][0] if currency in _IN_FRONT else f"{currency} "
