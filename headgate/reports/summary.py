"""Sums of file records by dataset. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from headgate.lake.states import FileState
from headgate.lake.versions import unsettled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.lake.ports import FileRecord


@dataclass
class DatasetSummary:
    """Sums over one dataset's files: rows, except `files`, `files_rejected`, `files_needing_mapping`."""

    dataset: str
    files: int = 0
    files_rejected: int = 0
    files_needing_mapping: int = 0
    received: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    skipped_lines: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)  # column → values that masking changed
    new_columns: Counter[str] = field(
        default_factory=Counter
    )  # column that the contract does not have → values
    scored_rows: int = 0
    _scores: float = 0.0  # each file's score times its rows

    @property
    def quality_score(self) -> float | None:
        """The mean score of the accepted files by their rows, 0..1; None where no file was profiled."""
        return self._scores / self.scored_rows if self.scored_rows else None

    def add(self, record: FileRecord) -> None:
        """Add one file."""
        self.files += 1
        self.files_rejected += record.state is FileState.REJECTED
        self.received += record.received
        self.accepted += record.accepted
        self.quarantined += record.quarantined
        self.duplicates += record.duplicates
        self.skipped_lines += int(record.written_as.get("skipped_lines", 0))
        self.reasons.update(record.reasons)
        self.masked.update(record.masked)
        self.new_columns.update(record.new_columns)
        if record.state is FileState.DONE and record.profile.get("score"):
            self.scored_rows += record.received
            self._scores += record.received * float(record.profile["score"])


def by_dataset(records: Iterable[FileRecord]) -> list[DatasetSummary]:
    """Return one summary per dataset, by name; files of no known dataset come under `?`."""
    every = list(records)
    sums: dict[str, DatasetSummary] = {}
    for record in every:
        if record.state in {
            FileState.IGNORED,
            FileState.REVERTED,
        }:  # no data, such as the manifest of an export run; or undone
            continue
        name = record.dataset or "?"
        sums.setdefault(name, DatasetSummary(name)).add(record)
    for record in unsettled(every):
        if record.state is FileState.NEEDS_MAPPING:
            sums[record.dataset or "?"].files_needing_mapping += 1
    return [sums[name] for name in sorted(sums)]


def total(summaries: Iterable[DatasetSummary]) -> DatasetSummary:
    """Return the sum over all datasets."""
    whole = DatasetSummary("total")
    for summary in summaries:
        for name in (
            "files",
            "files_rejected",
            "files_needing_mapping",
            "received",
            "accepted",
            "quarantined",
            "duplicates",
            "skipped_lines",
        ):
            setattr(whole, name, getattr(whole, name) + getattr(summary, name))
        whole.reasons.update(summary.reasons)
    return whole


def as_dicts(summaries: Iterable[DatasetSummary]) -> list[dict[str, object]]:
    """Return the summaries as plain values for `--json`."""
    return [_as_dict(summary) for summary in summaries]


def _as_dict(summary: DatasetSummary) -> dict[str, object]:
    fields = {
        name: value for name, value in asdict(summary).items() if name not in {"scored_rows", "_scores"}
    }
    by_name = ("reasons", "masked", "new_columns")
    return (
        fields
        | {name: dict(sorted(getattr(summary, name).items())) for name in by_name}
        | {"quality_score": summary.quality_score}
    )
