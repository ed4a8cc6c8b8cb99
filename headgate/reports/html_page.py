"""The report as one HTML file: no script, no outside resource, readable in light, dark and print."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import partial
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from headgate.contracts.currency import is_currency
from headgate.costs.computed_price import rounded
from headgate.lake.states import DUPLICATE_KEY
from headgate.plain_names import capitalised
from headgate.reports.answer_words import (
    ColumnWords,
    action_words,
    answer_in_words,
    cell_words,
    filled_template,
    folded_words,
    heading,
    is_folded,
    is_shown,
    title_parts,
)
from headgate.reports.numbers import NOTHING, cell_text, day_words, figure, in_one_column
from headgate.reports.rule_words import rule_words, state_words
from headgate.reports.run_words import ReportedRun, runs_in_words
from headgate.reports.svg_charts import draw
from headgate.systems.panels import BEFORE_NOTE, DeclaredPanel, PanelKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from headgate.reports.alerts import Alert
    from headgate.reports.report_answers import PanelAnswer, Report
    from headgate.reports.summary import DatasetSummary
    from headgate.systems.dashboards import DeclaredDashboard

SHOWN_ROWS = 12
SHORT_TEXT = 24  # characters; a time, or the name of a reason
SHOWN_REASONS = 3
_TRUST_IN_VIEW = 2  # parts of a trust line before a click: as of when, and the one that counts most
_COMMAND = re.compile(r"`headgate [^`]+`")
_SENTENCE_END = re.compile(r"(?<=\.) (?=[A-Z`])")
_NO_ALERTS = "None. No figure is above its limit, and no check of the lake fails."
_STYLE = files("headgate.reports").joinpath("page.css")


def report_html(report: Report, alerts: Sequence[Alert], console_url: str = "") -> str:
    """Return the page. Same report, same bytes.

    Args:
        console_url: the console's address, so that each system links to its dashboard; empty for a lake
            without one.
    """
    sections = [
        _header(report),
        _summary(report, alerts, console_url),
        _contents(report),
        *(_system(board, answers, console_url) for board, answers in report.systems),
        _rows(report.datasets, console_url),
        _health(report, console_url),
        _cost(report),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src '
        "'unsafe-inline'\">"
        "<title>Headgate report of "
        f"{escape(report.lake)}</title><style>{_STYLE.read_text('utf-8')}</style></head>\n<body><main>\n"
        + "\n".join(sections)
        + "\n</main></body></html>\n"
    )


def _header(report: Report) -> str:
    at = cell_words("", report.made_at, "")
    as_of = f", data up to {escape(cell_words('', report.health.as_of, ''))}" if report.health.as_of else ""
    return f'<h1>Headgate report: {escape(report.lake)}</h1><div class="muted">Made {at} UTC{as_of}.</div>'


def _summary(report: Report, alerts: Sequence[Alert], console_url: str) -> str:
    """Return a line each for systems' first figures, open tasks, received rows and cost."""
    titles = {board.system: board.title for board, _ in report.systems}
    items = "".join(f"<li>{_alert(alert, titles, console_url)}</li>" for alert in alerts)
    needs = f"<ul>{items}</ul>" if alerts else f'<div class="good">{_NO_ALERTS}</div>'
    cost = f"Cost since {_since(report)}: ${_total_cost(report)}."
    return (
        f'<h2 id="summary">In short</h2><div class="box">{_in_short(report, console_url)}'
        f"<h3>{_counted(len(alerts), 'alert', 'alerts')}</h3>{needs}"
        f"<div>{_last_run(report.runs, console_url)}{_came_in(report.datasets)} {cost}</div></div>"
    )


def _last_run(runs: Sequence[ReportedRun], console_url: str) -> str:
    """Return whether a run works and how the last one ended, with the way to all; empty without runs."""
    words = escape(runs_in_words(runs))
    link = f' <a href="{escape(console_url)}/#/runs">All runs</a>' if console_url else ""
    return f"{words}{link}<br>" if words else ""


