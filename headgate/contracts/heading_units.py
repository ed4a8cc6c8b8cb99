"""Units that a heading of numbers names, as in `Stillstand (min)`, `Distance km` and `spindle_temp_c`."""

from __future__ import annotations

import re
from typing import NamedTuple

from headgate.contracts.currency import (
    CODES,
    PERCENT,
    SHARES,
    SPELLINGS,
    WORDS_TOO,
    is_currency,
)
from headgate.plain_names import capitalised

# Units that are no other word: `min` may be a minimum, and `A` a group.
_CERTAIN = "mg kg mm cm km ml °C °F kW Wh kWh MWh GWh hPa kPa MPa GPa kHz mbar mm/s m/s km/h"
_IN_BRACKETS_ONLY = (
    "s ms µs min h d g t m l K W V mV kV A mA Ah bar Pa N kN Nm J kJ Hz dB lx ppm m² m³ m³/h kg/m³ N/mm²"
)
_UNITS = frozenset(f"{_CERTAIN} {_IN_BRACKETS_ONLY}".split())
_WORDS = {
    **dict.fromkeys(("liter", "litre", "liters", "litres"), "l"),
    **dict.fromkeys(("kilometer", "kilometers", "kilometres"), "km"),
    **dict.fromkeys(("kilogramm", "kilograms"), "kg"),
}
_UNIT_OF_WORD = {unit.lower(): unit for unit in _CERTAIN.split()} | _WORDS
_LASTING = "dauer|duration|time|zeit|stillstand|delay|downtime|runtime"
_LENGTH = "distance|length|height|depth|altitude|elevation|entfernung|strecke|länge|laenge|höhe|hoehe"
# Units that may be other words, too: the first row decides whose words stand before one. `ms` is none behind
# `rüzgar`, which is wind in Turkish.
_BEHIND = tuple(
    (text, re.compile(f"(?:{words})$", re.IGNORECASE), unit)
    for text, words, unit in (
        ("ms", "speed|velocity|wind|geschwindigkeit|vitesse", "m/s"),
        ("ms", f"{_LASTING}|latency|latenz|response|elapsed|ping|timeout|lag", "ms"),
        ("min", _LASTING, "min"),
        ("l", "volume|volumen|capacity|inhalt|fuellmenge|füllmenge|contenance", "l"),
        ("m", _LENGTH, "m"),
        ("bar", "druck|pressure", "bar"),
    )
)
_SIZE = re.compile("(?:size|memory|storage|disk|traffic|größe|groesse|speicher|taille)$", re.IGNORECASE)
_BYTES = {unit.lower(): unit for unit in ("kB", "MB", "GB", "TB")}
_AMOUNT = re.compile(
    "(?:amount|cost|costs|net|gross|total|value|fee|betrag|kosten|netto|brutto|wert|summe)$", re.IGNORECASE
)
# Behind these words a currency is not the unit: the amounts are thousands or millions of it.
_SCALE = re.compile(
    r"(?:^|[\s(_])(?:k|t|tsd|mio|mrd|mln|thousands?|millions?|milliers|miles)\.?$", re.IGNORECASE
)
_BRACKETS = re.compile(r"(.*?)\s*[\[(]([^\])]+)[\])]")
_LAST_WORD = re.compile(r"(.*\S)[\s_-]+(\S+)")
_FIRST_WORD = re.compile(r"(km|kwh|kg)[\s_-]+\S", re.IGNORECASE)
_TEMPERATURE = re.compile(r"(.*temp(?:erature?)?)[\s_.-]*°?([cf])", re.IGNORECASE)
_SPEED = re.compile(r"(.*)[\s_](mm|m|km)[_/](s|h)", re.IGNORECASE)
_PREPOSITION = re.compile(r"(?:in|en|em)\s+", re.IGNORECASE)
_LAST_PREPOSITION = re.compile(r"\s+(?:in|en|em)$", re.IGNORECASE)
_PERCENT_SIGNS = ("%", "pct", "percent")
_LETTER = r"[^\W\d_]"
_MIN_NAME = 4  # characters, one more than a code has
_TEXTS = {text: code for code, texts in SPELLINGS.items() for text in texts}
# Letters such as kr and Ft are the sign of several currencies, or a unit; names such as Euro are clear.
_SIGNS = {text: code for text, code in _TEXTS.items() if not (text.isascii() and text.strip(".").isalpha())}
_LONG = [text for text in _TEXTS if len(text) >= _MIN_NAME]
_NAMES = {name: _TEXTS[text] for text in _LONG for name in (text, text.lower(), text.upper())}
# Codes in lower case are read too, except `try`, an English word; those without a sign only behind an amount.
_SPELLED = {code: code for code in CODES} | _NAMES | _SIGNS
_IN_LOWER_CASE = {code.lower(): code for code in SPELLINGS if code != "TRY"}
_BEHIND_AMOUNT = {code.lower(): code for code in CODES - WORDS_TOO}
_CURRENCY_TEXTS = _BEHIND_AMOUNT | _IN_LOWER_CASE | _SPELLED
_ALTERNATIVES = "|".join(sorted(map(re.escape, _CURRENCY_TEXTS), key=len, reverse=True))
_CURRENCY = re.compile(rf"(?<!{_LETTER})(?:{_ALTERNATIVES})(?!{_LETTER})")
_PERCENTAGES = frozenset({PERCENT, *SHARES})
_MAX_LABEL = 80  # characters
_PLAIN = re.compile(r"[\w -]*", re.ASCII)
_ACRONYM = re.compile("[A-Z][A-Z0-9]+")


