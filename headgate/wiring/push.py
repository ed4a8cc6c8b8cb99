"""Push the SQL models of a lake project to its deployment."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from headgate.aws import clients
from headgate.errors import ConflictError
from headgate.settings import ArtifactsSettings
from headgate.wiring import clock, definitions, stores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.lake.definitions import Definitions, Push
    from headgate.systems.push_rules import Refusal
    from headgate.systems.sql_models import SqlModels


@dataclass(frozen=True)
class PushPlan:
    """A push before it happens.

    Attributes:
        before: the version in use, or `deployed`.
        etag: of the pointer that was read.
        changed: tables whose SQL is another than that in use.
        refused: edits that need a deployment; then nothing is pushed.
    """

    edited: Definitions
    deployed: Mapping[str, str]
    before: str
    etag: str
    changed: tuple[str, ...]
    refused: tuple[Refusal, ...] = ()

    @property
    def version(self) -> str:
        """Return the version that will be in use; `deployed` if the SQL is that of the deployment."""
        from headgate.lake.definitions import DEPLOYED

        return DEPLOYED if self.edited.models == self.deployed else self.edited.version


def plan(env: Mapping[str, str]) -> PushPlan:
    """Compare the lake project with the deployment and with the version in use.

    Raises:
        ContractError: a model cannot be run; the message names its file.
    """
    from headgate.lake.definitions import DEPLOYED, Definitions
    from headgate.systems.packed_files import package_files
    from headgate.systems.push_rules import changed_models, refused_files, refused_models

    versions, archive, files = definitions.versions(env), _deployed_files(env), package_files()
    deployed, edited = _texts(archive), _texts(files)
    push, etag = versions.pointer()
    in_use = deployed if push.version == DEPLOYED else versions.read(push.version).models
    refused = refused_files(archive, files) or refused_models(_models(env, deployed), _models(env, edited))
    by, at = _caller(), clock.utc_now().isoformat(timespec="seconds")
    return PushPlan(
        Definitions(edited, by, at),
        deployed,
        push.version,
        etag,
        tuple(changed_models(in_use, edited)),
        tuple(refused),
    )


def push(env: Mapping[str, str], planned: PushPlan) -> Push:
    """Write the version and move the pointer to it.

    Raises:
        ConflictError: somebody else pushed since the plan was made.
    """
    from headgate.lake.definitions import DEPLOYED

    versions = definitions.versions(env)
    if planned.version != DEPLOYED:
        versions.keep(planned.edited)
    return versions.move(planned.version, planned.etag, planned.edited.pushed_by, planned.edited.pushed_at)


def push_back(env: Mapping[str, str], version: str, *, dry_run: bool = False) -> Push:
    """Move the pointer to an earlier version, or to `deployed`; return it as it is then.

    Every version of a deployment was checked against this deployment when it was pushed.

    Raises:
        NotFoundError: the version was not pushed to this deployment.
        ConflictError: it is in use already, or somebody else pushed in the meantime.
    """
    from headgate.lake.definitions import DEPLOYED, Push

    versions = definitions.versions(env)
    current, etag = versions.pointer()
    if version == current.version:
        raise ConflictError(f"Version {version} is in use already. `headgate push --list` lists the others.")
    if version != DEPLOYED:
        versions.read(version)
    if dry_run:
        return Push(versions.deployment, version, current.version)
    return versions.move(version, etag, _caller(), clock.utc_now().isoformat(timespec="seconds"))


def _texts(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SQL of the models in an archive, by table."""
    from headgate.systems.push_rules import MODELS

    return {
        path.removeprefix(MODELS).removesuffix(".sql"): body.decode()
        for path, body in files.items()
        if path.startswith(MODELS)
    }


def _models(env: Mapping[str, str], texts: Mapping[str, str]) -> SqlModels:
    from headgate.contracts.registry import Registry
    from headgate.query import translate
    from headgate.systems.sql_models import sql_models

    registry = Registry.load()
    return sql_models(
        registry.prod, registry.curated, partial(translate, databases=stores.databases(env)), texts
    )


def _deployed_files(env: Mapping[str, str]) -> dict[str, bytes]:
    """Return the files of the deployed archive by path."""
    from headgate.lake import keys
    from headgate.lake.ports import ObjectRef

    body = stores.objects().read(
        ObjectRef(ArtifactsSettings.from_env(env).artifacts_bucket, keys.DEPLOYED_CODE)
    )
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _caller() -> str:
    from headgate.aws import sts

    return sts.caller(clients.sts())
