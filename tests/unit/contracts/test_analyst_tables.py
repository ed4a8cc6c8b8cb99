"""A table for analysts has the rows of its dataset, and no column about a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.analyst_tables import analyst_contracts
from headgate.contracts.curated import curated_contract
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask, Rule
from headgate.contracts.new_column_policy import KEPT
from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.engines import local
from headgate.errors import ContractError, SettingsError
from headgate.lake.ports import ObjectRef
from headgate.project import MODELS_SYSTEM, read_project
from headgate.quality.contract_audit import audit
from headgate.query import Databases, translate
from headgate.snapshots.publishing import Publisher
from headgate.snapshots.snapshot import LakeSnapshot
from headgate.systems.run import run_system
from headgate.systems.sql_models import sql_models

pytestmark = [
    pytest.mark.unit,
    # Ibis still calls DuckDB's old name for the same thing.
    pytest.mark.filterwarnings(r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"),
]

ROOT = Path(__file__).resolve().parents[3]
TEXT = ColumnType(Kind.STRING)
PEOPLE = Contract(
    id="headgate.source.people",
    dataset="people",
    zone="source",
    version="1.2.0",
    key=("id",),
    order_by=("seen_on",),
    columns=(
        Column("id", ColumnType(Kind.BIGINT), required=True),
        Column("email", TEXT, "Address", required=True, unique=True, classification="personal"),
        Column("name", TEXT, classification="confidential"),
        Column("ssn", TEXT, classification="restricted", mask=Mask.SSN),
        Column("city", TEXT, required=True, rules=(Rule("max_length", 20),), references="cities.city"),
        Column("seen_on", ColumnType(Kind.DATE)),
    ),
    properties={"headgate.newColumns": "keep_as_text"},
)


def test_columns_about_a_person_digits_lineage_and_columns_that_nobody_classified_are_left_out() -> None:
    assert KEPT in curated_contract(PEOPLE).names
    (table,) = analyst_contracts(["people"], {"people": PEOPLE}, {}).values()
    assert table.names == ("id", "city", "seen_on")
    assert (table.dataset, table.key, table.personal, table.version) == (
        "people_for_analysts",
        ("id",),
        (),
        "1.2.0",
    )
    assert "email, name" in table.description


def test_what_the_gate_has_checked_is_not_checked_again() -> None:
    """Rows of an older contract version may lack a value that is required now, and the copy must not fail for
    them.
    """
    (table,) = analyst_contracts(["people"], {"people": PEOPLE}, {}).values()
    assert (table.column("city").required, table.column("city").rules, table.column("city").references) == (
        False,
        (),
        "",
    )
    assert table.column("id").required


def test_a_table_whose_key_is_a_person_has_no_key() -> None:
    by_email = replace(PEOPLE, key=("email",))
    (table,) = analyst_contracts(["people"], {"people": by_email}, {}).values()
    assert (table.key, table.names) == ((), ("id", "city", "seen_on"))


def test_a_dataset_that_is_unknown_or_open_or_has_a_table_already_is_named() -> None:
    with pytest.raises(
        ContractError, match=r"analyst_tables has persons, which is not a dataset\. Datasets: people\."
    ):
        analyst_contracts(["persons"], {"people": PEOPLE}, {})
    public = replace(PEOPLE, columns=tuple(replace(column, classification="") for column in PEOPLE.columns))
    with pytest.raises(ContractError, match="which analysts may read"):
        analyst_contracts(["people"], {"people": public}, {})
    with pytest.raises(ContractError, match=r"people_for_analysts\.yaml exists already"):
        analyst_contracts(["people"], {"people": PEOPLE}, {"people_for_analysts": PEOPLE})


def test_a_lake_with_such_tables_has_them_as_tables_of_its_own_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "headgate.toml").write_text(
        'name = "shop"\ndomains = ["retail"]\nanalyst_tables = ["customers"]\n', encoding="utf-8"
    )
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    registry = Registry.load()
    table = registry.prod["customers_for_analysts"]
    assert (table.system, table.personal) == (MODELS_SYSTEM, ())
    assert set(registry.curated["customers"].names) - set(table.names) >= {"email", "full_name", "ssn_last4"}
    assert table.names[-2:] == ("as_of", "snapshot_id")
    found = sql_models(registry.prod, registry.curated, partial(translate, databases=Databases("c", "p")))
    assert (set(found.queries), found.READS) == ({"customers_for_analysts"}, ("customers",))
    text = found.queries["customers_for_analysts"].sql()
    assert '"customer_id"' in text
    assert "email" not in text
    assert read_project(tmp_path / "headgate.toml").systems[-1] == MODELS_SYSTEM


def test_no_name_and_no_address_reaches_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "headgate.toml").write_text(
        'name = "shop"\ndomains = ["retail"]\nanalyst_tables = ["customers"]\n', encoding="utf-8"
    )
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    registry = Registry.load()
    own = sql_models(registry.prod, registry.curated, partial(translate, databases=Databases("c", "p")))
    schema = pa.schema(
        [field.with_nullable(nullable=True) for field in arrow_schema(registry.curated["customers"])]
    )
    people = [
        {"customer_id": number, "email": f"{name}@example.org", "full_name": name}
        for number, name in ((2, "Berta"), (1, "Anna"))
    ]
    pq.write_table(pa.Table.from_pylist(people, schema=schema), tmp_path / "customers.parquet")
    objects, catalog = MemoryObjects(), MemoryCatalog()
    catalog.create("p", "customers_for_analysts", "s3://own/tables/customers_for_analysts/none/")
    publisher = Publisher(objects, catalog, "p", "own", audit)
    lake = LakeSnapshot("0123456789abcdef", date(2026, 3, 2), {})
    tables = local.opened({"customers": str(tmp_path / "customers.parquet")})
    (made,) = run_system(
        MODELS_SYSTEM, lake, tables, publisher, registry.tables_of(MODELS_SYSTEM), own_models=own
    )
    rows = pq.read_table(
        pa.BufferReader(
            objects.read(ObjectRef("own", made.location.removeprefix("s3://own/") + "part-00000.parquet"))
        )
    )
    assert rows["customer_id"].to_pylist() == [1, 2]
    assert "Anna" not in str(rows.to_pylist())
    assert rows.schema.names == list(registry.prod["customers_for_analysts"].names)


def test_analyst_tables_are_a_list_of_names(tmp_path: Path) -> None:
    (tmp_path / "headgate.toml").write_text('analyst_tables = "customers"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="It is a list of datasets"):
        read_project(tmp_path / "headgate.toml")


def test_without_the_setting_a_lake_has_no_such_table() -> None:
    assert [name for name in Registry.load().prod if name.endswith("_for_analysts")] == []
