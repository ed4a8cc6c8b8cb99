"""Detect whether a file differs from the earlier files of its dataset.

A difference counts only if it is large *and* more than chance: a file of ten rows always differs. Files of
one export are not compared with each other: they arrive together, in any order, and each has other rows of
the same table.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from statistics import NormalDist, median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.profiling.profile import Profile, ProfiledColumn

KEPT_FILES = 10
MIN_FILES = 3
# So many files of other names may arrive between two nights before a nightly export has MIN_FILES.
MAX_SERIES = 200
# Source: Siddiqi (2006), Credit Risk Scorecards: a population stability index above 0.25 is a major shift.
PSI_LIMIT = 0.25
# Source: Cohen (1988), Statistical Power Analysis for the Behavioral Sciences: half a standard deviation is a
# medium effect.
MEAN_LIMIT_SDS = 0.5
MISSING_LIMIT = 0.05
ROWS_FACTOR = 10.0
# A file has a few hundred figures to compare: at one in a million each, one of ten thousand normal files
# raises a false alert.
CHANCE = 1e-6
_Z = NormalDist().inv_cdf(1 - CHANCE / 2)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_MONTH = re.compile(
    r"\d*(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\d*",
    re.IGNORECASE,
)
# A hexadecimal number, or letters and digits in turn. A shorter word may be the name of a source: a1, b2b.
_ID = re.compile(
    r"(?=[a-f]*\d)[0-9a-f]{4,}|[^\W\d]*(?:\d+[^\W\d]+){2,}\d*|[^\W\d]+\d+[^\W\d]+\d+", re.IGNORECASE
)
_MARKS = re.compile(r"-*#(?:-*#)*-*")
# Share of empty bins. Source: Yurdakul (2018), Statistical Properties of Population Stability Index.
_EMPTY = 1e-4


@dataclass(frozen=True)
class ColumnFigures:
    """The figures of one column of one file, for comparison with later files.

    `mean` and `std` may be absent.
    """

    type: str
    rows: int
    missing: int
    bins: Mapping[str, float] = field(default_factory=dict)
    mean: float | None = None
    std: float | None = None


@dataclass(frozen=True)
class FileFigures:
    """The figures of one file, for comparison with later files.

    Attributes:
        export: the folder of the export that delivered the file; empty for any other file.
        columns: empty for earlier files, of which only the number of rows is kept.
        series: the file's name without numbers, which files of one source share; empty for files of exports.
    """

    content_sha256: str
    rows: int
    columns: Mapping[str, ColumnFigures]
    export: str = ""
    series: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {**vars(self), "columns": {name: vars(column) for name, column in self.columns.items()}}

    @classmethod
    def from_dict(cls, read: Mapping[str, object]) -> FileFigures:
        """Return the figures from their JSON form."""
        columns = read["columns"]
        assert isinstance(columns, dict)  # noqa: S101 the output of `as_dict`
        return cls(
            str(read["content_sha256"]),
            int(str(read["rows"])),
            {name: ColumnFigures(**column) for name, column in columns.items()},
            str(read["export"]),
            str(read["series"]),
        )

    def is_delivered_with(self, other: FileFigures) -> bool:
        """Return whether one export delivered both files, or both are the same file."""
        return self.content_sha256 == other.content_sha256 or bool(
            self.export and self.export == other.export
        )


@dataclass(frozen=True)
class Shift:
    """A difference from earlier files.

    Attributes:
        kind: `schema`, `rows`, `missing`, `mean` or `distribution`.
        size: in the unit of the limit.
        message: in words, without any value.
    """

    kind: str
    column: str
    size: str
    limit: str
    message: str


def file_series(key: str) -> str:
    """Return the name of a file without dates, numbers and ids: nightly files of one source share it.

    >>> file_series("payments/nightly-2026-11-27.csv")
    'nightly#.csv'
    >>> file_series("payments/nightly-27-nov-2026.csv")
    'nightly#.csv'
    """
    name = _UUID.sub("#", key.rpartition("/")[2])
    return _MARKS.sub("#", _WORD.sub(lambda word: _without_numbers(word[0]), name))


def _without_numbers(word: str) -> str:
    """Return `#` for a month or an id, else the word with `#` for each number."""
    if _MONTH.fullmatch(word) or _ID.fullmatch(word):
        return "#"
    return re.sub(r"\d+", "#", word)


def figures_of(profile: Profile, export: str = "", series: str = "") -> FileFigures:
    """Return the figures of a profile for comparison.

    For sensitive columns, these are only the counts of rows and missing values.
    """
    columns = {column.name: _figures(column) for column in profile.columns}
    return FileFigures(profile.content_sha256, profile.rows, columns, export, series)


def newest_figures(before: Sequence[FileFigures], own: FileFigures) -> list[FileFigures]:
    """Return the figures for comparison with later files.

    These are figures of this file's export, and of the newest files of each series. Files of one series do
    not displace those of another.
    """
    earlier = [figures for figures in before if not figures.is_delivered_with(own)]
    if not own.export:
        return _newest_of_each([*earlier, own], own.series)
    beside = [figures for figures in before if figures.export == own.export]
    others = [figures for figures in beside if figures.content_sha256 != own.content_sha256]
    return [*_newest_of_each(earlier, own.series), *[*others, own][-KEPT_FILES:]]


def _newest_of_each(files: Sequence[FileFigures], series: str) -> list[FileFigures]:
    """Return the newest files of each of the newest series, in their order.

    Only the newest files of this series, of other long series and of short ones keep their columns, so that
    files are compared with current ones.
    """
    by_series: dict[str, list[FileFigures]] = {}
    groups: defaultdict[int, list[FileFigures]] = defaultdict(list)
    sizes = Counter(figures.series for figures in files)
    for figures in files:
        # The series of the newest file is last.
        by_series[figures.series] = [*by_series.pop(figures.series, []), figures]
        groups[0 if figures.series == series else 1 + (sizes[figures.series] >= MIN_FILES)].append(figures)
    kept = _newest([*by_series.values()][-MAX_SERIES:])
    complete = _newest(groups.values())
    return [
        figures if figures.content_sha256 in complete else replace(figures, columns={})
        for figures in files
        if figures.content_sha256 in kept
    ]


def _newest(groups: Iterable[Sequence[FileFigures]]) -> set[str]:
    """Return the contents of the newest files of each group."""
    return {figures.content_sha256 for group in groups for figures in group[-KEPT_FILES:]}


def drift(now: FileFigures, before: Sequence[FileFigures]) -> list[Shift]:
    """Return the differences of a file from earlier files; none if these are too few."""
    if not now.rows:
        return []
    earlier = [figures for figures in before if not figures.is_delivered_with(now)]
    complete = [figures for figures in earlier if figures.columns]
    rows = _of_rows(now, [figures for figures in earlier if figures.series == now.series])
    if len(complete) < MIN_FILES:
        return [*rows]
    return [*rows, *_of_schema(now, complete[-1]), *_of_columns(now, complete)]


def psi(expected: Mapping[str, float], actual: Mapping[str, float]) -> float:
    """Return the population stability index of two sets of shares: the sum of (a - e) ln(a / e).

    Source:
        Siddiqi (2006), Credit Risk Scorecards, ch. 10; it is Jeffreys' divergence of the two distributions.
    """
    names = {*expected, *actual}
    pairs = [(max(expected.get(name, 0.0), _EMPTY), max(actual.get(name, 0.0), _EMPTY)) for name in names]
    return sum((a - e) * math.log(a / e) for e, a in pairs)


def psi_by_chance(bins: int, rows: int, rows_before: int) -> float:
    """Return the index that two samples of one population exceed once in a million times.

    Source:
        Yurdakul (2018), Statistical Properties of Population Stability Index: it is (1/n + 1/m) times a
        chi-squared of B - 1 degrees; its quantile by Wilson & Hilferty (1931).
    """
    degrees = max(bins - 1, 1)
    part = 2 / (9 * degrees)
    return (
        degrees
        * float(1 - part + NormalDist().inv_cdf(1 - CHANCE) * math.sqrt(part)) ** 3
        * (1 / rows + 1 / rows_before)
    )


def _figures(column: ProfiledColumn) -> ColumnFigures:
    if column.is_sensitive or column.missing is None:
        return ColumnFigures(column.type, column.rows, column.missing or 0)
    facts = {} if column.is_identifier or column.type in {"date", "timestamp"} else column.description.facts
    bins = (
        {}
        if column.is_identifier
        else {name: float(share) for name, share in column.description.bins.items()}
    )
    return ColumnFigures(
        column.type, column.rows, column.missing, bins, _number(facts.get("mean")), _number(facts.get("std"))
    )


def _number(text: object) -> float | None:
    """Return the number; None if hidden or not representable as a float."""
    try:
        number = float(str(text))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _of_rows(now: FileFigures, same_series: Sequence[FileFigures]) -> Iterable[Shift]:
    """Yield a shift if the number of rows is unusual: a small upload says nothing about a nightly export."""
    usual = median(figures.rows for figures in same_series) if len(same_series) >= MIN_FILES else 0
    if usual and not 1 / ROWS_FACTOR <= now.rows / usual <= ROWS_FACTOR:
        reason = f"{now.rows:,} rows, while the last {len(same_series)} files had {usual:,.0f} (median)"
        yield Shift("rows", "", f"{now.rows / usual:.4g}", f"{ROWS_FACTOR:g}", reason)


def _of_schema(now: FileFigures, last: FileFigures) -> Iterable[Shift]:
    for name in sorted({*now.columns, *last.columns}):
        was, is_now = last.columns.get(name), now.columns.get(name)
        if was is None or is_now is None:
            yield Shift("schema", name, "", "", "is new" if was is None else "is gone")
        elif was.type and is_now.type and was.type != is_now.type:
            yield Shift("schema", name, "", "", f"was {was.type} and is {is_now.type}")


def _of_columns(now: FileFigures, earlier: Sequence[FileFigures]) -> Iterable[Shift]:
    for name, column in now.columns.items():
        before = [
            figures.columns[name]
            for figures in earlier
            if name in figures.columns and figures.columns[name].rows
        ]
        if before and column.rows:
            yield from (
                shift
                for shift in (
                    _missing(name, column, before),
                    _mean(name, column, before),
                    _spread(name, column, before),
                )
                if shift
            )


def _missing(name: str, now: ColumnFigures, before: Sequence[ColumnFigures]) -> Shift | None:
    """Return a shift if more values are missing, by five points and more than chance (two-proportion z-test).

    Fewer missing values are not a fault.
    """
    rows = sum(figures.rows for figures in before)
    was, is_now = sum(figures.missing for figures in before) / rows, now.missing / now.rows
    pooled = (now.missing + was * rows) / (now.rows + rows)
    error = math.sqrt(pooled * (1 - pooled) * (1 / now.rows + 1 / rows))
    if is_now - was <= max(MISSING_LIMIT, _Z * error):
        return None
    return Shift(
        "missing",
        name,
        f"{is_now - was:+.4f}",
        f"{MISSING_LIMIT:g}",
        f"{is_now:.1%} are missing, where {was:.1%} were before",
    )


def _mean(name: str, now: ColumnFigures, before: Sequence[ColumnFigures]) -> Shift | None:
    """Return a shift if the mean moved by over half a pooled standard deviation and more than chance.

    Source: Cohen's d.
    """
    parts = [
        (figures.rows - figures.missing, figures.mean, figures.std)
        for figures in before
        if figures.mean is not None and figures.std is not None
    ]
    rows, weight = now.rows - now.missing, sum(count for count, _, _ in parts)
    if now.mean is None or now.std is None or rows < 2 or weight < 2:  # noqa: PLR2004 no spread of one value
        return None
    was = sum(count * mean for count, mean, _ in parts) / weight
    within = sum(count * std**2 for count, _, std in parts) + rows * now.std**2
    pooled = math.sqrt(
        (within + sum(count * (mean - was) ** 2 for count, mean, _ in parts)) / (weight + rows)
    )
    if not pooled or abs(now.mean - was) / pooled <= max(
        MEAN_LIMIT_SDS, _Z * math.sqrt(1 / rows + 1 / weight)
    ):
        return None
    size = (now.mean - was) / pooled
    return Shift(
        "mean",
        name,
        f"{size:+.4g}",
        f"{MEAN_LIMIT_SDS:g}",
        f"the mean moved by {size:+.2f} standard deviations",
    )


def _spread(name: str, now: ColumnFigures, before: Sequence[ColumnFigures]) -> Shift | None:
    binned = [figures for figures in before if figures.bins]
    rows, weight = now.rows - now.missing, sum(figures.rows - figures.missing for figures in binned)
    if not now.bins or not rows or not weight:
        return None
    names = {name for figures in binned for name in figures.bins}
    expected = {
        name: sum((figures.rows - figures.missing) * figures.bins.get(name, 0.0) for figures in binned)
        / weight
        for name in names
    }
    index = psi(expected, now.bins)
    if index <= max(PSI_LIMIT, psi_by_chance(len({*expected, *now.bins}), rows, weight)):
        return None
    reason = f"its values are spread differently: population stability index {index:.2f}"
    return Shift("distribution", name, f"{index:.4g}", f"{PSI_LIMIT:g}", reason)
