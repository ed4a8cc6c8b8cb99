"""Pushed versions of contracts, SQL models and dashboards, and the pointer to the version in use.

A deployment has definitions of its own in its archives. A version that was pushed to another deployment is
ignored, so a deployment begins with its own. Contracts of datasets that people created in the lake belong to
no deployment, and are in use in addition to every version. See docs/adr/0117-push-of-contracts-and-models.md.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Protocol

from headgate.errors import ConflictError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, ObjectStore

DEPLOYED = "deployed"  # name of the definitions in the deployment's archives
_MODELS, _CONTRACTS, _DASHBOARDS = "models/", "contracts/", "dashboards/"
_REMOVALS = "removals/"
_CREATED_SEPARATOR = "+"  # between a version and the contracts that people created in the lake


class DefinitionObjects(ObjectStore, Protocol):
    """An object store that replaces an object only if nobody else has changed it."""

    def read_with_etag(self, ref: ObjectRef) -> tuple[bytes, str]:
        """Return the object with its ETag; raise NotFoundError if it does not exist."""

    def replace(self, ref: ObjectRef, body: bytes, etag: str, metadata: Mapping[str, str]) -> str:
        """Write the object if it still has this ETag, or if it does not exist and the ETag is empty.

        Raises:
            ConflictError: the object has another ETag.
        """


@dataclass(frozen=True)
class Definitions:
    """A version of the contracts, SQL models and dashboards.

    Attributes:
        files: texts by their names in a lake project: `models/<table>.sql`, `contracts/<zone>/<name>.yaml`
            and `dashboards/<name>.yaml`. YAML files are stored as JSON, because functions have no YAML
            parser. Created contracts have `removals/<dataset>.json` beside them.
        pushed_by, pushed_at: who first pushed it, and when (UTC, ISO 8601).
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
        """Return table → SQL of its model."""
        return self._below(_MODELS, ".sql")

    @property
    def contracts(self) -> dict[str, str]:
        """Return `<zone>/<name>` → contract as JSON text."""
        return self._below(_CONTRACTS, ".yaml")

    @property
    def dashboards(self) -> dict[str, str]:
        """Return name → dashboard of the lake project as JSON text."""
        return self._below(_DASHBOARDS, ".yaml")

    @property
    def removals(self) -> dict[str, str]:
        """Return dataset → its removal as JSON text."""
        return self._below(_REMOVALS, ".json")

    def _below(self, folder: str, ending: str) -> dict[str, str]:
        return {
            name.removeprefix(folder).removesuffix(ending): text
            for name, text in self.files.items()
            if name.startswith(folder)
        }


@dataclass(frozen=True)
class Push:
    """The pointer to the version in use and the previous version, each a hash or `deployed`.

    Attributes:
        created: hash of the contracts of datasets that people created in the lake; empty without any.
        pushed_by, pushed_at: who moved the pointer and when, in UTC.
    """

    deployment: str
    version: str
    before: str = DEPLOYED
    pushed_by: str = ""
    pushed_at: str = ""
    created: str = ""

    @property
    def in_use(self) -> str:
        """Return the name of the definitions in use: the version and the created contracts."""
        return joined_version(self.version, self.created)


