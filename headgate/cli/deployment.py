"""Find the deployment of a command: the environment's own, else the one that a deploy wrote below `.headgate/`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import click

FOLDER = Path(".headgate")


@dataclass(frozen=True)
class Deployment:
    """A deployed lake: its name and the environment that an operator's shell needs."""

    name: str
    environment: dict[str, str]
    outputs: dict[str, object]

    def output(self, name: str) -> str:
        """A Terraform output of the deployment, as text.

        Raises:
            click.ClickException: the deployment states no such output.
        """
        if name not in self.outputs:
            raise click.ClickException(f"Deployment {self.name} has no output {name}. Deploy again, so that deployment.json is complete.")
        return str(self.outputs[name])


def find(name: str | None) -> Deployment:
    """The deployment of that name, else the environment's own, else the one deployed last.

    Raises:
        click.ClickException: nothing is deployed, with what to do about it.
    """
    if name is None and "HEADGATE_RAW_BUCKET" in os.environ:
        return Deployment("environment", dict(os.environ), {})
    paths = sorted(FOLDER.glob(f"{name or '*'}/deployment.json"), key=lambda path: path.stat().st_mtime)
    if not paths:
        raise click.ClickException(
            f"no deployment {name or ''}".rstrip() + f" found below {FOLDER.resolve()}. "
            "Remedy: go to the folder that you deployed from, or run `make deploy-localstack` or `make deploy-aws` first."
        )
    return read(paths[-1])


def read(path: Path) -> Deployment:
    """The deployment that a `deployment.json` describes."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return Deployment(path.parent.name, document["environment"], document.get("outputs", {}))


def activate(name: str | None) -> Deployment:
    """Configure this process for the deployment: boto3 and the settings read the environment."""
    deployment = find(name)
    os.environ.update(deployment.environment)
    return deployment


def activate_if_deployed(name: str | None) -> None:
    """As `activate`; without any deployment nothing changes, unless one was named."""
    if name is not None or "HEADGATE_RAW_BUCKET" in os.environ or any(FOLDER.glob("*/deployment.json")):
        activate(name)


def use_deployed_project() -> None:
    """Use the contracts of the project that was deployed last from this folder, and say so where it is not this folder's project.

    HEADGATE_PROJECT goes first, and so does this folder where the deployed project's folder is gone.
    """
    from headgate.project import FILE, project

    if os.environ.get("HEADGATE_PROJECT") or not any(FOLDER.glob("*/deployment.json")):
        return
    deployment = find(None)
    deployed = deployment.environment.get("HEADGATE_PROJECT", "")
    if not deployed or not (Path(deployed) / FILE).is_file() or project().folder == Path(deployed):
        return
    os.environ["HEADGATE_PROJECT"] = deployed
    click.get_current_context().call_on_close(lambda: os.environ.pop("HEADGATE_PROJECT", None))
    click.echo(f"Contracts of {deployed}, the project of deployment {deployment.name}; HEADGATE_PROJECT names another folder.", err=True)
