from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

from headgate.aws import clients, unexpected_errors
from headgate.errors import HeadgateError
from headgate.settings import ArtifactsSettings, LineageSettings, MergeSettings
from headgate.wiring import clock, definitions, stores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.lineage.sender import LineageSender
    from headgate.lineage.write_events import LineageLog
    from headgate.systems.table_events import TableEvents


def lineage_log(env: Mapping[str, str], publisher: str) -> LineageLog:
    """Return the writer of OpenLineage events of a job's run and its tables."""
    from headgate.lineage.openlineage import JobRun
    from headgate.lineage.write_events import LineageLog

    tables = table_events(env)
    run = JobRun(tables.names, publisher, str(uuid4()))
    bucket = ArtifactsSettings.from_env(env).artifacts_bucket
    return LineageLog(
        stores.objects(), bucket, run, tables.event, clock.utc_now, describe_failure, lineage_sender(env)
    )


def describe_failure(error: BaseException | str) -> str:
    """Describe an error without card data; of a foreign error only its kind and place."""
    from headgate.aws.log_redaction import redact_log_text

    if isinstance(error, str):
        return redact_log_text(error)
    if isinstance(error, HeadgateError):
        return redact_log_text(f"{type(error).__name__}: {error}")
    return unexpected_errors.describe_error(error)


def lineage_sender(env: Mapping[str, str]) -> LineageSender | None:
    """Return the sender of lineage events to the deployment's server; None without one."""
    from headgate.aws.secrets import Secrets
    from headgate.lineage.receiver import LineageReceiver
    from headgate.lineage.sender import TIMEOUT_S, LineageSender

    settings = LineageSettings.from_env(env)
    if not settings.lineage_url:
        return None
    secrets = Secrets(clients.secretsmanager()) if settings.lineage_key_secret else None

    def receiver() -> LineageReceiver:
        key = secrets.api_key(settings.lineage_key_secret) if secrets else ""
        return replace(LineageReceiver.at(settings.lineage_url, key), pauses_s=(), timeout_s=TIMEOUT_S)

    return LineageSender(receiver)


def table_events(env: Mapping[str, str]) -> TableEvents:
    """Return the function that describes tables as OpenLineage events.

    The file records are read once, and only for a dataset's table.
    """
    from headgate.lineage.declared_lineage import declared_lineage
    from headgate.lineage.openlineage import LakeNames
    from headgate.systems.table_events import TableEvents

    settings, registry = MergeSettings.from_env(env), definitions.registry(env)
    names = LakeNames(clients.s3().meta.region_name, settings.curated_bucket, settings.curated_database)
    return TableEvents(
        stores.objects(),
        names,
        registry.curated,
        registry.prod,
        cache(lambda: tuple(stores.ledger(env).records())),
        declared_lineage(registry.prod, {**registry.curated, **registry.lake}),
    )
