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
_TESTS_FAILED_EXIT = 1
_LAST_CHARACTERS = 2000


class UnmeasuredError(Exception):
    """A part of a benchmark has no figure; the message has the cause."""


def cases_of(tests: str, *options: str) -> Sequence[ET.Element]:
    """Run the tests of a path of pytest and return the cases of its report, failed ones too.

    The report is of the family that has the properties of tests: with the default one pytest warns of each.

    Raises:
        UnmeasuredError: pytest ran no test.
    """
    with TemporaryDirectory(prefix="headgate-report-") as folder:
        report = Path(folder) / "report.xml"
        reporting = ["-o", "junit_family=xunit1", f"--junit-xml={report}"]
        command = [sys.executable, "-m", "pytest", "-q", tests, *options, *reporting]
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        if done.returncode not in {0, _TESTS_FAILED_EXIT}:
            raise UnmeasuredError(f"{tests}: {(done.stdout + done.stderr)[-_LAST_CHARACTERS:]}")
        return list(ET.parse(report).iter("testcase"))  # noqa: S314 pytest wrote it


def defects_of(cases: Sequence[ET.Element]) -> list[str]:
    """Return the name and the message of each case that failed or was skipped."""
    return [
        f"{case.get('name')}: {defect.tag}: {defect.get('message', '')}"
        for case in cases
        for defect in case
        if defect.tag in {"failure", "error", "skipped"}
    ]


def figure_of(tests: str, name: str) -> int:
    """Return the figure that a test recorded under a name.

    Raises:
        UnmeasuredError: it recorded none, because it failed before or was skipped.
    """
    cases = cases_of(tests)
    for case in cases:
        for figure in case.iter("property"):
            if figure.get("name") == name:
                return int(figure.get("value", ""))
    raise UnmeasuredError("; ".join(defects_of(cases)) or f"{tests} recorded no {name}")
