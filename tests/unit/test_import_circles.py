"""No file of the package imports itself by way of others, imports in functions and for type checkers
included.
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import grimp
import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


def circle_of(package: str) -> list[str]:
    """Return the files of a circle of imports, each imported by the one before it.

    None if there is no circle.
    """
    graph = grimp.build_graph(package, cache_dir=None)
    try:
        TopologicalSorter(
            {module: graph.find_modules_directly_imported_by(module) for module in sorted(graph.modules)}
        ).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def test_no_files_import_each_other_in_a_circle() -> None:
    """Move the part that both files need into a third one, or pass it as an argument."""
    assert circle_of("headgate") == []


def test_imports_in_functions_and_for_type_checkers_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "circular"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "first.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from circular.second import B\n", "utf-8"
    )
    (folder / "second.py").write_text(
        "class B:\n    def a(self):\n        from circular import third\n", "utf-8"
    )
    (folder / "third.py").write_text("import circular.first\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    circle = circle_of("circular")
    assert {name.rpartition(".")[2] for name in circle} == {"first", "second", "third"}
    assert circle[0] == circle[-1]
