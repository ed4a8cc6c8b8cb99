"""`headgate tables iceberg` prints an address, versions and statements that belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from headgate.cli.commands.tables.iceberg import SNIPPETS, iceberg_facts
from headgate.snapshots.iceberg import METADATA_LOCATION
from headgate.snapshots.iceberg_metadata import version_snapshot_id
from headgate.wiring import stores
from tests.unit.snapshots.test_iceberg import Table, lines

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.unit


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    """A table with three versions."""
    table = Table()
    monkeypatch.setattr(stores, "objects", lambda: table.objects)
    for number in range(1, 4):
        table.run(f"v{number}", lines(*_prices(number)))
    return table


def _prices(count: int) -> Sequence[str]:
    return ["1.00"] * count


def test_versions_are_listed_the_newest_first_with_the_number_of_their_snapshot(table: Table) -> None:
    facts = iceberg_facts(table.shown)
    assert facts.shown == "v3"
    assert [(row["version"], row["snapshot"], row["rows"]) for row in facts.versions] == [
        (f"v{number}", version_snapshot_id(f"v{number}"), number) for number in (3, 2, 1)
    ]


def test_every_engine_has_a_statement_that_reads_the_wanted_version(table: Table) -> None:
    facts = iceberg_facts(table.shown, "v2")
    assert facts.read.keys() == SNIPPETS.keys()
    assert facts.read["athena"].endswith(f"FOR VERSION AS OF {version_snapshot_id('v2')}")
    assert table.shown.parameters[METADATA_LOCATION] in facts.read["duckdb"]
    assert "00002-v2.metadata.json" in facts.read["datafusion"], "it has no time travel"


def test_an_engine_without_time_travel_has_no_statement_for_an_old_version(table: Table) -> None:
    for number in range(4, 8):
        table.run(f"v{number}", lines("1.00"))
    assert "datafusion" not in iceberg_facts(table.shown, "v3").read
    with pytest.raises(click.ClickException, match="datafusion reads only the shown version"):
        iceberg_facts(table.shown, "v3", "datafusion")


def test_a_version_that_is_not_kept_is_an_error_that_lists_the_others(table: Table) -> None:
    with pytest.raises(click.ClickException, match=r"no version v9\. Versions: v3, v2, v1"):
        iceberg_facts(table.shown, "v9")


def test_a_table_without_metadata_is_an_error_that_names_the_setting(table: Table) -> None:
    table.catalog.create("shop", "other")
    with pytest.raises(click.ClickException, match="iceberg = true"):
        iceberg_facts(table.catalog.current("shop", "other"))