def _in_short(report: Report, console_url: str) -> str:
    """Return the first figure of each system that has one, with what to do and the page where it is done.

    A person's own dashboard is for this person, and a value that is no number says nothing.
    """
    lines: list[tuple[float, str]] = []
    for board, answers in report.systems:
        if board.filters_of_tables:
            continue
        figures = [answer for answer in answers if answer.panel.kind is PanelKind.KPI]
        row = next(iter(figures[0].records()), {}) if figures else {}
        if figure(row.get("value"), "") == NOTHING:
            continue
        panel, compared = figures[0].panel, _compared(figures[0].panel, row)
        page = f"work/{panel.queue}" if panel.queue else f"dashboards/{board.system}"
        address = f"{console_url}/#/{page}" if console_url else f"#{board.system}"
        before = f'<div class="muted compared">{compared}</div>' if compared else ""
        money = float(str(row["value"])) if is_currency(panel.unit) else -1.0
        text = (
            f'<tr><td class="n"><b>{escape(figure(row["value"], panel.unit))}</b></td>'
            f'<td><a href="{escape(address)}">{escape(_title_of(figures[0]))}</a>{before}'
            f"{_action(figures[0])}</td>"
            f'<td class="s muted">{escape(board.title)}</td></tr>'
        )
        lines.append((money, text))
    # The largest sum of money first, then figures of other things in their order.
    rows = "".join(text for _, text in sorted(lines, key=lambda line: -line[0]))
    return f'<table class="short"><tbody>{rows}</tbody></table>' if rows else ""


def _alert(alert: Alert, titles: Mapping[str, str], console_url: str) -> str:
    """Return an alert with a link; of the lake's only its first sentence, the health section has all."""
    name = escape(titles.get(alert.source, alert.source.capitalize()))
    message = _readable(alert.message, console_url)
    if alert.source == "lake":
        (first, *_), remedy, place, page = _SENTENCE_END.split(message), "", "health", "lake"
    else:
        first, remedy, place, page = message, f" {alert.remedy}", alert.source, f"dashboards/{alert.source}"
    address = f"{console_url}/#/{page}" if console_url else f"#{place}"
    link = f'<a href="{escape(address)}">Open {"the lake" if page == "lake" else name}</a>'
    return f"<b>{name}</b>: {escape(first)}{escape(remedy)} {link}"


def _readable(message: str, console_url: str) -> str:
    """Return a message without commands where readers have a console."""
    return _COMMAND.sub("the console", message) if console_url else message


def _came_in(datasets: Sequence[DatasetSummary]) -> str:
    """Return the counts of received files and rows, and of rows open for correction."""
    if not datasets:
        return "No file was received yet."
    files, received, accepted, waiting, duplicates = (
        sum(getattr(dataset, name) for dataset in datasets)
        for name in ("files", "received", "accepted", "quarantined", "duplicates")
    )
    rows = f"{accepted:,} of {_counted(received, 'row', 'rows')} accepted"
    same_key = sum(dataset.reasons[DUPLICATE_KEY] for dataset in datasets)
    repeated = duplicates - same_key
    twice = f", {_counted(repeated, 'duplicate', 'duplicates')}" if repeated else ""
    keyed = f", {same_key:,} with the key of another row" if same_key else ""
    return f"{_counted(files, 'file', 'files')} came in: {rows}, {waiting:,} refused{twice}{keyed}."


def _contents(report: Report) -> str:
    """Return the links to the sections, in their order."""
    names = [
        *((board.system, board.title) for board, _ in report.systems),
        ("files", "Files"),
        ("health", "Health"),
        ("cost", "Cost"),
    ]
    links = "".join(f'<a href="#{escape(name)}">{escape(title)}</a>' for name, title in names)
    return f'<nav class="contents" aria-label="Contents">{links}</nav>'


def _system(board: DeclaredDashboard, answers: Sequence[PanelAnswer], console_url: str) -> str:
    link = (
        f' <a href="{escape(console_url)}/#/dashboards/{escape(board.system)}">dashboard</a>'
        if console_url
        else ""
    )
    title = f'<h2 id="{escape(board.system)}">{escape(board.title)} <small class="muted">{link}</small></h2>'
    if all(answer.error for answer in answers):
        return (
            f'{title}<div class="box">No tables yet. Start a run after files were accepted: '
            f"{_deed(console_url, 'lake', 'headgate run')}.</div>"
        )
    figures = [answer for answer in answers if answer.panel.kind is PanelKind.KPI]
    panels = [answer for answer in answers if answer.panel.kind is not PanelKind.KPI]
    shown = "".join(_figure(answer, board.system, console_url) for answer in figures)
    evidence = (
        "".join(_panel(answer, board.system, console_url) for answer in panels)
        + "".join(map(_behind, figures))
        + _statements(answers)
    )
    return (
        f'{title}<div class="figures">{shown}</div>'
        f'<details class="evidence"><summary>'
        f"{_counted(len(panels), 'chart or table', 'charts and tables')}, each with what to do</summary>"
        f'<div class="panels">{evidence}</div></details>'
    )


