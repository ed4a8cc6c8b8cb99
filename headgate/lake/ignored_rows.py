"""Groups of refused rows that a person set to ignored: they stay in quarantine, and need no correction."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class IgnoredRows:
    """The rows of a file that one rule of one column refused and that are ignored.

    Attributes:
        rows: how many of them had no accepted correction; 0 for a whole file, which is dismissed by its rule.
        note: why they are ignored.
        by, at: who ignored them, and when (UTC, ISO 8601).
    """

    rule: str
    column: str
    rows: int
    note: str
    by: str
    at: str


Ignored = dict[str, tuple[IgnoredRows, ...]]  # by file id


def ignored_of_text(text: str | bytes) -> Ignored:
    """Return the ignored rows by file id, from the object in which they are kept."""
    by_file = json.loads(text)
    return {file_id: tuple(IgnoredRows(**group) for group in groups) for file_id, groups in by_file.items()}


def text_of_ignored(ignored: Mapping[str, tuple[IgnoredRows, ...]]) -> bytes:
    """Return the object in which ignored rows are kept."""
    by_file = {file_id: [asdict(group) for group in groups] for file_id, groups in ignored.items() if groups}
    return json.dumps(by_file, sort_keys=True).encode()
