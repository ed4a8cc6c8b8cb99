"""Read tables of the catalog and Athena results as Arrow, through awswrangler."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.csv as pa_csv

from headgate.aws.sdk_errors import translated
from headgate.errors import NotFoundError, QueryError
from headgate.lake.ports import ObjectRef, ObjectStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_athena.type_defs import ColumnInfoTypeDef


POLL_S = 0.25
LONGEST_ROW_BYTES = (
    32 << 20
)  # Source: Amazon Athena user guide, "Considerations and limitations for SQL queries": 32 MB for a row

# Source: Amazon Athena user guide, "Data types in Amazon Athena". Every other type stays the text that Athena
# writes.
_ARROW = {
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "int": pa.int32(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "real": pa.float32(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


@dataclass(frozen=True)
class LakeTables:
    """Complete tables, read from their files, and results of one workgroup, read from result files.

    Attributes:
        translate_sql, reason: as in `headgate.aws.athena.queries.AthenaQueries`.
    """

    athena: AthenaClient
    objects: ObjectStore
    workgroup: str
    database: str
    translate_sql: Callable[[str], str] = str
    reason: Callable[[str], str] = str

    def table(self, database: str, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the rows of a table, in the order of its files and the types of the catalog.

        Raises:
            NotFoundError: the table does not exist.
        """
        import awswrangler as wr  # noqa: PLC0415 takes a second; only notebooks read whole tables

        with translated(f"read table {database}.{table}"):
            types = wr.catalog.get_table_types(database, table)
            if types is None:
                raise NotFoundError(f"There is no table {table} in {database}.")
            try:
                frame = wr.s3.read_parquet_table(
                    table,
                    database,
                    columns=list(columns) if columns else None,
                    dtype_backend="pyarrow",
                    use_threads=True,
                )
            except wr.exceptions.NoFilesFound:
                frame = None
        schema = pa.schema([(name, _catalog_type(types[name])) for name in columns or types])
        if frame is None:
            return schema.empty_table()
        return (
            pa.Table.from_pandas(frame, preserve_index=False)
            .replace_schema_metadata()
            .select(schema.names)
            .cast(schema)
        )

    def sql(self, sql: str) -> pa.Table:
        """Run a statement; the metadata of the result's schema has `query_id` and `scanned_bytes`.

        Raises:
            QueryError: Athena rejected or failed the statement.
        """
        import awswrangler as wr  # noqa: PLC0415 as above

        statement = self.translate_sql(sql)
        with translated("query Athena"), self._explained():
            query_id = wr.athena.start_query_execution(
                statement, database=self.database, workgroup=self.workgroup
            )
            ended = wr.athena.wait_query(query_id, athena_query_wait_polling_delay=POLL_S)
            first = self.athena.get_query_results(QueryExecutionId=query_id, MaxResults=1)
        columns = first["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        rows = self._rows(ended, columns)
        scanned = ended.get("Statistics", {}).get("DataScannedInBytes", 0)
        return rows.replace_schema_metadata({"query_id": query_id, "scanned_bytes": str(scanned)})

    @contextmanager
    def _explained(self) -> Iterator[None]:
        import awswrangler as wr  # noqa: PLC0415 as above

        try:
            yield
        except (wr.exceptions.QueryFailed, wr.exceptions.QueryCancelled) as error:
            raise QueryError(f"Athena did not answer the query: {self.reason(str(error))}") from None
        except self.athena.exceptions.InvalidRequestException as error:
            raise QueryError(
                f"Athena refused the query: {self.reason(error.response['Error']['Message'])}"
            ) from None

    def _rows(self, ended: Mapping[str, Any], columns: Sequence[ColumnInfoTypeDef]) -> pa.Table:
        place = urlsplit(ended["ResultConfiguration"]["OutputLocation"])
        body = self.objects.read(ObjectRef(place.netloc, place.path.lstrip("/")))
        names = [column["Name"] for column in columns]
        if not place.path.endswith(".csv"):  # SHOW, DESCRIBE and EXPLAIN return text lines without a header
            lines = body.decode().splitlines()
            return pa.table([pa.array(lines, pa.string())], names=[" ".join(names)])
        return read_result(body, [_result_type(column) for column in columns]).rename_columns(names)


def read_result(body: bytes, types: Sequence[pa.DataType]) -> pa.Table:
    """Read an Athena result file, in which values are quoted and nulls are not.

    Unlike pandas and awswrangler, it distinguishes an empty text from a null.
    """
    names = [str(place) for place in range(len(types))]
    parse = pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)
    convert = pa_csv.ConvertOptions(
        column_types=dict(zip(names, types, strict=True)),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    if body.count(b"\n") <= 1:  # a header only
        return pa.schema(list(zip(names, types, strict=True))).empty_table()
    read = pa_csv.ReadOptions(column_names=names, skip_rows=1, block_size=LONGEST_ROW_BYTES)
    return pa_csv.read_csv(io.BytesIO(body), read, parse_options=parse, convert_options=convert)


def _result_type(column: ColumnInfoTypeDef) -> pa.DataType:
    if column["Type"] == "decimal":
        return pa.decimal128(column.get("Precision", 38), column.get("Scale", 0))
    return _ARROW.get(column["Type"], pa.string())


def _catalog_type(text: str) -> pa.DataType:
    if text.startswith("decimal("):
        precision, _, scale = text.removeprefix("decimal(").rstrip(")").partition(",")
        return pa.decimal128(int(precision), int(scale or 0))
    return _ARROW.get(text, pa.string())


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return a frame that preserves all values: decimals and dates as objects, null as `pd.NA` or None."""
    import pandas as pd  # noqa: PLC0415 as above

    kept = {
        pa.int8(): pd.Int8Dtype(),
        pa.int16(): pd.Int16Dtype(),
        pa.int32(): pd.Int32Dtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.float32(): pd.Float32Dtype(),
        pa.float64(): pd.Float64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
        pa.string(): pd.StringDtype(),
    }
    frame: pd.DataFrame = table.to_pandas(types_mapper=kept.get, date_as_object=True)
    return frame
