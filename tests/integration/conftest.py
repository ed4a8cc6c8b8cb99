"""A lake without Terraform: just the resources that the entry points speak to."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import pytest

from headgate.aws import clients
from headgate.contracts.registry import Registry
from headgate.contracts.types import glue_columns
from headgate.domains.retail import SYSTEMS
from tests.conftest import unique

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import Contract
    from tests.conftest import Emulator


# As terraform/catalog.tf makes tables.
_HIVE = "org.apache.hadoop.hive.ql.io.parquet"
PARQUET = {
    "InputFormat": f"{_HIVE}.MapredParquetInputFormat",
    "OutputFormat": f"{_HIVE}.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": f"{_HIVE}.serde.ParquetHiveSerDe"},
}


@dataclass(frozen=True)
class Lake:
    """The lake's resources, by the variables that entry points read."""

    emulator: Emulator
    settings: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of an entry point."""
        return {**self.emulator.environment, **self.settings}

    def bucket(self, zone: str) -> str:
        """The bucket of a zone."""
        return self.settings[f"HEADGATE_{zone.upper()}_BUCKET"]


@pytest.fixture(scope="module", autouse=True)
def _clients_of_this_emulator() -> None:
    """Forget clients and credentials of tests before, which may speak to an emulator of their own."""
    boto3.DEFAULT_SESSION = None
    for made in vars(clients).values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()


@pytest.fixture(scope="module")
def lake(emulator: Emulator) -> Lake:
    """An empty lake."""
    name = unique("lake")
    settings = {
        f"HEADGATE_{zone.upper()}_BUCKET": _bucket(emulator, f"{name}-{zone}")
        for zone in ("raw", "curated", "quarantine", "artifacts")
    }
    registry = Registry.load()
    prod_buckets = {system: _bucket(emulator, f"{name}-{system}") for system in SYSTEMS}
    return Lake(
        emulator,
        settings
        | {
            "HEADGATE_PROD_BUCKETS": json.dumps(prod_buckets),
            "HEADGATE_RAW_ORIGINALS": "keep",  # tests read again what they sent
            "HEADGATE_FILES_TABLE": _files_table(emulator, f"{name}-files"),
            "HEADGATE_MASKING_KEY_SECRET": _masking_key(emulator, f"{name}-masking"),
            "HEADGATE_RAW_QUEUE_URL": emulator.client("sqs").create_queue(QueueName=f"{name}-raw")[
                "QueueUrl"
            ],
            "HEADGATE_ALERTS_TOPIC_ARN": emulator.client("sns").create_topic(Name=f"{name}-alerts")[
                "TopicArn"
            ],
            "HEADGATE_CURATED_DATABASE": _database(
                emulator, f"{name}_curated", {**registry.curated, **registry.lake}
            ),
            "HEADGATE_PROD_DATABASE": _database(emulator, f"{name}_prod", registry.prod),
        },
    )


def _bucket(emulator: Emulator, name: str) -> str:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def _files_table(emulator: Emulator, name: str) -> str:
    emulator.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "file_id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": one, "AttributeType": "S"} for one in ("file_id", "bucket", "received_at")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_received_at",
                "KeySchema": [
                    {"AttributeName": "bucket", "KeyType": "HASH"},
                    {"AttributeName": "received_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def _masking_key(emulator: Emulator, name: str) -> str:
    key = {"key_id": "k1", "key": base64.b64encode(bytes(range(32))).decode()}
    emulator.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(key))
    return name


def _database(emulator: Emulator, name: str, contracts: Mapping[str, Contract]) -> str:
    glue = emulator.client("glue")
    glue.create_database(DatabaseInput={"Name": name})
    for table, contract in contracts.items():
        descriptor = {"Location": f"s3://{name}/empty/", "Columns": glue_columns(contract), **PARQUET}
        made = {
            "Name": table,
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": descriptor,
            "Parameters": {"classification": "parquet"},
        }
        glue.create_table(DatabaseName=name, TableInput=made)
    return name
