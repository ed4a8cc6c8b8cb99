"""Settings of entry points, read from the environment: what they have in common, and those of the gate.

What only jobs and the command line need is in `headgate.settings_of_jobs`: to make a class of settings takes half a millisecond, which
a cold start of the gate has no reason to wait for.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any, Self

from headgate.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX = "HEADGATE_"


@dataclass(frozen=True)
class Settings:
    """Settings of one entry point: each field is the variable `HEADGATE_<FIELD>`; one with a default may be left out."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """The settings that the environment states.

        Raises:
            SettingsError: names every variable that is missing or empty, or the one that cannot be read.
        """
        stated = {field.name: env.get(_variable(field.name), "") for field in fields(cls)}
        missing = [_variable(field.name) for field in fields(cls) if field.default is MISSING and not stated[field.name]]
        if missing:
            raise SettingsError(f"missing environment variables: {', '.join(missing)}")
        return cls(**{field.name: _parsed(field.name, field.type, stated[field.name]) for field in fields(cls) if stated[field.name]})


@dataclass(frozen=True)
class GateSettings(Settings):
    """What the gate needs. `lease_s`: how long the file of a worker that died stays locked; not beyond the queue's visibility timeout."""

    curated_bucket: str
    quarantine_bucket: str
    files_table: str
    masking_key_secret: str
    artifacts_bucket: str
    lease_s: int = 300


@dataclass(frozen=True)
class WorkerSettings(Settings):
    """What the worker has that the gate runs on, where that is stated, and who takes what is too much for it.

    Attributes:
        memory_mb, disk_mb: nothing stated is a person's own machine, which has what it has.
        large_machine_arn: state machine of the larger worker; without one every file is this worker's own.
        large_lease_s: how long that may take for a file, waiting and trying again included.
        spark_rows_from_mb: from where on a plain CSV file is judged on Spark's workers; never, when it is 0.
    """

    memory_mb: int = 0
    disk_mb: int = 0
    large_machine_arn: str = ""
    large_lease_s: int = 86_400
    spark_rows_from_mb: int = 0


@dataclass(frozen=True)
class RunSettings(Settings):
    """Which queue the gate works off."""

    raw_queue_url: str


@dataclass(frozen=True)
class LedgerSettings(Settings):
    """Where the file records are."""

    files_table: str


@dataclass(frozen=True)
class AlertSettings(Settings):
    """Whom to tell."""

    alerts_topic_arn: str


def _variable(field_name: str) -> str:
    return PREFIX + field_name.upper()


def _parsed(name: str, kind: object, text: str) -> Any:  # noqa: ANN401 as the field's annotation says
    """The value of a variable; annotations are text here."""
    parsers: Mapping[str, Callable[[str], Any]] = {"int": int, "Mapping[str, str]": json.loads, "Sequence[str]": json.loads}
    try:
        return parsers.get(str(kind), str)(text)
    except ValueError:
        raise SettingsError(f"{_variable(name)} is not {'a whole number' if kind == 'int' else 'JSON'}") from None
