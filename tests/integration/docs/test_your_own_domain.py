"""docs/use/your-own-domain.md works as it stands: the test writes its files and runs its commands, in their
order, up to the deployment.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from headgate.contracts.registry import Registry
from headgate.project import MODELS_SYSTEM, project
from headgate.systems.dashboards import dashboards
from tests.own_data_page import run_in

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "use" / "your-own-domain.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^(?:`(?P<path>[\w/.-]+)`\n\n)?```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def environment() -> dict[str, str]:
    """The variables of a reader in a clone that has no lake of its own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HEADGATE_")}
    return {
        **own,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "COLUMNS": "200",
    }


def follow(page: str, folder: Path) -> None:
    """Write each file and run each command of a page.

    A command fails the test where it fails or prints something else.
    """
    place = folder
    for block in BLOCK.finditer(page.partition("## 6. Deploy")[0]):
        if block["path"]:
            (folder / block["path"]).parent.mkdir(parents=True, exist_ok=True)
            (folder / block["path"]).write_text(block["text"], encoding="utf-8")
            continue
        for command, *expected in (
            part.splitlines() for part in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]
        ):
            if command.startswith("cd "):
                place /= shlex.split(command)[1]
                continue
            done = run_in(place, command, environment())
            assert done.exit_code == 0, f"{command}: {done.stdout}{done.stderr}"
            for line in expected:
                assert line.rstrip() in done.stdout, f"{command}: {done.stdout!r}"


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("domain")
    follow(PAGE, folder)
    return folder


def test_every_command_of_the_page_prints_what_the_page_shows(followed: Path) -> None:
    assert (followed / "bikes" / "models" / "tests" / "counters.yaml").is_file()


def test_the_lake_of_the_page_can_be_deployed(followed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_PROJECT", str(followed / "bikes"))
    assert project().systems == ("unusual-days", MODELS_SYSTEM)
    assert set(Registry.load().prod) >= {"unusual_days", "counters", "bikes_ahead"}
    board = dashboards()["unusual-days"]
    assert set(board.panels[0].columns) <= set(Registry.load().prod["unusual_days"].names)


def test_a_page_that_shows_what_the_system_does_not_print_would_be_seen(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"pytest .*3 passed"):
        follow(PAGE.replace("3 passed", "4 passed"), tmp_path)
