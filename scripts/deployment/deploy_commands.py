"""The commands that messages suggest: those of the scripts, or of `headgate deploy`.

`headgate deploy` runs the scripts with HEADGATE_STATE.
"""

from __future__ import annotations

import os

from headgate.release import PLATFORMS, STATE

_TARGETS = {own: target for target, own in PLATFORMS.items()}
_COMMANDS = {
    "apply": "headgate deploy {}",
    "plan": "headgate deploy {} --plan",
    "destroy": "headgate destroy {}",
}


def is_run_by_headgate() -> bool:
    """Return whether `headgate deploy` or `headgate destroy` runs this process."""
    return STATE in os.environ


def deploy_command(action: str, platform: str, name: str) -> str:
    """Return the command for an action on a deployment."""
    command = (
        _COMMANDS[action].format(_TARGETS[platform])
        if is_run_by_headgate()
        else f"python scripts/deploy.py {action} {platform}"
    )
    return f"{command} --name {name}"
