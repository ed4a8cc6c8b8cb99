"""The files that docs/own-lake.md shows make a lake: its contract loads, and its model builds the table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from headgate.cli.main import cli
from headgate.contracts.registry import Registry
from headgate.project import MODELS_SYSTEM, LakeProject, project
from headgate.query import translate
from headgate.systems.sql_models import sql_models

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.unit

PAGE = (Path(__file__).parents[3] / "docs" / "own-lake.md").read_text(encoding="utf-8")
READINGS = "reading_id,sensor,measured_on,value\n" + "".join(f"{n},s{n % 3},2026-01-{n % 28 + 1:02},{n}.50\n" for n in range(60))


def shown_files() -> Mapping[str, str]:
    """The files that the page shows: a block whose first line names its path."""
    return {found[1]: found[0] for found in re.findall(r"```(?:sql|yaml)\n((?:--|#) (\S+)\n.*?)```", PAGE, re.DOTALL)}


def test_the_commands_and_files_of_the_page_make_a_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("readings.csv").write_text(READINGS, encoding="utf-8")
    local = [line for line in re.findall(r"^\$ headgate (.*)$", PAGE, re.MULTILINE) if line.startswith(("init", "contract"))]
    for line in local:
        done = CliRunner().invoke(cli, line.replace("~", str(tmp_path)).split(), catch_exceptions=False)
        assert done.exit_code == 0, f"{line}: {done.output}"
    for name, text in shown_files().items():
        (tmp_path / "sensors" / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path / "sensors"))
    registry = Registry.load()
    assert project().systems == (MODELS_SYSTEM,)
    assert set(registry.curated) == {"readings"}
    assert sql_models(registry.prod, registry.curated, translate).READS == ("readings",)


def test_the_page_explains_every_field_of_the_settings() -> None:
    stated = re.findall(r"^\| `\[?(\w+)", PAGE.partition("## headgate.toml")[2], re.MULTILINE)
    assert set(stated) == set(LakeProject.__dataclass_fields__) - {"folder"}
