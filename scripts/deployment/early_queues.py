"""Create queues of dead letters on an emulator before Terraform does, which then imports them.

The AWS provider waits for 25 s after it has created a queue (`waitQueueAttributesPropagated` of
terraform-provider-aws asks six times, 5 s apart). A queue names the queue of its dead letters, so the waits
follow each other, and functions and bucket notifications come after both. An imported queue needs no wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

_NAME = "headgate"  # the default of the root's variable `name`
# As terraform/modules/queue and terraform/reports.tf state them. Another value is changed by Terraform, which
# waits then.
_ATTRIBUTES: Mapping[QueueAttributeNameType, str] = {
    "MaximumMessageSize": "262144",  # the provider's default; an emulator has that of 2025
    "MessageRetentionPeriod": "1209600",
    "SqsManagedSseEnabled": "true",
}
_QUEUES = {
    "module.raw_objects.aws_sqs_queue.dead_letters": "raw-objects-dead-letters",
    "module.curated_changes.aws_sqs_queue.dead_letters": "curated-changes-dead-letters",
    "aws_sqs_queue.call_dead_letters": "call-dead-letters",
}


def import_blocks(sqs: SQSClient, settings: Mapping[str, str]) -> str:
    """Create the queues, and return Terraform's import blocks for them."""
    lake = settings.get("name") or _NAME
    blocks = []
    for address, name in _QUEUES.items():
        url = sqs.create_queue(QueueName=f"{lake}-{name}", Attributes=_ATTRIBUTES)["QueueUrl"]
        blocks.append(f'import {{\n  to = {address}\n  id = "{url}"\n}}\n')
    return "\n".join(blocks)
