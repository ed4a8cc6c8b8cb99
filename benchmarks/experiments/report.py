"""The page of one run, or of an emulator's run beside one on AWS. Pure."""

from __future__ import annotations

import math
import re
from html import escape
from typing import TYPE_CHECKING

from benchmarks.experiments.fidelity import fidelity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from benchmarks.experiments.results import Measure, Results

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 "
    "1rem;color:#1a1a1a;background:#fff}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{padding:.25rem .75rem;border-bottom:1px solid "
    "#ccc;text-align:left}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}.bad{color:#a40000;font-weight:600}svg{background:#fafafa}"
)
NAMES = {
    "A": "Deployment",
    "B": "Latency from upload to record",
    "C": "Duplicate, late and reordered events",
    "D": "Failures",
    "E": "Cost",
    "F": "File size",
    "G": "Parallel uploads",
    "H": "Permissions: every granted action removed in turn",
}
_ACCOUNT = re.compile(r"\b\d{12}\b")  # Source: AWS account management reference guide: 12 digits
_WIDTH, _HEIGHT, _MARGIN = 560, 260, 50


def page(emulator: Results, aws: Results | None = None) -> str:
    """Return the HTML page; fidelity comes first where there are two runs to compare."""
    runs = [emulator, *([aws] if aws else [])]
    parts = [f"<h1>Experiments on {' and '.join(escape(run.target) for run in runs)}</h1>"]
    parts += [
        f"<p>{escape(run.target)}: {escape(run.began_at)} UTC, {run.seconds:.0f} s. {_facts(run)}</p>"
        for run in runs
    ]
    parts += [_fidelity_table(emulator, aws)]
    for letter, name in NAMES.items():
        parts += [f"<h2>{letter}. {name}</h2>", *_section(letter, runs)]
    return (
        "<!doctype html><html lang=en><meta "
        f"charset=utf-8><title>Experiments</title><style>{_STYLE}</style><body>{''.join(parts)}</body>"
    )


def form(run: Results) -> str:
    """Return a form in Markdown, filled with the figures of a run, that a person completes and sends.

    It has no number of an account.
    """
    asked = (
        "Age of the account, and its Lambda limit for concurrent executions:",
        "Settings that differ from the defaults (`deployments/<name>.json`, without addresses):",
        "Did `make deploy-aws` succeed at the first attempt? If not, its message:",
        "Costs of the day, from the bill, in USD:",
        "Did something happen that no page describes?",
    )
    lines = [
        f"# Experiments on {run.target}",
        f"Began {run.began_at} UTC and took {run.seconds:.0f} s: {_text_of(run)}.",
        "## Please complete",
        *(f"- {question} " for question in asked),
        "## Not as expected",
        *(
            [
                f"- {item.experiment}: {item.name}: {item.outcome}. {item.reason}".rstrip(". ")
                for item in run.cases
                if not item.passed
            ]
            or ["- nothing"]
        ),
        "## Not run",
        *(
            [f"- {letter} {NAMES[letter]}: {why}" for letter, why in sorted(run.not_run.items())]
            or ["- nothing"]
        ),
        "## Figures",
        *(
            f"- {item.experiment} {' '.join(_figures(item)[:3])} {item.unit}"
            + (f" at {item.at:,.0f}" if item.at else "")
            for item in run.measures
        ),
    ]
    return _ACCOUNT.sub("ACCOUNT", "\n".join(lines)) + "\n"


def _facts(run: Results) -> str:
    return escape(_text_of(run))


def _text_of(run: Results) -> str:
    return ", ".join(f"{name} {value}" for name, value in run.environment.items() if value)


