"""The certificate of one table in one run, which anybody can verify later.

It is the run's manifest, and is written last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from headgate.errors import AuditError
from headgate.export.certifying.digest import Digest
from headgate.export.planning.mapping import CanonicalForm, ExportColumn
from headgate.export.server.sql_dialect import SqlDialect

_SHA256 = "manifest_sha256"
_AGAIN = "Export the table again with `headgate export run`, which writes a new manifest."
FORMAT = 2  # checksums of 1 did not include which values of a row were null


class CertificateError(AuditError):
    """Raised when files differ from the source and nothing was published, or a manifest was changed."""


class OtherManifestError(CertificateError):
    """The manifest is not a certificate: another loader wrote it."""


@dataclass(frozen=True)
class CertifiedColumn:
    """An exported column.

    `digested` is False for a column that was masked at the source; the digest excludes it.
    """

    name: str
    declared: str
    type: str
    form: CanonicalForm
    fraction_digits: int = 0
    digested: bool = True


@dataclass(frozen=True)
class CertifiedFile:
    """A file with the digest of its rows, which is equal at the source and in the file.

    `seal` proves to the gate that the rows were masked at the source; empty for other files.
    """

    name: str
    size_bytes: int
    sha256: str
    digest: Digest
    slice_number: int
    seal: str = ""


@dataclass(frozen=True)
class Moment:
    """The point in time of a run's snapshot. See `headgate.export.server.source.Snapshot`."""

    method: str
    position: str
    gtid: str
    taken_at: str


@dataclass(frozen=True)
class Certificate:
    """One table in one run.

    Attributes:
        digest: of all rows, as computed by the server; equal to the sum of the files' digests.
        watermark: per column, the start (exclusive; None for the beginning) and the end (inclusive) of the
            run. The next run starts at the end; this run may already contain later rows.
        impossible_dates: per column, the number of invalid dates that became null.
        deleted: number of rows deleted since the previous run; None if the contract does not follow
            deletions, or in a first run. `_deleted.parquet` has their keys, and `deleted_sha256` its hash.
        drift: descriptions of the differences between the source's columns and the contract's.
        withheld: rows masked at the source that lost a number in a column which declares none. Their digests
            are those of the written rows; the original rows were compared with the source before.
        selection: the SQL condition or query that selected the rows; empty for a run of all rows.
        dialect: of the server, which determines the checksum of a row.
    """

    source: str
    table: str
    run: str
    exported_on: str
    mode: str
    moment: Moment
    schema_hash: str
    columns: tuple[CertifiedColumn, ...]
    digest: Digest
    files: tuple[CertifiedFile, ...]
    watermark: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    impossible_dates: Mapping[str, int] = field(default_factory=dict)
    deleted: int | None = None
    deleted_sha256: str = ""
    drift: tuple[str, ...] = ()
    withheld: int = 0
    selection: str = ""
    dialect: SqlDialect = SqlDialect.MYSQL

    @property
    def size_bytes(self) -> int:
        """Total size of the files."""
        return sum(file.size_bytes for file in self.files)

    @property
    def digested(self) -> tuple[CertifiedColumn, ...]:
        """The columns that are part of the digest."""
        return tuple(column for column in self.columns if column.digested)

    def to_json(self) -> str:
        """Return the manifest's text; equal certificates give equal bytes."""
        content = json.loads(json.dumps({"format": FORMAT, **asdict(self)}))
        return json.dumps({**content, _SHA256: _sha256_of(content)}, sort_keys=True, indent=1)

    @classmethod
    def from_json(cls, text: str | bytes) -> Certificate:
        """Return the certificate in a manifest.

        Raises:
            OtherManifestError: the manifest has no format version.
            CertificateError: the manifest is damaged, has another format version, or was modified.
        """
        try:
            read: dict[str, Any] = json.loads(text)
            version, sha256 = read.pop("format", None), read.pop(_SHA256, "")
        except (ValueError, TypeError, AttributeError) as error:
            raise CertificateError(f"the manifest is damaged: {type(error).__name__}. {_AGAIN}") from None
        if version is None:
            raise OtherManifestError(
                "the manifest is not a certificate, so another loader wrote it. `headgate export run` writes "
                "certificates."
            )
        if version != FORMAT:
            raise CertificateError(
                f"the manifest is not of format {FORMAT}: another version of Headgate wrote it. {_AGAIN}"
            )
        if sha256 != _sha256_of({"format": FORMAT, **read}):
            raise CertificateError(f"the manifest was changed after it was written. {_AGAIN}")
        return _from_dict(read)


def _sha256_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _from_dict(read: Mapping[str, Any]) -> Certificate:
    try:
        return Certificate(
            **{
                **read,
                "moment": Moment(**read["moment"]),
                "columns": tuple(
                    CertifiedColumn(**{**item, "form": CanonicalForm(item["form"])})
                    for item in read["columns"]
                ),
                "digest": Digest.from_dict(read["digest"]),
                "files": tuple(
                    CertifiedFile(**{**item, "digest": Digest.from_dict(item["digest"])})
                    for item in read["files"]
                ),
                "watermark": {name: tuple(bounds) for name, bounds in read["watermark"].items()},
                "drift": tuple(read["drift"]),
                "dialect": SqlDialect(read.get("dialect", SqlDialect.MYSQL)),
            }
        )
    # Another version of Headgate may write other fields under the same format number.
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CertificateError(
            f"the manifest holds no certificate ({type(error).__name__}). {_AGAIN}"
        ) from None


def certified_columns(
    columns: Iterable[ExportColumn], masked: Collection[str] = ()
) -> tuple[CertifiedColumn, ...]:
    """Return the columns for a certificate."""
    return tuple(
        CertifiedColumn(
            item.name, item.declared, str(item.type), item.form, item.fraction_digits, item.name not in masked
        )
        for item in columns
    )


def schema_hash(columns: Sequence[CertifiedColumn]) -> str:
    """Return a hash of the columns' names, order and types, at the source and in Parquet."""
    rows = [[column.name, column.declared, column.type, column.digested] for column in columns]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def require_equal(table: str, slice_number: int, source: Digest, written: Digest) -> None:
    """Raise a CertificateError if the digests differ; its message has only counts and checksums."""
    if source != written:
        nulls = [
            number
            for number, counts in enumerate(zip(source.present, written.present, strict=True))
            if counts[0] != counts[1]
        ]
        raise CertificateError(
            f"{table}, slice {slice_number}: the source has {source.rows} rows, checksum {source.checksum}; "
            f"the file has {written.rows} rows, checksum {written.checksum}; "
            f"these columns (by position) have a different number of nulls: {nulls}. Nothing was "
            "published; run the export again"
        )
