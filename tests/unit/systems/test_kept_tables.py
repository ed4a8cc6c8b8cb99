"""Tables that follow from a few rows are built again only where these or the code changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import AuditError
from headgate.facts.fact_store import used_facts
from headgate.lake.ports import ObjectRef
from headgate.systems.kept_tables import frame_digest, kept_tables
from tests.kept_runs import PROD, KeptRuns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import ibis

    from headgate.systems.system_registry import Made

pytestmark = pytest.mark.unit


def _contract(name: str) -> Contract:
    return Contract(
        id=f"headgate.prod.{name}",
        dataset=name,
        zone="prod",
        version="1.0.0",
        key=("number",),
        columns=(Column("number", ColumnType(Kind.BIGINT), required=True),),
    )


CONTRACTS = {name: _contract(name) for name in ("first", "second")}


class _System:
    """Tables of some numbers, and how often they were built."""

    def __init__(self) -> None:
        self.numbers = pd.DataFrame({"number": [1, 2]})
        self.built = 0

    def __call__(self, tables: Mapping[str, ibis.Table]) -> dict[str, Made]:
        return kept_tables(tables, CONTRACTS, ["code", frame_digest(self.numbers)], self._build)

    def _build(self) -> dict[str, pd.DataFrame]:
        self.built += 1
        return dict.fromkeys(CONTRACTS, self.numbers)


def test_all_tables_are_built_once_and_kept_while_their_inputs_are_equal(tmp_path: Path) -> None:
    system = _System()
    runs = KeptRuns(system, {}, tmp_path)
    first, _ = runs.build()
    again, counts = runs.build()
    assert (system.built, counts) == (1, {"reused": 2, "computed": 0})
    for built in (first, again):
        assert [built[name].number.tolist() for name in CONTRACTS] == [[1, 2], [1, 2]]


def test_other_rows_build_the_tables_again(tmp_path: Path) -> None:
    system = _System()
    runs = KeptRuns(system, {}, tmp_path)
    runs.build()
    system.numbers = pd.DataFrame({"number": [1, 3]})
    assert runs.build()[0]["second"].number.tolist() == [1, 3]


def test_a_full_run_and_tables_that_keep_nothing_build_all(tmp_path: Path) -> None:
    system = _System()
    runs = KeptRuns(system, {}, tmp_path)
    runs.build()
    runs.build(is_full=True)
    system({})
    assert system.built == 3


def test_a_kept_table_that_differs_from_one_built_now_stops_a_checked_run(tmp_path: Path) -> None:
    runs = KeptRuns(_System(), {}, tmp_path)
    runs.build()
    for key in used_facts(runs.objects, PROD):
        runs.objects.write(ObjectRef(PROD, key), b"")
    with pytest.raises(AuditError, match="headgate run --full"):
        runs.build(is_checked=True)
