"""Describe the values of a column with figures that a person can check.

Numbers are texts: exact for values of the column, and with twelve significant digits for computed figures, so
that neither the order of the rows nor the machine changes a profile's bytes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.profiling.answer_options import answers_of
from headgate.profiling.arrays import Counted, Values, as_numpy, counted, evenly_spaced, measurable
from headgate.profiling.histogram import equal_bins
from headgate.profiling.sensitive_values import HIDDEN, hide_numbers, hide_secrets
from headgate.profiling.values_apart import numbers_together
from headgate.values.cells import int_array, numbers, text_array

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
TOP = 10
# So few different numbers, such as scores or tax rates, are listed as values instead of counted in bins.
MAX_LISTED_NUMBERS = 12
_MIN_ROWS_OF_A_LISTED_NUMBER = 2
CATEGORIES = 50
SIGNIFICANT_DIGITS = 12
# Source: Tukey (1977), Exploratory Data Analysis: values beyond the inner fences are outside, those beyond
# the outer fences far out.
INNER_FENCE, OUTER_FENCE = 1.5, 3.0
_MAX_SHOWN = 60
_PATTERN_TEXTS = 4096
_SHORTEST_CARD = 10.0**11
_MICROS = 1_000_000
_CLASSES = {"Lu": "A", "Ll": "a", "Lo": "a", "Nd": "9"}  # by Unicode's general category
_SPACES = b"\t\n\f\r "
_LETTERS_AND_DIGITS = (ascii_uppercase + ascii_lowercase + digits).encode()
_ASCII_CLASSES = bytes.maketrans(
    _LETTERS_AND_DIGITS + _SPACES, b"A" * 26 + b"a" * 26 + b"9" * 10 + b" " * len(_SPACES)
)


class _ClassesOfCharacters(dict[int, str]):
    """For `str.translate`: the letter of each character's class, computed once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = (
            " " if character.encode() in _SPACES else _CLASSES.get(unicodedata.category(character), character)
        )
        return self[code]


_CLASS_OF = _ClassesOfCharacters()


@dataclass(frozen=True)
class ColumnStatistics:
    """The statistics of a column's values.

    Attributes:
        facts: min, max, mean, median, std, quantiles and outliers of ordered values, and the shares of their
            values if these are few; lengths of texts, and shares of the rows by answer if texts list answers.
        top: the most frequent values with their counts; ties are sorted by text.
        patterns: character classes of texts (`A{2}9{4}`) with their share.
        bins: shares of the values by bin, for comparison with other files; a bin's name does not depend on
            the file.
        estimated: the figures that are not exact, with their method; empty if all are exact.
    """

    distinct: int
    facts: Mapping[str, object] = field(default_factory=dict)
    top: tuple[tuple[str, int], ...] = ()
    patterns: tuple[tuple[str, str], ...] = ()
    bins: Mapping[str, str] = field(default_factory=dict)
    estimated: Mapping[str, str] = field(default_factory=dict)


def describe_values(values: pa.Array) -> ColumnStatistics:
    """Return the description of a typed column, without its nulls."""
    kind = values.type
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return describe_texts(counted(values))
    if pa.types.is_boolean(kind):
        return describe_texts(counted(pc.cast(values, pa.string())))
    if pa.types.is_primitive(kind) or pa.types.is_decimal(kind):
        return _describe_ordered(values)
    return ColumnStatistics(0)


def significant_digits(number: float) -> str:
    """Return a number with twelve significant digits, without an exponent for ordinary sizes."""
    if not np.isfinite(number):
        return str(float(number))
    rounded = Decimal(f"{number:.{SIGNIFICANT_DIGITS}g}").normalize()
    return (
        f"{rounded:f}" if -SIGNIFICANT_DIGITS < rounded.adjusted() < 2 * SIGNIFICANT_DIGITS else str(rounded)
    )


def share_text(part: float, whole: float) -> str:
    """Return a share with six decimals; zero if the whole is zero."""
    return f"{part / whole:.6f}" if whole else "0.000000"


