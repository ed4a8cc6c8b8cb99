"""The contracts, SQL models and dashboards of a unit of work: the deployment's own, or a pushed version.

A unit of work (a file, a request, a run, a job) chooses its version once, when it begins, and passes it on in
its environment, so that everything that it reads has this version. See
docs/adr/0117-push-of-contracts-and-models.md.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, TypeVar

from headgate.errors import NotFoundError, NotPermittedError, SettingsError
from headgate.settings import ArtifactsSettings, DefinitionsSettings, Settings
from headgate.wiring import stores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headgate.contracts.registry import Registry
    from headgate.lake.definitions import Definitions, DefinitionVersions
    from headgate.query.catalog_queries import Databases

Result = TypeVar("Result")
VARIABLE = "HEADGATE_DEFINITIONS"
_KEPT_VERSIONS = 4  # per process: the version in use, and those of unfinished files and runs
_NOTHING_PUSHED = ("", "", "")


def versions(env: Mapping[str, str]) -> DefinitionVersions:
    """Return the versions that were pushed to a deployment, by default to the current one."""
    bucket, deployment = ArtifactsSettings.from_env(env).artifacts_bucket, _deployment(env)
    if not deployment:
        raise SettingsError("This deployment is older than `headgate push`. Deploy again, then push.")
    return _versions(bucket, deployment)


def chosen(env: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment with the version of a new unit of work: its own one, or the one in use.

    A version of an earlier deployment is replaced by the definitions of the current deployment.
    """
    version = in_use(env)
    return env if DefinitionsSettings.from_env(env).definitions == version else {**env, VARIABLE: version}


def with_one_version(
    job: Callable[[Mapping[str, str]], Result], needs: type[Settings]
) -> Callable[[Mapping[str, str]], Result]:
    """Return a job that chooses its version when it begins, unless its arguments name one.

    The required settings are read first, so that one error names all missing ones.
    """

    def with_settings(arguments: Mapping[str, str]) -> Result:
        needs.from_env(arguments)
        return job(chosen(arguments))

    return with_settings


def in_use(env: Mapping[str, str]) -> str:
    """Return the version that an environment names, or the one in use: a hash or `deployed`."""
    from headgate.lake.definitions import DEPLOYED

    return pushed_version(env) or DEPLOYED


def pushed_version(env: Mapping[str, str]) -> str:
    """Return the pushed version of a unit of work; empty for the deployment's own definitions."""
    return _pushed_in_use(env)[-1]


def registry(env: Mapping[str, str]) -> Registry:
    """Return all contracts of a unit of work, read once per process and version."""
    from headgate.contracts.registry import contract_folders

    return _registry(_pushed_in_use(env), contract_folders())


def databases(env: Mapping[str, str]) -> Databases:
    """Return the lake's databases with the tables in the caller's contracts."""
    return replace(stores.databases(env), contracts=cache(partial(contracts_of_caller, env)))


def contracts_of_caller(env: Mapping[str, str]) -> Registry:
    """Return the contracts in use, or those of this code if the caller may not read them."""
    from headgate.contracts.registry import Registry

    try:
        return registry(env)
    except (NotPermittedError, SettingsError):
        return Registry.load()


def pushed_models(env: Mapping[str, str]) -> Mapping[str, str] | None:
    """Return table → SQL of its model for a unit of work; None for the deployment's own."""
    pushed = _pushed_files(env)
    return pushed.models if pushed else None


def pushed_dashboards(env: Mapping[str, str]) -> Mapping[str, str] | None:
    """Return name → dashboard as JSON text for a unit of work; None for the deployment's own."""
    pushed = _pushed_files(env)
    return pushed.dashboards if pushed else None


