"""`import headgate` offers a small typed surface, and its examples are true."""

from __future__ import annotations

import doctest
from typing import TYPE_CHECKING

import pytest

import headgate
from headgate import python_api

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


# The files that the examples name.
EXAMPLES = {
    "orders.csv": "order_id,note,amount\nO-1,gift,19.90\nO-2,,5.00\nO-3,late,12.345\n",
    "orders.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: example.orders
name: orders
version: 1.0.0
status: active
schema:
- name: orders
  description: Orders of an example
  dataGranularityDescription: One row per order
  properties:
  - {name: order_id, logicalType: string, physicalType: VARCHAR(8), primaryKey: true, primaryKeyPosition: 1, required: true}
  - {name: note, logicalType: string, physicalType: VARCHAR(80), description: Note}
  - {name: amount, logicalType: number, physicalType: "DECIMAL(8,2)", required: true, description: Amount in EUR}
""",  # noqa: E501 a file's text
}


def test_the_examples_are_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in EXAMPLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    ran = doctest.testmod(python_api)
    assert (ran.failed, ran.attempted > 8) == (0, True)


def test_a_drafted_contract_has_the_name_that_the_command_gives_it(tmp_path: Path) -> None:
    (tmp_path / "Umsätze März.csv").write_text("id,betrag\n1,2.5\n2,3.5\n", encoding="utf-8")
    assert headgate.draft_contract(tmp_path / "Umsätze März.csv").dataset == "umsatze_marz"


def test_every_name_is_there_and_described() -> None:
    assert [name for name in headgate.__all__ if not getattr(headgate, name).__doc__] == []


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(AttributeError, match="it offers CheckedFile, Contract"):
        headgate.chekc  # noqa: B018
