"""Half a million real invoice lines, from exports to answers."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headgate.contracts.registry import Registry
from headgate.domains.retail import SYSTEMS
from tests.e2e.lakes import ROOT

if TYPE_CHECKING:
    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

LINES = 525_461  # Source: the data set itself, counted with `wc` and `sort | uniq -d`
EXACT_DUPLICATES = 6_865
AMOUNT = Decimal("9539484.634")


@pytest.fixture(scope="module")
def run(retail_lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run over the whole data set; `report` as the command prints it."""
    folder = tmp_path_factory.mktemp("retail") / "data"
    subprocess.run(
        [sys.executable, "scripts/import_online_retail.py", str(folder), "--defect-rate", "0.01"],
        cwd=ROOT,
        check=True,
    )
    retail_lake.headgate("upload", str(folder))
    ended = retail_lake.headgate("run")
    return {"run": ended, "report": retail_lake.headgate("report")}


def _dataset(run: dict[str, Any], name: str) -> dict[str, Any]:
    return next(dataset for dataset in run["report"]["datasets"] if dataset["dataset"] == name)


def test_every_line_is_accounted_for(run: dict[str, Any]) -> None:
    items = _dataset(run, "order_items")
    assert items["received"] == LINES
    assert items["received"] == items["accepted"] + items["quarantined"] + items["duplicates"]


def test_exact_duplicates_are_found_and_only_bad_debts_are_refused(run: dict[str, Any]) -> None:
    assert _dataset(run, "order_items")["reasons"] == {"duplicate_row": EXACT_DUPLICATES, "minimum": 3}


def test_accepted_and_refused_money_add_up_to_the_penny(run: dict[str, Any], retail_lake: Lake) -> None:
    assert run
    reported = retail_lake.headgate("query", "--saved", "online_retail_money")
    assert sum(Decimal(row["amount"]) for row in reported) == AMOUNT


def test_all_five_systems_publish(run: dict[str, Any]) -> None:
    assert run["run"]["status"] == "succeeded"
    assert {system["system"]: system["state"] for system in run["run"]["output"]["systems"]} == dict.fromkeys(
        SYSTEMS, "published"
    )


def test_every_table_of_every_system_has_rows_and_its_contracts_columns(
    run: dict[str, Any], retail_lake: Lake
) -> None:
    assert run
    for name, contract in Registry.load().prod.items():
        if name in {"market_opportunities", "pci_findings", "query_gaps", "sales_anomalies", "sales_changes"}:
            continue  # a shop may be without gaps, anomalies, opportunities, changes of level or card data
        rows = retail_lake.query(f"select * from ecommerce_prod.{name} limit 1")  # noqa: S608 names come from contracts
        assert rows, f"{name} is empty"
        assert tuple(rows[0]) == contract.names, name


def test_the_first_autumn_of_a_shop_is_no_change_of_level(run: dict[str, Any], retail_lake: Lake) -> None:
    # The data has one year, with a peak before Christmas: a season that nobody has seen twice.
    assert run
    assert retail_lake.query("select change_on from ecommerce_prod.sales_changes") == []


def test_the_leak_scanner_finds_nothing(run: dict[str, Any], retail_lake: Lake) -> None:
    assert run
    assert retail_lake.query("select sum(findings) as findings from ecommerce_prod.pci_audit") == [
        {"findings": 0}
    ]
    assert retail_lake.query("select * from ecommerce_prod.pci_findings") == []
