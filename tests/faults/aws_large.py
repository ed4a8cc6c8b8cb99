"""The hand-over behind the real adapters, on the emulator: runs of a state machine, whose jobs work as in
memory.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.aws.stepfunctions import Pipeline
from headgate.intake.workers.larger_worker import from_address
from tests.faults.aws_lake import AwsLake
from tests.faults.large import LargeLake

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headgate.lake.ports import FileRecord, ObjectRef
    from tests.faults.lake import Worker

NOTHING = json.dumps({"StartAt": "Settled", "States": {"Settled": {"Type": "Pass", "End": True}}})


@dataclass
class AwsLargeLake(LargeLake, AwsLake):
    """A lake on a stand, with a machine of its own that remembers which runs were started.

    The lake's jobs do their work.
    """

    machine: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        role = self.stand.emulator.role("states")
        made = self.stand.clients["stepfunctions"].create_state_machine(
            name=self.prefix, definition=NOTHING, roleArn=role
        )
        self.machine = made["stateMachineArn"]

    def starting(self, worker: Worker) -> Callable[[str, Mapping[str, str]], object]:  # noqa: ARG002 the stand knows it
        """As deployed."""
        return Pipeline(self.stand.clients["stepfunctions"], self.machine).start

    def runs_started(self) -> Mapping[str, ObjectRef]:
        """The runs that the machine knows; the process that started a run may have died since."""
        states = self.stand.clients["stepfunctions"]
        with self.calls_of(None):
            for run in states.list_executions(stateMachineArn=self.machine)["executions"]:
                reported = json.loads(states.describe_execution(executionArn=run["executionArn"])["input"])
                self.started.setdefault(run["name"], from_address(reported["object"]))
        return self.started

    def job(self, run: str, worker: Worker) -> FileRecord:
        """One attempt, whose calls are the worker's."""
        with self.calls_of(worker):
            return super().job(run, worker)

    def _gave_up(self, run: str) -> None:
        with self.calls_of(None):
            super()._gave_up(run)
