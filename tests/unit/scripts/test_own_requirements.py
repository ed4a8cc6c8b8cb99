"""The jobs of a lake install its requirements.txt, each package by its hash, beside Headgate's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.errors import SettingsError
from scripts.packages.job_packages import ROOT, job_lock
from tests import clinic

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

HASH = "--hash=sha256:" + "0" * 64
BUILDS, MERGES = (ROOT / "glue_jobs" / name for name in ("build_system.py", "merge_curated.py"))


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    return clinic.lake(tmp_path)


def test_a_job_that_builds_systems_installs_them_and_no_other_job_does(lake: Path) -> None:
    without = job_lock(BUILDS)
    clinic.write(lake, {"requirements.txt": f"# survival times\nlifelines==0.30.0 \\\n    {HASH}\n"})
    assert set(job_lock(BUILDS).splitlines()) - set(without.splitlines()) == {f"lifelines==0.30.0 {HASH}"}
    assert "lifelines" not in job_lock(MERGES)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("lifelines>=0.30", "without a version or a hash"),
        ("lifelines==0.30.0", "without a version or a hash"),
        (f"pandas==1.0.0 {HASH}", r"has pandas==1\.0\.0, but pandas==\S+ is locked already"),
    ],
)
def test_a_line_that_is_not_locked_is_an_error(lake: Path, line: str, message: str) -> None:
    clinic.write(lake, {"requirements.txt": f"{line}\n"})
    with pytest.raises(SettingsError, match=message):
        job_lock(BUILDS)


def test_a_system_imports_what_its_job_has_and_the_modules_beside_it(lake: Path) -> None:
    imports = (
        "import json\nimport pandas\nfrom headgate.project_systems import _days\nfrom ._days import DAY\n"
    )
    clinic.write(
        lake, {"systems/_days.py": "DAY = 1\n", "systems/visit_counts.py": f"{imports}{clinic.SYSTEM}"}
    )
    assert "pandas==" in job_lock(BUILDS)


def test_a_system_that_imports_what_its_job_has_not_is_an_error(lake: Path) -> None:
    clinic.write(lake, {"systems/visit_counts.py": f"import ministack\n{clinic.SYSTEM}"})
    with pytest.raises(SettingsError, match=r"visit_counts\.py imports ministack, which its job has not"):
        job_lock(BUILDS)
