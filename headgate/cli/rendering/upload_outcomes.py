from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.cli.rendering import screens
from headgate.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from headgate.lake.ports import FileLedger, FileRecord, ObjectRef

_ROWS = ("received", "accepted", "quarantined", "duplicates")
_WHY = ("rule", "message", "remedy", "column")


def upload_outcomes(
    sent: Iterable[tuple[Path, ObjectRef]],
    records: Sequence[FileRecord],
    ledger: FileLedger,
    timeout_s: float,
) -> list[dict[str, object]]:
    """Return the outcome of each file in order.

    Args:
        sent: the local files and their objects in raw.
        records: of finished files; the others have the state None.
        timeout_s: how long the command waited for the gate.
    """
    from headgate.lake.raw_objects import file_id_of

    ended = {record.file_id: record for record in records}
    outcomes = []
    for path, ref in sent:
        file_id = file_id_of(ref)
        names = {"file": screens.safe_name(str(path)), "key": screens.safe_name(ref.key)}
        fact = {**names, "file_id": file_id}
        record = ended.get(file_id)
        outcomes.append(fact | (_ended(record, ledger) if record else _under_way(file_id, timeout_s)))
    return outcomes


def _ended(record: FileRecord, ledger: FileLedger) -> dict[str, object]:
    rows = {name: getattr(record, name) for name in _ROWS}
    why = {name: record.error.get(name, "") for name in _WHY}
    copy = {"duplicate_of": record.duplicate_of, "duplicate_of_key": _key_of(record.duplicate_of, ledger)}
    sheets = {name: record.written_as[name] for name in ("sheets", "left_out") if name in record.written_as}
    reasons = dict(sorted(record.reasons.items()))
    return {
        "state": record.state.value,
        "dataset": record.dataset,
        **rows,
        **sheets,
        "reasons": reasons,
        **why,
        **copy,
    }


def _under_way(file_id: str, timeout_s: float) -> dict[str, object]:
    why = {
        "rule": "not_finished",
        "message": f"the gate did not finish within {timeout_s:g} s; it continues",
        "remedy": f"see `headgate files show {file_id}`, or wait longer with --timeout-s",
        "column": "",
    }
    return {
        "state": None,
        "dataset": "",
        **dict.fromkeys(_ROWS, 0),
        "reasons": {},
        **why,
        "duplicate_of": "",
        "duplicate_of_key": "",
    }


def _key_of(file_id: str, ledger: FileLedger) -> str:
    """Return the key of a copy's original; empty for a file that is no copy."""
    try:
        return ledger.get(file_id).key if file_id else ""
    except NotFoundError:
        return ""
