"""A lake project's own SQL models become prod tables, by the same run as every other system."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import parse_one

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.analytics_blocks import with_derived_columns
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.registry import own_model
from headgate.engines import local
from headgate.errors import AuditError, ContractError
from headgate.lake.ports import ObjectRef
from headgate.lineage.column_sources import COLUMNS, ColumnRef, TableColumns, Use, columns_of
from headgate.project import MODELS_SYSTEM
from headgate.quality.contract_audit import audit
from headgate.query import Databases, translate
from headgate.snapshots.publishing import Publisher
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot
from headgate.systems.model_references import reads_of
from headgate.systems.run import run_system
from headgate.systems.sql_models import SqlModels, sql_models
from headgate.systems.up_to_date import BuiltBy, datasets_read

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.unit,
    # Ibis still calls DuckDB's old name for the same thing.
    pytest.mark.filterwarnings(r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"),
]

LAKE = LakeSnapshot("0123456789abcdef", date(2026, 3, 2), {})
DAILY = own_model(
    Contract(
        id="headgate.prod.daily_means",
        dataset="daily_means",
        zone="prod",
        version="1.0.0",
        key=("sensor", "on"),
        columns=(
            Column("sensor", ColumnType(Kind.STRING), required=True),
            Column("on", ColumnType(Kind.DATE), required=True),
            Column("mean", ColumnType(Kind.DECIMAL, precision=8, scale=2)),
            Column("age_days", ColumnType(Kind.BIGINT)),
        ),
    )
)
SQL = """
with good as (select r.sensor, r.measured_on, r.value from sensors_curated.readings as r where r.value is not null)
select sensor, measured_on as "on", cast(avg(value) as decimal(8, 2)) as mean,
       date_diff('day', measured_on, current_date) as age_days
from good group by sensor, measured_on
"""  # noqa: E501 a file's text
READINGS = pa.table(
    {
        "sensor": ["b", "a", "a", "a"],
        "measured_on": pa.array([date(2026, 3, 1)] * 3 + [date(2026, 3, 2)], pa.date32()),
        "value": pa.array([Decimal("1.00"), Decimal("2.00"), Decimal("4.50"), None], pa.decimal128(8, 2)),
    }
)
TYPES = {"value": "decimal(8,2)", "measured_on": "date"}


def models(monkeypatch: pytest.MonkeyPatch, folder: Path, sql: str = SQL) -> SqlModels:
    (folder / "models").mkdir(exist_ok=True)
    (folder / "models" / "daily_means.sql").write_text(sql, encoding="utf-8")
    (folder / "headgate.toml").write_text('name = "sensors"\n', encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(folder))
    translated = partial(translate, types=TYPES, databases=Databases("sensors_curated", "sensors_prod"))
    return sql_models({"daily_means": DAILY}, {"readings": OF_READINGS}, translated)


def published(own: SqlModels, folder: Path) -> tuple[pa.Table, bytes]:
    pq.write_table(READINGS, folder / "readings.parquet")
    objects, catalog = MemoryObjects(), MemoryCatalog()
    catalog.create("sensors_prod", "daily_means", "s3://models-prod/tables/daily_means/none/")
    publisher = Publisher(objects, catalog, "sensors_prod", "models-prod", audit)
    opened = local.opened({"readings": str(folder / "readings.parquet")})
    (made,) = run_system(MODELS_SYSTEM, LAKE, opened, publisher, {"daily_means": DAILY}, own_models=own)
    key = made.location.removeprefix("s3://models-prod/").rstrip("/") + "/part-00000.parquet"
    body = objects.read(ObjectRef("models-prod", key))
    return pq.read_table(pa.BufferReader(body)), body


def test_a_model_in_athenas_sql_is_published_under_its_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, body = published(models(monkeypatch, tmp_path), tmp_path)
    assert rows.drop_columns(["as_of", "snapshot_id"]).to_pylist() == [
        {"sensor": "a", "on": date(2026, 3, 1), "mean": Decimal("3.25"), "age_days": 1},
        {"sensor": "b", "on": date(2026, 3, 1), "mean": Decimal("1.00"), "age_days": 1},
    ]
    assert rows["as_of"].to_pylist() == [LAKE.as_of] * 2
    assert published(models(monkeypatch, tmp_path), tmp_path)[1] == body


def test_the_catalog_keeps_the_lineage_by_column_of_the_version_that_a_table_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that was published without it gets it from the next deployment that confirms it, because its
    SQL is the same.
    """
    own, catalog, objects = models(monkeypatch, tmp_path), MemoryCatalog(), MemoryObjects()
    pq.write_table(READINGS, tmp_path / "readings.parquet")
    catalog.create("sensors_prod", "daily_means", "s3://models-prod/tables/daily_means/none/")

    def publish(deployment: str) -> TableColumns | None:
        publisher = Publisher(objects, catalog, "sensors_prod", "models-prod", audit)
        opened = local.opened({"readings": str(tmp_path / "readings.parquet")})
        run_system(
            MODELS_SYSTEM,
            LAKE,
            opened,
            publisher,
            {"daily_means": DAILY},
            own_models=own,
            built_by=BuiltBy(deployment),
        )
        return columns_of(catalog.current("sensors_prod", "daily_means"))

    columns = publish("first")
    assert columns is not None
    assert columns.columns["mean"] == {ColumnRef("curated", "readings", "value"): {Use.AGGREGATION}}
    shown = catalog.current("sensors_prod", "daily_means")
    catalog.move(shown, shown.location, [], {COLUMNS: ""})
    assert columns_of(catalog.current("sensors_prod", "daily_means")) is None
    assert publish("second") == columns


