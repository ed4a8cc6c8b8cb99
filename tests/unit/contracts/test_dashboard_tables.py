"""A dashboard of a lake project declares the tables of its panels as blocks, and they are tables like those
of contracts.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headgate.contracts import odcs_reader
from headgate.contracts.analytics_blocks import DECLARED_IN, block_of
from headgate.contracts.registry import Registry
from headgate.errors import ContractError
from headgate.project import MODELS_SYSTEM, project
from headgate.systems.dashboards import dashboards
from headgate.systems.packed_files import package_files

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

COUNTS = """\
apiVersion: v3.1.0
kind: DataContract
id: bikes.source.counts
name: counts
version: 1.0.0
status: active
schema:
- name: counts
  properties:
  - {name: day, logicalType: date, physicalType: DATE, required: true, primaryKey: true, primaryKeyPosition: 1}
  - {name: bikes, logicalType: integer, physicalType: BIGINT}
"""  # noqa: E501 a file's text
BOARD = "system: {}\ntitle: Bikes\npanels: []\n"
TABLES = BOARD.format("bikes") + (
    "tables:\n  ahead:\n    description: Bikes to come\n    forecast: {of: counts, measure: bikes, "
    "time: day}\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake project with one dataset."""
    for name in ("contracts/source", "contracts/prod", "dashboards"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "headgate.toml").write_text('name = "bikes"\ndomains = []\n', encoding="utf-8")
    (tmp_path / "contracts" / "source" / "counts.yaml").write_text(COUNTS, encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    return tmp_path


def board(folder: Path, text: str, name: str = "bikes") -> None:
    (folder / "dashboards" / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_a_table_of_a_dashboard_is_a_block_like_that_of_a_contract(folder: Path) -> None:
    """The same columns, and a system that builds it; without a declaration the lake has no such system."""
    board(folder, BOARD.format("bikes"))
    assert project().systems == ()
    board(folder, TABLES)
    assert project().systems == (MODELS_SYSTEM,)
    table = Registry.load().prod["ahead"]
    assert (table.id, table.key, table.description) == ("bikes.prod.ahead", ("period_on",), "Bikes to come")
    contract = json.loads(package_files()["headgate/_contracts/prod/ahead.json"])
    custom = contract["schema"][0]["customProperties"]
    contract["schema"][0]["customProperties"] = [
        entry for entry in custom if entry["property"] != DECLARED_IN
    ]
    board(folder, BOARD.format("bikes"))
    (folder / "contracts" / "prod" / "ahead.json").write_text(json.dumps(contract), encoding="utf-8")
    assert Registry.load().prod["ahead"].columns == table.columns
    assert block_of(Registry.load().prod["ahead"]) == block_of(table)


def test_the_archive_has_the_table_among_its_contracts(folder: Path) -> None:
    """A function has no YAML parser, and reads all contracts in one place."""
    board(folder, TABLES)
    packed = package_files()
    contract = odcs_reader.parse(json.loads(packed["headgate/_contracts/prod/ahead.json"]), "prod")
    assert contract.properties["headgate.forecast"] == {"of": "counts", "measure": "bikes", "time": "day"}
    assert dashboards()["bikes"].title == "Bikes"


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ("tables: [ahead]", r"dashboards/bikes\.yaml: tables is not a mapping"),
        (
            "tables:\n  ahead: forecast",
            r"tables\.ahead must have one of forecast, anomalies, trend, segments",
        ),
        ("tables:\n  ahead: {forecasts: {of: counts}}", r"tables\.ahead must have one of forecast"),
        (
            "tables:\n  ahead: {forecast: {of: counts}, trend: {of: counts}}",
            r"tables\.ahead must have one of forecast",
        ),
        (
            "tables:\n  ahead: {forecast: {of: counts, measure: bikes}}",
            r"dashboards/bikes\.yaml: tables\.ahead\.forecast lacks time",
        ),
        (
            "tables:\n  ahead: {forecast: {of: count, measure: bikes, time: day}}",
            r"dashboards/bikes\.yaml: tables\.ahead\.forecast: of is count, .*Did you mean counts",
        ),
    ],
)
def test_a_declaration_that_cannot_be_used_names_the_dashboard(
    folder: Path, tables: str, message: str
) -> None:
    board(folder, f"{BOARD.format('bikes')}{tables}\n")
    with pytest.raises(ContractError, match=message):
        Registry.load()


def test_a_table_is_declared_once(folder: Path) -> None:
    board(folder, TABLES)
    board(folder, TABLES.replace("system: bikes", "system: other"), "other")
    with pytest.raises(
        ContractError, match=r"dashboards/other\.yaml: tables\.ahead is declared by another dashboard"
    ):
        Registry.load()
    (folder / "dashboards" / "other.yaml").unlink()
    prod = COUNTS.replace("counts", "ahead").replace("source", "prod")
    (folder / "contracts" / "prod" / "ahead.yaml").write_text(prod, encoding="utf-8")
    with pytest.raises(
        ContractError, match=r"bikes\.yaml declares the table ahead, which has a contract in .*prod"
    ):
        Registry.load()


def test_a_dashboard_that_is_no_yaml_is_named_with_its_line(folder: Path) -> None:
    (folder / "dashboards" / "bikes.yaml").write_text("tables:\n  a: [1\nb: 2\n")
    with pytest.raises(ContractError, match=r"dashboards/bikes\.yaml is not YAML \(line \d\)"):
        Registry.load()
