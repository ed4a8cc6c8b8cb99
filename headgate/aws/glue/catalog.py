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

# The fields of a table that may be written; Glue sets the others (CreateTime, VersionId, CatalogId …).
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
    """The Catalog port over Glue; a table's revision is its `VersionId`, which Glue checks on update.

    Attributes:
        crawler: started after a table's columns changed; otherwise a crawl would find nothing new.
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

    def delete(self, database: str, table: str) -> None:
        with (
            translated(f"delete table {database}.{table}"),
            suppress(self.client.exceptions.EntityNotFoundException),
        ):
            self.client.delete_table(DatabaseName=database, Name=table)

    def move(
        self,
        current: TableVersion,
        location: str,
        columns: Sequence[Mapping[str, str]],
        parameters: Mapping[str, str],
    ) -> None:
        """Point the table at `location` with `columns` in one update; by default it keeps its columns.

        All other properties of the table stay. Raise ConflictError if it changed since `current` was read.
        """
        definition = self.definition(current.database, current.table)
        before = [_shape(column) for column in definition.get("StorageDescriptor", {}).get("Columns", [])]
        if definition.get("VersionId", "") != current.revision:
            raise ConflictError(
                f"{current.database}.{current.table} changed since revision {current.revision}"
            )
        moved = {
            name: definition[name] for name in _WRITABLE if definition.get(name)
        }  # Glue returns an empty Owner, but does not accept it
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
                # The lake has its own versions; Glue's archive is limited and not used.
                SkipArchive=True,
            )
        if self.crawler and columns and before != [_shape(column) for column in columns]:
            self._crawl()

    def _crawl(self) -> None:
        """Start the crawler; a failure is only logged, because the table is already published."""
        try:
            with translated(f"start crawler {self.crawler}"):
                self.client.start_crawler(Name=self.crawler)
        except ServiceError as error:
            log.warning("crawler not started", extra={"crawler": self.crawler, "cause": str(error)})

    def definition(self, database: str, table: str) -> dict[str, Any]:
        """Return Glue's definition of the table; raise NotFoundError if it does not exist."""
        with translated(f"look up table {database}.{table}"):
            return cast("dict[str, Any]", self.client.get_table(DatabaseName=database, Name=table)["Table"])


def _shape(column: Mapping[str, Any]) -> tuple[str, str]:
    return str(column["Name"]), str(column["Type"])
