"""The settings of each deployment to AWS, kept in `deployments/<name>.json` beside `headgate.toml`.

A variable that was given once with `--var` applies to every later deployment of that name, whoever makes it:
commit the file.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class DeploymentSettings:
    """The kept Terraform variables of one deployment."""

    path: Path

    @classmethod
    def of(cls, project_folder: Path, name: str) -> DeploymentSettings:
        """Return the settings of a deployment of a lake project."""
        return cls(project_folder / "deployments" / f"{name}.json")

    def read(self) -> dict[str, str]:
        """Return the kept variables; none before the first deployment.

        Raises:
            ValueError: the file is not a JSON object of texts.
        """
        if not self.path.is_file():
            return {}
        settings = json.loads(self.path.read_text(encoding="utf-8"))
        if not isinstance(settings, dict) or not all(isinstance(value, str) for value in settings.values()):
            raise ValueError(
                f"{self.path} is no JSON object of texts. Correct it, or delete it and give the "
                "variables again with --var."
            )
        return settings

    def keep(self, variables: Mapping[str, str]) -> None:
        """Keep the variables for later deployments; an empty text removes one."""
        kept = {name: value for name, value in sorted({**self.read(), **variables}.items()) if value}
        if kept != self.read():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class StateBucket:
    """The bucket of the Terraform state, which `make bootstrap-aws` created."""

    bucket: str
    region: str

    @classmethod
    def of(cls, project_folder: Path) -> StateBucket | None:
        """Return the state bucket of a lake project; None if its state is local."""
        path = project_folder / "deployments" / "state.json"
        return cls(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None

    def keep(self, project_folder: Path) -> None:
        """Record the bucket for all later deployments of the project."""
        path = project_folder / "deployments" / "state.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def backend(self, name: str) -> dict[str, object]:
        """Return the settings of Terraform's S3 backend for a deployment, which has its own, locked state."""
        own = {"bucket": self.bucket, "key": f"{name}/terraform.tfstate", "region": self.region}
        return {**own, "encrypt": True, "use_lockfile": True}


def described(variables: Mapping[str, str]) -> str:
    """Return the variables of a deployment, one per line, for the person who confirms it."""
    width = max(map(len, variables), default=0)
    return "\n".join(f"  {name.ljust(width)}  {value}" for name, value in sorted(variables.items()))
