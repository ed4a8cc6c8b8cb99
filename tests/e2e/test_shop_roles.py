"""Roles of people on the deployed lake: each command of the threat model's page works with its role's rights,
and no more does.

This file's tests come last of those on the shop's lake, because an operator rotates the masking key and
undoes an upload.
"""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from scripts.terraform_cli import STATE
from tests.e2e import role_policies
from tests.e2e.api import signed_in
from tests.e2e.lakes import ROOT
from tests.e2e.role_tasks import ARGUMENTS
from tests.e2e.test_shop_api import PAYMENTS
from tests.unit.docs.test_commands import commands_of_roles
from tests.warm_commands import warm_python

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

# Their rights are those of a command above; each needs a file or a table in a state of its own.
NOT_RUN = {
    "dlq show": "reads as `dlq list`",
    "files replace-originals": "only where originals are masked",
    "mapping accept": "works as `mapping set`",
    "mapping forget": "writes as `mapping set`",
    "mapping show": "reads as `file`",
    "mcp": "it ends when its client does, and a client runs it in test_shop_client.py",
    "models card": "reads as `models`",
    "quarantine settle": "writes as `quarantine replay`",
    "quarantine show": "reads as `quarantine list`",
    "runs show": "reads as `runs`",
    "tables iceberg": "without the setting it reads the catalog as `tables versions`, and then it ends",
    "tables rollback": "needs a second version; it updates the table as a replay does not",
}
ENDS = {0, 3}  # 3: somebody has to act
# A command of each role that it must not run.
DENIED = [
    ("uploader", "query"),
    ("uploader", "status"),
    ("analyst", "files"),
    ("auditor", "query"),
    ("auditor", "users add"),
    ("analyst", "keys rotate"),
]
# The operator may run every command, so only calls of AWS show the limits of its rights: it must not change
# the deployment, its own rights or logins of others. Words in braces are the lake's own.
DENIED_TO_OPERATORS: list[tuple[str, str, dict[str, object]]] = [
    ("s3", "delete_bucket", {"Bucket": "{raw}"}),
    ("s3", "put_bucket_policy", {"Bucket": "{raw}", "Policy": "{{}}"}),
    (
        "s3",
        "put_bucket_versioning",
        {"Bucket": "{raw}", "VersioningConfiguration": {"Status": "Suspended"}},
    ),
    ("dynamodb", "delete_table", {"TableName": "{ledger}"}),
    ("secretsmanager", "delete_secret", {"SecretId": "{masking_key}"}),
    ("secretsmanager", "get_secret_value", {"SecretId": "{source_login}"}),
    ("lambda", "update_function_code", {"FunctionName": "{report}", "ZipFile": b""}),
    ("lambda", "invoke", {"FunctionName": "{report}"}),
    (
        "iam",
        "put_role_policy",
        {"RoleName": "{lake}-operator", "PolicyName": "more", "PolicyDocument": "{{}}"},
    ),
    ("glue", "delete_table", {"DatabaseName": "{prod}", "Name": "sales_forecast"}),
    ("glue", "start_job_run", {"JobName": "{lake}-merge_curated"}),
    ("cognito-idp", "admin_delete_user", {"UserPoolId": "{people}", "Username": "someone@example.com"}),
    ("sqs", "purge_queue", {"QueueUrl": "{queue}"}),
    ("sns", "publish", {"TopicArn": "{alerts}", "Message": "a message"}),
    ("logs", "delete_log_group", {"logGroupName": "{report_log}"}),
]
DENIALS = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}


