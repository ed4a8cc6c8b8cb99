"""The list of packages has every locked version once, with its licence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.packages.package_list import REQUIREMENTS, bill_of_materials, licence, markdown, packages

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


def test_every_lock_counts_and_a_package_is_listed_once(tmp_path: Path) -> None:
    (tmp_path / "jobs.lock").write_text("Click==8.1.0 \\\n    --hash=sha256:aa\n# comment\npytz==2024.1\n")
    (tmp_path / "dev.lock").write_text("click==8.1.0 \\\n    --hash=sha256:aa\n")
    found = packages(tmp_path)
    assert [(one.name, one.version, one.used_by) for one in found] == [
        ("click", "8.1.0", ("dev", "jobs")),
        ("pytz", "2024.1", ("jobs",)),
    ]
    assert "| click | 8.1.0 |" in markdown(found)
    assert bill_of_materials(found)["specVersion"] == "1.5"


def test_the_repository_locks_packages_and_installed_ones_state_a_licence() -> None:
    assert len(packages(REQUIREMENTS)) > 50
    assert "BSD" in licence("click")
    assert licence("no-such-package-is-installed") == "unknown"
