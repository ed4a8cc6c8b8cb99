"""Data Docs as static pages: Great Expectations' results for each dataset of a run.

A page is one file that loads nothing, so it opens from a disk or a private bucket. Great Expectations' own
site loads scripts, styles and fonts from content delivery networks.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from headgate.quality.validation import ExpectationResult, SuiteResult

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bad: #b3261e; --good: #1b7f4b; --warn: #8a6100 }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #7ddba3; --warn: #ffd27a } }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; margin: .5rem 0 1.5rem }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
td.number, th.number { text-align: right } .failed { color: var(--bad); font-weight: 600 } .passed { color: var(--good) }
.warned { color: var(--warn) } summary { cursor: pointer } nav { margin-bottom: 1rem }
"""  # noqa: E501 a file's text
_HEADINGS = {
    "dataset": "",
    "rows": "number",
    "rules": "number",
    "failed": "number",
    "warnings": "number",
    "result": "",
}


def verdicts_json(verdicts: Iterable[SuiteResult]) -> str:
    """Return the verdicts as JSON for the index of a run; it has counts and keys, never other values."""
    return json.dumps([asdict(verdict) for verdict in verdicts], sort_keys=True, indent=1)


def index_page(snapshot_id: str, sites: Mapping[str, Sequence[Mapping[str, object]]]) -> str:
    """Return the index of a run: the datasets of each site, with links to their rules.

    Args:
        sites: the parsed `verdicts_json` by the site's folder.
    """
    parts = [f"<p>Snapshot <code>{escape(snapshot_id)}</code></p>"]
    for about, verdicts in sorted(sites.items()):
        rows = [
            _overview(str(verdict["dataset"]), verdict, f"{about}/index.html#{verdict['dataset']}")
            for verdict in verdicts
        ]
        parts += [f"<h2>{escape(about)}</h2>", _table(_HEADINGS, rows)]
    return _page("Data Docs", parts)


def site_page(snapshot_id: str, as_of: date, about: str, verdicts: Sequence[SuiteResult]) -> str:
    """Return a site's page: datasets with counts, failed rules with rows and keys, then all rules."""
    facts = [asdict(verdict) for verdict in verdicts]
    parts = [
        '<nav><a href="../index.html">All checks of this run</a></nav>',
        f"<p>Snapshot <code>{escape(snapshot_id)}</code>, as of {as_of.isoformat()}.</p>",
        _table(
            _HEADINGS, [_overview(verdict["dataset"], verdict, f"#{verdict['dataset']}") for verdict in facts]
        ),
        *(_dataset(verdict) for verdict in verdicts),
    ]
    return _page(about, parts)


def _overview(dataset: str, verdict: Mapping[str, object], link: str) -> str:
    broken, warnings = len(verdict["broken"]), len(verdict["warnings"])  # type: ignore[arg-type]  # both are lists in JSON
    result = _result(failed=broken > 0, warned=warnings > 0)
    counts = "".join(
        f'<td class="number">{count:,}</td>'
        for count in (verdict["rows"], verdict["expectations"], broken, warnings)
    )
    return f'<tr><td><a href="{escape(link)}">{escape(dataset)}</a></td>{counts}<td>{result}</td></tr>'


def _dataset(verdict: SuiteResult) -> str:
    title = f'<h2 id="{escape(verdict.dataset)}">{escape(verdict.dataset)}</h2>'
    before = [
        f"{count:,} in snapshot <code>{escape(snapshot)}</code>"
        for snapshot, count in sorted(verdict.checked_before.items())
    ]
    unchanged = f" Unchanged parts were checked before: {', '.join(before)}." if before else ""
    summary = f"<p>{verdict.rows:,} rows, {verdict.expectations:,} rules asked.{unchanged}</p>"
    failing = [
        f"<tr><td>{escape(rule.place)}</td><td>{escape(rule.rule)}</td>"
        f'<td class="number">{"" if rule.rows is None else f"{rule.rows:,}"}</td>'
        f"<td>{escape(', '.join(rule.keys))}</td><td>{_result(failed=failed, warned=not failed)}</td></tr>"
        for ones, failed in ((verdict.broken, True), (verdict.warnings, False))
        for rule in ones
    ]
    headings = {"column": "", "rule": "", "rows": "number", "keys of some rows": "", "result": ""}
    table = _table(headings, failing) if failing else '<p class="passed">Every rule holds.</p>'
    every = _table({"column": "", "rule": "", "result": ""}, [_answer(answer) for answer in verdict.answers])
    return f"{title}{summary}{table}<details><summary>All rules</summary>{every}</details>"


def _answer(answer: ExpectationResult) -> str:
    result = _result(failed=not answer.holds and not answer.warns, warned=not answer.holds and answer.warns)
    return f"<tr><td>{escape(answer.place)}</td><td>{escape(answer.rule)}</td><td>{result}</td></tr>"


def _result(*, failed: bool, warned: bool) -> str:
    word = "failed" if failed else "warned" if warned else "passed"
    return f'<span class="{word}">{word}</span>'


def _table(headings: Mapping[str, str], rows: Iterable[str]) -> str:
    head = "".join(
        f'<th class="{kind}">{escape(name)}</th>' if kind else f"<th>{escape(name)}</th>"
        for name, kind in headings.items()
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _page(title: str, parts: Iterable[str]) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>\n"
    )
