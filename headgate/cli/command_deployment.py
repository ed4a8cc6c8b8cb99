"""Use the deployment of a command: its environment, and the contracts of its project."""

from __future__ import annotations

import os
from pathlib import Path

import click

from headgate import deployment
from headgate.deployment import Deployment
from headgate.errors import SettingsError

__all__ = ["Deployment", "activate", "activate_if_deployed", "find", "use_deployed_project"]


def find(name: str | None) -> Deployment:
    """Return the deployment of that name, else the environment's own, else the one deployed last.

    Raises:
        click.ClickException: nothing is deployed, with what to do about it.
    """
    try:
        return deployment.find_deployment(name)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


def activate(name: str | None) -> Deployment:
    """Configure this process for the deployment: boto3 and the settings read the environment."""
    deployed = find(name)
    os.environ.update(deployed.environment)
    return deployed


def activate_if_deployed(name: str | None) -> None:
    """Activate the deployment if there is one; without any nothing changes, unless one was named."""
    if (
        name is not None
        or "HEADGATE_RAW_BUCKET" in os.environ
        or any(deployment.FOLDER.glob("*/deployment.json"))
    ):
        activate(name)


def use_deployed_project() -> None:
    """Use the contracts of the project that was deployed last from this folder, and say so where it is not
    this folder's project.

    HEADGATE_PROJECT goes first, and so does this folder where the deployed project's folder is gone.
    """
    from headgate.project import FILE, project

    if os.environ.get("HEADGATE_PROJECT") or not any(deployment.FOLDER.glob("*/deployment.json")):
        return
    newest = find(None)
    deployed = newest.environment.get("HEADGATE_PROJECT", "")
    if not deployed or not (Path(deployed) / FILE).is_file() or project().folder == Path(deployed):
        return
    os.environ["HEADGATE_PROJECT"] = deployed
    click.get_current_context().call_on_close(lambda: os.environ.pop("HEADGATE_PROJECT", None))
    click.echo(
        f"Contracts of {deployed}, the project of deployment {newest.name}; HEADGATE_PROJECT names "
        "another folder.",
        err=True,
    )