def _section(letter: str, runs: Sequence[Results]) -> Iterable[str]:
    for run in runs:
        if letter in run.not_run:
            yield f"<p>{escape(run.target)}: not run. {escape(run.not_run[letter])}</p>"
    single = [
        (run.target, item)
        for run in runs
        for item in run.measures
        if item.experiment == letter and item.at is None
    ]
    if single:
        rows = [(target, *_figures(item)) for target, item in single]
        yield _table(("target", "what", "median", "95 percent", "n", "unit", "original requirement"), rows)
    for name in dict.fromkeys(
        item.name
        for run in runs
        for item in run.measures
        if item.experiment == letter and item.at is not None
    ):
        series = {
            run.target: [item for item in run.measures if item.experiment == letter and item.name == name]
            for run in runs
        }
        rows = [
            (target, f"{item.at:,.0f}", *_figures(item)[1:])
            for target, of in series.items()
            for item in of
            if item.at is not None
        ]
        yield _table(("target", name, "median", "95 percent", "n", "unit", "original requirement"), rows)
        yield _plot(series, name)
    cases = [(run.target, item) for run in runs for item in run.cases if item.experiment == letter]
    if cases:
        rows = [
            (target, item.name, item.expected, item.outcome, "yes" if item.passed else "NO", item.reason)
            for target, item in cases
        ]
        yield _table(("target", "case", "expected", "outcome", "passed", "why"), rows)


def _figures(measure: Measure) -> tuple[str, ...]:
    low, high = measure.interval
    return (
        measure.name,
        _number(measure.median),
        f"{_number(low)} to {_number(high)}",
        str(len(measure.values)),
        measure.unit,
        measure.headline,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 three digits


def _fidelity_table(emulator: Results, aws: Results | None) -> str:
    rows = [
        (
            row.category,
            "; ".join(row.false_passes) or ("none" if row.compared else "not measured"),
            row.agreement,
            row.coverage,
        )
        for row in fidelity(emulator, aws)
    ]
    head = (
        "<h2>Fidelity of the emulator</h2><p>A false pass is a case that passes on the emulator and "
        "fails on AWS.</p>"
    )
    return head + _table(
        ("category", "false passes", "agreement (Wilson 95 percent)", "cases that ran on both"), rows
    )


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}" for name in names)
    body = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}" for row in rows)
    return f"<table><tr>{head}{body}</table>"


def _cell(text: str) -> str:
    kind = " class=bad" if text == "NO" else " class=n" if text[:1].isdigit() else ""
    return f"<td{kind}>{escape(text)}"


def _plot(series: dict[str, list[Measure]], name: str) -> str:
    """Return a plot with two logarithmic axes: medians as a line, intervals as bars."""
    every = [measure for of in series.values() for measure in of if measure.at]
    across = _axis([float(measure.at or 1) for measure in every], _MARGIN, _WIDTH - _MARGIN)
    up = _axis([value for measure in every for value in measure.values], _HEIGHT - _MARGIN, _MARGIN / 2)
    drawn = []
    for (target, of), colour in zip(series.items(), ("#0b5cad", "#b45309"), strict=False):
        points = [
            (across(float(measure.at or 1)), up(measure.median), *(up(edge) for edge in measure.interval))
            for measure in of
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y, *_ in points)
        drawn.append(
            f'<polyline points="{line}" fill=none stroke="{colour}" '
            f"stroke-width=2><title>{escape(target)}</title></polyline>"
        )
        drawn += [
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}" stroke="{colour}" />'
            for x, _, low, high in points
        ]
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r=4 fill="{colour}" />' for x, y, *_ in points]
        labels = zip(points, of, strict=True)
        drawn += [
            f'<text x="{x:.1f}" y="{y - 8:.1f}" font-size=11 text-anchor=middle>{_number(m.median)}</text>'
            for (x, y, *_), m in labels
        ]
    unit = every[0].unit if every else ""
    drawn += [
        (
            f'<text x="{across(float(at)):.1f}" y="{_HEIGHT - _MARGIN / 2}" font-size=11 '
            f"text-anchor=middle>{at:,.0f}</text>"
        )
        for at in sorted({measure.at for measure in every if measure.at})
    ]
    label = f"{name}, {unit}, both axes logarithmic"
    return (
        f"<svg width={_WIDTH} height={_HEIGHT} role=img "
        f'aria-label="{escape(label)}"><title>{escape(label)}</title>{"".join(drawn)}</svg>'
    )


def _axis(values: Sequence[float], first: float, last: float) -> Callable[[float], float]:
    """Return what maps a value to its pixel on a logarithmic axis."""
    logs = [math.log10(value) for value in values if value > 0] or [0.0]
    low, span = min(logs), (max(logs) - min(logs)) or 1.0

    def pixel(value: float) -> float:
        return first + (math.log10(max(value, 10**low)) - low) / span * (last - first)

    return pixel
