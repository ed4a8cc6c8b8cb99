"""Replay files that were pending for a contract once a deployment has a new version of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMAND = "from headgate.cli.entry import main; main()"
_REPLAY = [sys.executable, "-c", _COMMAND, "quarantine", "replay", "--pending", "--json"]
_LISTED = "`headgate files --state needs_mapping` and `--state rejected` list them"


def take_up(environment: Mapping[str, str]) -> str:
    """Replay the pending files of changed contracts, and return a message; empty if there were none.

    The deployment is already complete, so a failure is part of the message and not an error.

    Args:
        environment: of a shell that reaches the deployment.
    """
    done = subprocess.run(_REPLAY, env=dict(environment), capture_output=True, text=True, check=False)
    try:
        results = json.loads(done.stdout)
    except json.JSONDecodeError:
        cause = (done.stderr.strip().splitlines() or ["no output"])[-1]
        return f"pending files were not taken up ({cause}). Run `headgate quarantine replay --pending`."
    return summary(results)


def summary(results: list[dict[str, object]]) -> str:
    """Return a message about replayed files: how many were accepted, and why the others were not."""
    outcomes = Counter(str(result["outcome"]) for result in results)
    accepted = outcomes.pop("replayed", 0)
    were, them = ("was", "it") if accepted == 1 else ("were", "them")
    done = (
        f"{_files(accepted)} that {were} pending {were} accepted. `headgate run` builds the tables with "
        f"{them}."
    )
    parts = [done] if accepted else []
    if outcomes:
        kept = ", ".join(
            f"{outcome.replace('_', ' ')}: {_files(count)}" for outcome, count in sorted(outcomes.items())
        )
        parts.append(f"Not accepted: {kept}. {_LISTED}.")
    return " ".join(parts)


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"