@dataclass(frozen=True)
class DefinitionVersions:
    """The versions in a folder that were pushed to one deployment, or that people wrote."""

    objects: DefinitionObjects
    bucket: str
    deployment: str
    folder: str = keys.DEFINITIONS

    def in_use(self) -> str:
        """Return the name of the definitions in use: a hash or `deployed`, and the created contracts."""
        return self.pointer()[0].in_use

    def pointer(self) -> tuple[Push, str]:
        """Return the last push to this deployment, and the pointer's ETag.

        The ETag is empty if nothing was ever pushed.
        """
        try:
            body, etag = self.objects.read_with_etag(self._pointer)
        except NotFoundError:
            return Push(self.deployment, DEPLOYED), ""
        push = Push(**json.loads(body))
        if push.deployment != self.deployment:
            push = Push(self.deployment, DEPLOYED, created=push.created)
        return push, etag

    def read(self, version: str) -> Definitions:
        """Return a version; raise NotFoundError if it was not pushed to this deployment."""
        try:
            return Definitions(**json.loads(self.objects.read(self._ref(version))))
        except NotFoundError:
            raise NotFoundError(
                f"There is no version {version} of this deployment. `headgate push --list` lists the "
                "versions; a new deployment has none."
            ) from None

    def pushed(self) -> list[Definitions]:
        """Return all versions; the most recently first pushed one is first."""
        stored = self.objects.list(self.bucket, keys.definitions_prefix(self.deployment, self.folder))
        versions = [Definitions(**json.loads(self.objects.read(item.ref))) for item in stored]
        return sorted(versions, key=lambda version: version.pushed_at, reverse=True)

    def created(self, version: str) -> Definitions:
        """Return the contracts of datasets that people created in the lake; none for an empty name."""
        if not version:
            return Definitions({})
        return Definitions(**json.loads(self.objects.read(self._created_ref(version))))

    def keep(self, definitions: Definitions) -> None:
        """Write a version unless it exists."""
        self._keep(self._ref(definitions.version), definitions)

    def create(self, created: Definitions, etag: str) -> Push:
        """Use these created contracts with the version in use, and return the pointer.

        Args:
            created: all created contracts, including those in use.
            etag: ETag of the pointer that was read.

        Raises:
            ConflictError: somebody else moved the pointer in the meantime.
        """
        if created.files:
            self._keep(self._created_ref(created.version), created)
        push = self.pointer()[0]
        name = created.version if created.files else ""
        return self._point(replace(push, created=name), etag, created.pushed_by, created.pushed_at)

    def _keep(self, ref: ObjectRef, definitions: Definitions) -> None:
        if not any(item.ref.key == ref.key for item in self.objects.list(self.bucket, ref.key)):
            self.objects.write(
                ref, json.dumps(asdict(definitions), sort_keys=True).encode(), content_type="application/json"
            )

    def move(self, to: str, etag: str, pushed_by: str, pushed_at: str) -> Push:
        """Move the pointer to a version or to `deployed`, and return it.

        Raises:
            ConflictError: somebody else moved the pointer in the meantime.
        """
        push = self.pointer()[0]
        return self._point(replace(push, version=to, before=push.version), etag, pushed_by, pushed_at)

    def _point(self, to: Push, etag: str, pushed_by: str, pushed_at: str) -> Push:
        push = replace(to, pushed_by=pushed_by, pushed_at=pushed_at)
        body = json.dumps(asdict(push), sort_keys=True).encode()
        # The state machine of runs reads only the metadata: the version of this deployment, and that of any
        # other.
        metadata = {
            "deployment": push.deployment,
            "version": push.in_use,
            "otherwise": joined_version(DEPLOYED, push.created),
        }
        try:
            self.objects.replace(self._pointer, body, etag, metadata)
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

    def _created_ref(self, version: str) -> ObjectRef:
        return ObjectRef(self.bucket, keys.created_contracts_key(version, self.folder))


def created_file(dataset: str) -> str:
    """Return the file of the project for the contract of a dataset."""
    return f"{_CONTRACTS}source/{dataset}.yaml"


def removal_file(dataset: str) -> str:
    """Return the file of the removal of a dataset."""
    return f"{_REMOVALS}{dataset}.json"


def joined_version(version: str, created: str) -> str:
    """Return the name of a version with the created contracts."""
    return f"{version}{_CREATED_SEPARATOR}{created}" if created else version


def version_parts(name: str) -> tuple[str, str]:
    """Split a name into the version and the created contracts, which may be empty."""
    version, _, created = name.partition(_CREATED_SEPARATOR)
    return version, created


def build_id(deployment: str, version: str) -> str:
    """Return an id for tables: the deployment's, or a hash of it and the pushed version.

    No table is built from datasets that were created in the lake, so they do not change the id.
    """
    version, _ = version_parts(version)
    is_pushed = version not in {"", DEPLOYED}
    return hashlib.sha256(f"{deployment} {version}".encode()).hexdigest()[:8] if is_pushed else deployment
