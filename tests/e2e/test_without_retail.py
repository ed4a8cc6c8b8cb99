"""The engine stands alone: without the retail domain its tests pass, and a lake of another domain deploys and
publishes tables.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from scripts import console
from tests import clinic
from tests.e2e.lakes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

DOMAIN = ("headgate/domains/retail/", "tests/domains/retail/")
# Fifteen hundred tests in seconds. `masking` and `merge` take most of a minute and read no list of domains.
FOLDERS = "contracts engines lake quality systems values"
# Of these folders, the files whose data are the shop's contracts. A file leaves the list when it has data of
# its own.
WITH_DATA_OF_THE_SHOP = (
    "contracts/test_analyst_tables.py",
    "contracts/test_curated.py",
    "contracts/test_dictionary.py",
    "contracts/test_card_declarations.py",
    "contracts/test_odcs_reader.py",
    "quality/test_pci_audit.py",
    "systems/test_dashboards.py",
    "systems/test_model_cards.py",
    "systems/test_run.py",
    "systems/test_snapshot_tables.py",
)
UNIT = "unit and not hypothesis"
LEAST_TESTS = 1000
NAME = "e2e-alone"
VISITS = "visit_id,day\nV1,2026-01-05\nV2,2026-01-05\nV3,2026-01-06\n"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository without the domain, its tests, and the lake project that names it."""
    copy = tmp_path_factory.mktemp("alone") / "headgate"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for path in filter(None, listed.stdout.split("\0")):
        if not path.startswith(DOMAIN) and (ROOT / path).is_file():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, copy / path, follow_symlinks=False)
    (copy / "headgate.toml").write_text('name = "alone"\n', encoding="utf-8")
    console.build()  # of the same source: the copy would install Node's packages to build the same bundle
    shutil.copytree(console.OUT, copy / console.OUT.relative_to(ROOT))
    return copy


@pytest.fixture(scope="module")
def lake(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a clinic's lake project, which is deployed by the copy."""
    project = clinic.lake(tmp_path_factory.mktemp("clinic"))
    try:
        python(
            engine,
            "scripts/deploy.py",
            "apply",
            "emulator",
            "--name",
            NAME,
            "--own",
            "--var",
            "quiet_s=3600",
            project=project,
        )
        yield project
    finally:
        python(engine, "scripts/emulator/emulator.py", "stop", "--name", NAME)


def python(engine: Path, *arguments: str, project: Path | None = None) -> str:
    """Return what the copy's code prints; the environment's own Headgate comes behind it on Python's path."""
    own = {"PYTHONPATH": str(engine), "HEADGATE_PROJECT": str(project or engine)}
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("HEADGATE_", "PYTEST_"))
    } | own
    done = subprocess.run(
        [sys.executable, *arguments], cwd=engine, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def answer(engine: Path, project: Path, *arguments: str) -> Any:  # noqa: ANN401 whatever JSON the command prints
    return json.loads(
        python(engine, "-m", "headgate.cli.main", *arguments, "--deployment", NAME, "--json", project=project)
    )


def test_the_copy_has_no_retail(engine: Path) -> None:
    names = "from headgate.domains.discovery import package_domains; print(*package_domains())"
    assert python(engine, "-c", names).split() == ["onboarding"]


def test_the_engines_unit_tests_pass(engine: Path) -> None:
    """Each file that is left out exists, so that the list cannot outlive it.

    Property tests draw the same examples in the unit tier, with the domain beside them.
    """
    assert [path for path in WITH_DATA_OF_THE_SHOP if not (engine / "tests" / "unit" / path).is_file()] == []
    left_out = [f"--ignore=tests/unit/{path}" for path in WITH_DATA_OF_THE_SHOP]
    folders = [f"tests/unit/{folder}" for folder in FOLDERS.split()]
    printed = python(
        engine, "-m", "pytest", *folders, *left_out, "-q", "-x", "-m", UNIT, "-p", "no:cacheprovider"
    )
    passed = re.search(r"(\d+) passed", printed)
    assert passed
    assert int(passed[1]) >= LEAST_TESTS


def test_a_lake_of_another_domain_publishes_its_tables(engine: Path, lake: Path, tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text(VISITS, encoding="utf-8")
    python(
        engine,
        "-m",
        "headgate.cli.main",
        "upload",
        str(tmp_path / "visits.csv"),
        "--deployment",
        NAME,
        project=lake,
    )
    python(engine, "-m", "headgate.cli.main", "run", "--deployment", NAME, project=lake)
    rows = answer(engine, lake, "query", "select day, visits from clinic_prod.visits_by_day order by day")
    assert [(str(row["day"])[:10], int(row["visits"])) for row in rows] == [
        ("2026-01-05", 2),
        ("2026-01-06", 1),
    ]
