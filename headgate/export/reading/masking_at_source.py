from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pyarrow.compute as pc

from headgate.export.certifying.digest import Digest, digest_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.export.planning.mapping import ExportColumn


class Masking(Protocol):
    """The gate's masking, applied before rows are written anywhere."""

    def mask(
        self, contract: Contract, rows: pa.RecordBatch, encoded: Collection[str] = ()
    ) -> tuple[pa.RecordBatch, pa.Array]:
        """Return the masked rows, and a flag for rows that lost a number in a column which declares none.

        `encoded` columns are base64.
        """

    def seal(self, sha256: str) -> str:
        """Return a proof for the gate that the file with this SHA-256 was masked."""


class MaskedSlice:
    """Masking of one slice; `before` and `after` are the digests of the rows that lost a number."""

    def __init__(
        self,
        masking: Masking,
        contract: Contract,
        columns: Sequence[ExportColumn],
        digested: Sequence[ExportColumn],
    ) -> None:
        self._masking, self._contract, self._digested = masking, contract, digested
        self._dialect = columns[0].dialect
        self._encoded = frozenset(column.name for column in columns if column.is_base64)
        self.before = self.after = Digest.of_nothing(len(digested))

    def __call__(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """Return the masked rows."""
        masked, withheld = self._masking.mask(self._contract, rows, self._encoded)
        if pc.any(withheld).as_py():
            self.before += digest_of(rows.filter(withheld), self._digested, self._dialect)
            self.after += digest_of(masked.filter(withheld), self._digested, self._dialect)
        return masked