def describe_texts(texts: Counted) -> ColumnStatistics:
    """Return the number of distinct texts, the most frequent ones, their lengths and their patterns."""
    kept = np.flatnonzero(texts.counts)
    unique = texts.unique if len(kept) == len(texts.unique) else texts.unique.take(int_array(kept))
    counts, total = texts.counts[kept], int(texts.counts.sum())
    if not total:
        return ColumnStatistics(0)
    length = as_numpy(pc.cast(pc.utf8_length(pc.cast(unique, pa.string())), pa.int64()))
    facts: dict[str, object] = {
        "length": {
            "min": int(length.min()),
            "max": int(length.max()),
            "mean": significant_digits(float(length @ counts) / total),
        }
    }
    if answers := answers_of(Counted(unique, counts)):
        facts["options"] = [
            {"value": text, "share": share_text(rows, answers.respondents)}
            for text, rows in _for_display(list(answers.rows.items()))
        ]
    frequent = _frequent(counts, lambda at: unique.take(int_array(at)).to_pylist())
    repeated = _for_display([(text, count) for text, count in frequent if count > 1 or len(unique) <= TOP])
    return ColumnStatistics(
        len(unique), facts, repeated, _patterns(unique, counts), _categories(unique, counts, total)
    )


def _frequent(counts: Values, names: Callable[[Values], list[str]]) -> list[tuple[str, int]]:
    """Return the most frequent names; ties are broken by text."""
    if len(counts) > TOP:
        least = np.partition(counts, -TOP)[-TOP]
        at = np.flatnonzero(counts >= least)
        at = (
            at
            if len(at) <= 100 * TOP
            else np.concatenate(
                (np.flatnonzero(counts > least), np.flatnonzero(counts == least)[: 100 * TOP])
            )
        )
    else:
        at = np.arange(len(counts))
    ranked = sorted(zip(names(at), counts[at].tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
    return ranked[:TOP]


def _for_display(counted: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Return texts for display, with their counts."""
    shown = hide_secrets([text for text, _ in counted])
    texts = [text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…" for text in shown]
    return tuple(zip(texts, (count for _, count in counted), strict=True))


def _patterns(unique: pa.Array, counts: Values) -> tuple[tuple[str, str], ...]:
    """Return templates of evenly sampled texts, most frequent first, with their share of these rows."""
    at = evenly_spaced(len(unique), _PATTERN_TEXTS)
    templates = _classes(
        pc.utf8_slice_codeunits(unique.take(int_array(at)), 0, _MAX_SHOWN)
    ).dictionary_encode()
    template_counts = np.bincount(numbers(templates.indices), counts[at]).astype(np.int64)
    weights: dict[str, int] = {}
    for template, count in zip(templates.dictionary.to_pylist(), template_counts.tolist(), strict=True):
        folded = re.sub(r"(.)\1{2,}", lambda run: f"{run[1]}{{{len(run[0])}}}", template)
        weights[folded] = weights.get(folded, 0) + count
    total = sum(weights.values())
    ranked = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((template, share_text(count, total)) for template, count in ranked[: TOP // 2])


def _classes(text: pa.Array) -> pa.Array:
    """Return the texts with each character replaced by the letter of its class.

    Plain ASCII needs one look-up per byte, at a tenth of the cost.
    """
    text = pc.cast(text, pa.string())
    if pc.all(pc.string_is_ascii(text)).as_py():
        _, offsets, characters = text.buffers()
        classed = pa.py_buffer(characters.to_pybytes().translate(_ASCII_CLASSES)) if characters else None
        return pa.Array.from_buffers(text.type, len(text), [None, offsets, classed], 0, text.offset)
    # Arrow would compile a pattern of all letters at each call, which takes longer than this for thousands of
    # texts.
    return text_array([each.translate(_CLASS_OF) for each in text.to_pylist()])


def _categories(unique: pa.Array, counts: Values, total: int) -> dict[str, str]:
    if len(unique) > CATEGORIES:
        return {}
    pairs = sorted(zip(unique.to_pylist(), counts.tolist(), strict=True))
    return {text: share_text(count, total) for text, count in _for_display(pairs)}


def _describe_ordered(values: pa.Array) -> ColumnStatistics:
    present = measurable(values).drop_null()
    measures = as_numpy(present)
    ordered = np.sort(measures[np.isfinite(measures)] if measures.dtype == np.float64 else measures)
    if not len(ordered):
        return ColumnStatistics(0)
    spelling = _Spelling(values.type)
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    counts = np.diff(np.concatenate((starts, [len(ordered)])))
    frequent = _frequent(
        counts, lambda at: [spelling.exactly(number) for number in ordered[starts[at]].tolist()]
    )
    repeated_numbers = [(text, count) for text, count in frequent if count > 1]
    repeated = tuple(
        zip(
            hide_numbers(text for text, _ in repeated_numbers),
            (count for _, count in repeated_numbers),
            strict=True,
        )
    )
    bins = {} if spelling.is_time else steps(ordered[starts] * spelling.unit, counts)
    with np.errstate(over="ignore", invalid="ignore"):  # very large doubles have a spread of inf or nan
        facts = {} if _may_be_cards(ordered[starts], spelling) else _order_facts(ordered, spelling)
    if facts and _are_listed(counts, spelling):
        names = [spelling.exactly(number) for number in ordered[starts].tolist()]
        facts["values"] = [
            {"value": name, "share": share_text(count, len(ordered))}
            for name, count in zip(hide_numbers(names), counts.tolist(), strict=True)
        ]
    return ColumnStatistics(len(starts), facts, repeated, (), bins)


def _are_listed(counts: Values, spelling: _Spelling) -> bool:
    rows = _MIN_ROWS_OF_A_LISTED_NUMBER * len(counts)
    return not spelling.is_time and 1 < len(counts) <= MAX_LISTED_NUMBERS and int(counts.sum()) >= rows


def _may_be_cards(different: Values, spelling: _Spelling) -> bool:
    """Return whether values may be card numbers: even their mean would reveal the first digits."""
    if (
        spelling.is_time
        or max(abs(different[0].item()), abs(different[-1].item())) * spelling.unit < _SHORTEST_CARD
    ):
        return False
    sample = different[evenly_spaced(len(different), _PATTERN_TEXTS)].tolist()
    return HIDDEN in hide_secrets(
        [spelling.exactly(number).partition(".")[0] for number in (*sample, different[-1].item())]
    )


@dataclass(frozen=True)
class _Spelling:
    """The text form of a type's 64-bit measure."""

    kind: pa.DataType

    @property
    def is_time(self) -> bool:
        """Whether values are days or instants, whose spread is in days."""
        return bool(pa.types.is_temporal(self.kind))

    @property
    def unit(self) -> float:
        """The size of one step of the measure."""
        if pa.types.is_decimal(self.kind) and self.kind.precision <= 18:  # noqa: PLR2004 as in `measurable`
            return float(10.0**-self.kind.scale)
        return 1 / (86_400 * _MICROS) if pa.types.is_timestamp(self.kind) else 1.0

    def exactly(self, number: float) -> str:
        """Return a value of the column as text."""
        if pa.types.is_decimal(self.kind) and isinstance(number, int):
            return f"{Decimal(number).scaleb(-self.kind.scale):f}"
        if self.is_time:
            return self.nearly(number)
        return str(number) if isinstance(number, int) else significant_digits(number)

    def nearly(self, number: float) -> str:
        """Return a computed position on the same scale as text.

        Times have the precision of a day or second, and may be outside of Python's calendar.
        """
        if pa.types.is_date(self.kind):
            return str(np.datetime64(round(number), "D"))
        if pa.types.is_timestamp(self.kind):
            return str(np.datetime64(round(number), "us").astype("datetime64[s]")).replace("T", " ")
        return significant_digits(number * self.unit)


def moment_facts(
    kind: pa.DataType, low: float, high: float, mean: float, deviation: float
) -> dict[str, object]:
    """Return minimum, maximum, mean and standard deviation of `arrays.measurable` values as texts."""
    spelling = _Spelling(kind)
    facts = {
        "min": spelling.exactly(low),
        "max": spelling.exactly(high),
        "mean": spelling.nearly(mean),
        "std_days" if spelling.is_time else "std": significant_digits(deviation * spelling.unit),
    }
    return dict(zip(facts, hide_numbers(facts.values()), strict=True))


def _order_facts(ordered: Values, spelling: _Spelling) -> dict[str, object]:
    """Return the quantiles, linear between neighbours (Hyndman & Fan 1996, type 7).

    The standard deviation is the sample's (n - 1).
    """
    low, high = ordered[0].item(), ordered[-1].item()
    floats = ordered.astype(np.float64)
    mean, deviation = float(floats.mean()), float(floats.std(ddof=1)) if len(floats) > 1 else 0.0
    *quantiles, median = hide_numbers(spelling.nearly(_quantile(floats, q)) for q in (*QUANTILES, 0.5))
    return {
        **moment_facts(spelling.kind, low, high, mean, deviation),
        "median": median,
        "quantiles": dict(zip((f"{q:g}" for q in QUANTILES), quantiles, strict=True)),
        "outliers": _outliers(floats, spelling),
        "histogram": {} if spelling.is_time else _histogram(floats, spelling),
    }


def _quantile(ordered: Values, q: float) -> float:
    place = q * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (ordered[above] - ordered[below]) * (place - below))


def _outliers(ordered: Values, spelling: _Spelling) -> dict[str, object]:
    """Return the numbers of values beyond the fences.

    Return none if the middle half of the values is a single value.
    """
    first, third = _quantile(ordered, 0.25), _quantile(ordered, 0.75)
    quartile_range = third - first
    if spelling.is_time or not quartile_range:
        return {}

    def beyond(fence: float) -> int:
        below = np.searchsorted(ordered, first - fence * quartile_range, "left")
        return int(below + len(ordered) - np.searchsorted(ordered, third + fence * quartile_range, "right"))

    fences = hide_numbers(
        spelling.nearly(fence)
        for fence in (first - INNER_FENCE * quartile_range, third + INNER_FENCE * quartile_range)
    )
    outliers = {"fences": fences, "outside": beyond(INNER_FENCE), "far_out": beyond(OUTER_FENCE)}
    return outliers | _apart(ordered, spelling)


def _apart(ordered: Values, spelling: _Spelling) -> dict[str, object]:
    """Return the bounds of the values without those apart from all others, and how many are; else nothing."""
    together = numbers_together(ordered)
    bounds = {name: bound for name, bound in zip(("low", "high"), together, strict=True) if bound is not None}
    if not bounds:
        return {}
    texts = hide_numbers(spelling.nearly(bound) for bound in bounds.values())
    return {"together": dict(zip(bounds, texts, strict=True)), "apart": together.apart(ordered)}


def _histogram(ordered: Values, spelling: _Spelling) -> dict[str, object]:
    """Return shares of the values in equal bins within the inner fences, and of those below and above.

    If the middle half of the values is a single value, the bins reach from the first to the last percentile.
    """
    first, third = _quantile(ordered, 0.25), _quantile(ordered, 0.75)
    reach = INNER_FENCE * (third - first)
    low, high = (
        (first - reach, third + reach)
        if reach
        else (_quantile(ordered, QUANTILES[0]), _quantile(ordered, QUANTILES[-1]))
    )
    edges, counts = equal_bins(
        ordered * spelling.unit,
        low * spelling.unit,
        high * spelling.unit,
        float(pa.types.is_integer(spelling.kind)),
    )
    if not edges:
        return {}
    below, *within, above = [share_text(count, len(ordered)) for count in counts]
    texts = hide_numbers([significant_digits(edge) for edge in edges])
    return {"edges": texts, "shares": within, "below": below, "above": above}


_MIN_POWER = -307  # a smaller power of ten is no normal float


def steps(values: Values, counts: Values) -> dict[str, str]:
    """Return shares of the values by steps 1, 2 and 5 of each power of ten, named by sign and lower bound."""
    size = np.abs(values)
    nonzero = np.where(size > 0, size, 1.0)
    power = np.floor(np.log10(nonzero) + 1e-9)
    lead = nonzero / 10.0 ** np.maximum(power, _MIN_POWER)
    step = np.select([lead >= 5 - 1e-9, lead >= 2 - 1e-9], [5, 2], 1)
    place = np.where(size > 0, np.sign(values) * (1000 * (power + 400) + step), 0).astype(np.int64)
    unique, at = np.unique(place, return_inverse=True)
    weights = np.bincount(at, weights=counts)
    return {
        _step_name(int(code)): share_text(float(weight), float(counts.sum()))
        for code, weight in zip(unique, weights, strict=True)
    }


def _step_name(code: int) -> str:
    if not code:
        return "0"
    power, step = divmod(abs(code), 1000)
    return f"{'-' if code < 0 else ''}{step}e{power - 400}"
