"""Remove a dataset that a person created in the console, and take the removal back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from math import inf
from typing import TYPE_CHECKING, Any

from headgate.api.files.reverts import MAX_BYTES
from headgate.api.http.access import CallerIdentity, Group
from headgate.api.http.problems import conflict, forbidden, not_found
from headgate.api.shapes.removals import DatasetRemoval, NamingDashboard, NamingQuestion, RemovalProgress
from headgate.contracts.references import references
from headgate.errors import NotFoundError
from headgate.lake.created_datasets import Author, CreatedDatasets
from headgate.query.kept_questions import kept_questions
from headgate.query.table_readers import reads_curated
from headgate.query.written_dashboards import documents
from headgate.systems.dashboards import dashboards_of

if TYPE_CHECKING:
    from headgate.api.lake_ports import LakePorts, Reverts
    from headgate.intake.files.remove_dataset import DatasetRemover, RemovalStep

# The API's function ends after 29 s. Until then it checks a started group: 32 MiB, or one file of MAX_BYTES.
_MAX_WORK_S = 15


def preview(lake: LakePorts, caller: CallerIdentity, dataset: str) -> DatasetRemoval:
    """Return the effects of a removal, or the state of the removal; 404 if nobody created the dataset."""
    created = CreatedDatasets(lake.definition_versions)
    author = _author(created, dataset)
    files = remover_of(lake).files(dataset)
    removal = files.removal
    is_in_use = dataset in lake.contracts.source
    not_yours = "" if may_change(caller, author) else _not_yours(author)
    reason = not_yours or _referred(lake, dataset)
    return DatasetRemoval(
        dataset=dataset,
        created_by=author.by,
        created_at=author.at,
        state="in_use" if is_in_use else "removed" if removal else "waiting",
        files=len(files.present),
        accepted=files.accepted,
        refused=files.refused,
        under_way=len(files.under_way),
        table=_table(lake, dataset),
        questions=_questions(lake, dataset),
        dashboards=_dashboards(lake, dataset),
        may_describe=not not_yours,
        may_mark_people=not not_yours and lake.takes_people,
        may_remove=not reason and (removal is None or is_in_use or files.is_incomplete),
        may_restore=not not_yours and removal is not None,
        reason=reason,
        removed_by=removal.by if removal else "",
        removed_at=removal.at if removal else "",
        removed_files=len(files.removed),
    )


def remove(
    lake: LakePorts, caller: CallerIdentity, dataset: str, *, is_limited: bool = True
) -> RemovalProgress:
    """Remove a dataset, or continue its removal.

    Args:
        is_limited: stop after some seconds, as a request of the API must.

    Raises:
        ProblemError: 404, nobody created the dataset; 403, the caller neither created it nor is an operator;
            409, another dataset refers to it.
    """
    expect_owner(lake, caller, dataset)
    if referred := _referred(lake, dataset):
        raise conflict(referred)
    progress = remover_of(lake, is_limited=is_limited).remove(dataset, author_of_request(lake, caller))
    lake.begin_request()
    return _shown(dataset, progress)


def restore(
    lake: LakePorts, caller: CallerIdentity, dataset: str, *, is_limited: bool = True
) -> RemovalProgress:
    """Take a removal back, or continue to.

    Args:
        is_limited: stop after some seconds, and leave files that take the gate too long.

    Raises:
        ProblemError: 404, nobody created the dataset, or it has no removal; 403 as for `remove`.
        ConflictError: the contract of its files needs a deployment now.
    """
    expect_owner(lake, caller, dataset)
    max_bytes = MAX_BYTES if is_limited else inf
    try:
        progress = remover_of(lake, is_limited=is_limited).restore(
            dataset, author_of_request(lake, caller), lambda file: file.size_bytes <= max_bytes
        )
    except NotFoundError as error:
        raise not_found(str(error)) from None
    return _shown(dataset, progress)


def remover_of(lake: LakePorts, *, is_limited: bool = True) -> DatasetRemover:
    """Return the remover of datasets of a lake."""
    from headgate.intake.files.remove_dataset import DatasetRemover

    ends_at = time.monotonic() + _MAX_WORK_S

    def reverter() -> Reverts:
        lake.begin_request()  # its contracts may have changed
        return lake.reverter

    def goes_on() -> bool:
        return not is_limited or time.monotonic() < ends_at

    created = CreatedDatasets(lake.definition_versions)
    return DatasetRemover(created, lake.ledger, reverter, goes_on, lake.takes_people)


def operator(name: str) -> CallerIdentity:
    """Return somebody with the rights of AWS on the deployment, who may do everything."""
    return CallerIdentity(name, frozenset({Group.OPERATOR}))


def author_of_request(lake: LakePorts, caller: CallerIdentity) -> Author:
    """Return the caller as author, at the time of the request."""
    return Author(caller.name, lake.now().isoformat(timespec="seconds"))


def expect_owner(lake: LakePorts, caller: CallerIdentity, dataset: str) -> Author:
    """Return who created a dataset; 404 if nobody did, 403 if it is neither the caller nor an operator."""
    author = _author(CreatedDatasets(lake.definition_versions), dataset)
    if not may_change(caller, author):
        raise forbidden(_not_yours(author))
    return author


def _author(created: CreatedDatasets, dataset: str) -> Author:
    try:
        return created.author(dataset)
    except NotFoundError:
        raise not_found(
            f"Nobody created the dataset {dataset} in the console. A dataset of the project is removed by a "
            "deployment without its contract."
        ) from None


def may_change(caller: CallerIdentity, author: Author) -> bool:
    """Return whether the caller may remove, restore or replace a dataset of this author."""
    return caller.may(Group.OPERATOR) or (caller.may(Group.UPLOADER) and caller.is_named(author.by))


def _not_yours(author: Author) -> str:
    return (
        f"{author.by} created this dataset. Ask {author.by} or an operator to remove it or to bring it back."
    )


def _referred(lake: LakePorts, dataset: str) -> str:
    """Return why the dataset stays if others refer to it; empty if none does."""
    referring = sorted(
        {
            reference.dataset
            for reference in references(lake.contracts.source)
            if reference.parent == dataset and reference.dataset != dataset
        }
    )
    if referring:
        return f"Columns of {', '.join(referring)} refer to {dataset}. Remove the references first."
    return ""


def _table(lake: LakePorts, dataset: str) -> str:
    try:
        lake.catalog.current(lake.databases.curated, dataset)
    except NotFoundError:
        return ""
    return f"{lake.databases.curated}.{dataset}"


def _questions(lake: LakePorts, dataset: str) -> tuple[NamingQuestion, ...]:
    kept = kept_questions(lake.objects, lake.bucket("artifacts"))
    return tuple(
        NamingQuestion(name=question.name, by=question.by)
        for question in kept
        if reads_curated(question.sql, dataset, lake.databases)
    )


def _dashboards(lake: LakePorts, dataset: str) -> tuple[NamingDashboard, ...]:
    versions = lake.dashboard_versions
    files = {
        name: asdict(board) for name, board in dashboards_of(lake.systems, lake.pushed_dashboards).items()
    }
    boards = documents(versions, versions.in_use()) | files
    return tuple(
        NamingDashboard(system=name, title=board["title"])
        for name, board in sorted(boards.items())
        if any(reads_curated(sql, dataset, lake.databases) for sql in _statements(board))
    )


def _statements(part: object) -> Iterator[str]:
    """Yield every statement in a dashboard's panels, queues and alerts."""
    if isinstance(part, Mapping):
        fields: Mapping[str, Any] = part
        for name, value in fields.items():
            if isinstance(value, str) and name.endswith("sql"):
                yield value
            else:
                yield from _statements(value)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _statements(each)


def _shown(dataset: str, progress: RemovalStep) -> RemovalProgress:
    return RemovalProgress(
        dataset=dataset,
        done=progress.done,
        left=progress.left,
        lost=progress.lost,
        too_large=progress.not_permitted,
    )
