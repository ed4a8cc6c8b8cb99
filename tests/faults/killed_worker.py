"""A gate's process, which the system kills at one of its calls to AWS.

python -m tests.faults.killed_worker BUCKET KEY VERSION OPERATION NUMBER before|after
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from typing import Any

from headgate.aws import clients
from headgate.lake.ports import ObjectRef
from headgate.wiring import intake


def main() -> None:
    """Let the object in, as far as this process comes."""
    bucket, key, version, operation, number, when = sys.argv[1:]
    met: Counter[str] = Counter()

    def end(model: Any, **_: object) -> None:  # noqa: ANN401 botocore's
        met[model.name] += 1
        if (model.name, met[model.name]) == (operation, int(number)):
            os.kill(os.getpid(), signal.SIGKILL)

    for client in (clients.s3(), clients.dynamodb(), clients.secretsmanager()):
        client.meta.events.register(f"{when}-call.*.*", end)
    intake.runs(os.environ).receive(ObjectRef(bucket, key, version))


if __name__ == "__main__":
    main()
