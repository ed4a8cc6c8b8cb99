"""Remove a dataset that a person created, and take the removal back.

The contract leaves use first, so that no new file is accepted. Then each file of the dataset is reverted;
originals stay in raw and records in the ledger. The next merge drops the table. Both ways can be repeated
until no file is left. See docs/adr/0117-push-of-contracts-and-models.md.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Protocol

from headgate.contracts import odcs_reader
from headgate.contracts.creation import deployment_reasons
from headgate.errors import ConflictError, ThrottledError
from headgate.intake.files.replay_file import REPLAYED
from headgate.intake.files.revert_file import REMOVED_WITH, is_undone
from headgate.lake.created_datasets import Author, CreatedDatasets, Removal, not_removed
from headgate.lake.ports import FileLedger, FileRecord
from headgate.lake.states import UNDER_WAY, FileState

_PARALLEL_FILES = 8  # the work of each is mostly waiting for services
MAX_GROUP_BYTES = 32 << 20  # size of the originals that the gate checks at the same time
# A file that is received later is claimed after the removal, and so without the contract.
_LATEST_CLAIM = timedelta(minutes=1)
# States that a dead worker leaves behind; the ledger permits a revert once its lease has ended.
_REVERTIBLE = frozenset({FileState.REVERTING, FileState.REPLAYING})


class DatasetReverts(Protocol):
    """Reverts single files of a dataset, and accepts them again."""

    def remove(self, file_id: str, removal: str, by: str = "") -> None:
        """Revert a file without accepting a copy of it."""

    def accept_again(self, file_id: str) -> str:
        """Accept the original of a file, and return the outcome of the replay."""


@dataclass(frozen=True)
class DatasetFiles:
    """The files of a dataset that a removal reverts, or that it has reverted.

    Attributes:
        present: files with rows, which a removal reverts. Files without rows stay as they are.
        under_way: files with a worker; a removal reverts them once it has ended or died.
        removed: files that the current removal has reverted.
        removal: the current removal; None without one.
    """

    present: tuple[FileRecord, ...] = ()
    under_way: tuple[FileRecord, ...] = ()
    removed: tuple[FileRecord, ...] = ()
    removal: Removal | None = None

    @property
    def is_incomplete(self) -> bool:
        """Return whether a removal has files left."""
        return bool(self.present or self.under_way)

    @property
    def accepted(self) -> int:
        """Return the number of accepted rows that leave the lake."""
        return sum(record.accepted for record in self.present)

    @property
    def refused(self) -> int:
        """Return the number of refused rows that leave quarantine."""
        return sum(record.quarantined for record in self.present)


@dataclass(frozen=True)
class RemovalStep:
    """The progress of a removal, or of taking one back, after one step.

    Attributes:
        done: number of files that this call reverted or accepted again.
        left: number of files that another call has to work on.
        lost: keys of files that do not come back: their originals are no longer in raw, the same content was
            accepted elsewhere in the meantime, or the gate rejects them now. They stay reverted.
        not_permitted: keys of files among those left that the caller may not process.
    """

    done: int
    left: int
    lost: tuple[str, ...] = ()
    not_permitted: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatasetRemover:
    """Removes datasets of one lake.

    Args:
        ledger: the records of all files.
        reverter: creates a reverter with the contracts that are in use at the call.
        goes_on: returns whether there is time for more files; checked between groups of files.
        takes_people: as in `headgate.contracts.creation`.
    """

    created: CreatedDatasets
    ledger: FileLedger
    reverter: Callable[[], DatasetReverts]
    goes_on: Callable[[], bool]
    takes_people: bool = False

    def files(self, dataset: str) -> DatasetFiles:
        """Return the files of a dataset; none of a dataset that was never in use.

        Raises:
            NotFoundError: nobody created this dataset.
        """
        removal = self.created.removal(dataset)
        if not (removal.was_in_use if removal else self.created.is_in_use(dataset)):
            return DatasetFiles(removal=removal)
        records = [record for record in self.ledger.records() if record.dataset == dataset]
        return DatasetFiles(
            _newest_first(record for record in records if record.state is FileState.DONE),
            _newest_first(record for record in records if _is_under_way(record, removal)),
            _newest_first(
                record
                for record in records
                if removal and is_undone(record) and record.error.get(REMOVED_WITH) == removal.name
            ),
            removal,
        )

    def remove(self, dataset: str, author: Author) -> RemovalStep:
        """Take the contract out of use and revert the files of the dataset; repeat while files are left.

        Raises:
            NotFoundError: nobody created this dataset.
            ConflictError: others kept changing the definitions.
        """
        removal = self.created.remove(dataset, author)
        reverter, before = self.reverter(), self.files(dataset)

        def revert(record: FileRecord) -> bool:
            try:
                reverter.remove(record.file_id, removal.name, by=author.by)
            except (ConflictError, ThrottledError):  # another worker holds it; the next call reverts it
                return False
            return True

        dead = [record for record in before.under_way if record.state in _REVERTIBLE]
        done = self._each(_groups([*before.present, *dead]), revert)
        return RemovalStep(done, len(before.present) + len(before.under_way) - done)

    def restore(self, dataset: str, author: Author, permits: Callable[[FileRecord], bool]) -> RemovalStep:
        """Put the contract back into use, and accept the originals again; repeat while files are left.

        Args:
            permits: whether the caller can process a file; other files are left.

        Raises:
            NotFoundError: the dataset has no removal.
            ConflictError: others kept changing the definitions, or the contract of its files needs a
                deployment now.
        """
        before = self.files(dataset)
        if before.removal is None:
            raise not_removed(dataset)
        contract = odcs_reader.parse(self.created.document(dataset), "source")
        if not deployment_reasons(contract, takes_people=self.takes_people):
            self.created.put_back(dataset, author)
        elif before.removed:
            raise ConflictError(
                f"The contract of {dataset} needs a deployment now, so its files cannot be accepted again. "
                "Hand in the contract again, and ask a deployer to add it to the project."
            )
        reverter, removed = self.reverter(), before.removed
        lost: list[str] = []

        def accept(record: FileRecord) -> bool:
            try:
                outcome = reverter.accept_again(record.file_id)
            except (ConflictError, ThrottledError):
                return False
            if outcome != REPLAYED:
                lost.append(record.key)
            return outcome == REPLAYED

        permitted = [record for record in removed if permits(record)]
        done = self._each(_groups(permitted, MAX_GROUP_BYTES), accept)
        left = len(removed) - done - len(lost)
        if not left:
            self.created.end_removal(dataset, author)
        not_permitted = sorted(record.key for record in removed if record not in permitted)
        return RemovalStep(done, left, tuple(sorted(lost)), tuple(not_permitted))

    def _each(self, groups: Iterable[Sequence[FileRecord]], work: Callable[[FileRecord], bool]) -> int:
        """Work on the groups while there is time; return the number of files for which the work succeeds."""
        done = 0
        with ThreadPoolExecutor(_PARALLEL_FILES) as pool:
            for group in groups:
                if not self.goes_on():
                    break
                done += sum(pool.map(work, group))
        return done


def _groups(records: Iterable[FileRecord], max_bytes: float = inf) -> Iterator[list[FileRecord]]:
    """Yield groups of files for parallel work, in order; a file with more than `max_bytes` is alone."""
    group: list[FileRecord] = []
    for record in records:
        size = sum(other.size_bytes for other in group) + record.size_bytes
        if group and (len(group) == _PARALLEL_FILES or size > max_bytes):
            yield group
            group = []
        group.append(record)
    if group:
        yield group


def _is_under_way(record: FileRecord, removal: Removal | None) -> bool:
    """Return whether a worker has a file that may get rows; a file that came after the removal cannot."""
    if record.state not in UNDER_WAY or removal is None or record.state in _REVERTIBLE:
        return record.state in UNDER_WAY
    return record.received_at <= (datetime.fromisoformat(removal.at) + _LATEST_CLAIM).isoformat()


def _newest_first(records: Iterable[FileRecord]) -> tuple[FileRecord, ...]:
    """Return corrections before the files that they correct, as an undo takes them."""
    return tuple(sorted(records, key=lambda record: (record.received_at, record.file_id), reverse=True))
