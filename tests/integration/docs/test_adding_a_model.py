"""docs/how-it-works/adding-a-model.md works as it stands: the test writes its files into a copy of the
project and does what it says.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "how-it-works" / "adding-a-model.md").read_text(encoding="utf-8")


def files_of(page: str) -> dict[str, str]:
    """Path → content of the files that the page shows: a path alone on its line, then a block."""
    return dict(re.findall(r"^`([\w/.]+)`\n\n```\w+\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("project")
    for folder in ("headgate", "scripts"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for path, content in files_of(PAGE).items():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_text(content, encoding="utf-8")
    return copy


def ran(project: Path, *command: str) -> str:
    """Return the output of a Python command in the copy; fail the test when it fails."""
    environment = {**os.environ, "PYTHONPATH": str(project)}
    done = subprocess.run(
        [sys.executable, *command], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_page_shows_one_contract_one_golden_test_and_one_file() -> None:
    assert sorted(files_of(PAGE)) == [
        "headgate/domains/retail/contracts/prod/return_rates.yaml",
        "headgate/domains/retail/global_market_pulse/return_rates.py",
        "tests/domains/retail/global_market_pulse/test_return_rates.py",
    ]


def test_its_golden_test_passes(project: Path) -> None:
    golden = "tests/domains/retail/global_market_pulse/test_return_rates.py"
    assert "2 passed" in ran(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", golden)


def test_the_data_dictionary_has_the_table(project: Path) -> None:
    assert "return_rates" in ran(project, "-m", "headgate.contracts.dictionary")


def test_its_system_builds_the_table_beside_its_own(project: Path, tmp_path: Path) -> None:
    shop, out = str(tmp_path / "shop"), tmp_path / "out"
    ran(
        project,
        "scripts/sample_shop.py",
        shop,
        "--customers",
        "20",
        "--orders",
        "50",
        "--days",
        "60",
    )
    ran(
        project,
        "-m",
        "headgate.cli.main",
        "systems",
        "run",
        "global-market-pulse",
        "--local",
        "--data",
        shop,
        "--output",
        str(out),
    )
    assert sorted(path.stem for path in out.iterdir()) == [
        "market_opportunities",
        "market_opportunity_quality",
        "regional_performance",
        "return_rates",
    ]


def test_its_files_are_written_as_the_project_writes(project: Path) -> None:
    paths = [str(path) for path in files_of(PAGE) if path.endswith(".py")]
    ran(project, "-m", "ruff", "check", "--no-cache", *paths)
    ran(project, "-m", "ruff", "format", "--no-cache", "--check", *paths)


def test_a_page_whose_model_does_not_do_what_it_says_would_be_seen(project: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    shutil.copytree(project, wrong)
    model = wrong / "headgate" / "domains" / "retail" / "global_market_pulse" / "return_rates.py"
    model.write_text(model.read_text().replace("PRIOR_UNITS = 100", "PRIOR_UNITS = 1"))
    with pytest.raises(AssertionError, match="test_the_whole_table"):
        ran(
            wrong,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "tests/domains/retail/global_market_pulse/test_return_rates.py",
        )
