"""The read-only role of docs/use/access.md, as the page's own Terraform creates it: it selects and lists
tables, and writes nothing.
"""

from __future__ import annotations

import io
import json
import os
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from scripts.emulator.emulator import ACCOUNT
from scripts.terraform_cli import ROOT, Terraform, find_mirror
from tests.conftest import unique

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

# Beside the page's own text: what an emulator needs of the provider.
PROVIDER = 'provider "aws" {\n  s3_use_path_style           = true\n  skip_credentials_validation = true\n}\n'
TABLE = {
    "Columns": [{"Name": "id", "Type": "bigint"}],
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}


class PageFolder(Terraform):
    """Terraform in the folder that the page describes, not in the lake's root."""

    @property
    def root(self) -> Path:
        """The folder of `main.tf`."""
        return self.folder


@dataclass(frozen=True)
class Reader:
    """Somebody who has taken the role, and the names of the lake."""

    emulator: Emulator
    names: Mapping[str, str]
    credentials: Mapping[str, str]

    def client(self, service: str) -> Any:  # noqa: ANN401 boto3 makes a class per service at run time
        """Return a client of a service with the role's rights."""
        return self.emulator.client(service, self.credentials)


@pytest.fixture(scope="module")
def reader(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """The role at a lake with one table of two rows, and a secret."""
    folder, names = tmp_path_factory.mktemp("access"), lake(emulator)
    environment = {**emulator.environment, **names}
    (folder / "deployment.json").write_text(json.dumps({"environment": environment}), encoding="utf-8")
    applied = terraform(folder, {**os.environ, **emulator.environment})
    taken = emulator.client("sts").assume_role(RoleArn=applied["role_arn"], RoleSessionName="reader")
    return Reader(emulator, names, taken["Credentials"])


def lake(emulator: Emulator) -> dict[str, str]:
    """Create what a deployment has of a lake's buckets, databases, key and workgroup; return its names."""
    name = unique("lake")
    buckets = {zone: f"{name}-{zone}" for zone in ("raw", "curated", "results", "prod")}
    for bucket in buckets.values():
        emulator.client("s3").create_bucket(Bucket=bucket)
    databases = [name.replace("-", "_") + suffix for suffix in ("_curated", "_prod")]
    for database in databases:
        emulator.client("glue").create_database(DatabaseInput={"Name": database})
    rows = io.BytesIO()
    pq.write_table(pa.table({"id": pa.array([1, 2], pa.int64())}), rows)
    emulator.client("s3").put_object(
        Bucket=buckets["curated"], Key="orders/part-00000.parquet", Body=rows.getvalue()
    )
    stored = {**TABLE, "Location": f"s3://{buckets['curated']}/orders/"}
    emulator.client("glue").create_table(
        DatabaseName=databases[0],
        TableInput={
            "Name": "orders",
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "parquet"},
            "StorageDescriptor": stored,
        },
    )
    key = emulator.client("kms").create_key()["KeyMetadata"]["KeyId"]
    emulator.client("kms").create_alias(AliasName=f"alias/{name}", TargetKeyId=key)
    emulator.client("secretsmanager").create_secret(Name=f"{name}/masking-key", SecretString="{}")
    results = {"OutputLocation": f"s3://{buckets['results']}/results/"}
    emulator.client("athena").create_work_group(
        Name=name, Configuration={"ResultConfiguration": results, "EnforceWorkGroupConfiguration": True}
    )
    return {
        "HEADGATE_WORKGROUP": name,
        "HEADGATE_CURATED_DATABASE": databases[0],
        "HEADGATE_PROD_DATABASE": databases[1],
        "HEADGATE_CURATED_BUCKET": buckets["curated"],
        "HEADGATE_PROD_BUCKETS": json.dumps({"sales": buckets["prod"]}),
        "HEADGATE_RESULTS_BUCKET": buckets["results"],
        "HEADGATE_RAW_BUCKET": buckets["raw"],
        "HEADGATE_MASKING_KEY_SECRET": f"{name}/masking-key",
    }


