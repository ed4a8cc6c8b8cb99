"""How many kinds of dlt's sources reach the lake by the recipes of docs/use/dlt.md.

Each recipe runs as its page has it, against a real server, database and folder; a kind counts when the gate
has accepted all of its rows.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

_ROOT = Path(__file__).resolve().parents[2]
_RECIPES = "tests/integration/docs/test_dlt.py"
_CASE = "test_the_recipe_lands_rows_that_the_gate_accepts["


def measure() -> dict[str, object]:
    """Return `dlt_sources`, the number of recipes whose rows the gate accepts."""
    with TemporaryDirectory(prefix="headgate-dlt-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", _RECIPES, f"--junit-xml={report}"]
        subprocess.run(command, cwd=_ROOT, check=False, stdout=subprocess.DEVNULL)
        cases = ET.parse(report).iter("testcase")  # noqa: S314 pytest wrote it
        passed = [case for case in cases if case.get("name", "").startswith(_CASE) and not len(case)]
    return {"dlt_sources": len(passed)}
