"""The certificate of one table in one run, which anybody can check later.

It is the run's manifest: written last, or not at all.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from headgate.errors import AuditError
from headgate.export.certifying.digest import Digest
from headgate.export.planning.mapping import CanonicalForm
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from headgate.export.planning.mapping import ExportColumn

MANIFEST = "_manifest.json"
_SHA256 = "manifest_sha256"
_AGAIN = "Export the table again with `headgate export run`, which writes a new manifest."
FORMAT = 2  # checksums of 1 did not include which values of a row were null


class CertificateError(AuditError):
    """Raised when files differ from the source and nothing was published, or a manifest was changed."""


class OtherManifestError(CertificateError):
    """The manifest certifies nothing: somebody else wrote it, who may write runs as well."""


@dataclass(frozen=True)
class CertifiedColumn:
    """One column as it was exported.

    `digested` is False for columns that were masked on the way: the digest leaves them out.
    """

    name: str
    declared: str
    type: str
    form: CanonicalForm
    fraction_digits: int = 0
    digested: bool = True


@dataclass(frozen=True)
class CertifiedFile:
    """One file, and the digest of its rows at the source and in the file, which are equal.

    `seal` is empty but for files that were masked on the way: by it the gate knows them.
    """

    name: str
    size_bytes: int
    sha256: str
    digest: Digest
    slice_number: int
    seal: str = ""


@dataclass(frozen=True)
class Moment:
    """The moment of the source that a run shows. See `headgate.export.server.source.Snapshot`."""

    method: str
    position: str
    gtid: str
    taken_at: str


@dataclass(frozen=True)
class Certificate:
    """One table in one run.

    Attributes:
        digest: of all rows, as the server computed it; the files' digests add up to it.
        watermark: per column, the values that the run goes from (not included; None for all) and to
            (included); the next run begins there, and rows after it may be in this one already.
        impossible_dates: per column, dates on no calendar that became null.
        deleted: rows that the run before had and the source no longer has, by key; None when the contract
            does not ask, or there was no run before. Their keys lie in `_deleted.parquet` beside the files,
            with this SHA-256.
        drift: how the source's columns differ from the contract's, in words.
        withheld: rows masked on the way that had a number taken out of a column which declares none; their
            digests are those of what was written, and were compared with the source's before that.
        selection: the SQL condition or query that chose the rows; empty for a run of all rows.
        dialect: of the server, which decides how rows are checksummed.
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
        """Size of all files."""
        return sum(file.size_bytes for file in self.files)

    @property
    def digested(self) -> tuple[CertifiedColumn, ...]:
        """The columns that the digest covers."""
        return tuple(column for column in self.columns if column.digested)

    def to_json(self) -> str:
        """Return the manifest's text; equal certificates give equal bytes."""
        content = json.loads(json.dumps({"format": FORMAT, **asdict(self)}))
        return json.dumps({**content, _SHA256: _sha256_of(content)}, sort_keys=True, indent=1)

    @classmethod
    def from_json(cls, text: str | bytes) -> Certificate:
        """Return the certificate that a manifest states.

        Raises:
            OtherManifestError: the text says nothing of a format.
            CertificateError: the text is no manifest of this format, or was changed after it was written.
        """
        try:
            read: dict[str, Any] = json.loads(text)
            seal = read.pop("format", None), read.pop(_SHA256, "")
        except (ValueError, TypeError, AttributeError) as error:
            raise CertificateError(f"the manifest is damaged: {type(error).__name__}. {_AGAIN}") from None
        if seal[0] is None:
            raise OtherManifestError(
                "the manifest is not of an export that certifies. `headgate export run` writes such a "
                "manifest."
            )
        if seal[0] != FORMAT:
            raise CertificateError(
                f"the manifest is not of format {FORMAT}: another version of Headgate wrote it. {_AGAIN}"
            )
        if seal[1] != _sha256_of({"format": FORMAT, **read}):
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
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:  # of another version of Headgate that calls itself by this format
        raise CertificateError(
            f"the manifest holds no certificate ({type(error).__name__}). {_AGAIN}"
        ) from None


def certified_columns(
    columns: Iterable[ExportColumn], masked: Collection[str] = ()
) -> tuple[CertifiedColumn, ...]:
    """Return the columns as a certificate states them."""
    return tuple(
        CertifiedColumn(
            column.name,
            column.declared,
            str(column.type),
            column.form,
            column.fraction_digits,
            column.name not in masked,
        )
        for column in columns
    )


def schema_hash(columns: Sequence[CertifiedColumn]) -> str:
    """Return a fingerprint of the columns' names, order and types, at the source and in Parquet."""
    rows = [[column.name, column.declared, column.type, column.digested] for column in columns]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def require_equal(table: str, slice_number: int, source: Digest, written: Digest) -> None:
    """Check that both sides agree.

    Raises:
        CertificateError: they do not; the message has counts only.
    """
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