def _deed(console_url: str, page: str, command: str) -> str:
    """Return the console's page with the button, or the command for a lake without a console."""
    if not console_url:
        return f"<code>{escape(command)}</code>"
    return f'<a href="{escape(console_url)}/#/{page}">the page {page.title()} of the console</a>'


def _counted(many: int, one_name: str, many_name: str) -> str:
    return f"{many:,} {one_name if many == 1 else many_name}"


def _compared(panel: DeclaredPanel, row: Mapping[str, Any]) -> str:
    """Return the comparison of a figure, as the console has it; may be empty."""
    if row.get("before") is None:
        return ""
    before = escape(figure(row["before"], panel.unit))
    if panel.before_label:
        return f"{before} {escape(panel.before_label)}"
    earlier = float(str(row["before"]))
    if not earlier or row.get("value") is None:
        return f"{before} in the period before"
    change = float(str(row["value"])) / earlier - 1
    note = row.get(BEFORE_NOTE)
    is_better = (change >= 0) == (panel.better == "higher")
    colour = "muted" if note else "good" if is_better else "bad"
    return (
        f'<span class="{colour}">{"▲" if change >= 0 else "▼"} '
        f"{abs(change) * 100:.1f} %</span> against {before} in the period before"
        + (f": {escape(str(note))}" if note else "")
    )


def _figure(answer: PanelAnswer, system: str, console_url: str) -> str:
    panel = answer.panel
    row = next(iter(answer.records()), {})
    compared = _compared(panel, row)
    if row.get("value") is None:
        compared = escape(str(row.get("reason") or "No row answers this question yet."))
    # A figure that is not there has its reason instead of a dash.
    is_explained = row.get("value") is None and row.get("reason") is not None
    shown = "" if is_explained else escape(figure(row.get("value"), panel.unit))
    value = f'<div class="value" data-figure="{escape(panel.name)}">{shown}</div>'
    # Without a figure there is nothing to act upon.
    action = _action(answer, "desk") if row.get("value") is not None else ""
    return (
        f'<section class="box figure">{value}{_heading_of(answer, _units_of(answer))}'
        f'<div class="muted compared">{compared}</div>{action}{_details(answer)}'
        f"{_trust(answer, system, console_url)}</section>"
    )


def _details(answer: PanelAnswer) -> str:
    """Return the further parts of a figure, folded; empty without a figure or parts."""
    records, units = answer.records(), _units_of(answer)
    parts = [words for part in answer.panel.details if (words := filled_template(part, records, units))]
    if not parts or next(iter(records), {}).get("value") is None:
        return ""
    lines = "".join(f"<p>{escape(part)}</p>" for part in parts)
    return f'<details class="more muted"><summary>More about this figure</summary>{lines}</details>'


def _behind(answer: PanelAnswer) -> str:
    """Return the action of a figure where a phone has no room for it below the figure."""
    has_figure = next(iter(answer.records()), {}).get("value") is not None
    if not (has_figure and answer.panel.action):
        return ""
    return f'<section class="box phone"><h3>{escape(answer.panel.question)}</h3>{_action(answer)}</section>'


def _statements(answers: Sequence[PanelAnswer]) -> str:
    """Return the SQL of a system's figures and panels, folded: analysts read it, others need not."""
    statements = "".join(
        f"<h3>{escape(answer.panel.question)}</h3><pre>{escape(answer.panel.sql)}</pre>" for answer in answers
    )
    return (
        '<details class="box wide"><summary>For analysts: the SQL of each figure and table</summary>'
        f"{statements}</details>"
    )


def _title_of(answer: PanelAnswer) -> str:
    """Return the answer in words; the question where the panel states no answer or no row has one."""
    panel = answer.panel
    return answer_in_words(panel.answer, answer.records(), _units_of(answer)) or panel.question


def _heading_of(answer: PanelAnswer, units: Mapping[str, str]) -> str:
    """Return the first part of the answer as a heading, and the others below it.

    It is the question where the panel states no answer or no row has one.
    """
    title, others = title_parts(answer.panel.answer, answer.records(), units)
    below = f"<div>{escape(capitalised(others))}</div>" if others else ""
    return f"<h3>{escape(title or answer.panel.question)}</h3>{below}"


