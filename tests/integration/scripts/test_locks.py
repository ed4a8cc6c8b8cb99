"""Every installed package has a locked version and hash, and each Glue job installs only what it imports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.packages.job_packages import closure, direct_requirements, job_lock, locked_lines, third_party

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
JOBS = sorted((ROOT / "glue_jobs").glob("*.py"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.name))
def test_every_locked_package_has_a_hash(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert pins
    assert [pin.split()[0] for pin in pins if not re.search(r"==\S+.*--hash=sha256:[0-9a-f]{64}", pin)] == []


def test_setup_installs_nothing_from_an_index_without_a_hash() -> None:
    script = (ROOT / "scripts" / "setup.sh").read_text(encoding="utf-8")
    installs = [line for line in script.splitlines() if "pip install" in line and "--editable ." not in line]
    assert installs
    assert all("--require-hashes" in line for line in installs)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: str(job.stem))
def test_a_job_locks_each_of_its_packages_with_a_hash(job: Path) -> None:
    lines = job_lock(job).splitlines()
    assert {line.partition("==")[0] for line in lines} >= {"boto3", "pyarrow"}
    assert all("--hash=sha256:" in line for line in lines)


def test_jobs_that_see_card_numbers_install_no_model_libraries() -> None:
    for name in ("curate_large", "export_mysql"):
        installed = closure(direct_requirements(ROOT / "glue_jobs" / f"{name}.py"))
        assert not installed & {"scikit-learn", "statsforecast", "great-expectations", "awswrangler", "click"}


def test_the_system_jobs_install_what_every_domain_imports() -> None:
    modules = third_party(ROOT / "glue_jobs" / "build_system.py")
    assert {"sklearn", "statsforecast", "ibis", "great_expectations"} <= modules
    assert "duckdb" in closure(direct_requirements(ROOT / "glue_jobs" / "build_system.py"))


def test_locked_lines_are_read_with_all_their_hashes() -> None:
    lines = locked_lines()
    assert lines["boto3"].count("--hash=") >= 1
    assert all(line.count("==") == 1 for line in lines.values())
