"""SQL and saved questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.api.ports import Lake
    from headgate.api.shapes.tables import Query, QueryAsked, QueryRows, Questions


def questions(lake: Lake) -> Questions:
    """Return the saved questions with this lake's database names."""
    raise NotImplementedError


def start(lake: Lake, asked: QueryAsked, key: str) -> Query:
    """Start a query that reads."""
    raise NotImplementedError


def status(lake: Lake, query_id: str) -> Query:
    """Return how a query stands."""
    raise NotImplementedError


def page(lake: Lake, query_id: str, limit: int, cursor: str) -> QueryRows:
    """Return some rows of a query that succeeded."""
    raise NotImplementedError


def stop(lake: Lake, query_id: str) -> Query:
    """Stop a query."""
    raise NotImplementedError