def _units_of(answer: PanelAnswer) -> dict[str, str]:
    """Return the units of a figure's columns."""
    return {**_words_of(answer).units, "value": answer.panel.unit, "before": answer.panel.unit}


def _trust(answer: PanelAnswer, system: str, console_url: str) -> str:
    """Return how far the figures of a panel may be trusted; nothing for a table that no run has published."""
    if not answer.trust:
        return ""
    page = f"{console_url}/#/tables/{system}/{answer.panel.table}" if console_url else ""
    origin = [f'<a href="{escape(page)}">where it comes from</a>'] if page else []
    if len(answer.trust) <= _TRUST_IN_VIEW:
        return f'<p class="trust muted">{" · ".join([*map(escape, answer.trust), *origin])}</p>'
    day, *shown = map(escape, answer.trust[:_TRUST_IN_VIEW])
    # A phone has the day in view, and the parts that do not fit beside it first in the list.
    on_phone = "".join(f'<li class="phone">{part}</li>' for part in shown)
    others = [*map(escape, answer.trust[_TRUST_IN_VIEW:]), *origin]
    items = on_phone + "".join(f"<li>{part}</li>" for part in others)
    beside = "".join(f'<span class="desk"> · {part}</span>' for part in shown)
    return f'<details class="trust muted"><summary>{day}{beside} · more</summary><ul>{items}</ul></details>'


def _panel(answer: PanelAnswer, system: str, console_url: str) -> str:
    panel = answer.panel
    nothing = panel.nothing if not (answer.error or answer.rows) else ""
    if nothing:
        shown = ""
    elif answer.error or not answer.rows:
        shown = f'<div class="muted">{escape(answer.error or "No rows.")}</div>'
    elif panel.kind is PanelKind.TABLE:
        shown = _answer_table(answer)
    else:
        table = f"<details><summary>Table</summary>{_answer_table(_newest_first(answer))}</details>"
        shown = f"{draw(panel, answer.records(), _words_of(answer))}{table}"
    wide = " wide" if panel.kind in {PanelKind.TABLE, PanelKind.FAN} else ""
    titled = f"<h3>{escape(nothing)}</h3>" if nothing else _heading_of(answer, _words_of(answer).units)
    is_answered = f"<h3>{escape(panel.question)}</h3>" != titled
    question = f'<div class="muted">{escape(panel.question)}</div>' if is_answered else ""
    return (
        f'<section class="box{wide}">{titled}{question}'
        f"{_action(answer) if answer.rows else ''}{shown}"
        f"{_trust(answer, system, console_url)}</section>"
    )


def _action(answer: PanelAnswer, screen: str = "") -> str:
    """Return the action; with `desk` a phone does not show it."""
    action = action_words(answer.panel.action, list(answer.records()), _units_of(answer))
    kinds = " ".join(filter(None, ("muted", "action", screen)))
    return f'<div class="{kinds}">{escape(action)}</div>' if action else ""


def _newest_first(answer: PanelAnswer) -> PanelAnswer:
    """Return the answer of a chart over time from its end: a forecast's first rows are those to come."""
    is_over_time = answer.panel.kind in {PanelKind.FAN, PanelKind.LINE}
    return replace(answer, rows=answer.rows[::-1]) if is_over_time else answer


def _answer_table(answer: PanelAnswer) -> str:
    """Return the first rows of an answer in words, without columns that have no value or are not shown."""
    folded = folded_words(answer.records())
    note = f'<div class="muted">{escape(folded)}</div>' if folded else ""
    rows = [row for row, record in zip(answer.rows, answer.records(), strict=True) if not is_folded(record)]
    if note and not rows:
        return note
    shown = [
        (place, name)
        for place, name in enumerate(answer.columns)
        if is_shown(name) and any(row[place] is not None for row in rows)
    ]
    words = _words_of(answer)
    table = _table(
        [words.heading(name) for _, name in shown],
        [[row[place] for place, _ in shown] for row in rows],
        [partial(words.cell, name) for _, name in shown],
        units=[words.units.get(name, "") for _, name in shown],
    )
    return f"{table}{note}"


def _words_of(answer: PanelAnswer) -> ColumnWords:
    return ColumnWords({column: answer.unit_of(column) for column in answer.columns}, answer.labels)


