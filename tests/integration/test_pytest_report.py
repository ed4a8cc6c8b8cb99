"""Figures that benchmarks take from the report of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.open_lake.pytest_report import UnmeasuredError, figure_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

_MEASURED = """
import pytest

pytestmark = pytest.mark.filterwarnings("error")

def test_questions(record_property):
    record_property("answers", 47)
    assert 47 == 50
"""
_FAILED_BEFORE = """
import pytest

@pytest.fixture
def lake():
    raise RuntimeError("the emulator does not answer")

def test_questions(lake, record_property):
    record_property("answers", 50)
"""


def _written(folder: Path, text: str) -> str:
    path = folder / "test_questions.py"
    path.write_text(text, "utf-8")
    return str(path)


def test_the_figure_of_a_test_is_read_although_warnings_are_errors(tmp_path: Path) -> None:
    assert figure_of(_written(tmp_path, _MEASURED), "answers") == 47


def test_a_test_that_failed_before_it_measured_has_no_figure(tmp_path: Path) -> None:
    with pytest.raises(UnmeasuredError, match="the emulator does not answer"):
        figure_of(_written(tmp_path, _FAILED_BEFORE), "answers")


def test_a_test_that_does_not_exist_has_no_figure(tmp_path: Path) -> None:
    with pytest.raises(UnmeasuredError, match="test_absent"):
        figure_of(str(tmp_path / "test_absent.py"), "answers")
