"""Record which role asked for which action, as CloudTrail does on AWS.

Each combination is recorded once, with the answer of IAM and the statement that the answer follows from.

Without this file everything works, but `make experiments-localstack` cannot distinguish an action that nobody
used from one that MiniStack does not check: AWS services take some actions with a role by themselves
(Lambda's poller, S3's use of a key). A role that reads a log group would be refused: MiniStack compares the
group's ARN without the `:*` that policies end it with. A role that starts a crawler would be refused, too:
MiniStack takes the crawler's name for that of a table. A role that moves messages in batches would be refused
as well: MiniStack asks for a right on the batch, which IAM does not have.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ministack.core import iam_evaluator

if TYPE_CHECKING:
    from ministack.core.iam_evaluator import EvalContext, EvalResult

FILE_VARIABLE = "MINISTACK_CALLS_FILE"
_COLONS_OF_A_GROUP = 6
_evaluate = iam_evaluator.evaluate


class Calls:
    """Appends each new combination of role, action, decision and statement to a file, as a line of JSON."""

    def __init__(self, path: Path) -> None:
        self._path, self._known, self._one_at_a_time = path, set[tuple[str, ...]](), threading.Lock()
        path.unlink(missing_ok=True)

    def evaluate(self, context: EvalContext, *policies: Any) -> EvalResult:  # noqa: ANN401 MiniStack's own types
        """Evaluate a request as MiniStack does, and record what the role requested."""
        result: EvalResult = _evaluate(as_policies_name(context), *policies)
        if ":assumed-role/" in context.principal_arn:
            self.keep(
                context.principal_arn.split("/")[1], context.action, result.decision, result.matched_sid
            )
        return result

    def keep(self, role: str, action: str, decision: str, sid: str) -> None:
        """Append the combination to the file, unless it is recorded."""
        with self._one_at_a_time:
            if (role, action, decision, sid) in self._known:
                return
            self._known.add((role, action, decision, sid))
            with self._path.open("a", encoding="utf-8") as out:
                out.write(
                    json.dumps({"role": role, "action": action, "decision": decision, "sid": sid}) + "\n"
                )


def as_policies_name(context: EvalContext) -> EvalContext:
    """Return a request with the ARN of its log group or crawler, or the action of its batch, as policies name
    it.

    Source: CloudWatch Logs user guide, "Overview of managing access permissions", log group ARNs: `:*` at the
    end for all actions but tags; service authorization reference, AWS Glue, StartCrawler: resource type
    crawler; Amazon SQS developer guide, "Using identity-based policies with Amazon SQS": the right on an
    action is one on its batch.
    """
    if context.action.startswith("sqs:"):
        return replace(context, action=context.action.removesuffix("Batch"))
    arn = context.resource_arn
    if context.action == "glue:StartCrawler":
        return replace(context, resource_arn=arn.replace(":table/", ":crawler/"))
    is_bare_group = (
        context.action.startswith("logs:") and ":log-group:" in arn and arn.count(":") == _COLONS_OF_A_GROUP
    )
    return (
        replace(context, resource_arn=f"{arn}:*")
        if is_bare_group and "Tag" not in context.action
        else context
    )


def correct() -> None:
    """Let MiniStack record calls if the environment names a file for them."""
    if path := os.environ.get(FILE_VARIABLE):
        iam_evaluator.evaluate = Calls(Path(path)).evaluate
