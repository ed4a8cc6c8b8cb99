"""An SQL model reads other SQL models: they are built in order, and a wrong reference is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.registry import own_model
from headgate.engines import athena, local
from headgate.errors import ContractError
from headgate.lake.ports import ObjectRef
from headgate.project import MODELS_SYSTEM
from headgate.quality.contract_audit import audit
from headgate.query import Databases, translate
from headgate.snapshots.publishing import Publisher
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot
from headgate.systems.model_references import models_in_order
from headgate.systems.run import run_system
from headgate.systems.sql_models import SqlModels, sql_models
from headgate.systems.up_to_date import datasets_read

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.unit,
    # Ibis still calls DuckDB's old name for the same thing.
    pytest.mark.filterwarnings(r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"),
]

AS_OF = date(2026, 3, 2)
SALES = pa.table(
    {
        "shop": ["b", "a", "a"],
        "amount": pa.array([Decimal("1.00"), Decimal("2.10"), Decimal("4.50")], pa.decimal128(8, 2)),
    }
)
SHOPS = pa.table({"shop": ["a", "b"], "city": ["Ulm", "Bonn"]})
TYPES = {"amount": "decimal(8,2)", "total": "decimal(8,1)"}
TOTALS = "select shop, sum(amount) as total from sales group by shop"


def contract(table: str, **columns: ColumnType) -> Contract:
    listed = tuple(Column(name, kind) for name, kind in columns.items())
    return own_model(
        Contract(
            id=f"shop.prod.{table}",
            dataset=table,
            zone="prod",
            version="1",
            key=(listed[0].name,),
            columns=listed,
        )
    )


TEXT, NUMBER = ColumnType(Kind.STRING), ColumnType(Kind.DECIMAL, precision=8, scale=1)
CONTRACTS = {
    "totals": contract("totals", shop=TEXT, total=NUMBER),
    "a_report": contract("a_report", city=TEXT, total=NUMBER),
    "top": contract("top", city=TEXT),
    "risks": replace(contract("risks", shop=TEXT), system="risk-system"),
}
DATASETS = {
    "sales": contract("sales", shop=TEXT, amount=NUMBER),
    "shops": contract("shops", shop=TEXT, city=TEXT),
    "top": contract("top", city=TEXT),
}


def models(monkeypatch: pytest.MonkeyPatch, folder: Path, **texts: str) -> SqlModels:
    (folder / "models").mkdir(exist_ok=True)
    for table, sql in texts.items():
        (folder / "models" / f"{table}.sql").write_text(sql, encoding="utf-8")
    (folder / "headgate.toml").write_text('name = "shop"\n', encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(folder))
    translated = partial(translate, types=TYPES, databases=Databases("shop_curated", "shop_prod"))
    return sql_models(CONTRACTS, DATASETS, translated)


@pytest.mark.parametrize(
    "reference",
    [
        "totals",
        "Totals",
        "shop_prod.totals",
        "shop_dev_prod.Totals",
        "{{ ref('totals') }}",
        '{{ref("totals")}}',
    ],
)
def test_a_model_reads_the_rows_of_another_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str
) -> None:
    """The plain name, the name with its database and dbt's `ref` are the same reference.

    Rows have the types of the contract.
    """
    report = f"select city, t.total from {reference} as t join shop_curated.shops using (shop)"  # noqa: S608 as a lake project has it
    own = models(
        monkeypatch,
        tmp_path,
        totals=TOTALS.replace("sum(amount)", "cast(sum(amount) as decimal(8, 1))"),
        a_report=report,
    )
    assert (own.order, own.READS) == (("totals", "a_report"), ("sales", "shops"))
    assert own.reads_by_table == {"totals": ("sales",), "a_report": ("sales", "shops")}
    pq.write_table(SALES, tmp_path / "sales.parquet")
    pq.write_table(SHOPS, tmp_path / "shops.parquet")
    with local.opened({name: str(tmp_path / f"{name}.parquet") for name in own.READS}) as tables:
        made = own.build(tables, AS_OF)
    assert made["a_report"].to_dict("list") == {
        "city": ["Bonn", "Ulm"],
        "total": [Decimal("1.0"), Decimal("6.6")],
    }


def test_a_model_that_reads_models_only_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = "select shop as city, total from totals"
    own = models(
        monkeypatch,
        tmp_path,
        totals=TOTALS,
        a_report=report,
        top="select city from a_report where total > 2 union select shop from totals",
    )
    assert own.order == ("totals", "a_report", "top")
    assert set(own.reads_by_table.values()) == {("sales",)}
    pq.write_table(SALES, tmp_path / "sales.parquet")
    with local.opened({"sales": str(tmp_path / "sales.parquet")}) as tables:
        assert own.rows("top", tables, AS_OF).to_dict("list") == {"city": ["a", "b"]}


def test_athena_gets_the_models_that_a_model_reads_in_one_statement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = models(monkeypatch, tmp_path, totals=TOTALS, a_report="select shop as city, total from totals")
    asked = []

    def answer(sql: str, schema: pa.Schema) -> pa.Table:
        asked.append(sql)
        return schema.empty_table()

    with athena.opened({"sales": SALES.schema}, "shop_curated", answer) as tables:
        own.rows("a_report", tables, AS_OF)
    assert (
        'model_totals AS (SELECT CAST("shop" AS VARCHAR) AS "shop", CAST("total" AS DECIMAL(8, 1)) AS '
        '"total" FROM' in asked[0]
    )


def test_given_rows_of_a_model_replace_its_statement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = models(monkeypatch, tmp_path, totals=TOTALS, a_report="select shop as city, total from totals")
    rows = pa.table({"shop": ["x"], "total": pa.array([Decimal("9.9")], pa.decimal128(8, 1))})
    pq.write_table(rows, tmp_path / "totals.parquet")
    with local.opened({"totals": str(tmp_path / "totals.parquet")}) as given_rows:
        assert own.rows("a_report", {}, AS_OF, given_rows).to_dict("list") == {
            "city": ["x"],
            "total": [Decimal("9.9")],
        }


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            "select city, total from {{ ref('totls') }}",
            r"reads totls, which is no curated dataset and no model\. Did you mean totals\?",
        ),
        (
            "select city, total from totls",
            r"Did you mean totals\? It can read sales, shops, top, or the models totals\.$",
        ),
        (
            "select shop as city, 1 as total from risks",
            r"reads risks, a table of the system risk-system\. A model reads datasets and other",
        ),
        (
            "select shop as city, 1 as total from {{ source('x', 'sales') }}",
            r"has a template that is not \{\{ ref\('table'\) \}\}",
        ),
        ("{% if x %} select 1 from sales", "has a template"),
    ],
)
def test_a_wrong_reference_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str, message: str
) -> None:
    with pytest.raises(ContractError, match=message) as met:
        models(monkeypatch, tmp_path, totals=TOTALS, a_report=sql)
    assert str(met.value).startswith("models/a_report.sql")


def test_models_that_read_each_other_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        ContractError,
        match=r"The models (totals → a_report → totals|a_report → totals → a_report) read each other",
    ):
        models(
            monkeypatch,
            tmp_path,
            totals="select city as shop, total from a_report",
            a_report="select shop as city, total from totals",
        )
    with pytest.raises(ContractError, match="The models totals → totals read each other"):
        models(
            monkeypatch,
            tmp_path,
            totals="select shop, total from totals",
            a_report="select shop as city, total from totals",
        )


def test_a_dataset_has_its_name_before_a_model_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a model that was written before another one keeps its meaning.

    The prod database and `ref` name the model.
    """
    own = models(
        monkeypatch,
        tmp_path,
        top="select shop as city from sales",
        totals="select shop, total from top",
        a_report="select city, total from {{ ref('top') }}, sales",
    )
    assert own.reads_by_table == {"top": ("sales",), "totals": ("top",), "a_report": ("sales",)}
    assert own.refs == {"top": set(), "totals": set(), "a_report": {"top"}}


