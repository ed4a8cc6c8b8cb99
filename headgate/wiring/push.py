"""Push the contracts, SQL models and dashboards of a lake project to its deployment."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from headgate.errors import ConflictError, SettingsError
from headgate.settings import ArtifactsSettings
from headgate.wiring import clock, definitions, operations, stores

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headgate.contracts.registry import Registry
    from headgate.lake.definitions import Definitions, Push
    from headgate.systems.push_rules import Refusal
    from headgate.systems.sql_models import SqlModels


@dataclass(frozen=True)
class PushPlan:
    """A push before it happens.

    Attributes:
        before: the version in use, or `deployed`.
        etag: ETag of the pointer that was read.
        changed: files that differ from those in use.
        effects: effects of changed contracts on senders of files and readers of tables.
        refused: edits that need a deployment; with any, nothing is pushed.
    """

    edited: Definitions
    deployed: Mapping[str, str]
    before: str
    etag: str
    changed: tuple[str, ...]
    effects: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()

    @property
    def version(self) -> str:
        """Return the new version; `deployed` if the files equal those of the deployment."""
        from headgate.lake.definitions import DEPLOYED

        return DEPLOYED if self.edited.files == self.deployed else self.edited.version


def checked_files() -> dict[str, bytes]:
    """Return the files of the lake project's archive after a check that needs no deployment.

    Raises:
        ContractError: a contract or a model is invalid; the message names its file.
        SettingsError: a dashboard is invalid, or a statement of a dashboard or a saved question fails; the
            message names it.
    """
    from headgate.contracts.registry import Registry
    from headgate.lake.definitions import Definitions
    from headgate.local_files.check_statements import statement_problems
    from headgate.systems.dashboards import dashboards
    from headgate.systems.packed_files import package_files
    from headgate.systems.push_rules import definition_files

    files = package_files()
    Registry.load()  # also checks that the project's systems and tables match
    dashboards(Definitions(definition_files(files)).dashboards)
    if problems := statement_problems():
        raise SettingsError("The console could not show these:\n" + "\n".join(problems))
    return files


def plan(env: Mapping[str, str]) -> PushPlan:
    """Compare the lake project with the deployment and with the version in use; errors as `checked_files`."""
    from headgate.lake.definitions import DEPLOYED, Definitions
    from headgate.systems.push_rules import changed_files, definition_files, refused_files

    versions, archive, files = definitions.versions(env), _deployed_files(env), checked_files()
    by, at = operations.caller(), clock.utc_now().isoformat(timespec="seconds")
    deployed, edited = Definitions(definition_files(archive)), Definitions(definition_files(files), by, at)
    push, etag = versions.pointer()
    in_use = deployed if push.version == DEPLOYED else versions.read(push.version)
    created = versions.created(push.created)
    refused = refused_files(archive, files) or _refused_definitions(env, deployed, in_use, edited, created)
    return PushPlan(
        edited,
        deployed.files,
        push.version,
        etag,
        tuple(changed_files(in_use.files, edited.files)),
        tuple(_effects(in_use, edited)),
        tuple(refused),
    )


def _refused_definitions(
    env: Mapping[str, str],
    deployed: Definitions,
    in_use: Definitions,
    edited: Definitions,
    created: Definitions,
) -> list[Refusal]:
    """Return the edits that need a deployment.

    They are compared with the deployment, which created tables and rights, and with the version in use, under
    which rows are stored and masked.
    """
    from headgate.systems.push_rules import refused_contracts, refused_models

    of_deployment, of_edit = _registry(deployed), _registry(edited).with_created(created.contracts)
    contracts = [
        *refused_contracts(of_deployment, of_edit),
        *refused_contracts(_registry(in_use).with_created(created.contracts), of_edit),
    ]
    models = refused_models(_models(env, deployed, of_deployment), _models(env, edited, of_edit))
    return [*dict.fromkeys(contracts), *models]


def _effects(in_use: Definitions, edited: Definitions) -> Iterator[str]:
    """Yield a sentence for each change of a source contract, with the people for whom it breaks something."""
    from headgate.contracts.difference import differences, is_breaking

    before, after = _registry(in_use).source, _registry(edited).source
    for name in sorted(before.keys() & after.keys()):
        for change in differences(before[name], after[name]):
            place = f"{name}.{change.column}" if change.column else name
            yield f"{place}: {change.message}{f'; breaks {change.breaks}' if is_breaking(change) else ''}"


def push(env: Mapping[str, str], planned: PushPlan) -> Push:
    """Write the version and move the pointer to it; ConflictError if somebody else has pushed since."""
    from headgate.lake.definitions import DEPLOYED

    versions = definitions.versions(env)
    if planned.version != DEPLOYED:
        versions.keep(planned.edited)
    return versions.move(planned.version, planned.etag, planned.edited.pushed_by, planned.edited.pushed_at)


def files_of_people(env: Mapping[str, str]) -> dict[str, str]:
    """Return the console's dashboards and datasets that the project lacks, as files by path."""
    import yaml

    from headgate.contracts.registry import Registry
    from headgate.lake import keys
    from headgate.lake.created_datasets import CreatedDatasets
    from headgate.lake.definitions import created_file
    from headgate.query.written_dashboards import dashboard_files, dashboard_versions
    from headgate.systems.dashboards import FOLDER

    objects, bucket = stores.objects(), ArtifactsSettings.from_env(env).artifacts_bucket
    dashboards = dashboard_files(dashboard_versions(objects, bucket))
    files = {f"{FOLDER}/{name}": text for name, text in dashboards.items()}
    excluded = Registry.load().source.keys() | CreatedDatasets(definitions.versions(env)).withdrawn()
    for stored in objects.list(bucket, f"{keys.CONTRACT_DRAFTS}/"):
        dataset, _, ending = stored.ref.key.rpartition("/")[2].partition(".")
        if ending == "yaml" and dataset not in excluded:
            document = json.loads(objects.read(stored.ref))
            files[created_file(dataset)] = yaml.safe_dump(
                document, sort_keys=False, allow_unicode=True, width=120
            )
    return files


def push_back(env: Mapping[str, str], version: str, *, dry_run: bool = False) -> Push:
    """Move the pointer to an earlier version or to `deployed`, and return it.

    Every version was checked against this deployment when it was pushed. It may have fewer masks than the
    version in use, but not fewer than the deployment.

    Raises:
        NotFoundError: the version was not pushed to this deployment.
        ConflictError: it is already in use, or somebody else pushed in the meantime.
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
    return versions.move(version, etag, operations.caller(), clock.utc_now().isoformat(timespec="seconds"))


def _registry(of: Definitions) -> Registry:
    from headgate.contracts.registry import Registry

    return Registry.load(packed=of.contracts)


def _models(env: Mapping[str, str], of: Definitions, registry: Registry) -> SqlModels:
    from headgate.query import translate
    from headgate.systems.sql_models import sql_models

    translated = partial(translate, databases=stores.databases(env))
    return sql_models(registry.prod, registry.curated, translated, of.models)


def _deployed_files(env: Mapping[str, str]) -> dict[str, bytes]:
    """Return path → file of the deployed archive, without compiled modules, whose sources it has too."""
    from headgate.lake import keys
    from headgate.lake.ports import ObjectRef

    body = stores.objects().read(
        ObjectRef(ArtifactsSettings.from_env(env).artifacts_bucket, keys.DEPLOYED_CODE)
    )
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith(".pyc")}
