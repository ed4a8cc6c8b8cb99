"""Common table expressions that statements of a domain's dashboards and saved questions share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

SHARED_SQL = "shared_sql"
"""The folder of a domain with one file for each, which names the lines that it reads of the statement."""


def shared_statements(folder: Traversable) -> dict[str, str]:
    """Return the texts of the files in a folder, by their names in a statement: `{kept_lines}`."""
    if not folder.is_dir():
        return {}
    return {
        f"{{{item.name.removesuffix('.sql')}}}": item.read_text("utf-8").rstrip()
        for item in folder.iterdir()
        if item.name.endswith(".sql")
    }


def with_shared_sql(document: Any, shared: Mapping[str, str]) -> Any:  # noqa: ANN401 as parsed
    """Return a text, or a document of lists and mappings, with the names in its texts replaced.

    >>> with_shared_sql({"sql": "WITH {few} SELECT 1"}, {"{few}": "few AS (SELECT 2)"})
    {'sql': 'WITH few AS (SELECT 2) SELECT 1'}
    """
    if isinstance(document, dict):
        return {key: with_shared_sql(value, shared) for key, value in document.items()}
    if isinstance(document, list):
        return [with_shared_sql(value, shared) for value in document]
    if isinstance(document, str):
        for name, text in shared.items():
            document = document.replace(name, text)
    return document