def test_other_sql_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = models(monkeypatch, tmp_path).version
    assert models(monkeypatch, tmp_path).version == first
    assert models(monkeypatch, tmp_path, SQL.replace("avg", "max")).version != first


def test_rows_that_break_the_contract_are_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = (
        "select cast(null as varchar) as sensor, measured_on as \"on\", value as mean, bigint '1' as "
        "age_days from readings"
    )
    with pytest.raises(AuditError, match="sensor"):
        published(models(monkeypatch, tmp_path, sql), tmp_path)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("selec sensor from readings", "is not Athena SQL"),
        ("drop table readings", "must be one SELECT"),
        ("select 1 as sensor; select 2", "must be one SELECT"),
        (
            "select sensor from readigns",
            r"reads readigns, .* no model\. Did you mean readings\? It can read readings\.$",
        ),
        ("select 'x' as sensor", "reads no table"),
        (
            "select sensor from readings",
            r"has the columns sensor; .* has sensor, on, mean, age_days\. Add on, mean, age_days to models/",
        ),
        (
            'select sensor, "on", mean, age_days, 1 as more from readings',
            r"age_days\. Add more to contracts/prod/.*\.yaml, or remove it from models/.*\.sql\.$",
        ),
        ('select sensor, "on", mean, now() as age_days from readings', "Use current_date"),
        ('select sensor, localtimestamp as "on", mean, age_days from readings', "uses LOCALTIMESTAMP"),
        (
            "select * from readings tablesample bernoulli (50)",
            "uses TABLESAMPLE, so two builds would differ. Remove it",
        ),
        ('select sensor, "on", random() as mean, age_days from readings', "uses RAND"),
        ('select sensor, "on", shuffle(mean) as mean, age_days from readings', "uses SHUFFLE"),
        ("select * from readings, table(sequence(1, 2))", "table function|not Athena SQL"),
    ],
)
def test_a_wrong_model_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str, message: str
) -> None:
    with pytest.raises(ContractError, match=message) as met:
        models(monkeypatch, tmp_path, sql)
    assert str(met.value).startswith("models/daily_means.sql")


def test_a_model_without_a_contract_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models(monkeypatch, tmp_path)
    with pytest.raises(
        ContractError, match=r"models init daily_means.* drafts contracts/prod/daily_means\.yaml"
    ):
        sql_models({}, {"readings": OF_READINGS}, translate)


def test_a_contract_without_a_system_belongs_to_the_own_models() -> None:
    assert DAILY.system == MODELS_SYSTEM
    assert DAILY.names[-2:] == ("as_of", "snapshot_id")


SENSORS = replace(
    DAILY,
    id="headgate.prod.all_sensors",
    dataset="all_sensors",
    key=("sensor",),
    columns=(DAILY.columns[0], *DAILY.columns[-2:]),
)


def two_models(monkeypatch: pytest.MonkeyPatch, folder: Path) -> SqlModels:
    """One model reads `readings`, the other `stations`."""
    models(monkeypatch, folder)
    (folder / "models" / "all_sensors.sql").write_text("select sensor from stations", encoding="utf-8")
    translated = partial(translate, types=TYPES, databases=Databases("sensors_curated", "sensors_prod"))
    return sql_models(
        {"daily_means": DAILY, "all_sensors": SENSORS},
        {"readings": OF_READINGS, "stations": OF_READINGS},
        translated,
    )


def snapshot_of(**versions: str) -> LakeSnapshot:
    datasets = {name: DatasetSnapshot(name, version, f"{name}/", 1, 1) for name, version in versions.items()}
    return LakeSnapshot("0123456789abcdef", date(2026, 3, 2), datasets)


