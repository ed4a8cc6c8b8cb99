"""Asynchronous invocations of Lambda functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.aws.sdk_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@dataclass(frozen=True)
class DryRunFunction:
    """The function that runs the gate on an upload."""

    client: LambdaClient
    name: str

    def start(self, upload_id: str) -> None:
        """Start the dry run of an upload."""
        with translated(f"start {self.name}"):
            self.client.invoke(
                FunctionName=self.name,
                InvocationType="Event",
                Payload=json.dumps({"upload_id": upload_id}).encode(),
            )
