"""Run the gate on an uploaded file by a contract that a person writes, before the contract is stored."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from headgate.contracts.model import Contract
from headgate.errors import BadInputError
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.states import DUPLICATE_KEY, Disposition
from headgate.local_files.check_file import any_key
from headgate.matching.mappings import Mappings
from headgate.uploads.edited_rows import check_edits
from headgate.uploads.editing.edited_copy import edited_file
from headgate.uploads.editing.open_upload import edited_content
from headgate.uploads.upload import UploadRecord

_EPOCH = datetime(1970, 1, 1)
_MAX_BYTES = 256 << 20


@dataclass(frozen=True)
class DraftOutcome:
    """The rows of a file by a contract that is not stored.

    Attributes:
        same_key: duplicates that have the key of another row and other values.
        causes: refused rows by column of the contract (empty for the whole row) and rule, most rows first.
    """

    received: int
    accepted: int
    duplicates: int
    same_key: int
    causes: Mapping[tuple[str, str], int]


def check_draft(
    upload: UploadRecord, path: Path, folder: Path, contract: Contract, mappings: Mappings
) -> DraftOutcome:
    """Return the gate's counts for a file as a commit would write it, by a contract of no dataset yet.

    Args:
        upload: with the edits that a commit would have.
        path: the content of the file.
        mappings: the lake's mappings.
    """
    only = replace(mappings, contracts={contract.dataset: contract})
    edited = edited_content(upload, path, folder, only, _MAX_BYTES)
    if edited.opened is None:
        raise BadInputError(
            rule="no_header", message="the file has no rows below a header", remedy="choose another part"
        )
    check_edits(edited.edits, contract, edited.opened.names)
    written = edited_file(edited, folder, is_always_written=True)
    body = (written or path).read_bytes()
    gated = check_bytes(body, contract, any_key(), object_key=contract.dataset, received_at=_EPOCH)
    rows = gated.quarantine_rows.select(["disposition", "all_rules"]).to_pylist()
    causes = Counter(
        code
        for row in rows
        if row["disposition"] == Disposition.REFUSED
        for code in set(json.loads(row["all_rules"]))
    )
    by_cause = {(code.partition(":")[2], code.partition(":")[0]): many for code, many in causes.most_common()}
    counts = gated.counts
    same_key = counts.reasons.get(DUPLICATE_KEY, 0)
    return DraftOutcome(counts.received, counts.accepted, counts.duplicates, same_key, by_cause)