def _table(
    headings: Sequence[str],
    rows: Sequence[Sequence[Any]],
    shown: Sequence[Callable[[Any], str]],
    limit: int = SHOWN_ROWS,
    *,
    units: Sequence[str] = (),
) -> str:
    """Return the first rows, each cell as `shown` has it; with units, numbers in one form per column."""
    mark = [_mark([row[place] for row in rows]) for place in range(len(headings))]
    head = "".join(
        f'<th class="{kind}">{escape(name)}</th>' for kind, name in zip(mark, headings, strict=True)
    )
    columns = []
    for place, show in enumerate(shown):
        values = [row[place] for row in rows[:limit]]
        texts = [show(value) for value in values]
        is_aligned = bool(units) and mark[place] == "n"
        columns.append(in_one_column(texts, values, units[place]) if is_aligned else texts)
    body = "".join(_line(cells, mark) for cells in zip(*columns, strict=True))
    more = f'<div class="muted">The first {limit} of {len(rows)} rows.</div>' if len(rows) > limit else ""
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}'
    )


def _mark(cells: Sequence[object]) -> str:
    """Return a column's class: `n` for numbers, `s` for short texts that stay on one line."""
    if all(_is_number_or_null(cell) for cell in cells):
        return "n"
    return "s" if all(len(str(cell)) <= SHORT_TEXT for cell in cells) else ""


def _is_number_or_null(value: object) -> bool:
    return value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool))


def _line(cells: Iterable[str], mark: Sequence[str]) -> str:
    return (
        "<tr>"
        + "".join(f'<td class="{mark[place]}">{escape(text)}</td>' for place, text in enumerate(cells))
        + "</tr>"
    )


def _rows(datasets: Sequence[DatasetSummary], console_url: str) -> str:
    if not datasets:
        return (
            '<div class="box section" id="files">No file was received yet. Send the first one: '
            f"{_deed(console_url, 'upload', 'headgate upload FILE')}.</div>"
        )
    columns = (
        "Dataset",
        "Files",
        "Rejected files",
        "Received",
        "Accepted",
        "Quarantined",
        "Duplicates",
        "With the key of another row",
        "Most frequent reasons",
    )
    lines = [
        (
            "no dataset" if dataset.dataset == "?" else heading(dataset.dataset, {}),
            dataset.files,
            dataset.files_rejected,
            dataset.received,
            dataset.accepted,
            dataset.quarantined,
            dataset.duplicates - dataset.reasons[DUPLICATE_KEY],
            dataset.reasons[DUPLICATE_KEY],
            _reasons(dataset),
        )
        for dataset in datasets
    ]
    table = _table(columns, lines, [cell_text] * len(columns), len(lines))
    return _folded("files", _came_in(datasets), table)


def _folded(name: str, summary: str, content: str) -> str:
    """Return a section of which the answer is in view, and the evidence below it on a click."""
    return f'<details class="box section" id="{name}"><summary>{escape(summary)}</summary>{content}</details>'


def _reasons(dataset: DatasetSummary) -> str:
    most = sorted(dataset.reasons.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN_REASONS]
    return ", ".join(f"{rule_words(rule)} ({rows:,})" for rule, rows in most) or NOTHING


def _health(report: Report, console_url: str) -> str:
    kinds = {"healthy": "good", "failed": "bad", "degraded": "bad"}
    lines = "".join(
        f"<tr><td>{escape(heading(check.name, {}))}</td>"
        f'<td class="s {kinds.get(check.state, "muted")}">{escape(state_words(check.state))}</td>'
        f"<td>{escape(_readable(check.message, console_url))}</td></tr>"
        for check in report.health.checks
    )
    states = Counter(state_words(check.state) for check in report.health.checks)
    counts = ", ".join(
        _counted(many, words, words.replace("needs", "need")) for words, many in states.most_common()
    )
    table = f'<div class="scroll"><table><tbody>{lines}</tbody></table></div>'
    return _folded("health", f"Checks of the lake: {counts or 'none'}.", table)


def _cost(report: Report) -> str:
    lines = "".join(
        f'<tr><td>{escape(service)}</td><td class="n">${rounded(usd)}</td></tr>'
        for service, usd in report.cost_usd.items()
    )
    note = "At AWS's list prices for files and runs; storage and people's queries are not included."
    table = f'<div class="muted">{note}</div><table><tbody>{lines}</tbody></table>'
    return _folded("cost", f"Cost since {_since(report)}: ${_total_cost(report)}.", table)


def _since(report: Report) -> str:
    return day_words(report.cost_since.date())


def _total_cost(report: Report) -> str:
    return str(rounded(sum(report.cost_usd.values(), start=Decimal(0))))
