"""One set of rules for every Catalog: the twin in memory and Glue must not differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from headgate.aws.glue.catalog import GlueCatalog
from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.errors import ConflictError, NotFoundError
from tests.conftest import unique

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

    from headgate.lake.ports import Catalog
    from tests.conftest import Emulator

DATABASE = "ecommerce_test"
ID_COLUMN = {"Name": "id", "Type": "bigint", "Comment": "the id"}


def glue_catalog(emulator: Emulator) -> GlueCatalog:
    client = emulator.client("glue")
    if DATABASE not in {database["Name"] for database in client.get_databases()["DatabaseList"]}:
        client.create_database(DatabaseInput={"Name": DATABASE})
    existing = [table["Name"] for table in client.get_tables(DatabaseName=DATABASE)["TableList"]]
    client.batch_delete_table(DatabaseName=DATABASE, TablesToDelete=existing)
    client.create_table(DatabaseName=DATABASE, TableInput=glue_table())
    return GlueCatalog(client)


def glue_table() -> dict[str, object]:
    return {
        "Name": "orders",
        "Description": "one row per order",
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "parquet"},
        "StorageDescriptor": {
            "Location": "s3://curated/empty/",
            "Columns": [],
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "SerdeInfo": {
                "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
            },
        },
    }


@pytest.fixture(
    params=[
        pytest.param("memory", marks=pytest.mark.unit),
        pytest.param("glue", marks=pytest.mark.integration),
    ]
)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    if request.param == "glue":
        return glue_catalog(request.getfixturevalue("emulator"))
    memory = MemoryCatalog()
    memory.create(DATABASE, "orders", "s3://curated/empty/")
    return memory


def test_an_absent_table_is_not_found(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError):
        catalog.current(DATABASE, unique("absent"))


def test_a_table_points_where_it_was_created(catalog: Catalog) -> None:
    assert catalog.current(DATABASE, "orders").location == "s3://curated/empty/"


def test_a_table_is_created_once(catalog: Catalog) -> None:
    name = unique("visits")
    for location in ("s3://curated/none/", "s3://curated/other/"):
        catalog.create(DATABASE, name, location, [ID_COLUMN])
    table = catalog.current(DATABASE, name)
    assert table.location == "s3://curated/none/"
    catalog.move(table, "s3://curated/new/", [ID_COLUMN], {"headgate.rows": "3"})
    assert catalog.current(DATABASE, name).location == "s3://curated/new/"


def test_a_moved_table_points_there_and_has_another_revision(catalog: Catalog) -> None:
    before = catalog.current(DATABASE, "orders")
    catalog.move(before, "s3://curated/new/", [ID_COLUMN], {"headgate.rows": "3"})
    after = catalog.current(DATABASE, "orders")
    assert (after.location, after.parameters["headgate.rows"]) == ("s3://curated/new/", "3")
    assert after.revision != before.revision


def test_a_table_that_moved_since_it_was_read_is_not_moved(catalog: Catalog) -> None:
    read = catalog.current(DATABASE, "orders")
    catalog.move(read, "s3://curated/first/", [ID_COLUMN], {})
    with pytest.raises(ConflictError):
        catalog.move(read, "s3://curated/second/", [ID_COLUMN], {})
    assert catalog.current(DATABASE, "orders").location == "s3://curated/first/"


def test_parameters_are_added_to_those_already_there(catalog: Catalog) -> None:
    catalog.move(catalog.current(DATABASE, "orders"), "s3://curated/1/", [], {"a": "1", "b": "1"})
    catalog.move(catalog.current(DATABASE, "orders"), "s3://curated/2/", [], {"b": "2"})
    found = catalog.current(DATABASE, "orders").parameters
    assert {name: found[name] for name in ("a", "b")} == {"a": "1", "b": "2"}


def test_an_absent_table_is_not_moved(catalog: Catalog) -> None:
    read = catalog.current(DATABASE, "orders")
    absent = type(read)(DATABASE, unique("absent"), read.location, read.revision)
    with pytest.raises(NotFoundError):
        catalog.move(absent, "s3://curated/x/", [], {})


@pytest.mark.integration
def test_a_move_keeps_what_others_put_on_the_table(emulator: Emulator) -> None:
    catalog = glue_catalog(emulator)
    catalog.move(
        catalog.current(DATABASE, "orders"), "s3://curated/new/", [ID_COLUMN], {"headgate.rows": "3"}
    )
    table = emulator.client("glue").get_table(DatabaseName=DATABASE, Name="orders")["Table"]
    assert table["Description"] == "one row per order"
    assert table["Parameters"] == {"classification": "parquet", "headgate.rows": "3"}
    assert table["StorageDescriptor"]["Columns"] == [ID_COLUMN]
    assert table["StorageDescriptor"]["InputFormat"].endswith("MapredParquetInputFormat")


class RecordingGlue:
    """The emulator's Glue, which also notes the crawlers that are started."""

    def __init__(self, client: GlueClient) -> None:
        self._client, self.started = client, list[str]()

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)

    def start_crawler(self, *, Name: str) -> None:  # noqa: N803 boto3's own name
        self.started.append(Name)


@pytest.mark.integration
def test_a_crawl_is_started_only_when_the_columns_changed(emulator: Emulator) -> None:
    client = RecordingGlue(glue_catalog(emulator).client)
    catalog = GlueCatalog(cast("GlueClient", client), "lake-curated")
    for version in ("one", "two"):
        catalog.move(catalog.current(DATABASE, "orders"), f"s3://curated/{version}/", [ID_COLUMN], {})
    assert client.started == ["lake-curated"]


@pytest.mark.integration
def test_a_crawler_that_cannot_start_does_not_undo_a_publish(emulator: Emulator) -> None:
    catalog = GlueCatalog(glue_catalog(emulator).client, "no-such-crawler")
    catalog.move(catalog.current(DATABASE, "orders"), "s3://curated/new/", [ID_COLUMN], {})
    assert catalog.current(DATABASE, "orders").location == "s3://curated/new/"


def test_a_deleted_table_is_not_found_and_deleting_it_again_changes_nothing(catalog: Catalog) -> None:
    name = unique("visits")
    catalog.create(DATABASE, name, "s3://curated/none/", [ID_COLUMN])
    for _ in range(2):
        catalog.delete(DATABASE, name)
    with pytest.raises(NotFoundError):
        catalog.current(DATABASE, name)
