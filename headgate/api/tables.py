"""Tables of the systems: rows by page, and downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from headgate.api.ports import Lake
    from headgate.api.shapes.tables import Download, Rows, Systems, TableDetail


class Asked(NamedTuple):
    """What is asked of a table, as the query string has it."""

    columns: str
    filters: tuple[str, ...]
    sort: str


def systems(lake: Lake) -> Systems:
    """Return the deployed systems with their tables."""
    raise NotImplementedError


def detail(lake: Lake, system: str, table: str) -> TableDetail:
    """Return what is known of a published table."""
    raise NotImplementedError


def rows(lake: Lake, system: str, table: str, asked: Asked, *, limit: int, cursor: str) -> Rows:
    """Return some rows of a table."""
    raise NotImplementedError


def download(lake: Lake, system: str, table: str, asked: Asked, form: str) -> Download:
    """Write the matching rows to a file and return where it can be fetched."""
    raise NotImplementedError