class HeadingUnit(NamedTuple):
    """The words of a heading without its unit, and the unit.

    Attributes:
        title: empty where the unit is all that the heading says.
        unit: of measurement, a code of ISO 4217 or `percent`; empty for none.
    """

    title: str
    unit: str


_NONE = HeadingUnit("", "")


def heading_unit(heading: str) -> HeadingUnit:
    """Return the unit at the end or the beginning of a heading of numbers; an empty one for other words.

    >>> heading_unit("Gross Weight (kg)"), heading_unit("price_sek").unit, heading_unit("Temp min").unit
    (HeadingUnit(title='Gross Weight', unit='kg'), 'SEK', '')
    """
    text = heading.strip()
    if whole := _UNIT_OF_WORD.get(text.lower()):
        return HeadingUnit("", whole)
    if brackets := _BRACKETS.fullmatch(text):
        return HeadingUnit(brackets[1], _unit_in_brackets(_PREPOSITION.sub("", brackets[2].strip(), 1)))
    if temperature := _TEMPERATURE.fullmatch(text):
        return HeadingUnit(_title(temperature[1]), f"°{temperature[2].upper()}")
    if speed := _SPEED.fullmatch(text):
        return HeadingUnit(_title(speed[1]), f"{speed[2]}/{speed[3]}".lower())
    return _unit_of_words(text)


def currency_code(text: str) -> str:
    """Return the currency of a code or a sign; empty for other texts, such as `kr`, the sign of several.

    >>> currency_code("zł"), currency_code("kr"), currency_code("kg")
    ('PLN', '', '')
    """
    return _SPELLED.get(text, "")


def heading_label(heading: str, unit: str) -> str:
    """Return the heading of a column that the words of its name do not give; empty if they do.

    Units of measurement stay behind it in brackets; an amount has the sign of its currency instead.

    Args:
        unit: of the column.

    >>> heading_label("weight_kg", "kg"), heading_label("Preis in zł", "PLN"), heading_label("unit price", "")
    ('Weight (kg)', 'Preis', '')
    """
    text = heading.strip()
    if len(text) > _MAX_LABEL:
        return ""
    named = heading_unit(text)
    if not unit or not named.title or named.unit != unit:
        return _own_capitals(text) if _PLAIN.fullmatch(text) else text
    return named.title if is_currency(unit) else f"{named.title} ({'%' if unit in _PERCENTAGES else unit})"


def _unit_of_words(text: str) -> HeadingUnit:
    """Return the unit that is a word of the heading: the last, one between others, or the first."""
    if words := _LAST_WORD.fullmatch(text):
        unit = _unit_behind(words[1], words[2])
        if unit:
            return HeadingUnit(_title(words[1]), unit)
    if inside := _currency_inside(text):
        return inside
    first = _FIRST_WORD.match(text)
    return HeadingUnit("", _UNIT_OF_WORD[first[1].lower()]) if first else _NONE


def _unit_behind(words: str, last: str) -> str:
    """Return the unit that the last word of a heading is behind the others; empty for none."""
    if last.lower() in _PERCENT_SIGNS:
        return PERCENT
    if last.lower() in _BYTES and _SIZE.search(words):
        return _BYTES[last.lower()]
    certain = "" if _SCALE.search(words) else _UNIT_OF_WORD.get(last.lower(), "")
    return next((unit for text, before, unit in _BEHIND if text == last and before.search(words)), certain)


def _unit_in_brackets(text: str) -> str:
    if text in _UNITS:
        return text
    if text == "%":
        return PERCENT
    return currency_code(text)


def _currency_inside(text: str) -> HeadingUnit | None:
    """Return the one currency between or behind other words, as in `Cost SEK excl. tax`."""
    named = [match for match in _CURRENCY.finditer(text) if _is_currency_at(text, match)]
    if len(named) != 1:
        return None
    before, behind = text[: named[0].start()], text[named[0].end() :]
    before = _LAST_PREPOSITION.sub("", re.sub(r"[\s_(\[-]+$", "", before))
    title = _title(before + re.sub(r"^[)\]]", "", behind))
    return HeadingUnit(title, _CURRENCY_TEXTS[named[0][0]]) if title else None


def _is_currency_at(text: str, match: re.Match[str]) -> bool:
    before, sign = text[: match.start()], match[0]
    words = re.sub(r"[\s_(\[-]+$", "", before)
    if _SCALE.search(words) or (sign in WORDS_TOO and not before.endswith(("(", "["))):
        return False
    return sign in _SPELLED or sign in _IN_LOWER_CASE or bool(_AMOUNT.search(words))


def _title(text: str) -> str:
    """Return the words of a heading such as `spindle_temp`; spaces stay as they are."""
    words = text if re.search(r"\s", text) else text.replace("_", " ")
    return capitalised(_LAST_PREPOSITION.sub("", re.sub(r"[\s_,-]+$", "", words)).strip())


def _own_capitals(text: str) -> str:
    """Return the words of a heading with acronyms, such as `Umsatz exkl MwSt`; empty for one without any."""
    words = re.split(r"[\s_]+", text)
    has_spaces = bool(re.search(r"\s", text))
    own = any(_ACRONYM.fullmatch(word) or (has_spaces and re.search("[a-z][A-Z]", word)) for word in words)
    is_mixed = len(words) > 1 and bool(re.search("[a-z]", text))
    return capitalised(" ".join(words)) if is_mixed and own else ""
