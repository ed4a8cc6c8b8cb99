"""Masking while reading: the masking function's interface, and the certificate's facts about it."""

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
    """Masks rows as the gate would, before they are written anywhere."""

    def mask(
        self, contract: Contract, rows: pa.RecordBatch, encoded: Collection[str] = ()
    ) -> tuple[pa.RecordBatch, pa.Array]:
        """Return the masked rows, and for each whether a number was taken out of a column that declares none.

        `encoded` columns are base64.
        """
        ...

    def seal(self, sha256: str) -> str:
        """Return proof for the gate that a file with this SHA-256 was written by this masking."""
        ...


class MaskedSlice:
    """Masks one slice's batches; records certified columns with removed values, which no digest has."""

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
