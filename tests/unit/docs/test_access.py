"""docs/use/access.md: its policy grants known actions and only reading, and its other recipes are well
formed.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import botocore.session
import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "use" / "access.md").read_text(encoding="utf-8")
# IAM names these two by the older form of the operation. Source: AWS Service Authorization Reference, Amazon
# S3.
OPERATION_OF = {"s3:ListBucket": "ListObjectsV2", "s3:ListMultipartUploadParts": "ListParts"}
READING = ("Get", "BatchGet", "List")
# A query is started and stopped, and its result is written with a data key to the results folder.
TO_ASK = {
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
    "s3:PutObject",
    "s3:AbortMultipartUpload",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "sts:AssumeRole",
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def statements() -> dict[str, str]:
    """Each statement of the reader's policy by its sid."""
    (terraform,) = blocks("hcl")
    names = re.findall(r"^  statement \{\n(.*?)^  \}$", terraform, re.MULTILINE | re.DOTALL)
    return {sid[1]: text for text in names if (sid := re.search(r'sid\s+= "(\w+)"', text))}


def actions(text: str) -> set[str]:
    return set(re.findall(r'"([a-z0-9]+:[A-Z]\w+)"', text)) - {"kms:ViaService"}


def test_every_action_is_one_of_its_service() -> None:
    session = botocore.session.get_session()
    (terraform,) = blocks("hcl")
    asked = actions(terraform)
    assert len(asked) > 20
    unknown = [
        name
        for name in sorted(asked)
        if OPERATION_OF.get(name, name.partition(":")[2])
        not in session.get_service_model(name.partition(":")[0]).operation_names
    ]
    assert unknown == []


def test_the_role_reads_and_asks_and_does_nothing_else() -> None:
    (terraform,) = blocks("hcl")
    others = {name for name in actions(terraform) if not name.partition(":")[2].startswith(READING)}
    assert others == TO_ASK
    assert "*" not in "".join(actions(terraform))


def test_only_the_results_folder_can_be_written() -> None:
    writing = [sid for sid, text in statements().items() if "s3:PutObject" in text]
    assert writing == ["KeepResults"]
    assert re.findall(r"resources = (.*)", statements()["KeepResults"]) == ['["${local.results}/results/*"]']


def test_only_listing_athenas_own_things_is_granted_on_everything() -> None:
    assert [sid for sid, text in statements().items() if 'resources = ["*"]' in text] == ["ListCatalogs"]


def test_raw_quarantine_and_the_masking_key_are_out_of_reach() -> None:
    (terraform,) = blocks("hcl")
    used = set(re.findall(r"lake\.(HEADGATE_\w+)", terraform))
    assert used == {
        "HEADGATE_WORKGROUP",
        "HEADGATE_CURATED_DATABASE",
        "HEADGATE_PROD_DATABASE",
        "HEADGATE_CURATED_BUCKET",
        "HEADGATE_PROD_BUCKETS",
        "HEADGATE_RESULTS_BUCKET",
    }


def test_every_name_of_the_deployment_is_one_that_terraform_states() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "terraform").glob("*.tf"))
    named = set(re.findall(r"HEADGATE_[A-Z_]+", PAGE))
    assert {name for name in named if name not in text} == set()


def test_notebook_code_is_python() -> None:
    for code in blocks("python"):
        ast.parse(code)


def test_the_dbt_model_reads_a_table_of_the_lake() -> None:
    model = next(block for block in blocks("sql") if "source(" in block)
    (table,) = re.findall(r"source\('prod', '(\w+)'\)", model)
    assert (ROOT / "headgate" / "domains" / "retail" / "contracts" / "prod" / f"{table}.yaml").is_file()
