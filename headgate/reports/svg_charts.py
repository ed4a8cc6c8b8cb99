"""Charts as SVG text, because a function has no drawing library and the page has no scripts."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any

from headgate.reports.answer_words import ColumnWords
from headgate.reports.numbers import cell_text
from headgate.systems.panels import DeclaredPanel, PanelKind, PanelScale

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Row = Mapping[str, Any]

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 26, 30
BAR_HEIGHT, BAR_LEFT, BAR_RIGHT, MAX_BARS = 22, 190, 70, 15
LABELS, SIGN_WIDTH = 6, 6.6
# Okabe & Ito (2008), colours that people with colour blindness can tell apart. The console draws with the
# same ones.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999")
ACCENT = "var(--accent)"
_LABEL_SIGNS = 26
_TICK_DECIMALS = 10
_NO_WORDS = ColumnWords()
_MAX_VALUE = 1e300  # beyond it, a step of the axis would be infinite
_MIN_STEP = 10.0**-_TICK_DECIMALS  # ticks with a smaller step would be equal


def draw(panel: DeclaredPanel, rows: Sequence[Row], words: ColumnWords = _NO_WORDS) -> str:
    """Return the chart of a panel; a map is drawn as bars of its largest regions."""
    drawing = {PanelKind.LINE: _lines, PanelKind.FAN: _fan, PanelKind.SCATTER: _scatter}.get(
        panel.kind, _bars
    )
    return drawing(panel, rows, words)


@dataclass(frozen=True)
class _Axis:
    """Values along a side of the chart, from `start` to `end` in pixels."""

    ticks: tuple[float, ...]
    start: float
    end: float
    is_log: bool = False

    def at(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        if self.is_log:
            low, high, value = (math.log10(number) for number in (low, high, max(value, low)))
        return self.start + (self.end - self.start) * (value - low) / ((high - low) or 1)


def _ticks(values: Iterable[float], *, from_zero: bool = True) -> tuple[float, ...]:
    """Round steps of 1, 2 or 5 that cover the values."""
    finite = [value for value in values if abs(value) <= _MAX_VALUE] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    least = max(((high - low) or abs(high) or 1.0) / 4, _MIN_STEP)
    magnitude = 10.0 ** math.floor(math.log10(least))
    step = next(size * magnitude for size in (1, 2, 5, 10) if size * magnitude >= least)
    first, last = math.floor(low / step), math.ceil(high / step)
    return tuple(round(step * place, _TICK_DECIMALS) for place in range(first, max(last, first + 1) + 1))


def _powers_of_ten(values: Iterable[float]) -> tuple[float, ...]:
    """Powers of ten that cover the positive values; none without such a value."""
    positive = [value for value in values if value > 0 and math.isfinite(value)]
    if not positive:
        return ()
    # A smaller power than that of the smallest exact float may be zero.
    first = max(math.floor(math.log10(min(positive))), sys.float_info.min_10_exp)
    last = math.ceil(math.log10(max(positive)))
    return tuple(10.0**power for power in range(first, max(last, first + 1) + 1))


def _number(value: object) -> float | None:
    if not isinstance(value, int | float | Decimal):
        return None
    number = float(value) if math.isfinite(value) else math.inf
    return number if abs(number) <= _MAX_VALUE else None


def _lines(panel: DeclaredPanel, rows: Sequence[Row], words: ColumnWords) -> str:
    if not panel.series:
        return _over_positions(panel, rows, words, _of_columns(panel, rows, words), [])
    groups: dict[str, dict[str, float | None]] = {}
    for row in rows:
        group = words.cell(panel.series, row[panel.series])
        groups.setdefault(group, {})[cell_text(row[panel.x])] = _number(row[panel.y[0]])
    return _over_positions(panel, rows, words, groups, [])


def _of_columns(
    panel: DeclaredPanel, rows: Sequence[Row], words: ColumnWords
) -> dict[str, dict[str, float | None]]:
    """Return a series for each column of `y`, by its heading."""
    return {
        words.heading(name): {cell_text(row[panel.x]): _number(row[name]) for row in rows} for name in panel.y
    }


def _fan(panel: DeclaredPanel, rows: Sequence[Row], words: ColumnWords) -> str:
    bands = [
        {cell_text(row[panel.x]): (_number(row[low]), _number(row[high])) for row in rows}
        for low, high in panel.bounds
        if any(row[low] is not None for row in rows)
    ]
    return _over_positions(panel, rows, words, _of_columns(panel, rows, words), bands)


def _over_positions(
    panel: DeclaredPanel,
    rows: Sequence[Row],
    words: ColumnWords,
    series: Mapping[str, Mapping[str, float | None]],
    bands: Sequence[Mapping[str, tuple[float | None, float | None]]],
) -> str:
    labels = {cell_text(row[panel.x]): words.cell(panel.x, row[panel.x]) for row in rows}
    names = list(labels)
    values = [value for points in series.values() for value in points.values() if value is not None]
    values += [value for band in bands for pair in band.values() for value in pair if value is not None]
    along = _Axis((0.0, float(max(len(names) - 1, 1))), LEFT, WIDTH - RIGHT)
    # A small chart for each series needs the console's room: one log scale shows them all.
    powers = () if panel.scale is PanelScale.LINEAR else _powers_of_ten(values)
    up = _Axis(powers or _ticks(values), HEIGHT - BOTTOM, TOP, is_log=bool(powers))
    places = {name: along.at(place) for place, name in enumerate(names)}
    parts = [_grid(up, panel.y[0], words), *(_band(band, places, up) for band in bands)]
    colours = _colours(series, fan=bool(bands))
    for name, points in series.items():
        path = _path(
            [
                (places[x], up.at(value)) if value is not None and (value > 0 or not powers) else None
                for x, value in points.items()
            ]
        )
        parts.append(f'<path d="{path}" fill="none" stroke="{colours[name]}" stroke-width="2"/>')
    parts.append(_position_labels(labels, places))
    if powers:
        parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 2}" text-anchor="end">log scale</text>')
    return _svg(panel, parts + [_legend(colours)] * (len(series) > 1), HEIGHT)


def _colours(names: Iterable[str], *, fan: bool = False) -> dict[str, str]:
    listed = list(names)
    if fan:
        return dict(zip(listed, ("currentColor", ACCENT), strict=False))
    return {
        name: ACCENT if len(listed) == 1 else COLOURS[place % len(COLOURS)]
        for place, name in enumerate(listed)
    }


def _path(points: Iterable[tuple[float, float] | None]) -> str:
    """Return a line with a gap where a value is missing."""
    steps, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        steps.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "L"
    return " ".join(steps)


def _band(
    band: Mapping[str, tuple[float | None, float | None]], places: Mapping[str, float], up: _Axis
) -> str:
    points = [
        (places[x], low, high) for x, (low, high) in band.items() if low is not None and high is not None
    ]
    edge = [f"{x:.1f},{up.at(high):.1f}" for x, _, high in points] + [
        f"{x:.1f},{up.at(low):.1f}" for x, low, _ in reversed(points)
    ]
    return f'<polygon points="{" ".join(edge)}" fill="{ACCENT}" opacity="0.18"/>'


def _grid(up: _Axis, column: str, words: ColumnWords) -> str:
    return "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up.at(tick):.1f}" y2="{up.at(tick):.1f}" class="grid"/>'
        f'<text x="{LEFT - 6}" y="{up.at(tick) + 4:.1f}" text-anchor="end">'
        f"{escape(words.axis(column, tick))}</text>"
        for tick in up.ticks
    )


def _position_labels(words: Mapping[str, str], places: Mapping[str, float]) -> str:
    names, labels = list(words), {name: _cut(text) for name, text in words.items()}
    room = SIGN_WIDTH * (max(map(len, labels.values()), default=0) + 2)
    shown = names[:: max(1, math.ceil(len(names) / min(LABELS, max(1, (WIDTH - LEFT - RIGHT) // room))))]
    parts = []
    for name in shown:
        if places[name] > WIDTH - RIGHT - room / 2 and len(shown) > 1:
            continue
        anchor = "start" if name == names[0] else "middle"
        parts.append(
            f'<text x="{places[name]:.1f}" y="{HEIGHT - BOTTOM + 18}" '
            f'text-anchor="{anchor}">{escape(labels[name])}</text>'
        )
    return "".join(parts)


def _legend(colours: Mapping[str, str]) -> str:
    parts, x = [], float(LEFT)
    for name, colour in colours.items():
        label = _cut(name)
        parts.append(
            f'<rect x="{x:.0f}" y="4" width="10" height="10" fill="{colour}"/><text x="{x + 14:.0f}" '
            f'y="13">{escape(label)}</text>'
        )
        x += 30 + SIGN_WIDTH * len(label)
    return "".join(parts)


def _bars(panel: DeclaredPanel, rows: Sequence[Row], words: ColumnWords) -> str:
    """Return bars from the left, the parts of a series one after another."""
    labels = {cell_text(row[panel.x]): words.cell(panel.x, row[panel.x]) for row in rows}
    names = list(labels)[:MAX_BARS]
    values = {
        (cell_text(row[panel.x]), _group(panel, row, words)): _number(row[panel.y[0]]) or 0.0 for row in rows
    }
    groups = list(dict.fromkeys(group for _, group in values))
    sums = {name: sum(values.get((name, group), 0.0) for group in groups) for name in names}
    along = _Axis(_ticks(sums.values()), BAR_LEFT, WIDTH - BAR_RIGHT)
    colours, top = _colours(groups), 24 if len(groups) > 1 else 4
    parts = [_legend(colours)] * (len(groups) > 1)
    for place, name in enumerate(names):
        y, start = top + place * BAR_HEIGHT, 0.0
        parts.append(
            f'<text x="{BAR_LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(_cut(labels[name]))}</text>'
        )
        for group in groups:
            end = start + values.get((name, group), 0.0)
            left, right = sorted((along.at(start), along.at(end)))
            size = f'width="{right - left:.1f}" height="{BAR_HEIGHT - 7}"'
            parts.append(f'<rect x="{left:.1f}" y="{y + 3}" {size} fill="{colours[group]}"/>')
            start = end
        edge = max(along.at(sums[name]), along.at(0.0)) + 6
        parts.append(f'<text x="{edge:.1f}" y="{y + 15}">{escape(words.axis(panel.y[0], sums[name]))}</text>')
    return _svg(panel, parts, top + BAR_HEIGHT * len(names) + 6)


def _group(panel: DeclaredPanel, row: Row, words: ColumnWords) -> str:
    return words.cell(panel.series, row[panel.series]) if panel.series else words.heading(panel.y[0])


def _scatter(panel: DeclaredPanel, rows: Sequence[Row], words: ColumnWords) -> str:
    column = panel.y[0]
    points = [
        (x, y, row)
        for row in rows
        if (x := _number(row[panel.x])) is not None and (y := _number(row[column])) is not None
    ]
    along = _Axis(_ticks((x for x, _, _ in points), from_zero=False), LEFT, WIDTH - RIGHT)
    up = _Axis(_ticks((y for _, y, _ in points), from_zero=False), HEIGHT - BOTTOM, TOP)
    colours = _colours(dict.fromkeys(_group(panel, row, words) for row in rows))
    largest = max([_number(row[panel.size]) or 0.0 for row in rows] or [0.0]) if panel.size else 0.0
    parts = [_grid(up, column, words)]
    for x, y, row in points:
        radius = 3 + 11 * math.sqrt((_number(row[panel.size]) or 0.0) / largest) if largest else 4
        at = f'cx="{along.at(x):.1f}" cy="{up.at(y):.1f}" r="{radius:.1f}"'
        parts.append(f'<circle {at} fill="{colours[_group(panel, row, words)]}" opacity="0.65"/>')
    parts += [
        (
            f'<text x="{along.at(tick):.1f}" y="{HEIGHT - BOTTOM + 16}" '
            f'text-anchor="middle">{escape(words.axis(panel.x, tick))}</text>'
        )
        for tick in along.ticks
    ]
    names = f"{escape(words.heading(panel.x))} (across), {escape(words.heading(column))} (up)"
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 1}" text-anchor="end">{names}</text>')
    return _svg(panel, parts + [_legend(colours)] * (1 < len(colours) <= len(COLOURS)), HEIGHT)


def _svg(panel: DeclaredPanel, parts: Iterable[str], height: int) -> str:
    label = f"{panel.question} {_scale(panel)}"
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def _scale(panel: DeclaredPanel) -> str:
    return f"In {panel.unit}." if panel.unit else ""


def _cut(text: str) -> str:
    return text if len(text) <= _LABEL_SIGNS else text[: _LABEL_SIGNS - 1] + "…"
