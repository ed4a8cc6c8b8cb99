"""The deployment that a command uses: its environment, and the contracts of its project."""

import os
from pathlib import Path

import click

from headgate import deployment
from headgate.cli import options
from headgate.deployment import Deployment
from headgate.errors import SettingsError

__all__ = ["Deployment", "activate", "activate_if_deployed", "find", "use_deployed_project"]


def find(name: str | None) -> Deployment:
    """Return the deployment of that name, else that of the environment, else the newest."""
    try:
        return deployment.find_deployment(name)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


def activate(name: str | None = None) -> Deployment:
    """Set the environment of the deployment for boto3 and the settings; by default that of --deployment."""
    deployed = find(name or options.deployment_name())
    os.environ.update(deployed.environment)
    return deployed


def activate_if_deployed() -> Deployment | None:
    """Activate the deployment of --deployment, or the default one if there is any, and return it."""
    if options.deployment_name() is not None or "HEADGATE_RAW_BUCKET" in os.environ or _is_deployed():
        return activate()
    return None


def _is_deployed() -> bool:
    return any(deployment.FOLDER.glob("*/deployment.json"))


def use_deployed_project() -> None:
    """Use the contracts of the project that was deployed last from this folder, with a note on stderr.

    HEADGATE_PROJECT has precedence, and this folder's project if the deployed one is gone.
    """
    from headgate.project import FILE, project

    if os.environ.get("HEADGATE_PROJECT") or not _is_deployed():
        return
    newest = find(None)
    deployed = newest.environment.get("HEADGATE_PROJECT", "")
    if not deployed or not (Path(deployed) / FILE).is_file() or project().folder == Path(deployed):
        return
    os.environ["HEADGATE_PROJECT"] = deployed
    click.get_current_context().call_on_close(lambda: os.environ.pop("HEADGATE_PROJECT", None))
    note = f"Contracts of {deployed}, the project of deployment {newest.name}"
    click.echo(f"{note}; HEADGATE_PROJECT names another folder.", err=True)
