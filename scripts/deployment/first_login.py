"""The first login of a lake on an emulator, so that a person can open its console at once.

On AWS people are added one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.api.http.access import Group
from scripts.deployment.deploy_commands import deploy_command, is_run_by_headgate

if TYPE_CHECKING:
    from headgate.aws.cognito import Users

USER = "you@example.com"
DEFAULT_NAME = "local"
NEW_PASSWORD = f"headgate users add {USER} --group operator --permanent"


def first_login(users: Users) -> str:
    """Return a message with a new login, or that existing users of the pool keep their passwords."""
    if users.exist():
        return f"Login:    kept from before; a new password: {NEW_PASSWORD}"
    return new_login(users)


def new_login(users: Users) -> str:
    """Create the operator, or set a new password, and return a message with the login."""
    return f"Login:    {USER}   password: {users.add(USER, Group.OPERATOR.value, permanent=True)}"


def last_screen(console_url: str, login: str, name: str) -> str:
    """Return the last lines of a deployment: the console's address, the login, and the next commands.

    Args:
        name: of the deployment.
    """
    named = "" if name == DEFAULT_NAME else f" NAME={name}"
    activating, stopping = (
        ("", deploy_command("destroy", "emulator", name))
        if is_run_by_headgate()
        else ("source .venv/bin/activate && ", f"make clean-localstack{named}")
    )
    return "\n".join(
        (
            f"Console:  {console_url}",
            login,
            "Next:     sign in and drop a file on the page Upload, or in this folder:",
            f"          {activating}headgate upload FILE && headgate run",
            f"Stop it:  {stopping}",
        )
    )