def test_each_table_records_the_datasets_that_its_own_statement_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lineage is true by table, and a table whose own inputs did not change is kept."""
    own = two_models(monkeypatch, tmp_path)
    assert own.reads_by_table == {"daily_means": ("readings",), "all_sensors": ("stations",)}
    pq.write_table(READINGS, tmp_path / "readings.parquet")
    pq.write_table(READINGS.slice(0, 1).select(["sensor"]), tmp_path / "stations.parquet")
    catalog = MemoryCatalog()
    for table in own.contracts:
        catalog.create("sensors_prod", table, f"s3://models-prod/tables/{table}/none/")
    publisher = Publisher(MemoryObjects(), catalog, "sensors_prod", "models-prod", audit)

    def run(lake: LakeSnapshot) -> dict[str, bool]:
        opened = local.opened({name: str(tmp_path / f"{name}.parquet") for name in ("readings", "stations")})
        made = run_system(MODELS_SYSTEM, lake, opened, publisher, own.contracts, own_models=own)
        return {one.table: one.changed for one in made}

    first = snapshot_of(readings="r1", stations="s1")
    assert run(first) == {"daily_means": True, "all_sensors": True}
    recorded = {
        table: datasets_read(catalog.current("sensors_prod", table), first) for table in own.contracts
    }
    assert {table: [one.dataset for one in read] for table, read in recorded.items()} == {
        "daily_means": ["readings"],
        "all_sensors": ["stations"],
    }
    assert run(snapshot_of(readings="r2", stations="s1")) == {"daily_means": True, "all_sensors": False}


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ("with orders as (select * from orders where total > 1) select * from orders", {"orders"}),
        (
            (
                "select * from (with orders as (select * from refunds) select * from orders) r join orders "
                "using (id)"
            ),
            {"orders", "refunds"},
        ),
        ("with Paid as (select * from shop_curated.Orders) select * from paid", {"orders"}),
        (
            "select id from orders where id in (select id from refunds) union all select id from returns",
            {"orders", "refunds", "returns"},
        ),
        (
            (
                "with recursive days(n) as (select n from calendar union all select n + 1 from days) select "
                "* from days"
            ),
            {"calendar"},
        ),
        ("select * from (orders join refunds using (id))", {"orders", "refunds"}),
    ],
)
def test_a_model_reads_the_tables_of_its_statement_and_not_the_names_of_its_with_queries(
    sql: str, reads: set[str]
) -> None:
    assert reads_of(parse_one(sql, read="athena")) == reads  # type: ignore[arg-type]  # each of them is a query


def test_a_with_query_may_have_the_name_of_the_dataset_that_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = SQL.replace("good", "readings")
    rows, _ = published(models(monkeypatch, tmp_path, sql), tmp_path)
    assert rows["sensor"].to_pylist() == ["a", "b"]


def test_a_model_is_asked_once_for_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second query, to count them, would double what a model costs."""
    asked, execute = [], ibis.Expr.execute

    def counted(self: ibis.Expr, /, **options: Any) -> object:  # noqa: ANN401 as the engine's
        asked.append(self)
        return execute(self, **options)

    monkeypatch.setattr(ibis.Expr, "execute", counted)
    published(models(monkeypatch, tmp_path), tmp_path)
    assert len(asked) == 1


AHEAD = Contract(
    id="sensors.prod.ahead",
    dataset="ahead",
    zone="prod",
    version="1.0.0",
    columns=(),
    properties={
        "headgate.forecast": {
            "of": "readings",
            "measure": "value",
            "time": "measured_on",
            "by": ["sensor"],
            "horizon": 2,
        }
    },
)
OF_READINGS = Contract(
    id="sensors.curated.readings",
    dataset="readings",
    zone="curated",
    version="1.0.0",
    key=("sensor",),
    columns=tuple(
        Column(name, ColumnType(kind), required=True)
        for name, kind in (("sensor", Kind.STRING), ("measured_on", Kind.DATE), ("value", Kind.DOUBLE))
    ),
)


def block_models(monkeypatch: pytest.MonkeyPatch, folder: Path, **options: object) -> SqlModels:
    """The models of a lake with one block of the readings, and none in SQL."""
    (folder / "headgate.toml").write_text('name = "sensors"\n', encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(folder))
    stated = replace(
        AHEAD, properties={"headgate.forecast": {**AHEAD.properties["headgate.forecast"], **options}}
    )
    contracts = with_derived_columns({"ahead": stated}, {"readings": OF_READINGS})
    own = {name: own_model(contract) for name, contract in contracts.items()}
    return sql_models(own, {"readings": OF_READINGS}, partial(translate, types=TYPES))


def test_a_block_is_built_as_a_model_of_the_dataset_that_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = block_models(monkeypatch, tmp_path)
    assert own.READS == ("readings",)
    assert own.reads_by_table == {"ahead": ("readings",)}
    pq.write_table(READINGS, tmp_path / "readings.parquet")
    with local.opened({"readings": str(tmp_path / "readings.parquet")}) as tables:
        rows = own.build(tables, date(2026, 3, 2))["ahead"]
    assert rows[["sensor", "status", "history_periods"]].to_numpy().tolist() == [
        ["a", "too_little_history", 2],
        ["b", "too_little_history", 2],
    ]


def test_another_declaration_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert block_models(monkeypatch, tmp_path).version == block_models(monkeypatch, tmp_path).version
    assert (
        block_models(monkeypatch, tmp_path).version != block_models(monkeypatch, tmp_path, horizon=3).version
    )


def test_other_code_of_blocks_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = block_models(monkeypatch, tmp_path).version
    monkeypatch.setattr("headgate.systems.source_code.source_version", lambda _: "other")
    assert block_models(monkeypatch, tmp_path).version != first


def test_a_table_is_built_by_a_block_or_by_sql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "ahead.sql").write_text("select * from readings", encoding="utf-8")
    with pytest.raises(
        ContractError, match=r"declares a block, and models/ahead\.sql builds its table\. Remove one"
    ):
        block_models(monkeypatch, tmp_path)
