"""The deployment of this folder: that of the environment, or the newest below `.headgate/`."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from headgate.errors import SettingsError

FOLDER = Path(".headgate")


@dataclass(frozen=True)
class Deployment:
    """A deployed lake: its name, and the environment of an operator's shell."""

    name: str
    environment: dict[str, str]
    outputs: dict[str, object]

    def output(self, name: str) -> str:
        """Return a Terraform output of the deployment, as text.

        Raises:
            SettingsError: the deployment has no such output.
        """
        return str(self._value(name))

    def names(self, name: str) -> list[str]:
        """Return the names in a Terraform output, which is a list or a map, in order.

        Raises:
            SettingsError: the deployment has no such output.
        """
        value = self._value(name)
        if isinstance(value, dict):
            value = value.values()
        return sorted(str(item) for item in value) if isinstance(value, Iterable) else []

    def _value(self, name: str) -> object:
        if name not in self.outputs:
            raise SettingsError(
                f"Deployment {self.name} has no output {name}. Deploy again, so that deployment.json is "
                "complete."
            )
        return self.outputs[name]


def find_deployment(name: str | None) -> Deployment:
    """Return the deployment with this name, or else that of the environment, or else the last one deployed.

    Raises:
        SettingsError: nothing is deployed; the message has the remedy.
    """
    if name is None and "HEADGATE_RAW_BUCKET" in os.environ:
        return Deployment("environment", dict(os.environ), {})
    paths = sorted(FOLDER.glob(f"{name or '*'}/deployment.json"), key=lambda path: path.stat().st_mtime)
    if not paths:
        raise SettingsError(
            f"no deployment {name or ''}".rstrip() + f" found below {FOLDER.resolve()}. "
            "Remedy: go to the folder that you deployed from, or deploy first: `headgate deploy localstack` "
            "or `headgate deploy aws` in the lake project, or `make deploy-localstack` in a clone."
        )
    return read_deployment(paths[-1])


def read_deployment(path: Path) -> Deployment:
    """Return the deployment that a `deployment.json` describes."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return Deployment(path.parent.name, document["environment"], document.get("outputs", {}))
