"""The page of the requirements' names maps them to things that exist."""

from __future__ import annotations

import re

import pytest

from headgate.lake.states import FileState
from tests.unit.docs.test_links import ROOT

pytestmark = pytest.mark.unit

PAGE = (ROOT / "docs" / "requirement-names.md").read_text(encoding="utf-8")


def words_of(section: str, column: slice = slice(None)) -> set[str]:
    """Return the words in code spans of a section, of some columns of its tables."""
    (text,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return {
        word
        for line in text.splitlines()
        for word in re.findall(r"`([^`]+)`", "|".join(line.split("|")[column]))
    }


def test_every_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):.*## ", makefile, re.MULTILINE))
    named = {
        word.removeprefix("make ") for word in words_of("Targets of make") if not word.startswith("headgate ")
    }
    assert len(named) > 15
    assert named - targets - {"make", "help"} == set()


def test_every_state_exists() -> None:
    named = words_of("States and stages of a file", slice(2, None))
    assert named
    assert named <= {state.value for state in FileState}


def test_every_table_and_dataset_exists() -> None:
    contracts = (ROOT / "headgate" / "domains").glob("*/contracts/*/*.yaml")
    tables = {contract.stem for contract in contracts} | {"file_records", "<lake>-files", "<lake>-records"}
    assert words_of("Tables", slice(2, None)) - {"headgate files"} <= tables


def test_every_folder_exists() -> None:
    folders = {word for word in words_of("Folders and parts") if word.endswith("/")}
    assert len(folders) > 3
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []
