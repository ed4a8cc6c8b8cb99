"""Figures that tests measure: the tests run as in `make test`, and their report has the figures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]


def cases_of(tests: str, *options: str) -> Sequence[ET.Element]:
    """Run the tests of a path of pytest and return the cases of its report, failed ones too."""
    with TemporaryDirectory(prefix="headgate-report-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", tests, *options, f"--junit-xml={report}"]
        subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        return list(ET.parse(report).iter("testcase"))  # noqa: S314 pytest wrote it