def removed_datasets(env: Mapping[str, str]) -> frozenset[str]:
    """Return the datasets that people created and removed, and that no contract describes now."""
    from headgate.lake.definitions import version_parts

    bucket, deployment, name = _pushed_in_use(env)
    _, created = version_parts(name)
    if not created:
        return frozenset()
    return frozenset(_versions(bucket, deployment).created(created).removals) - registry(env).source.keys()


def version_of_tables(env: Mapping[str, str]) -> str:
    """Return the pushed version for building tables; empty for the deployment's own.

    Created contracts are left out, because no table is built from their datasets.
    """
    from headgate.lake.definitions import DEPLOYED, version_parts

    version, _ = version_parts(pushed_version(env))
    return "" if version == DEPLOYED else version


def build_id(env: Mapping[str, str]) -> str:
    """Return the id of the code and definitions with which a run builds tables."""
    from headgate.lake.definitions import build_id

    return build_id(DefinitionsSettings.from_env(env).deployment_id, in_use(env))


def _pushed_files(env: Mapping[str, str]) -> Definitions | None:
    """Return the pushed version of a unit of work; None for the deployment's own definitions."""
    from headgate.lake.definitions import DEPLOYED, version_parts

    bucket, deployment, name = _pushed_in_use(env)
    version, _ = version_parts(name)
    return None if version in {"", DEPLOYED} else _pushed(bucket, deployment, version)


def _pushed_in_use(env: Mapping[str, str]) -> tuple[str, str, str]:
    """Return bucket, deployment and version of a unit of work's pushed definitions.

    All three are empty for the deployment's own definitions without created contracts.
    """
    from headgate.lake.definitions import DEPLOYED, joined_version, version_parts

    version = DefinitionsSettings.from_env(env).definitions
    if version == DEPLOYED or not (deployment := _deployment(env)):
        return _NOTHING_PUSHED
    bucket = ArtifactsSettings.from_env(env).artifacts_bucket
    if not version:
        version = _versions(bucket, deployment).in_use()
        return _NOTHING_PUSHED if version == DEPLOYED else (bucket, deployment, version)
    pushed, created = version_parts(version)
    if pushed != DEPLOYED:
        try:
            _pushed(bucket, deployment, pushed)
        except NotFoundError:
            pushed = DEPLOYED
    version = joined_version(pushed, created)
    return _NOTHING_PUSHED if version == DEPLOYED else (bucket, deployment, version)


@lru_cache(maxsize=_KEPT_VERSIONS)
def _registry(pushed: tuple[str, str, str], folders: tuple[str, ...]) -> Registry:  # noqa: ARG001 the folders are part of the cache key
    from headgate.contracts.registry import Registry
    from headgate.lake.definitions import DEPLOYED, version_parts

    if pushed == _NOTHING_PUSHED:
        return Registry.load()
    bucket, deployment, name = pushed
    version, created = version_parts(name)
    packed = None if version == DEPLOYED else _pushed(bucket, deployment, version).contracts
    contracts = _versions(bucket, deployment).created(created).contracts
    return Registry.load(packed=packed).with_created(contracts)


@lru_cache(maxsize=_KEPT_VERSIONS)
def _pushed(bucket: str, deployment: str, version: str) -> Definitions:
    return _versions(bucket, deployment).read(version)


def _versions(bucket: str, deployment: str) -> DefinitionVersions:
    from headgate.lake.definitions import DefinitionVersions

    return DefinitionVersions(stores.objects(), bucket, deployment)


def _deployment(env: Mapping[str, str]) -> str:
    """Return the deployment's id from the environment or from the deployed code.

    It is empty if the deployment is older than `headgate push`.
    """
    from headgate.lake import keys
    from headgate.lake.ports import ObjectRef

    if deployment := DefinitionsSettings.from_env(env).deployment_id:
        return deployment
    code = ObjectRef(ArtifactsSettings.from_env(env).artifacts_bucket, keys.DEPLOYED_CODE)
    try:
        return stores.objects().metadata(code).get("deployment", "")
    except NotFoundError:
        return ""
