"""Store logins of source databases from this shell's environment, and enable their schedules.

A schedule is enabled only if its source's login is stored, so that no scheduled run fails without one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from headgate.export.server.login import secret_from_url, secret_name, source_url, url_variable
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OWN = ""  # the deployment's own database


def sources(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the sources of the root's variables: the deployment's own, then the others by name."""
    return (OWN, *sorted(_others(variables)))


def scheduled(variables: Mapping[str, str]) -> set[str]:
    """Return the sources whose schedule the root's variables enable."""
    own = {OWN} if variables.get("export_enabled", "").lower() in {"true", "1"} else set()
    return own | {source for source, options in _others(variables).items() if options.get("enabled", True)}


def given(environment: Mapping[str, str], among: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the logins in the environment, by source, in the form of their secrets.

    Raises:
        SettingsError: a URL is invalid; the message does not repeat it.
    """
    return {source: secret_from_url(url) for source in among if (url := source_url(environment, source))}


def stored(client: Any, secret_id: str, among: Iterable[str]) -> set[str]:  # noqa: ANN401 a client made by name
    """Return the sources whose secret has a value.

    `secret_id` is the secret of the deployment's own database.
    """
    return {source for source in among if secret_text(client, secret_name(secret_id, source))}


def store_missing(client: Any, secret_id: str, logins: Mapping[str, Mapping[str, str]]) -> list[str]:  # noqa: ANN401 as above
    """Store each login whose secret has no value; return their sources. A stored login is never replaced."""
    missing = sorted(set(logins) - stored(client, secret_id, logins))
    for source in missing:
        client.put_secret_value(
            SecretId=secret_name(secret_id, source), SecretString=json.dumps(logins[source])
        )
    return missing


def secret_text(client: Any, secret_id: str) -> str:  # noqa: ANN401 as above
    """Return a secret's value, or "" if it has none yet.

    AWS then reports that it is not found; an emulator returns a version without a text.
    """
    try:
        return str(client.get_secret_value(SecretId=secret_id).get("SecretString") or "")
    except client.exceptions.ResourceNotFoundException:
        return ""


def how_to_store(source: str) -> str:
    """Return instructions for storing a source's login."""
    option = f" --source {source}" if source else ""
    url = f"{url_variable(source)}=mysql://user:password@host:port/database"
    other = url_variable(source, SqlDialect.POSTGRES)
    return (
        f"Set {url} (or {other}=postgresql://…) and deploy again, or run `headgate export login{option}` and "
        "deploy again."
    )


def _others(variables: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the settings in `export_sources`, which Terraform's command line takes as JSON."""
    return dict(json.loads(variables.get("export_sources") or "{}"))
