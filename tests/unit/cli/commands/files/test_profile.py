"""`headgate profile`: a file of no contract, described."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from headgate.cli.commands.files.profile import profile

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


def test_numbers_have_a_median_and_a_deviation_and_texts_have_none(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("guests,door\n1,north\n1,north\n4,south\n", encoding="utf-8")
    shown = CliRunner().invoke(profile, [str(path)], env={"COLUMNS": "200"}).output
    header, guests, door = (
        next(line for line in shown.splitlines() if word in line) for word in ("column", "guests", "door")
    )
    cells = dict(zip(_cells(header), _cells(guests), strict=True))
    assert (cells["median"], cells["deviation"]) == ("1", "1.732")
    assert dict(zip(_cells(header), _cells(door), strict=True))["median"] == ""


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.replace("┃", "│").split("│")]