@pytest.fixture(scope="module")
def policies(shop_lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every policy of the lake, with many more tables than the shop has."""
    return role_policies.planned_policies(shop_lake, tmp_path_factory.mktemp("plan"))


@pytest.mark.behaviour("policy-sizes")
def test_no_policy_grows_beyond_its_limit_with_the_tables(shop_lake: Lake, policies: dict[str, str]) -> None:
    assert len(policies) > len(shop_lake.outputs["functions"])
    assert [address for address, policy in policies.items() if not policy] == []
    sizes = {address: role_policies.size(policy) for address, policy in policies.items()}
    assert {address: size for address, size in sizes.items() if size > role_policies.LIMIT} == {}


def test_a_linter_finds_nothing_in_any_policy(policies: dict[str, str], tmp_path: Path) -> None:
    assert role_policies.findings(policies, tmp_path) == []


def test_the_linter_finds_an_action_that_does_not_exist(tmp_path: Path) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "arn:aws:s3:::raw/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    (finding,) = role_policies.findings({"wrong": policy}, tmp_path)
    assert finding.startswith("UNKNOWN_ACTION")


@pytest.fixture(scope="module")
def words(built: Path, shop_lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Files, a customer and a folder, by the words for them in `ARGUMENTS`."""
    foreign = tmp_path_factory.mktemp("foreign") / "roles.csv"
    foreign.write_bytes(PAYMENTS.replace(b"amount", b"wert").replace(b"\n90", b"\n92"))
    shop_lake.headgate("upload", str(foreign), "--dataset", "payments", expect=3)
    (customer,) = shop_lake.query("select min(customer_id) as id from ecommerce_curated.customers")
    key = min(
        record["key"]
        for record in shop_lake.records()
        if record["dataset"] == "regions" and record["state"] == "done"
    )
    return {
        "KEY": key,
        "CUSTOMER": str(customer["id"]),
        "FOLDER": str(built / "regions"),
        "MAPPED": "payments/roles.csv",
        "TO": str(tmp_path_factory.mktemp("data-docs")),
    }


def credentials_of(lake: Lake, role: str) -> dict[str, str]:
    """Return the credentials of somebody who has assumed a role of people."""
    name = f"{lake.environment['HEADGATE_WORKGROUP']}-{role}"
    arn = lake.client("iam").get_role(RoleName=name)["Role"]["Arn"]
    taken: dict[str, str] = lake.client("sts").assume_role(RoleArn=arn, RoleSessionName="person")[
        "Credentials"
    ]
    return taken


def run_as(lake: Lake, role: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the lake with a role's own rights, as a person does who has assumed it."""
    taken = credentials_of(lake, role)
    names = {
        "AWS_ACCESS_KEY_ID": "AccessKeyId",
        "AWS_SECRET_ACCESS_KEY": "SecretAccessKey",
        "AWS_SESSION_TOKEN": "SessionToken",
    }
    environment = {**lake.environment, **{name: taken[part] for name, part in names.items()}}
    folder = STATE / f"{lake.name}-{role}"
    folder.mkdir(exist_ok=True)
    (folder / "deployment.json").write_text(
        json.dumps({"environment": environment, "outputs": lake.outputs}), encoding="utf-8"
    )
    command = ["-m", "headgate.cli.main", *arguments, "--deployment", folder.name, "--json"]
    try:
        return warm_python.run(command, os.environ, ROOT)
    finally:
        shutil.rmtree(folder)  # a later command without --deployment takes the newest one


def lake_words(lake: Lake) -> dict[str, str]:
    """Return the lake's own names for `DENIED_TO_OPERATORS`."""
    env, report = lake.environment, lake.outputs["functions"]["report"]
    return {
        "raw": env["HEADGATE_RAW_BUCKET"],
        "ledger": env["HEADGATE_FILES_TABLE"],
        "masking_key": env["HEADGATE_MASKING_KEY_SECRET"],
        "source_login": env["HEADGATE_MYSQL_SECRET"],
        "prod": env["HEADGATE_PROD_DATABASE"],
        "people": env["HEADGATE_USER_POOL"],
        "alerts": env["HEADGATE_ALERTS_TOPIC_ARN"],
        "lake": env["HEADGATE_WORKGROUP"],
        "queue": lake.outputs["raw_queue_url"],
        "report": report["name"],
        "report_log": report["log_group"],
    }


@pytest.mark.parametrize(
    ("service", "call", "arguments"),
    DENIED_TO_OPERATORS,
    ids=[f"{service}-{call}" for service, call, _ in DENIED_TO_OPERATORS],
)
def test_an_operator_cannot_change_the_deployment(
    shop_lake: Lake, service: str, call: str, arguments: dict[str, object]
) -> None:
    words = lake_words(shop_lake)
    named = {
        name: value.format(**words) if isinstance(value, str) else value for name, value in arguments.items()
    }
    operator = shop_lake.client(service, credentials_of(shop_lake, "operator"))
    with pytest.raises(ClientError) as refused:
        getattr(operator, call)(**named)
    assert refused.value.response["Error"]["Code"] in DENIALS


def test_an_operator_reads_the_masking_key_that_it_rotates(shop_lake: Lake) -> None:
    """The refusals above are of these calls, not of every call of the role."""
    secret = shop_lake.environment["HEADGATE_MASKING_KEY_SECRET"]
    client = shop_lake.client("secretsmanager", credentials_of(shop_lake, "operator"))
    assert client.get_secret_value(SecretId=secret)["SecretString"]


def test_every_command_of_the_page_is_run_or_has_a_reason() -> None:
    assert set().union(*commands_of_roles().values()) == {*ARGUMENTS, *NOT_RUN}


@pytest.mark.parametrize("role", ["uploader", "analyst", "auditor", "operator"])
def test_a_role_may_run_every_command_that_the_page_gives_it(
    shop_lake: Lake, words: dict[str, str], role: str
) -> None:
    failed = {}
    for name in sorted(commands_of_roles()[role] - NOT_RUN.keys()):
        done = run_as(shop_lake, role, *name.split(), *(words.get(one, one) for one in ARGUMENTS[name]))
        if done.returncode not in ENDS:
            failed[name] = done.stderr[-500:]
    assert failed == {}


@pytest.mark.parametrize(("role", "name"), DENIED)
def test_a_role_may_not_do_the_work_of_another(
    shop_lake: Lake, words: dict[str, str], role: str, name: str
) -> None:
    done = run_as(shop_lake, role, *name.split(), *(words.get(one, one) for one in ARGUMENTS[name]))
    assert done.returncode == 1
    assert "AccessDenied" in done.stderr


@pytest.mark.usefixtures("built")
def test_a_decision_by_the_api_is_in_the_tables_of_the_next_run_with_the_rights_of_the_jobs(
    shop_lake: Lake,
) -> None:
    newest = "select max(transaction_id) as item from ecommerce_prod.fraud_scores"
    item = shop_lake.query(newest)[0]["item"]
    decision = {"queue": "transactions_to_review", "item_id": str(item), "action": "block"}
    taken = signed_in(shop_lake, "operator").call("POST", "/v1/decisions", decision)
    assert taken.status == 200, taken.body
    shop_lake.headgate("run")
    shown = "select transaction_id as item, reviewed_as from ecommerce_prod.fraud_scores"
    assert shop_lake.query(f"{shown} where reviewed_as is not null") == [
        {"item": item, "reviewed_as": "block"}
    ]
    labels = shop_lake.query("select item_id, label from ecommerce_curated.decided_items")
    assert labels == [{"item_id": str(item), "label": True}]