def test_a_table_is_built_again_when_a_dataset_behind_its_model_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The catalog records for each table all datasets behind it."""
    own = models(
        monkeypatch,
        tmp_path,
        totals=TOTALS,
        a_report="select city, total from totals join shops using (shop)",
    )
    pq.write_table(SALES, tmp_path / "sales.parquet")
    pq.write_table(SHOPS, tmp_path / "shops.parquet")
    objects, catalog = MemoryObjects(), MemoryCatalog()
    for table in own.contracts:
        catalog.create("shop_prod", table, f"s3://models-prod/tables/{table}/none/")
    publisher = Publisher(objects, catalog, "shop_prod", "models-prod", audit)

    def run(**versions: str) -> dict[str, bool]:
        lake = LakeSnapshot(
            "0123456789abcdef",
            AS_OF,
            {name: DatasetSnapshot(name, of, f"{name}/", 1, 1) for name, of in versions.items()},
        )
        opened = local.opened({name: str(tmp_path / f"{name}.parquet") for name in own.READS})
        made = run_system(MODELS_SYSTEM, lake, opened, publisher, own.contracts, own_models=own)
        read = [of.dataset for of in datasets_read(catalog.current("shop_prod", "a_report"), lake)]
        assert read == ["sales", "shops"]
        return {table.table: table.changed for table in made}

    assert run(sales="1", shops="1") == {"totals": True, "a_report": True}
    assert run(sales="1", shops="2") == {"totals": False, "a_report": True}
    assert run(sales="2", shops="2") == {"totals": True, "a_report": True}
    key = (
        catalog.current("shop_prod", "a_report").location.removeprefix("s3://models-prod/").rstrip("/")
        + "/part-00000.parquet"
    )
    assert pq.read_table(pa.BufferReader(objects.read(ObjectRef("models-prod", key))))[
        "city"
    ].to_pylist() == ["Bonn", "Ulm"]


def test_other_columns_of_a_model_are_another_version_of_its_readers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = models(monkeypatch, tmp_path, totals=TOTALS, a_report="select shop as city, total from totals")
    wider = contract("totals", shop=TEXT, total=ColumnType(Kind.DECIMAL, precision=12, scale=2))
    assert replace(own, contracts={**own.contracts, "totals": wider}).version != own.version


@given(st.dictionaries(st.integers(1, 8), st.sets(st.integers(0, 7), max_size=4), max_size=8))
def test_each_model_comes_after_those_that_it_reads(edges: dict[int, set[int]]) -> None:
    refs = {
        f"m{model}": {f"m{other}" for other in edges.get(model, ()) if other < model} for model in range(9)
    }
    order = models_in_order(refs)
    assert sorted(order) == sorted(refs)
    assert all(order.index(other) < order.index(model) for model, others in refs.items() for other in others)
