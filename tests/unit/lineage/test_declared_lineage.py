"""Declared lineage is followed through tables to datasets, and a part that is wrong is not known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.contracts.computed_from import DECIDED_BY, ROWS, declared_decisions
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import ContractError
from headgate.lineage.declared_lineage import declared_lineage

if TYPE_CHECKING:
    from headgate.lineage.column_sources import Sources

pytestmark = pytest.mark.unit

Stated = dict[str, tuple[str, ...] | None]


def table(name: str, columns: Stated, rows: dict[str, list[str]] | None = None) -> Contract:
    listed = tuple(
        Column(column, ColumnType(Kind.STRING), computed_from=sources) for column, sources in columns.items()
    )
    properties = {ROWS: rows or {}}
    return Contract(f"own.prod.{name}", name, "prod", "1", listed, system="own", properties=properties)


EVENTS = table("events", {"kind": None, "amount": None, "place": None})


def lineage(*tables: Contract) -> dict[str, tuple[dict[str, set[str]], set[str], dict[str, str]]]:
    """Return the columns, rows and unknown columns of each table, sources as `zone table.column USE`."""
    declared = declared_lineage({each.dataset: each for each in tables}, {"events": EVENTS})
    return {
        name: ({key: readable(of) for key, of in each.columns.items()}, readable(each.rows), {**each.unknown})
        for name, each in declared.items()
    }


def readable(sources: Sources) -> set[str]:
    return {f"{ref.zone} {ref.table}.{ref.column} {use}" for ref, uses in sources.items() for use in uses}


def test_columns_follow_through_the_own_table_and_other_tables() -> None:
    sums = table("sums", {"total": ("events.amount",)}, {"filter": ["events.kind"]})
    shares = table("shares", {"share": ("sums.total",), "rank": ("shares.share",), "unit": (), "new": None})
    columns, rows, unknown = lineage(sums, shares)["shares"]
    assert columns["share"] == {"prod sums.total TRANSFORMATION", "curated events.amount TRANSFORMATION"}
    assert columns["rank"] == {"prod shares.share TRANSFORMATION", *columns["share"]}
    assert columns["unit"] == set()
    assert "new" not in columns | unknown
    assert rows == {"curated events.kind FILTER"}


def test_a_source_that_only_decides_passes_no_value_on() -> None:
    bands = table("bands", {"band": ("events.amount", "events.kind"), "words": ("bands.band",)})
    decided = replace(bands.column("band"), decided_by=("events.amount",))
    columns, _, _ = lineage(replace(bands, columns=(decided, *bands.columns[1:])))["bands"]
    assert columns["band"] == {"curated events.amount CONDITIONAL", "curated events.kind TRANSFORMATION"}
    assert columns["words"] == {"prod bands.band TRANSFORMATION", *columns["band"]}


def test_a_contract_names_deciding_columns_among_its_sources() -> None:
    sources = ("events.amount", "events.kind")
    assert declared_decisions("bands.band", {DECIDED_BY: "all"}, sources) == sources
    assert declared_decisions("bands.band", {DECIDED_BY: ["events.kind"]}, sources) == ("events.kind",)
    assert declared_decisions("bands.band", {}, None) == ()
    with pytest.raises(
        ContractError, match=r"bands\.band: headgate\.decidedBy must be a list of some columns"
    ):
        declared_decisions("bands.band", {DECIDED_BY: ["events.place"]}, sources)


def test_a_column_that_nobody_has_or_that_comes_from_itself_is_not_known() -> None:
    chain = {"a": "events.amout", "b": "wrong.a", "c": "wrong.d", "d": "wrong.c", "e": "events.kind"}
    columns_stated: Stated = {name: (source,) for name, source in chain.items()}
    wrong = table("wrong", columns_stated, {"join": ["events.place", "nothing.place"]})
    columns, rows, unknown = lineage(wrong)["wrong"]
    assert set(columns) == {"e"}
    assert unknown["a"] == unknown["b"] == "its contract names events.amout, which is no column of the lake"
    assert "computed from itself" in unknown["c"]
    assert rows == set()


def test_a_table_without_a_declaration_has_no_lineage() -> None:
    assert lineage(table("plain", {"n": None})) == {}
