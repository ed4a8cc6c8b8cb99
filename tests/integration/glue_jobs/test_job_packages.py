"""Each Glue job starts with no other packages than those that its archive has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.packages.job_packages import closure, direct_requirements

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]

# Imports modules while every package is hidden that is not allowed.
HIDDEN = """
import importlib, sys
from importlib.metadata import packages_distributions
allowed = set({allowed!r})
owners = packages_distributions()

class Hide:
    @staticmethod
    def find_spec(name, path=None, target=None):
        owner = owners.get(name.partition(".")[0])
        if owner and not {{one.lower().replace("_", "-").replace(".", "-") for one in owner}} & allowed:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
        return None

sys.meta_path.insert(0, Hide)
for name in {modules!r}:
    importlib.import_module(name)
"""


@pytest.mark.parametrize(
    ("job", "modules"),
    [
        ("export_mysql", ["headgate.export.exporting", "headgate.export.run_store"]),
        (
            "merge_curated",
            [
                "headgate.merge.merge_lake",
                "headgate.intake.quarantine.corrected_files",
                "headgate.quality.card_audit_ledger",
            ],
        ),
        ("quality_gate", ["headgate.quality.snapshot_gate", "headgate.quality.data_docs"]),
        ("audit_cards", ["headgate.quality.pci_audit", "headgate.quality.card_audit_ledger"]),
    ],
)
def test_a_job_starts_with_only_its_own_packages(job: str, modules: list[str]) -> None:
    script = ROOT / "glue_jobs" / f"{job}.py"
    allowed = ["headgate", *sorted(closure(direct_requirements(script)))]
    program = HIDDEN.format(allowed=allowed, modules=[f"glue_jobs.{job}", *modules])
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-1500:]
