from typing import Literal

from pydantic import Field

from headgate.api.shapes.base import Count, Day, Moment, Shape
from headgate.lineage.column_sources import Use

HealthState = Literal["healthy", "degraded", "failed", "unknown"]


class HealthCheck(Shape):
    """A check of the lake's health."""

    name: Literal["run", "tables", "freshness", "files", "quality"]
    state: HealthState
    message: str = Field(description="The result, and a remedy if it is not healthy.")
    at: Moment = Field("", description="Time of the run or file of the result.")


class Health(Shape):
    """State of the lake: the worst of its checks."""

    state: HealthState
    checks: tuple[HealthCheck, ...]
    snapshot_id: str = Field("", description="The newest snapshot; empty before the first run.")
    as_of: Day = Field("", description="Last day of the data in the newest snapshot.")


class Caller(Shape):
    """Who sent the request."""

    name: str
    groups: tuple[Literal["viewer", "uploader", "operator", "personal-data"], ...] = Field(
        description="Groups of the caller with the groups that they include; an operator is in all."
    )


class PlainName(Shape):
    """A name in the letters that the lake permits."""

    name: str = Field(description="Of a text in another script, its letters by their sound.")


class ContractColumn(Shape):
    """A column of a contract."""

    name: str
    type: str = Field(description="Type in Athena.", examples=["decimal(12,2)"])
    unit: str = Field("", description="Unit, for amounts a code of ISO 4217.", examples=["share"])
    label: str = Field("", description="Readable heading; empty for the words of its name.")
    description: str = ""
    required: bool = False
    primary_key: bool = False
    sensitive: str = Field("", description="Mask: pan, cvv, ssn, track, free_text …; empty for no mask.")
    personal: bool = Field(default=False, description="Whether only the group `personal-data` sees values.")
    references: str = Field("", description="Referenced column.", examples=["orders.order_id"])
    rules: tuple[str, ...] = Field((), description="Rules in words.", examples=[["at least 0"]])
    aliases: tuple[str, ...] = Field((), description="Other names of the column in files.")


class ContractSummary(Shape):
    """A contract in a list."""

    zone: Literal["source", "prod", "lake"]
    name: str = Field(description="Dataset or table.")
    id: str
    version: str
    system: str = Field("", description="System that builds the table; empty for a dataset.")
    description: str = ""
    columns: Count


class ContractDetail(ContractSummary):
    """A contract with its columns."""

    column_list: tuple[ContractColumn, ...]
    first_columns: tuple[str, ...] = Field((), description="The main columns in reading order; may be empty.")


class Contracts(Shape):
    """All contracts."""

    definitions: str = Field(
        description="Version of the pushed contracts or `deployed`, with `+` and the version of created "
        "datasets if there are any."
    )
    contracts: tuple[ContractSummary, ...]


class CatalogLevels(Shape):
    """The levels of a table that has totals beside their parts, which a sum of all rows would count twice."""

    column: str = Field(description="The column that has the level of a row.")
    rows: dict[str, tuple[str, ...]] = Field(
        description="By level the columns that tell its rows apart; none for the total of all."
    )


class CatalogTable(Shape):
    """A table that SQL can read."""

    database: str
    name: str
    system: str = ""
    columns: tuple[ContractColumn, ...]
    amount: tuple[str, ...] = Field(
        (), description="The columns whose product is the amount of a row; empty if rows have no amount."
    )
    newest_by: tuple[str, ...] = Field((), description="The columns that order versions of a row.")
    event_time: str = Field("", description="The column that its contract declares as the time of its rows.")
    levels: CatalogLevels | None = Field(None, description="Null if all rows may be added up.")


class CatalogTables(Shape):
    """All tables that SQL can read, for completion in an editor."""

    tables: tuple[CatalogTable, ...]


class TableContents(Shape):
    """The contents of a dataset or table."""

    name: str
    system: str = Field("", description="Empty for a dataset.")
    rows: Count
    as_of: str = Field(description="Last day of its rows; empty if they have none.")
    reads: tuple[str, ...] = Field((), description="Datasets that it was built from; empty for a dataset.")
    question: str = Field("", description="Name of a saved question that reads it; may be empty.")
    statement: str = Field(
        "", description="Without a saved question, one from the kinds of its columns; may be empty."
    )
    asks: str = Field("", description="The question in words.")


class TablesContents(Shape):
    """The contents of all datasets and of the deployed systems' tables."""

    tables: tuple[TableContents, ...]


class LineageFile(Shape):
    """A file whose rows are in a dataset's snapshot."""

    file_id: str
    key: str
    received_at: Moment
    accepted: Count


class LineageDataset(Shape):
    """A dataset that a table was built from."""

    dataset: str
    snapshot_id: str
    rows: Count
    files: tuple[LineageFile, ...] = Field(description="At most 100, newest first.")
    file_count: Count = Field(description="Number of merged files, without deletions.")


class Lineage(Shape):
    """The sources of a table: datasets and their files."""

    table: str
    system: str = Field("", description="System that builds it; empty for a dataset.")
    snapshot_id: str
    as_of: Day = ""
    version: str = Field("", description="Version in the table's location.")
    datasets: tuple[LineageDataset, ...]


class ColumnUse(Shape):
    """A source or a target of another column."""

    system: str = Field("", description="System that builds the table; empty for a dataset.")
    table: str
    column: str = Field(description="Empty if it decides which rows the table has.")
    uses: tuple[Use, ...] = Field(
        description="Subtypes of OpenLineage: IDENTITY, TRANSFORMATION and AGGREGATION use its value, the "
        "others decide by it."
    )
    through: tuple[str, ...] = Field(
        (), description="Tables on the way, sorted; empty if no other table is between both columns."
    )


class FileHeader(Shape):
    """A header in files that is mapped to a column."""

    header: str
    files: Count = Field(description="Of the newest 200 files, those with this header.")


class ColumnReader(Shape):
    """A statement that reads a column."""

    kind: Literal["panel", "question", "kept"] = Field(
        description="Panel of a dashboard, question of the lake's systems, or question that a person saved."
    )
    system: str = Field("", description="Dashboard of the panel, or system of the question.")
    board: str = Field("", description="Title of the panel's dashboard; else empty.")
    name: str
    title: str
    sql: str = Field("", description="Statement of a question that a person saved; else empty.")
    by: str = Field("", description="Author of a question that a person saved; else empty.")


class LineageColumn(Shape):
    """A column with its sources and targets, at any distance."""

    column: str
    headers: tuple[FileHeader, ...] = Field(
        (), description="Headers in files that are mapped to the column of a dataset; not its own name."
    )
    readers: tuple[ColumnReader, ...] = Field((), description="Statements that read the column.")
    sources: tuple[ColumnUse, ...] = Field(
        description="Empty for a constant, a count of rows, and a column of a dataset."
    )
    feeds: tuple[ColumnUse, ...]
    unknown: str = Field("", description="Why its sources are not known.")


class ColumnLineage(Shape):
    """The column lineage of a table."""

    table: str
    columns: tuple[LineageColumn, ...]
    rows: tuple[ColumnUse, ...] = Field(description="Columns that decide which rows the table has.")
    is_declared: bool = Field(
        default=False,
        description="Whether the table's contract declares the lineage, because code builds the table. Else "
        "it follows from the table's statement.",
    )
