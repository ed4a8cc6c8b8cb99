"""Read how a source writes the values of a column, as its contract declares it.

The declaration is in `logicalTypeOptions.format`, `logicalTypeOptions.defaultTimezone` and the custom
property `headgate.format`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast
from zoneinfo import ZoneInfo

from headgate.contracts.date_patterns import date_pattern
from headgate.contracts.model import NUMBERS, TIMES, Kind
from headgate.contracts.month_names import MONTHS
from headgate.contracts.source_format import DURATIONS, EITHER, EPOCHS, PLAIN, SourceFormat
from headgate.errors import ContractError

FORMAT_PROPERTY = "headgate.format"
# Keys of the property, and the fields that they set.
_LISTS = {
    "patterns": "patterns", "currency": "currency", "units": "units", "trueWords": "true_words",
    "falseWords": "false_words",
    "nulls": "nulls",
}  # fmt: skip
_TEXTS = {
    "timezone": "timezone",
    "epoch": "epoch",
    "language": "language",
    "decimal": "decimal",
    "thousands": "thousands",
    "percent": "percent",
    "minus": "minus",
    "duration": "duration",
    "case": "case",
}
_KEYS = {**_LISTS, **_TEXTS, "yearFrom": "year_from", "trim": "trim"}
_ANY = {"nulls", "trim"}
_OF_NUMBERS = {"decimal", "thousands", "currency", "units", "percent", "minus", "duration"}
_OF_DATES = {"patterns", "language", "year_from"}
_CHOICES = {
    "decimal": (".", ",", EITHER),
    "thousands": ("", ".", ",", " ", "'"),
    "percent": ("", "fraction", "points"),
    "minus": ("", "trailing", "parentheses"),
    "duration": ("", *DURATIONS),
    "epoch": ("", *EPOCHS),
    "case": ("", "upper", "lower"),
    "language": tuple(MONTHS),
}
_FIRST_YEAR, _LAST_YEAR = 1, 9900
_NUMBER_CHARACTERS = "+-.,'%()"
FRACTION_DIGITS = 2  # decimal places that a percentage needs if it is read as a fraction


def stated_format(properties: object) -> dict[str, object]:
    """Return the fields of a `SourceFormat` that a `headgate.format` property sets.

    Raises:
        ContractError: a key is unknown or its value cannot be used.
    """
    if not isinstance(properties, dict):
        raise ContractError(
            f"{FORMAT_PROPERTY} is not a mapping. Remedy: write it as in {{decimal: ',', thousands: '.'}}"
        )
    unknown = sorted(str(key) for key in properties if key not in _KEYS)
    if unknown:
        raise ContractError(
            f"{FORMAT_PROPERTY} has the unknown key {unknown[0]!r}. Remedy: use {', '.join(_KEYS)}"
        )
    return {_KEYS[key]: _value(key, value) for key, value in properties.items()}


def _value(key: str, value: object) -> object:
    if key in _LISTS:
        return _texts(key, value)
    if key == "trim":
        return _typed(key, value, bool, "true or false")
    if key == "yearFrom":
        return _typed(key, value, int, "a year")
    text = _typed(key, value, str, "a text in quotes")
    if key in _CHOICES and text not in _CHOICES[key]:
        raise ContractError(
            f"{FORMAT_PROPERTY}.{key}: {text!r} is not supported. Remedy: use one of {_listed(_CHOICES[key])}"
        )
    return text


def _texts(key: str, value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(text, str) and text for text in listed):
        raise ContractError(
            f"{FORMAT_PROPERTY}.{key} is not a list of texts. "
            "Remedy: put each text in quotes, because YAML reads yes, no, 0 and 1 as other types"
        )
    return tuple(dict.fromkeys(cast("list[str]", listed)))


def _typed(key: str, value: object, kind: type, wanted: str) -> object:
    if type(value) is not kind:
        raise ContractError(f"{FORMAT_PROPERTY}.{key}: {value!r} cannot be used. Remedy: write {wanted}")
    return value


def source_format(
    kind: Kind, scale: int, table: Mapping[str, object], own: Mapping[str, object]
) -> SourceFormat | None:
    """Return the format of a column: its own keys, and the table's defaults for its type.

    Return None for the plain spelling.

    Args:
        scale: the scale of a decimal, 0 for other types.
    """
    applicable = _ANY | _applicable(kind)
    foreign = sorted(key for key, field in _KEYS.items() if field in own and field not in applicable)
    if foreign:
        raise ContractError(
            f"{FORMAT_PROPERTY}.{foreign[0]} has no effect on a {kind}. Remedy: remove it, or change "
            "physicalType"
        )
    declared = replace(inherited_format(kind, table), **cast("dict[str, Any]", own))
    if "percent" not in own and scale < FRACTION_DIGITS:
        declared = replace(declared, percent="")
    _check(kind, scale, declared)
    return None if declared == PLAIN else declared


def inherited_format(kind: Kind, table: Mapping[str, object]) -> SourceFormat:
    """Return the format that a column of this type inherits from the table's defaults."""
    inherited = {field: value for field, value in table.items() if field in _ANY | _applicable(kind)}
    if "patterns" in inherited:
        patterns, has_time = cast("tuple[str, ...]", inherited["patterns"]), kind is Kind.TIMESTAMP
        inherited["patterns"] = tuple(each for each in patterns if date_pattern(each).has_time is has_time)
    return SourceFormat(**cast("dict[str, Any]", inherited))


