"""Queues of dead letters are created on an emulator before Terraform, which imports them unchanged."""

from __future__ import annotations

import re
from typing import Any

import pytest

from scripts.deployment import early_queues
from scripts.terraform_cli import TERRAFORM_ROOT

pytestmark = pytest.mark.unit


class Queues:
    """An SQS that keeps what is created."""

    def __init__(self) -> None:
        self.created: dict[str, dict[str, str]] = {}

    def create_queue(self, *, QueueName: str, Attributes: dict[str, str]) -> dict[str, str]:  # noqa: N803 boto3's own
        self.created[QueueName] = Attributes
        return {"QueueUrl": f"http://127.0.0.1/000000000000/{QueueName}"}


def test_each_queue_of_dead_letters_is_imported_under_the_name_of_its_lake() -> None:
    sqs: Any = Queues()
    blocks = early_queues.import_blocks(sqs, {"name": "bikes"})
    imported = dict(re.findall(r'to = (\S+)\n  id = "\S+/(\S+)"', blocks))
    assert {*imported.values()} == {*sqs.created}
    assert imported["module.raw_objects.aws_sqs_queue.dead_letters"] == "bikes-raw-objects-dead-letters"
    early_queues.import_blocks(sqs, {})
    assert "headgate-call-dead-letters" in sqs.created


def test_the_queues_are_those_that_the_root_states() -> None:
    """Terraform would change others, and wait for them."""
    sqs: Any = Queues()
    early_queues.import_blocks(sqs, {})
    files = [TERRAFORM_ROOT / "modules" / "queue" / "main.tf", TERRAFORM_ROOT / "reports.tf"]
    declared = [
        block
        for path in files
        for block in re.findall(
            r'resource "aws_sqs_queue" "\w*dead_letters" \{.*?\n\}',
            path.read_text(encoding="utf-8"),
            re.DOTALL,
        )
    ]
    assert len(declared) == len(files)
    for block, attributes in ((block, value) for block in declared for value in sqs.created.values()):
        assert re.search(rf"message_retention_seconds\s+= {attributes['MessageRetentionPeriod']}\n", block)
        assert re.search(rf"sqs_managed_sse_enabled\s+= {attributes['SqsManagedSseEnabled']}\n", block)
