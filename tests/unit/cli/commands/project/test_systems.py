"""`headgate systems init` writes nothing over existing files, and only valid names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from headgate.cli.commands.project.systems import systems
from tests import clinic

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    return clinic.lake(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["visit-counts"], "a system or a table visit-counts already"),
        (["visits_by_day"], "a system or a table visits_by_day already"),
        (["Completeness"], "is no name of a system"),
        (["completeness", "--reads", "orders"], "There is no dataset orders. Datasets: visits"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_written(
    lake: Path, arguments: list[str], message: str
) -> None:
    before = sorted(lake.rglob("*"))
    done = CliRunner().invoke(systems, ["init", *arguments])
    assert (done.exit_code, message in done.output) == (1, True), done.output
    assert sorted(lake.rglob("*")) == before


def test_an_existing_file_is_never_changed(lake: Path) -> None:
    clinic.write(lake, {"tests/test_completeness.py": "mine"})
    done = CliRunner().invoke(systems, ["init", "completeness"])
    assert "test_completeness.py exists already" in done.output
    assert not (lake / "systems" / "completeness.py").exists()
