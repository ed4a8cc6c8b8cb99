"""The table `pci_findings`: where the leak scanner found which masked value, and what a person dismissed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from headgate.quality.leaks import CARD_NUMBER, without_leaks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from headgate.quality.pci_audit import AuditFinding, AuditScan

QUEUE = "card_findings"
"""The work queue whose items are findings."""
NO_CARD = "no_card"
"""The action by which a person dismisses a finding, or all of a column."""
_COLUMNS = (
    "finding_id",
    "column_id",
    "zone",
    "subject",
    "place",
    "column_name",
    "line",
    "check_name",
    "masked_value",
    "findings",
    "source_file",
)
_ID_CHARACTERS = 20
# Letters only, so that no id looks like a card number.
_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_CONTENT = re.compile(r"/([0-9a-f]{64})\.parquet$")


def finding_id(finding: AuditFinding) -> str:
    """Return the id of a masked value at its place; its line may change without another id.

    Values without a masked form have their number in it, so that a further one is another finding.
    """
    value = finding.shown or str(finding.count)
    return _id_of(finding.zone, finding.place, finding.column, finding.check, value)


def column_id(subject: str, finding: AuditFinding) -> str:
    """Return the id of the column of a dataset or table in which numbers look like those of cards.

    A person decides once that the column has amounts or ids, in whatever file. Empty for a value outside a
    column, and for other kinds of values, which no amount or id looks like.
    """
    if finding.check != CARD_NUMBER or not finding.column:
        return ""
    return _id_of("column", finding.zone, subject, finding.column, finding.check)


def _id_of(*parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return digest[:_ID_CHARACTERS].translate(_LETTERS)


def without_dismissed(scans: Iterable[AuditScan], dismissed: Collection[str]) -> list[AuditScan]:
    """Return the scans without the findings that a person dismissed."""
    silent = frozenset(dismissed)

    def left(scan: AuditScan) -> tuple[AuditFinding, ...]:
        ids = ((each, (finding_id(each), column_id(scan.subject, each))) for each in scan.findings)
        return tuple(each for each, own in ids if silent.isdisjoint(own))

    return [replace(scan, findings=left(scan)) for scan in scans]


def card_findings(scans: Iterable[AuditScan], sources: Mapping[str, str]) -> pd.DataFrame:
    """Return the table `pci_findings`: one row per value and place, sorted by id.

    Args:
        sources: by the content hash in the key of rows, the key of the file that brought them.
    """
    rows = {
        finding_id(finding): (
            column_id(scan.subject, finding) or None,
            *(finding.zone, scan.subject, finding.place, finding.column or None, finding.line or None),
            *(finding.check, finding.shown or None, finding.count, _source(finding.place, sources)),
        )
        for scan in scans
        for finding in scan.findings
    }
    table = pd.DataFrame([(key, *rows[key]) for key in sorted(rows)], columns=list(_COLUMNS))
    return table.astype({"line": "Int64", "findings": "int64"})


def _source(place: str, sources: Mapping[str, str]) -> str | None:
    content = _CONTENT.search(place)
    source = sources.get(content[1]) if content else None
    return without_leaks(source) if source else None