def _applicable(kind: Kind) -> set[str]:
    if kind in NUMBERS:
        return _OF_NUMBERS
    if kind in TIMES:
        return _OF_DATES | ({"timezone", "epoch"} if kind is Kind.TIMESTAMP else set())
    return {"true_words", "false_words"} if kind is Kind.BOOLEAN else {"case"}


def _check(kind: Kind, scale: int, declared: SourceFormat) -> None:
    for text in declared.patterns:
        if date_pattern(text).has_time is not (kind is Kind.TIMESTAMP):
            lack = (
                "has no time of day, which a timestamp needs"
                if kind is Kind.TIMESTAMP
                else "has a time of day, which a date does not hold"
            )
            raise ContractError(
                f"the date pattern {text!r} {lack}. Remedy: change the pattern or physicalType"
            )
    if declared.decimal == declared.thousands:
        raise ContractError(
            f"{FORMAT_PROPERTY}: decimal and thousands are both {declared.decimal!r}. Remedy: declare "
            "two different characters"
        )
    if declared.decimal == EITHER and declared.thousands:
        raise ContractError(
            f"{FORMAT_PROPERTY}: decimal: {EITHER} reads points and commas between thousands, so thousands "
            "has no effect. Remedy: remove thousands"
        )
    if bool(declared.true_words) != bool(declared.false_words):
        raise ContractError(
            f"{FORMAT_PROPERTY}: trueWords and falseWords need each other. Remedy: declare both"
        )
    both = {word.casefold() for word in declared.true_words} & {
        word.casefold() for word in declared.false_words
    }
    if both:
        raise ContractError(
            f"{FORMAT_PROPERTY}: {min(both)!r} is both true and false. Remedy: list each word once"
        )
    if declared.percent == "fraction" and (kind is not Kind.DECIMAL or scale < FRACTION_DIGITS):
        raise ContractError(
            f"{FORMAT_PROPERTY}.percent: fraction needs a DECIMAL with two places or more. Remedy: "
            "DECIMAL(9,4), or percent: points"
        )
    if not _FIRST_YEAR <= declared.year_from <= _LAST_YEAR:
        raise ContractError(
            f"{FORMAT_PROPERTY}.yearFrom: {declared.year_from} is not a year. Remedy: a year such as 1930"
        )
    _check_alone(declared)
    _check_symbols(declared)
    _check_zone(declared.timezone)


def _check_alone(declared: SourceFormat) -> None:
    if declared.epoch and declared.patterns:
        raise ContractError(
            f"{FORMAT_PROPERTY}.epoch: times since 1970 have no pattern. Remedy: remove one of the two"
        )
    if declared.duration and (declared.currency or declared.units or declared.percent):
        raise ContractError(
            f"{FORMAT_PROPERTY}.duration: a duration has no currency, unit or percent sign. Remedy: remove "
            "them"
        )


def _check_symbols(declared: SourceFormat) -> None:
    for symbol in (*declared.currency, *declared.units):
        if symbol != symbol.strip() or symbol[0].isdigit() or symbol[0] in _NUMBER_CHARACTERS:
            raise ContractError(
                f"{FORMAT_PROPERTY}: the symbol {symbol!r} could be part of a number. Remedy: a symbol such "
                "as kg or m³ without blanks"
            )


def _check_zone(timezone: str) -> None:
    if not timezone:
        return
    try:
        ZoneInfo(timezone)
    except (KeyError, OSError, ValueError):
        raise ContractError(
            f"the time zone {timezone!r} is unknown. Remedy: an IANA name such as Europe/Berlin"
        ) from None


def _listed(choices: tuple[str, ...]) -> str:
    return ", ".join(repr(choice) for choice in choices)


def declared_keys(declared: SourceFormat | None) -> dict[str, object]:
    """Return the keys of `headgate.format` that differ from the plain spelling."""
    own = declared or PLAIN
    own_keys = {
        key: getattr(own, field)
        for key, field in _KEYS.items()
        if getattr(own, field) != getattr(PLAIN, field)
    }
    return {key: list(value) if isinstance(value, tuple) else value for key, value in own_keys.items()}


def format_facts(declared: SourceFormat | None) -> dict[str, object]:
    """Return the keys of `headgate.format` that differ from the plain spelling; lists are joined by ` | `."""
    own_keys = declared_keys(declared)
    return {key: " | ".join(value) if isinstance(value, list) else value for key, value in own_keys.items()}


def property_of(kind: Kind, declared: SourceFormat | None, table: Mapping[str, object]) -> dict[str, object]:
    """Return the `headgate.format` property of a column in a table with these defaults.

    `timezone` and a single pattern are not included, because ODCS has fields for them.
    """
    own = declared or PLAIN
    inherited = inherited_format(kind, table)
    single = {"patterns"} if len(own.patterns) == 1 else set()
    applicable = (_ANY | _applicable(kind)) - single - {"timezone"}
    own_keys = {
        key: getattr(own, field)
        for key, field in _KEYS.items()
        if field in applicable and getattr(own, field) != getattr(inherited, field)
    }
    return {key: list(value) if isinstance(value, tuple) else value for key, value in own_keys.items()}
