"""Which edits of a lake project a push brings to a deployed lake, and which need a deployment. Pure.

A push replaces the SQL of models that the deployment has, within the datasets that the deployment's models
read: it needs no table, right or crawler that Terraform would make, and it changes no contract, so it weakens
no rule and no mask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.project import FILE, OWN_SYSTEMS, PACKED, PACKED_DASHBOARDS, PACKED_SETTINGS
from headgate.systems.model_references import reads_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlglot import exp

    from headgate.systems.sql_models import SqlModels

MODELS = f"headgate/{PACKED}/"  # folder of an archive with the models
_DEPLOY = "Deploy it: `make deploy-localstack` or `make deploy-aws`."
# Files of an archive that are the project's own: folder in the archive, folder of the project, ending there,
# and why a push has none.
_OF_PROJECT = (
    (
        "headgate/_contracts/",
        "contracts/",
        ".yaml",
        "a contract decides tables, rights and masks, which a deployment makes",
    ),
    (
        f"headgate/{PACKED_DASHBOARDS}/",
        "dashboards/",
        ".yaml",
        "the API's function has the dashboards of its deployment",
    ),
    (
        f"{OWN_SYSTEMS.replace('.', '/')}/",
        "systems/",
        ".py",
        "a Python system is code, which is in the archives of a deployment",
    ),
)


@dataclass(frozen=True)
class Refusal:
    """An edit that cannot be pushed."""

    file: str
    reason: str
    remedy: str = _DEPLOY


def refused_files(deployed: Mapping[str, bytes], edited: Mapping[str, bytes]) -> list[Refusal]:
    """Return what differs between two archives and is no model: definitions are never read by code that they
    were not checked with.
    """
    differing = sorted(
        path
        for path in deployed.keys() | edited.keys()
        if not path.startswith(MODELS) and deployed.get(path, b"") != edited.get(path, b"")
    )
    of_project = [refusal for path in differing if (refusal := _of_project(path))]
    code = [path for path in differing if not _of_project(path)]
    return [*of_project, *([_of_code(code)] if code else [])]


def refused_models(deployed: SqlModels, edited: SqlModels) -> list[Refusal]:
    """Return the models that need a table or a right which the deployment lacks, or whose table the
    deployment would keep.

    Args:
        deployed: the models of the deployment's archive, whatever was pushed since: the rights of the job
            come from them.
    """
    return [*_tables(deployed.queries, edited.queries), *_reads(set(deployed.READS), edited.queries)]


def changed_models(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the tables whose SQL differs, sorted."""
    return sorted(table for table in before.keys() | after.keys() if before.get(table) != after.get(table))


def _of_project(path: str) -> Refusal | None:
    if path == f"headgate/{PACKED_SETTINGS}":
        return Refusal(FILE, "the settings of the lake are in the archives of a deployment")
    for packed, folder, ending, reason in _OF_PROJECT:
        if path.startswith(packed):
            name = path.removeprefix(packed)
            return Refusal(
                f"{folder}{name.removesuffix('.json')}{ending}"
                if name.endswith(".json")
                else f"{folder}{name}",
                reason,
            )
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
