"""Titles of the dashboards: one answer each, which can be read at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.reports.answer_words import title_parts
from headgate.systems.dashboards import dashboards
from tests.console.lakes import BrowserLake, DuckQueries

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

MAX_TITLE = 90
"""Characters of a title that stay on two lines in half of a page of 1280 pixels."""


def test_a_title_has_one_answer_and_the_others_stand_below(tables: Path) -> None:
    """A title of 152 characters had five lines in bold, of which one had to find the answer."""
    queries = BrowserLake(tables_folder=tables).queries
    assert isinstance(queries, DuckQueries)
    titles = {
        f"{board.system}/{panel.name}": title_parts(panel.answer, queries.ask(panel.sql), dict(panel.units))[
            0
        ]
        for board in dashboards().values()
        for panel in board.panels
    }
    assert len([title for title in titles.values() if title]) > len(titles) / 2
    assert {name: title for name, title in titles.items() if len(title) > MAX_TITLE} == {}
