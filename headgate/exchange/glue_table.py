"""Convert contracts to and from tables of AWS Glue's catalog.

Source: AWS Glue API, "Table" and "TableInput".
"""

from collections.abc import Mapping
from typing import Any

from headgate.contracts.model import Contract
from headgate.contracts.types import glue_columns
from headgate.exchange.imported import imported_column, imported_contract, sql_type


def glue_table(contract: Contract) -> dict[str, Any]:
    """Return the `TableInput` of a table of Parquet files, without its location."""
    hive = "org.apache.hadoop.hive.ql.io.parquet"
    return {
        "Name": contract.dataset,
        "Description": contract.description,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "parquet"},
        "StorageDescriptor": {
            "Columns": glue_columns(contract),
            "InputFormat": f"{hive}.MapredParquetInputFormat",
            "OutputFormat": f"{hive}.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": f"{hive}.serde.ParquetHiveSerDe"},
        },
    }


def contract_of_glue(table: Mapping[str, Any]) -> Contract:
    """Return the contract of a table: the answer of `GetTable`, a `Table` or a `TableInput`."""
    glue = table.get("Table", table)
    columns = [*glue.get("StorageDescriptor", {}).get("Columns", ()), *glue.get("PartitionKeys", ())]
    return imported_contract(
        str(glue.get("Name", "table")),
        [
            imported_column(
                str(each["Name"]), sql_type(str(each["Type"])), description=str(each.get("Comment", ""))
            )
            for each in columns
        ],
        description=str(glue.get("Description", "")),
    )
