"""Process an object that exceeds the function, like the function.

Arguments: `--object` (its address `s3://bucket/key?versionId=…`, with the key as in S3's notifications),
`--run` (the name of the run, whose attempts are consecutive).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from headgate.aws.glue import job_arguments, job_process
from headgate.aws.retry_throttled import retry_throttled
from headgate.intake.workers.larger_worker import from_address
from headgate.settings import GateSettings
from headgate.wiring import definitions, intake

if TYPE_CHECKING:
    from collections.abc import Mapping

# The claim of a function that died is valid for 90 s. A copy under another name may take longer, which costs
# an attempt.
PAUSES_S = (1.0, 2.0, 4.0, 8.0, *(30.0,) * 11)


def curate(arguments: Mapping[str, str]) -> dict[str, object]:
    """Return the outcome for the file; `handed_over` if another run has it."""
    ref = from_address(job_arguments.required(arguments, "object"))
    gate = intake.runs(arguments, run=job_arguments.required(arguments, "run"))
    record = retry_throttled(partial(gate.receive, ref), pauses_s=PAUSES_S)
    counts = {name: getattr(record, name) for name in ("received", "accepted", "quarantined", "duplicates")}
    return {"file_id": record.file_id, "dataset": record.dataset, "state": record.state, **counts}


if __name__ == "__main__":
    job_process.run(definitions.with_one_version(curate, GateSettings))
