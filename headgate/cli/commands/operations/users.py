"""`headgate users`: the people who may sign in to the console and the API."""

from __future__ import annotations

import re

import click

from headgate.api.http.access import Group
from headgate.cli import command_deployment, options
from headgate.wiring import api

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@click.group()
def users() -> None:
    """Add people who may sign in to the console and the API."""


@users.command(epilog=options.example("headgate users add anna@example.com --group uploader"))
@click.argument("email")
@click.option(
    "--group",
    type=click.Choice([group.value for group in Group]),
    default=Group.VIEWER.value,
    show_default=True,
    help="Rights: a viewer reads, an uploader also uploads, an operator also starts runs, reverts files and "
    "sees personal data. A second `users add` gives personal-data to a viewer or an uploader.",
)
@click.option(
    "--permanent",
    is_flag=True,
    help="Keep the printed password; otherwise the person chooses one at the first sign-in.",
)
@options.as_json
@options.deployment
def add(email: str, group: str, *, permanent: bool) -> None:
    """Create a user in the deployment's user pool and print the password once.

    An existing user gets the group and a new password.
    """
    if not _EMAIL.fullmatch(email):
        raise click.ClickException(
            "EMAIL is not an e-mail address. Give the address of the person, such as anna@example.com."
        )
    deployed = command_deployment.activate()
    password = api.users(deployed.environment).add(email, group, permanent=permanent)
    fact = {"email": email, "group": group, "password": password, "permanent": permanent}
    console = console_url(deployed)
    text = f"Console:  {console or 'headgate serve'}\nEmail:    {email} ({group})\nPassword: {password}"
    options.show({**fact, "console": console}, lambda: text)


def console_url(deployed: command_deployment.Deployment) -> str:
    """Return the URL of the deployed console; empty if there is none."""
    console = deployed.outputs.get("console")
    return str(console.get("url", "")) if isinstance(console, dict) else ""
