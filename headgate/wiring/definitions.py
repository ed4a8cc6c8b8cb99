"""The SQL models that were pushed to a deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.aws import clients
from headgate.errors import SettingsError
from headgate.settings import ArtifactsSettings, DefinitionsSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.lake.definitions import DefinitionVersions


def versions(env: Mapping[str, str]) -> DefinitionVersions:
    """Return the versions that were pushed to a deployment: to that of the environment, or to the one that is
    in place.

    Raises:
        SettingsError: the deployment is older than `headgate push`.
    """
    from headgate.aws.s3 import S3Objects
    from headgate.lake import keys
    from headgate.lake.definitions import DefinitionVersions
    from headgate.lake.ports import ObjectRef

    bucket, objects = ArtifactsSettings.from_env(env).artifacts_bucket, S3Objects(clients.s3())
    deployment = DefinitionsSettings.from_env(env).deployment_id
    deployment = deployment or objects.metadata(ObjectRef(bucket, keys.DEPLOYED_CODE)).get("deployment", "")
    if not deployment:
        raise SettingsError("This deployment is older than `headgate push`. Deploy again, then push.")
    return DefinitionVersions(objects, bucket, deployment)


def pushed_models(env: Mapping[str, str]) -> Mapping[str, str] | None:
    """Return the SQL of the models that a run names, by table; None for the deployment's own."""
    version = DefinitionsSettings.from_env(env).definitions
    return versions(env).read(version).models if version else None


def build_id(env: Mapping[str, str]) -> str:
    """Return what a run builds tables with: the deployment's id, or one of it and the version that the run
    names.
    """
    from headgate.lake.definitions import build_id

    settings = DefinitionsSettings.from_env(env)
    return build_id(settings.deployment_id, settings.definitions)
