from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import click

from headgate.api.http.access import Group
from headgate.cli import command_deployment, options
from headgate.cli.rendering import screens
from headgate.wiring import api

if TYPE_CHECKING:
    from rich.console import RenderableType

    from headgate.aws.cognito import PoolUser

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@click.group()
def users() -> None:
    """Add, list and remove people who may sign in to the console and the API."""


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


@users.command("list", epilog=options.example("headgate users list"))
@options.as_json
@options.deployment
def list_users() -> None:
    """List the people who may sign in, with their groups."""
    deployed = command_deployment.activate()
    listed = api.users(deployed.environment).listed()
    facts = [dataclasses.asdict(user) for user in listed]
    options.show(facts, lambda: _users_table(listed))


def _users_table(listed: list[PoolUser]) -> RenderableType:
    table = screens.screen_table("email", "groups", "sign-in")
    for user in listed:
        sign_in = "disabled" if not user.is_enabled else "not yet" if user.has_first_password else "active"
        table.add_row(user.email, ", ".join(user.groups), sign_in)
    return table


@users.command(epilog=options.example("headgate users remove anna@example.com --yes"))
@click.argument("email")
@options.yes
@options.as_json
@options.deployment
def remove(email: str, *, yes: bool) -> None:
    """Remove a user from the deployment's user pool.

    The console and the API accept a sign-in of the last hour until it expires. Questions, notes and decisions
    of the person stay. `headgate users add` adds the person again.
    """
    pool = api.users(command_deployment.activate().environment)
    groups = next((user.groups for user in pool.listed() if user.email == email), None)
    if groups is None:
        raise click.ClickException(f"{email} is no user of this lake. `headgate users list` lists all users.")
    if not yes:
        question = f"Remove {email} ({', '.join(groups) or 'in no group'})? The person can no longer sign in."
        click.confirm(question, abort=True, err=True)
    pool.remove(email)
    text = f"Removed {email}. A sign-in of the last hour ends within an hour."
    options.show({"removed": email}, lambda: text)


def console_url(deployed: command_deployment.Deployment) -> str:
    """Return the URL of the deployed console; empty if there is none."""
    console = deployed.outputs.get("console")
    return str(console.get("url", "")) if isinstance(console, dict) else ""
