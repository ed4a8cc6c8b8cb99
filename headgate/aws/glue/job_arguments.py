"""Read the arguments of a Glue job, wherever it runs.

Glue passes arguments as `--name value`; a plain process gets them as environment variables. Both become one
mapping, in which arguments override the environment.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from headgate.errors import SettingsError
from headgate.lake.keys import CURRENT

_MARK = "--"


def merged(argv: Sequence[str], env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment, overridden by the arguments of `argv` (without the script's name).

    `--name value` and `--name=value` are equal; a name without a value is an empty text.
    """
    return {**env, **dict(_named(argv))}


def required(arguments: Mapping[str, str], name: str) -> str:
    """Return a required argument; raise SettingsError if it is absent or empty."""
    value = arguments.get(name, "")
    if not value:
        raise SettingsError(f"the job was started without --{name}")
    return value


def day(arguments: Mapping[str, str], name: str) -> date | None:
    """Return a date argument; None if it is absent or empty.

    Raises:
        SettingsError: it is not an ISO 8601 date.
    """
    text = arguments.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise SettingsError(f"--{name} must be a date written YYYY-MM-DD") from None


def snapshot_id(arguments: Mapping[str, str]) -> str:
    """Return the snapshot to read: `--snapshot_id`, by default the newest one."""
    return arguments.get("snapshot_id", "") or CURRENT


def is_full_run(arguments: Mapping[str, str]) -> bool:
    """Return whether unchanged results are computed again, too."""
    return arguments.get("full", "") == "true"


def _named(argv: Sequence[str]) -> list[tuple[str, str]]:
    return [
        _pair(token, following) for token, following in pairwise([*argv, _MARK]) if token.startswith(_MARK)
    ]


def _pair(token: str, following: str) -> tuple[str, str]:
    name, separator, value = token.removeprefix(_MARK).partition("=")
    if separator or following.startswith(_MARK):
        return name, value
    return name, following
