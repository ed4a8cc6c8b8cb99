"""The export of source databases: logins, runs, and results."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.aws import clients
from headgate.errors import SettingsError
from headgate.settings import ExportMachineSettings, ExportSettings, MaskingKeySettings, SourceLoginSettings
from headgate.wiring import definitions, stores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.aws.secrets import DatabaseLogin
    from headgate.aws.stepfunctions import Pipeline
    from headgate.export.exporting import Exporting
    from headgate.export.run_store import RunStore
    from headgate.export.server.login import Login
    from headgate.export.server.source import ExportSource


def export_pipeline(env: Mapping[str, str], source: str = "") -> Pipeline:
    """Return the runs of the machine that exports a source; SettingsError if the deployment lacks it."""
    from headgate.aws.stepfunctions import Pipeline

    machines = ExportMachineSettings.from_env(env).export_machines
    if source not in machines:
        named = ", ".join(sorted(name for name in machines if name)) or "none"
        raise SettingsError(
            f"The deployment has no export source {source} (its sources: {named}). "
            f"Add [export_sources.{source}] to headgate.toml and deploy."
        )
    return Pipeline(clients.stepfunctions(), machines[source])


def database_login(env: Mapping[str, str], source: str = "") -> DatabaseLogin:
    """Return the login of a source database: the deployment's own, or the one with this name."""
    from headgate.aws.secrets import Secrets
    from headgate.export.server.login import secret_name

    return Secrets(clients.secretsmanager()).database_login(
        secret_name(SourceLoginSettings.from_env(env).mysql_secret, source)
    )


def store_database_login(env: Mapping[str, str], source: str, url: str) -> str:
    """Store a source's login, given as a URL, in its secret; return the secret's name."""
    from headgate.aws.secrets import Secrets
    from headgate.export.server.login import secret_from_url, secret_name

    secret_id = secret_name(SourceLoginSettings.from_env(env).mysql_secret, source)
    Secrets(clients.secretsmanager()).store_database_login(secret_id, secret_from_url(url))
    return secret_id


def source_login(env: Mapping[str, str], source: str = "") -> Login:
    """Return the export's login for a person.

    It is MYSQL_URL or POSTGRES_URL (with _<SOURCE>), for example on a laptop, or else the secret.
    """
    from headgate.export.server.login import login_from_url, source_url

    url = source_url(env, source)
    return login_from_url(url) if url else secret_login(env, source)


def secret_login(env: Mapping[str, str], source: str = "") -> Login:
    """Return the export's login for a job, without regard to variables of its machine."""
    from headgate.export.server.login import login_from_secret

    login = database_login(env, source)
    return login_from_secret(vars(login), SourceLoginSettings.from_env(env).mysql_tls_ca)


def source_of(login: Login) -> ExportSource[Any]:
    """Return the database of a login, whose URL or secret names the kind of server."""
    from headgate.export.server.sql_dialect import SqlDialect

    if login.dialect is SqlDialect.POSTGRES:
        from headgate.export.postgres.postgres_session import PostgresSession
        from headgate.export.postgres.postgres_source import PostgresSource

        return PostgresSource(partial(PostgresSession, login))
    from headgate.export.mysql.mysql_session import MySqlSession
    from headgate.export.mysql.mysql_source import MySqlSource

    return MySqlSource(partial(MySqlSession, login))


def exporting(
    env: Mapping[str, str],
    login: Login,
    workspace: Path,
    *,
    mirrored: bool,
    masked: bool = False,
    source: str = "",
) -> Exporting:
    """Return the export of one source.

    Args:
        mirrored: `workspace` is lost with the process.
        masked: rows may be masked during the export.
        source: use only contracts of this source; empty for contracts without a source.
    """
    from headgate.aws.secrets import Secrets
    from headgate.export.exporting import Exporting
    from headgate.export.planning.contract_tables import contracts_of
    from headgate.intake.rows.masked_at_source import AtSource

    settings = ExportSettings.from_env(env)
    key = (
        Secrets(clients.secretsmanager()).masking_key(MaskingKeySettings.from_env(env).masking_key_secret)
        if masked
        else None
    )
    return Exporting(
        source=source_of(login),
        objects=stores.objects(),
        contracts=contracts_of(definitions.registry(env).source, source),
        raw_bucket=settings.raw_bucket,
        state_bucket=settings.artifacts_bucket,
        workspace=workspace,
        mirrored=mirrored,
        masking=AtSource(key) if key else None,
    )


def export_destination(to: str) -> RunStore:
    """Return the results of exports in a folder or below `s3://bucket/prefix`, without a deployment."""
    from headgate.export.destination import FolderObjects, PrefixedObjects, bucket_and_prefix
    from headgate.export.run_store import RunStore

    if "://" not in to:
        return RunStore(FolderObjects(Path(to)), "", "")
    bucket, prefix = bucket_and_prefix(to)
    return RunStore(PrefixedObjects(stores.objects(), prefix), bucket, bucket)


def exporting_to(to: str, login: Login, workspace: Path) -> Exporting:
    """Return the export to a folder or `s3://bucket/prefix`, without a deployment and contracts."""
    from headgate.export.exporting import Exporting

    store = export_destination(to)
    return Exporting(source_of(login), store.objects, {}, store.raw_bucket, store.state_bucket, workspace)


def landed_exports(env: Mapping[str, str]) -> RunStore:
    """Return the results of exports in the buckets."""
    from headgate.export.run_store import RunStore

    settings = ExportSettings.from_env(env)
    return RunStore(stores.objects(), settings.raw_bucket, settings.artifacts_bucket)
