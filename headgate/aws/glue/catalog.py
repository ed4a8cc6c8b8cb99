"""Tables of the Glue catalog."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from headgate.aws.sdk_errors import translated
from headgate.errors import ConflictError, ServiceError
from headgate.lake.ports import TableVersion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import TableInputTypeDef

log = logging.getLogger(__name__)

# What of a read table may be written again; the rest (CreateTime, VersionId, CatalogId …) is Glue's own.
# Source: AWS Glue API reference, TableInput.
_WRITABLE = (
    "Name",
    "Description",
    "Owner",
    "LastAccessTime",
    "LastAnalyzedTime",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
    "ViewOriginalText",
    "ViewExpandedText",
    "TableType",
    "Parameters",
    "TargetTable",
)


@dataclass(frozen=True)
class GlueCatalog:
    """The Catalog port over Glue. A table's revision is its `VersionId`, which Glue checks on update.

    Attributes:
        crawler: started after a table got other columns; a crawl costs more than a publish, and finds nothing
            new otherwise.
    """

    client: GlueClient
    crawler: str = ""

    def current(self, database: str, table: str) -> TableVersion:
        definition = self.definition(database, table)
        location = definition.get("StorageDescriptor", {}).get("Location", "")
        return TableVersion(
            database, table, location, definition.get("VersionId", ""), dict(definition.get("Parameters", {}))
        )

    def create(
        self, database: str, table: str, location: str, columns: Sequence[Mapping[str, str]] = ()
    ) -> None:
        made = {
            "Name": table,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
            "StorageDescriptor": {
                "Columns": [dict(column) for column in columns],
                "Location": location,
                "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                "SerdeInfo": {
                    "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
                },
            },
        }
        with (
            translated(f"create table {database}.{table}"),
            suppress(self.client.exceptions.AlreadyExistsException),
        ):
            self.client.create_table(DatabaseName=database, TableInput=cast("TableInputTypeDef", made))

    def move(
        self,
        current: TableVersion,
        location: str,
        columns: Sequence[Mapping[str, str]],
        parameters: Mapping[str, str],
    ) -> None:
        """Point the table at `location` with `columns`, in one step. Without columns it keeps its own.

        ConflictError when it changed since `current` was read.

        Everything else a crawler or Terraform put on the table stays as it is.
        """
        definition = self.definition(current.database, current.table)
        before = [_shape(column) for column in definition.get("StorageDescriptor", {}).get("Columns", [])]
        if definition.get("VersionId", "") != current.revision:
            raise ConflictError(
                f"{current.database}.{current.table} changed since revision {current.revision}"
            )
        moved = {
            name: definition[name] for name in _WRITABLE if definition.get(name)
        }  # an empty Owner is read, but not taken back
        moved["StorageDescriptor"] = {
            **definition.get("StorageDescriptor", {}),
            "Location": location,
            **({"Columns": [dict(column) for column in columns]} if columns else {}),
        }
        moved["Parameters"] = {**definition.get("Parameters", {}), **parameters}
        with translated(f"move table {current.database}.{current.table}"):
            self.client.update_table(
                DatabaseName=current.database,
                TableInput=cast("TableInputTypeDef", moved),
                VersionId=current.revision,
                # The lake keeps its own versions; Glue's archive is limited and never read here.
                SkipArchive=True,
            )
        if self.crawler and columns and before != [_shape(column) for column in columns]:
            self._crawl()

    def _crawl(self) -> None:
        """Start the crawler.

        The table is published already, so a crawl that cannot start takes nothing away.
        """
        try:
            with translated(f"start crawler {self.crawler}"):
                self.client.start_crawler(Name=self.crawler)
        except ServiceError as error:
            log.warning("crawler not started", extra={"crawler": self.crawler, "cause": str(error)})

    def definition(self, database: str, table: str) -> dict[str, Any]:
        """Return the table as Glue has it; NotFoundError when it does not exist."""
        with translated(f"look up table {database}.{table}"):
            return cast("dict[str, Any]", self.client.get_table(DatabaseName=database, Name=table)["Table"])


def _shape(column: Mapping[str, Any]) -> tuple[str, str]:
    return str(column["Name"]), str(column["Type"])
