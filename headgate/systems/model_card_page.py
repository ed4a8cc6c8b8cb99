"""A model card as Markdown, and as one HTML page with a calibration plot."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.learning.calibration import Bin
    from headgate.systems.model_cards import Description, ModelCard

_SIZE, _EDGE = 260, 36
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.25rem "
    ".5rem;text-align:left;vertical-align:top}"
    "svg text{font:11px system-ui,sans-serif}"
)


@dataclass(frozen=True)
class _Section:
    title: str
    lines: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def markdown(card: ModelCard) -> str:
    """Return the card as Markdown."""
    parts = [f"# Model card: {card.description.name}"]
    for section in _sections(card):
        parts.append(f"## {section.title}")
        parts.extend(
            "\n".join(f"- {line}" for line in section.lines) if len(section.lines) > 1 else line
            for line in section.lines[:1]
        )
        if section.rows:
            table = [section.header, ("---",) * len(section.header), *section.rows]
            parts.append(
                "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table)
            )
    return "\n\n".join(parts) + "\n"


def model_card_html(card: ModelCard) -> str:
    """Return the card as one HTML page that needs no other file."""
    title = f"Model card: {escape(card.description.name)}"
    body = "".join(_html_section(section, card) for section in _sections(card))
    return (
        '<!doctype html><html lang="en"><head><meta '
        f'charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>'
        f"<body><h1>{title}</h1>{body}</body></html>\n"
    )


def _html_section(section: _Section, card: ModelCard) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in section.lines)
    parts = [
        f"<h2>{escape(section.title)}</h2>",
        f"<ul>{lines}</ul>" if len(section.lines) > 1 else f"<p>{escape(''.join(section.lines))}</p>",
    ]
    if section.title == "Calibration" and card.calibration:
        parts.append(_plot(card.calibration))
    if section.rows:
        parts.append(_html_table(section))
    return "".join(parts)


def _html_table(section: _Section) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in section.header)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in section.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _plot(bins: Sequence[Bin]) -> str:
    """Return observed against expected shares as SVG; a calibrated model lies on the diagonal."""

    def at(share: float) -> float:
        return round(_EDGE + share * (_SIZE - 2 * _EDGE), 1)

    points = "".join(
        f'<circle cx="{at(share.expected)}" cy="{_SIZE - at(share.observed)}" r="4" fill="#1c7ed6">'
        f"<title>expected {share.expected:.1%}, observed {share.observed:.1%}, {share.rows} "
        "rows</title></circle>"
        for share in bins
    )
    low, high = at(0), at(1)
    return (
        f'<svg role="img" aria-label="Calibration: observed against expected share" width="{_SIZE}" '
        f'height="{_SIZE}">'
        f'<rect x="{low}" y="{_SIZE - high}" width="{high - low}" height="{high - low}" fill="none" '
        'stroke="#ccc"/>'
        f'<line x1="{low}" y1="{_SIZE - low}" x2="{high}" y2="{_SIZE - high}" stroke="#999" '
        f'stroke-dasharray="4"/>{points}'
        f'<text x="{low}" y="{_SIZE - low + 14}">0</text><text x="{high - 6}" y="{_SIZE - low + 14}">1</text>'
        f'<text x="{_SIZE / 2 - 30}" y="{_SIZE - 6}">expected share</text><text x="4" '
        f'y="{_SIZE - high - 8}">observed share</text></svg>'
    )


def _sections(card: ModelCard) -> list[_Section]:
    about, loss = card.description, card.contest_title or "mean error on past days"
    return [
        _Section("What it predicts", (about.predicts, f"Tables: {', '.join(about.tables)} ({about.system})")),
        _Section("Data and period", (about.data, *_period(card))),
        _Section("Model in charge", _in_charge(card), ("recipe", loss), _contest(card)),
        _Section("Naive rule", (about.naive_rule,)),
        _backtests(card),
        _calibration(card),
        _drift(card),
        _Section("Known limits", about.limits),
        *([_Section("Use", about.uses)] if about.uses else []),
    ]


def _period(card: ModelCard) -> list[str]:
    if card.missing and not card.as_of:
        return [
            (
                f"The lake has no rows of {', '.join(card.missing)}, so the tables are empty. Upload this "
                "data, then start a run."
            )
        ]
    if not card.as_of:
        return ["There are no figures yet. `headgate run` builds the tables."]
    tested = [f"Tested on the days {card.period.replace('/', ' to ')}."] if card.period else []
    learnt = (
        [f"Learnt from {card.learnt_from:,} rows with the columns {', '.join(card.columns)}."]
        if card.learnt_from
        else []
    )
    return [f"Data up to {card.as_of}, snapshot {card.snapshot_id}.", *learnt, *tested]


def _in_charge(card: ModelCard) -> tuple[str, ...]:
    about, table = card.description, card.description.tables[0]
    published = tuple(
        f"The column `{name}` of {table} states: {_with_code(about, methods)}."
        for name, methods in card.methods.items()
    )
    return (*about.method, *_kept(card), *published)


def _kept(card: ModelCard) -> tuple[str, ...]:
    about = card.description
    if card.recipe:
        kept = f"Recipe {about.in_words(card.recipe)}, version {card.version}, code {card.code}."
        return (f"{kept} A recipe stays in charge until another is clearly better on past days.",)
    if card.unused:
        recipe, day = card.unused
        return (f"The kept model {recipe} of {day} is not in use: {about.tables[0]} was not built with it.",)
    if not about.kept and about.method:
        return ()
    if not about.kept:
        return ("The model is fitted again in each run.",)
    return () if card.methods else ("No model is kept yet.",)


def _with_code(about: Description, methods: Sequence[str]) -> str:
    """Return methods as the table has them, each with its words in brackets if it has some."""
    return ", ".join(f"{name} ({about.names[name]})" if name in about.names else name for name in methods)


def _contest(card: ModelCard) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (card.description.in_words(recipe), _number(loss))
        for recipe, loss in sorted(card.contest.items(), key=lambda loss_by_recipe: loss_by_recipe[1])
    )


def _backtests(card: ModelCard) -> _Section:
    if not card.figures:
        return _Section("Backtests", ("No past origin was tested yet.",))
    about = card.description
    header = (
        "figure",
        "value",
        "rule to beat",
        "its value",
        "verdict",
        "model",
        "measured on",
        "rows",
        "note",
    )
    rows = tuple(
        (
            figure.title or figure.metric,
            _number(figure.value),
            about.in_words(figure.baseline_model),
            _number(figure.baseline),
            figure.verdict or "-",
            about.in_words(figure.model),
            figure.period,
            f"{figure.rows:,}",
            figure.note,
        )
        for figure in card.figures
    )
    return _Section(
        "Backtests",
        ("Each figure was measured on days that the model did not learn from, except those of the fit.",),
        header,
        rows,
    )


def _calibration(card: ModelCard) -> _Section:
    if not card.calibration:
        return _Section("Calibration", ("No calibration is recorded for this model.",))
    rows = tuple(
        (f"{share.expected:.1%}", f"{share.observed:.1%}", f"{share.rows:,}") for share in card.calibration
    )
    return _Section(
        "Calibration",
        (*filter(None, [card.calibrated]), "Expected and observed shares are equal for a calibrated model."),
        ("expected", "observed", "rows"),
        rows,
    )


def _drift(card: ModelCard) -> _Section:
    if not card.drift:
        return _Section("Drift", ("No drift is recorded for this model.",))
    shifted = f"Changed since the model learnt (index above 0.25): {', '.join(card.shifted) or 'no column'}."
    rows = tuple(
        (name, _number(index))
        for name, index in sorted(card.drift.items(), key=lambda index_by_column: -index_by_column[1])
    )
    return _Section("Drift", (shifted,), ("column", "population stability index"), rows)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