def terraform(folder: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """Apply the page's Terraform and return its outputs."""
    page = (ROOT / "docs" / "use" / "access.md").read_text(encoding="utf-8")
    (main,) = re.findall(r"^```hcl\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (folder / "main.tf").write_text(main + PROVIDER, encoding="utf-8")
    own, mirror = PageFolder(folder, environment), find_mirror()
    own.run("init", "-input=false", "-no-color", *([f"-plugin-dir={mirror}"] if mirror else []))
    trusted = json.dumps([f"arn:aws:iam::{ACCOUNT}:root"])
    own.run(
        "apply",
        "-auto-approve",
        "-input=false",
        "-no-color",
        "-var",
        f"deployment={folder}/deployment.json",
        "-var",
        f"trusted={trusted}",
    )
    return {name: one["value"] for name, one in json.loads(own.run("output", "-json")).items()}


def test_the_reader_selects_and_browses(reader: Reader) -> None:
    athena, names = reader.client("athena"), reader.names
    sql = f"select count(*) as n from {names['HEADGATE_CURATED_DATABASE']}.orders"  # noqa: S608 a name of this test
    asked = athena.start_query_execution(QueryString=sql, WorkGroup=names["HEADGATE_WORKGROUP"])[
        "QueryExecutionId"
    ]
    # AWS looks up the query's workgroup, which the policy names; the emulator asks for a right on everything,
    # so its root reads the answer.
    root, deadline = reader.emulator.client("athena"), time.monotonic() + 60
    while (
        state := root.get_query_execution(QueryExecutionId=asked)["QueryExecution"]["Status"]["State"]
    ) in {"QUEUED", "RUNNING"}:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert state == "SUCCEEDED"
    _, row = root.get_query_results(QueryExecutionId=asked)["ResultSet"]["Rows"]
    assert row["Data"][0]["VarCharValue"] == "2"
    tables = reader.client("glue").get_tables(DatabaseName=names["HEADGATE_CURATED_DATABASE"])["TableList"]
    assert [table["Name"] for table in tables] == ["orders"]
    assert (
        reader.client("s3").get_object(
            Bucket=names["HEADGATE_CURATED_BUCKET"], Key="orders/part-00000.parquet"
        )["ContentLength"]
        > 0
    )


def test_the_reader_writes_nothing_and_sees_neither_raw_nor_the_masking_key(reader: Reader) -> None:
    names, s3, glue = reader.names, reader.client("s3"), reader.client("glue")
    curated = {"Bucket": names["HEADGATE_CURATED_BUCKET"], "Key": "orders/part-00000.parquet"}
    refused: dict[str, Callable[[], object]] = {
        "write curated": lambda: s3.put_object(**curated, Body=b"PAR1"),
        "delete curated": lambda: s3.delete_object(**curated),
        "write beside the results": lambda: s3.put_object(
            Bucket=names["HEADGATE_RESULTS_BUCKET"], Key="mine", Body=b""
        ),
        "list raw": lambda: s3.list_objects_v2(Bucket=names["HEADGATE_RAW_BUCKET"]),
        "read the masking key": lambda: reader.client("secretsmanager").get_secret_value(
            SecretId=names["HEADGATE_MASKING_KEY_SECRET"]
        ),
        "drop a table": lambda: glue.delete_table(
            DatabaseName=names["HEADGATE_CURATED_DATABASE"], Name="orders"
        ),
        "take another workgroup": lambda: reader.client("athena").start_query_execution(
            QueryString="select 1", WorkGroup="primary"
        ),
    }
    assert [what for what, call in refused.items() if not is_refused(call)] == []
    rights = reader.emulator.client("s3").head_object(**curated)
    assert rights["ContentLength"] > len(b"PAR1")


def is_refused(call: Callable[[], object]) -> bool:
    try:
        call()
    except ClientError as error:
        return "AccessDenied" in error.response["Error"]["Code"]
    return False
