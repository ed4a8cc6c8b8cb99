"""Find similar names with another meaning, such as `weight_lb` for `weight_kg`.

Others are `sales_2027` for `sales_2025`, and `debit_amount` for `credit_amount`. Neither spelling nor values
distinguish such a name from another spelling of the field: the pair may be suggested, but a person decides.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from headgate.contracts.currency import SPELLINGS
from headgate.matching.word_likeness import name_words, word_likeness

# Words for the kind of a value, which are interchangeable: `order no` is `order_id`.
_KIND_WORDS = (
    frozenset({"id", "number", "code", "key", "identifier", "ref", "reference"}),
    frozenset({"at", "on", "date", "time", "timestamp", "datetime", "day"}),
    frozenset({"name", "title", "label"}),
    frozenset({"text", "note", "notes", "comment", "comments", "remark", "remarks", "description"}),
)
# Words that change the quantity that a name means. In English and German, the languages of the drafts.
_QUALIFIERS = frozenset({
    "old", "new", "previous", "prev", "prior", "former", "last", "next", "first", "initial", "original",
    "final", "current", "planned", "plan", "budget", "target", "forecast", "expected", "estimated",
    "actual", "min", "max", "minimum", "maximum", "avg", "average", "mean", "median", "total", "sum",
    "net", "gross", "excl", "incl", "without", "with", "before", "after", "tax", "vat", "refund",
    "refunded", "returned", "deleted", "cancelled", "canceled", "discount", "discounted", "alt", "neu",
    "vorjahr", "vorher", "nachher", "soll", "ist", "netto", "brutto", "ohne", "mit", "mittel", "summe",
    "gesamt", "storno", "storniert", "rabatt",
})  # fmt: skip
# Units as people write them in headers.
_MEASURES = frozenset({
    "mg", "g", "kg", "t", "ug", "µg", "μg", "mcg", "ng", "lb", "lbs", "oz", "mm", "cm", "dm", "m", "km",
    "in", "ft", "yd", "mi", "ml", "cl", "dl", "l", "hl", "gal", "pt", "qt", "ms", "s", "sec", "min", "h",
    "hr", "d", "wk", "mo", "yr", "c", "f", "k", "celsius", "fahrenheit", "kelvin", "pa", "hpa", "kpa",
    "bar", "mbar", "psi", "mmhg", "w", "kw", "mw", "kwh", "mwh", "wh", "v", "mv", "a", "ma", "hz", "khz",
    "mhz", "ghz", "mmol", "mol", "nmol", "ppm", "ppb", "pct", "percent", "b", "kb", "mb", "gb", "tb",
    "kib", "mib", "gib", "ha", "kmh", "mph", "kn",
})  # fmt: skip
_CHANGED = frozenset({"updated", "changed", "edited", "change", "update"})  # `last updated` is `updated`
_SHARE_SIGNS = "%\N{PER MILLE SIGN}"
_POWER = re.compile(r"(?<![A-Za-z0-9])[cdkm]?m[23](?![A-Za-z0-9])")
_MIN_WORD_LENGTH = 3  # letters of a word that follows another word without a gap


@cache
def has_another_meaning(given: str, field: str, *, dataset: str = "", unit: str = "") -> bool:
    """Return whether a name has a word, a number, a unit or a currency that contradicts the field's.

    Args:
        dataset: the name of the field's dataset, whose words do not describe the kind of a value.
        unit: the field's unit in its contract; empty if there is none.
    """
    if has_other_sign(given, field):
        return True
    left, right = _in_parts(given), _in_parts(field)
    left, right = _split_words(left, right), _split_words(right, left)
    left, right = _unmatched(left, right), _unmatched(right, left)
    if {*left} & _units() and unit.casefold() in _units() - {*left}:
        return True
    if not left or not right:
        return any(word in _QUALIFIERS or word.isdigit() for word in (*left, *right))
    own = {*name_words(dataset), dataset.removesuffix("s")}
    return not any({*left} - own <= kind and {*right} - own <= kind for kind in _KIND_WORDS)


def has_other_sign(given: str, field: str) -> bool:
    r"""Return whether two names have different signs of currencies, percent or per mille.

    >>> has_other_sign("share (%)", "share \N{PER MILLE SIGN}"), has_other_sign("share (%)", "share")
    (True, False)
    """
    return bool(_signs(given) and _signs(field) and _signs(given) != _signs(field))


def has_other_numbers(given: str, field: str) -> bool:
    """Return whether both names have numbers, and not the same ones: `Tank 2` is not `tank_1`.

    >>> has_other_numbers("2.8.0 Energy", "1.8.0 Energy"), has_other_numbers("Tank 01", "tank_1")
    (True, False)
    """
    left, right = numbers_in(given), numbers_in(field)
    is_same = sorted(left) == sorted(right) or "".join(left) == "".join(right)
    return bool(left and right) and not is_same


@cache
def numbers_in(name: str) -> tuple[str, ...]:
    """Return the numbers in a name without zeros before them; the power of a length is none.

    >>> numbers_in("Tank 01, 2.5 m3"), numbers_in("Dichte [kg/m³]")
    (('1', '2', '5'), ())
    """
    digits = re.findall(r"\d+", _POWER.sub("", name))
    return tuple(
        "".join(str(unicodedata.decimal(digit)) for digit in each).lstrip("0") or "0" for each in digits
    )


def _signs(name: str) -> frozenset[str]:
    return frozenset(sign for sign in name if sign in _SHARE_SIGNS or unicodedata.category(sign) == "Sc")


def _in_parts(name: str) -> tuple[str, ...]:
    """Return the words and the numbers of a name."""
    words = [part for word in name_words(name) for part in re.findall(r"[0-9]+|[^0-9]+", word)]
    return tuple(word for word in words if word != "last" or not _CHANGED & {*words})


def _split_words(words: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Return the words, split in two if they begin or end with a word of the other name."""
    return tuple(part for word in words for part in _split_word(word, others))


def _split_word(word: str, others: Sequence[str]) -> tuple[str, ...]:
    for other in others:
        rest = len(word) - len(other)
        if len(other) >= _MIN_WORD_LENGTH and word.startswith(other) and word[len(other) :] in _vocabulary():
            return (other, word[len(other) :])
        if len(other) >= _MIN_WORD_LENGTH and word.endswith(other) and word[:rest] in _vocabulary():
            return (word[:rest], other)
    return (word,)


def _unmatched(words: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    joined = "".join(others)
    return tuple(
        word
        for word in words
        if not any(_is_same(word, other) for other in others)
        and not (len(word) >= _MIN_WORD_LENGTH and word in joined)
    )


def _is_same(word: str, other: str) -> bool:
    """Return whether two words may be the same; units and numbers must be equal."""
    if word in _QUALIFIERS and other in _QUALIFIERS:
        return word == other
    if word.isdigit() or other.isdigit() or {word, other} <= _units():
        return word == other
    if len(word) == len(other) and sorted(word) != sorted(other):
        return False  # another letter may make another word, as in nitrite and nitrate
    return word_likeness(word, other) > 0


@cache
def _vocabulary() -> frozenset[str]:
    return _QUALIFIERS | _units() | frozenset().union(*_KIND_WORDS)


@cache
def _units() -> frozenset[str]:
    """Return the units of measurement and the currency codes that people write in headers."""
    return _MEASURES | {code.casefold() for code in SPELLINGS}
