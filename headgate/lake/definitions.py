"""Versions of the lake's contracts, SQL models and dashboards that were pushed to a deployment, and the
pointer to the version in use.

A deployment has definitions of its own, in its archives. A pointer that another deployment's push wrote is
ignored, so a deployment begins with its own. docs/adr/0117-push-of-contracts-and-models.md
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Protocol

from headgate.errors import ConflictError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, ObjectStore

if TYPE_CHECKING:
    from collections.abc import Mapping

DEPLOYED = "deployed"  # names the definitions of the deployment's own archives
_MODELS, _CONTRACTS, _DASHBOARDS = "models/", "contracts/", "dashboards/"


class DefinitionObjects(ObjectStore, Protocol):
    """An object store whose objects are replaced only if nobody else replaced them."""

    def read_with_etag(self, ref: ObjectRef) -> tuple[bytes, str]:
        """Return the object with its ETag; NotFoundError when there is none."""
        ...

    def replace(self, ref: ObjectRef, body: bytes, etag: str, metadata: Mapping[str, str]) -> str:
        """Write the object if it still has this ETag, or with an empty one if there is none.

        ConflictError otherwise.
        """
        ...


@dataclass(frozen=True)
class Definitions:
    """A version of the contracts, SQL models and dashboards.

    Attributes:
        files: texts by their names in a lake project: `models/<table>.sql`, `contracts/<zone>/<name>.yaml`
            and `dashboards/<name>.yaml`. Those of YAML are JSON, because a function has no YAML parser.
        pushed_by, pushed_at: who pushed it first and when (UTC, ISO 8601).
    """

    files: Mapping[str, str]
    pushed_by: str = field(default="", compare=False)
    pushed_at: str = field(default="", compare=False)

    @property
    def version(self) -> str:
        """Return a hash of the content."""
        return hashlib.sha256(json.dumps(dict(self.files), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def models(self) -> dict[str, str]:
        """Return the SQL of the models by table."""
        return self._below(_MODELS, ".sql")

    @property
    def contracts(self) -> dict[str, str]:
        """Return the contracts, as texts of JSON, by `<zone>/<name>`."""
        return self._below(_CONTRACTS, ".yaml")

    @property
    def dashboards(self) -> dict[str, str]:
        """Return the lake project's dashboards, as texts of JSON, by name."""
        return self._below(_DASHBOARDS, ".yaml")

    def _below(self, folder: str, ending: str) -> dict[str, str]:
        return {
            name.removeprefix(folder).removesuffix(ending): text
            for name, text in self.files.items()
            if name.startswith(folder)
        }


@dataclass(frozen=True)
class Push:
    """The pointer: the version in use and the one before, each a hash or `deployed`.

    Who moved it and when, in UTC.
    """

    deployment: str
    version: str
    before: str = DEPLOYED
    pushed_by: str = ""
    pushed_at: str = ""


@dataclass(frozen=True)
class DefinitionVersions:
    """The versions that were pushed to one deployment, or that people wrote, by the folder."""

    objects: DefinitionObjects
    bucket: str
    deployment: str
    folder: str = keys.DEFINITIONS

    def in_use(self) -> str:
        """Return the version in use: a hash, or `deployed`."""
        return self.pointer()[0].version

    def pointer(self) -> tuple[Push, str]:
        """Return the last push to this deployment, and the pointer's ETag.

        The ETag is empty if nothing was ever pushed.
        """
        try:
            body, etag = self.objects.read_with_etag(self._pointer)
        except NotFoundError:
            return Push(self.deployment, DEPLOYED), ""
        push = Push(**json.loads(body))
        return (push if push.deployment == self.deployment else Push(self.deployment, DEPLOYED)), etag

    def read(self, version: str) -> Definitions:
        """Return a version; NotFoundError if it was not pushed to this deployment."""
        try:
            return Definitions(**json.loads(self.objects.read(self._ref(version))))
        except NotFoundError:
            raise NotFoundError(
                f"There is no version {version} of this deployment. `headgate push --list` lists the "
                "versions; a new deployment has none."
            ) from None

    def pushed(self) -> list[Definitions]:
        """Return all versions, the newest first push first."""
        stored = self.objects.list(self.bucket, keys.definitions_prefix(self.deployment, self.folder))
        versions = [Definitions(**json.loads(self.objects.read(item.ref))) for item in stored]
        return sorted(versions, key=lambda version: version.pushed_at, reverse=True)

    def keep(self, definitions: Definitions) -> None:
        """Write a version unless it is written already."""
        ref = self._ref(definitions.version)
        if not any(item.ref.key == ref.key for item in self.objects.list(self.bucket, ref.key)):
            self.objects.write(
                ref, json.dumps(asdict(definitions), sort_keys=True).encode(), content_type="application/json"
            )

    def move(self, to: str, etag: str, pushed_by: str, pushed_at: str) -> Push:
        """Move the pointer to a version or to `deployed`, and return it.

        Args:
            etag: of the pointer that was read.

        Raises:
            ConflictError: somebody else moved the pointer in the meantime.
        """
        push = Push(self.deployment, to, self.pointer()[0].version, pushed_by, pushed_at)
        body = json.dumps(asdict(push), sort_keys=True).encode()
        try:
            self.objects.replace(
                self._pointer, body, etag, {"deployment": push.deployment, "version": push.version}
            )
        except ConflictError:
            raise ConflictError(
                "Somebody else pushed in the meantime. See `headgate push --list`, then push again."
            ) from None
        return push

    @property
    def _pointer(self) -> ObjectRef:
        return ObjectRef(self.bucket, f"{self.folder}/current.json")

    def _ref(self, version: str) -> ObjectRef:
        return ObjectRef(self.bucket, keys.definitions_key(self.deployment, version, self.folder))


def build_id(deployment: str, version: str) -> str:
    """Return what tables are built with: the deployment's id, or a hash of it and of the version that was
    pushed.
    """
    is_pushed = version not in {"", DEPLOYED}
    return hashlib.sha256(f"{deployment} {version}".encode()).hexdigest()[:8] if is_pushed else deployment
