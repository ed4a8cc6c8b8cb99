from __future__ import annotations

from typing import Literal

from pydantic import Field

from headgate.api.shapes.base import Count, Day, Moment, Shape
from headgate.lineage.column_sources import Use

HealthState = Literal["healthy", "degraded", "failed", "unknown"]


class HealthCheck(Shape):
    """One of the checks that the health of the lake consists of."""

    name: Literal["run", "tables", "freshness", "files", "quality"]
    state: HealthState
    message: str = Field(description="What was found, and what to do when it is not healthy.")
    at: Moment = Field("", description="When what was found happened.")


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
        description=(
            "Groups of the caller with the groups they include: an operator is in all; `personal-data` "
            "sees data about people."
        )
    )


class ContractColumn(Shape):
    """A column of a contract."""

    name: str
    type: str = Field(description="Type in Athena.", examples=["decimal(12,2)"])
    unit: str = Field(
        "", description="Unit of its values; a code of ISO 4217 for amounts.", examples=["share"]
    )
    label: str = Field("", description="Its heading for people; empty for the words of its name.")
    description: str = ""
    required: bool = False
    primary_key: bool = False
    sensitive: str = Field(
        "", description="How the gate masks it: pan, cvv, ssn, track, free_text …; empty for other columns."
    )
    personal: bool = Field(
        default=False, description="Whether only the group `personal-data` sees its values."
    )
    references: str = Field(
        "", description="The dataset and column that its values are ids of.", examples=["orders.order_id"]
    )
    rules: tuple[str, ...] = Field(
        (), description="What its values are checked against, in words.", examples=[["at least 0"]]
    )


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
    first_columns: tuple[str, ...] = Field(
        (),
        description="The columns that decide, in the order in which they are read; empty where none is "
        "stated.",
    )


class Contracts(Shape):
    """All contracts."""

    definitions: str = Field(
        description="Version that `headgate push` gave the contracts, or `deployed` for the deployment's "
        "own; `+` and the version of the datasets that people created follow where there are any."
    )
    contracts: tuple[ContractSummary, ...]


class CatalogTable(Shape):
    """A table that SQL can read."""

    database: str
    name: str
    system: str = ""
    columns: tuple[ContractColumn, ...]
    amount: tuple[str, ...] = Field(
        (), description="The columns whose product is the amount of a row; empty where a row has none."
    )
    newest_by: tuple[str, ...] = Field(
        (), description="The columns that say which of two versions of a row is newer."
    )


class CatalogTables(Shape):
    """All tables that SQL can read, for completion in an editor."""

    tables: tuple[CatalogTable, ...]


class TableContents(Shape):
    """The contents of a dataset or table."""

    name: str
    system: str = Field("", description="Empty for a dataset.")
    rows: Count
    as_of: str = Field(description="The last day that its rows know; empty where it has none.")
    question: str = Field(
        "", description="Name of a saved question that reads it; empty where there is none."
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
    file_count: Count = Field(description="All files whose rows were merged; deletions are not counted.")


class Lineage(Shape):
    """The sources of a table: one hop to datasets, one more to files."""

    table: str
    system: str = Field("", description="System that builds it; empty for a dataset of the curated zone.")
    snapshot_id: str
    as_of: Day = ""
    version: str = Field("", description="Version of the table, as its location has it.")
    datasets: tuple[LineageDataset, ...]


class ColumnUse(Shape):
    """A column that another one is computed from, or the other way round."""

    system: str = Field("", description="System that builds the table; empty for a dataset.")
    table: str
    column: str = Field(
        description="Empty for the rows of the table: the column decides which ones there are."
    )
    uses: tuple[Use, ...] = Field(
        description=(
            "IDENTITY, TRANSFORMATION and AGGREGATION take its value; the others decide on it, as "
            "OpenLineage names them."
        )
    )


class LineageColumn(Shape):
    """A column with the columns behind it and those computed from it, at any distance."""

    column: str
    sources: tuple[ColumnUse, ...] = Field(
        description="Empty for a constant, a count of rows, and a column of a dataset."
    )
    feeds: tuple[ColumnUse, ...]
    unknown: str = Field("", description="Why its sources are not known.")


class ColumnLineage(Shape):
    """The lineage of a table by column, as its statement or block has it."""

    table: str
    columns: tuple[LineageColumn, ...]
    reads: tuple[str, ...] = Field(
        (), description="The datasets that a Python system read for the table, which is not traced by column."
    )
    rows: tuple[ColumnUse, ...] = Field(
        description="Columns that decide which rows the table has, and so touch every column."
    )
