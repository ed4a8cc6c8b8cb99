"""Decide which edits of a lake project can be pushed, and which need a deployment. Pure.

A push replaces dashboards, and SQL of models and contracts that the deployment has, by others that need no
right or crawler that Terraform would make. It brings new datasets, whose tables the merge makes. It weakens
no mask, and no stored row needs a replay because of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.contracts.analytics_blocks import DECLARED_IN
from headgate.contracts.creation import MODEL_OF_RECORDS, OF_DEPLOYMENT, card_exemptions, deployment_reasons
from headgate.contracts.stored_rows_effect import stored_rows_effects
from headgate.project import (
    FILE,
    MODEL_CARDS,
    MODELS_SYSTEM,
    OWN_SYSTEMS,
    PACKED,
    PACKED_DASHBOARDS,
    PACKED_SETTINGS,
)
from headgate.systems.model_references import reads_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlglot import exp

    from headgate.contracts.model import Contract
    from headgate.contracts.registry import Registry
    from headgate.systems.sql_models import SqlModels

_DEPLOY = "Deploy it: `headgate deploy localstack` or `headgate deploy aws`, or from a clone with make."
# Folders of an archive that a push replaces, each with the folder of the project and the ending there.
_PUSHED = (
    (f"headgate/{PACKED}/", "models/", ".sql"),
    ("headgate/_contracts/source/", "contracts/source/", ".yaml"),
    ("headgate/_contracts/prod/", "contracts/prod/", ".yaml"),
    (f"headgate/{PACKED_DASHBOARDS}/", "dashboards/", ".yaml"),
)
# Other files of an archive that are the project's own, and why a push has none.
_OF_PROJECT = (
    (
        f"{OWN_SYSTEMS.replace('.', '/')}/",
        "systems/",
        ".py",
        "a Python system is code, which is in the archives of a deployment",
    ),
    (
        f"headgate/{MODEL_CARDS}/",
        f"{MODEL_CARDS}/",
        ".yaml",
        "the API reads the model cards in the archives of a deployment",
    ),
)


@dataclass(frozen=True)
class Refusal:
    """An edit that cannot be pushed."""

    file: str
    reason: str
    remedy: str = _DEPLOY


def definition_files(archive: Mapping[str, bytes]) -> dict[str, str]:
    """Return the models, contracts and dashboards of an archive, by their names in a lake project."""
    return {name: body.decode() for path, body in archive.items() if (name := _pushed_name(path))}


def refused_files(deployed: Mapping[str, bytes], edited: Mapping[str, bytes]) -> list[Refusal]:
    """Return the differing files that are no definitions: other code may not read them unchecked."""
    differing = sorted(
        path
        for path in deployed.keys() | edited.keys()
        if not _pushed_name(path) and deployed.get(path, b"") != edited.get(path, b"")
    )
    of_project = [refusal for path in differing if (refusal := _of_project(path))]
    code = [path for path in differing if not _of_project(path)]
    return [*of_project, *([_of_code(code)] if code else [])]


def refused_models(deployed: SqlModels, edited: SqlModels) -> list[Refusal]:
    """Return the models whose tables or rights the deployment lacks, and removed models.

    Args:
        deployed: the models of the deployment's archive, whatever was pushed since: the rights of the job
            come from them.
    """
    return [*_tables(deployed.queries, edited.queries), *_reads(set(deployed.READS), edited.queries)]


def refused_contracts(before: Registry, edited: Registry) -> list[Refusal]:
    """Return the edits of contracts that need a deployment.

    Args:
        before: the contracts of the deployment, or those in use, which may have more columns and masks.
    """
    return [
        Refusal(_file_of(zone, name, getattr(edited, zone)), reason)
        for zone in ("source", "prod")
        for name, reason in _of_zone(getattr(before, zone), getattr(edited, zone))
    ]


def _file_of(zone: str, name: str, edited: Mapping[str, Contract]) -> str:
    """Return the file that states a contract: a dashboard may declare a table."""
    declared_in = edited[name].properties.get(DECLARED_IN) if name in edited else None
    return str(declared_in or f"contracts/{zone}/{name}.yaml")


def changed_files(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the names of the definitions that differ, sorted."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _of_zone(before: Mapping[str, Contract], after: Mapping[str, Contract]) -> Iterator[tuple[str, str]]:
    for name in sorted(after.keys() - before.keys()):
        yield from ((name, reason) for reason in _reasons_of_new(after[name]))
    for name in sorted(before.keys() - after.keys()):
        yield name, "it is gone, and a deployment removes its table"
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            yield from ((name, reason) for reason in _reasons(before[name], after[name]))


def _reasons_of_new(contract: Contract) -> tuple[str, ...]:
    """Return why a new contract cannot be pushed; the merge creates tables of datasets only."""
    if contract.zone != "source":
        return ("it is new, and a deployment makes its table",)
    return deployment_reasons(contract)


def _reasons(before: Contract, after: Contract) -> Iterator[str]:
    for name in OF_DEPLOYMENT:
        if before.properties.get(name) != after.properties.get(name):
            yield f"{name} differs, and a deployment makes what follows from it"
    if MODEL_OF_RECORDS in before.properties:
        yield "records are created by it, and a deployment makes their API"
    if personal := sorted(set(before.personal) ^ set(after.personal)):
        yield f"{', '.join(personal)}: a deployment decides who may read data about a person"
    yield from _masks(before, after)
    if after.zone == "source":
        yield from _stored_rows(before, after)
    elif after.system != MODELS_SYSTEM and _types(before) != _types(after):
        yield f"the code of {after.system} builds its columns"


def _masks(before: Contract, after: Contract) -> Iterator[str]:
    """Say where values would be masked less, or searched less for card numbers."""
    then, now = ({column.name: column for column in contract.columns} for contract in (before, after))
    for name, column in then.items():
        if column.mask and (name not in now or now[name].mask is not column.mask):
            yield f"{name}: its mask is gone or is another"
    for name, column in now.items():
        before_it = then.get(name)
        if not set(card_exemptions(column)) <= set(card_exemptions(before_it) if before_it else ()):
            yield f"{name}: a deployment records that it holds no card data"


def _stored_rows(before: Contract, after: Contract) -> Iterator[str]:
    if gone := sorted(set(before.names) - set(after.names)):
        yield f"{', '.join(gone)} would leave the table"
    for effect in stored_rows_effects(before, after):
        if effect.needs_replay:
            yield f"{effect.column or 'the key'}: {effect.effect}"


def _types(contract: Contract) -> list[tuple[str, object]]:
    return [(column.name, column.type) for column in contract.columns]


def _pushed_name(path: str) -> str:
    """Return the name in a lake project of a file that a push replaces; empty for any other file."""
    return next((_named(path, *of) for of in _PUSHED if path.startswith(of[0])), "")


def _named(path: str, packed: str, folder: str, ending: str) -> str:
    name = path.removeprefix(packed)
    return f"{folder}{name.removesuffix('.json')}{ending}" if name.endswith(".json") else f"{folder}{name}"


def _of_project(path: str) -> Refusal | None:
    if path == f"headgate/{PACKED_SETTINGS}":
        return Refusal(FILE, "the settings of the lake are in the archives of a deployment")
    for packed, folder, ending, reason in _OF_PROJECT:
        if path.startswith(packed):
            return Refusal(_named(path, packed, folder, ending), reason)
    return None


def _of_code(paths: list[str]) -> Refusal:
    further = f" and {len(paths) - 1:,} further files" if len(paths) > 1 else ""
    return Refusal(
        f"{paths[0]}{further}",
        "the deployed code is another than the code of this command, which checks what is pushed",
    )


def _tables(deployed: Mapping[str, object], edited: Mapping[str, object]) -> Iterator[Refusal]:
    for table in sorted(edited.keys() - deployed.keys()):
        yield Refusal(f"models/{table}.sql", "its table is new, and a deployment makes tables")
    for table in sorted(deployed.keys() - edited.keys()):
        yield Refusal(f"models/{table}.sql", "the model is gone, and a deployment removes its table")


def _reads(permitted: set[str], edited: Mapping[str, exp.Query]) -> Iterator[Refusal]:
    for table, query in sorted(edited.items()):
        if further := sorted(reads_of(query) - permitted):
            reason = (
                f"it reads {', '.join(further)}, which the job of the deployed models has no right to read"
            )
            yield Refusal(f"models/{table}.sql", reason)
