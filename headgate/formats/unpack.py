"""Decompress a file (gzip, zip or zstd, also nested), within fixed limits."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

import pyarrow as pa

from headgate.errors import UnreadableFileError
from headgate.masking.redaction import redact
from headgate.values.cells import text_array

GZIP, ZSTD, ZIP = "gzip", "zstd", "zip"
GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")  # with members, and without any
WORKBOOK_PART = "xl/workbook.xml"
# The first member of an OpenDocument spreadsheet, uncompressed after the 30 bytes of its local header.
# Source: OASIS, "OpenDocument 1.3", part 2, section 3.3; PKWARE, "APPNOTE.TXT", section 4.3.7.
_MEMBER_AT = 30
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
# Fits into a worker of 3 GB beside its own copies. A file that unpacks to more is a bomb, or needs a larger
# worker.
MAX_EXPANDED_BYTES = 1 << 30
# Tables of one repeated row grow 200- to 400-fold, bombs 1,000-fold and more. Growth up to GROWS_FREELY_BYTES
# is never limited.
MAX_RATIO = 500
GROWS_FREELY_BYTES = 1 << 26
MAX_LAYERS = 3  # a gzip in a zip in a zstd; no export has more
MAX_MEMBERS = 10_000
_CHUNK_BYTES = 1 << 20
_MEMBERS_SHOWN = 5
# Files that macOS, Windows, Spark, Databricks and Hadoop leave beside data.
_FILES_OF_TOOLS = re.compile(
    r"\._.*|\.DS_Store|Thumbs\.db|desktop\.ini|_SUCCESS|_(?:started|committed)_\d+|_(?:common_)?metadata|\..*\.crc"
)
# The members of each kind of document. Source: ECMA-376, parts 1 and 2; files of Numbers.
_CONTENT_TYPES = "[Content_Types].xml"
_DOCUMENTS = {
    "a Word document": {_CONTENT_TYPES, "word/document.xml"},
    "a presentation": {_CONTENT_TYPES, "ppt/presentation.xml"},
    "a document of Numbers, Pages or Keynote": {"Index/Document.iwa"},
}
_INNER = "unpacked-"
_IS_ENCRYPTED = 0x1
# Errors of zipfile for an archive that it cannot read; RuntimeError: a password is needed. Their texts can
# contain a member's name.
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    LookupError,
    OSError,
    ValueError,
    RuntimeError,
)


@dataclass(frozen=True)
class UnpackedFile:
    """A local decompressed file, and its original compressions, outermost first."""

    path: Path
    packed: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        """The size of the decompressed file."""
        return self.path.stat().st_size


class OutgrownError(UnreadableFileError):
    """The file is not a bomb, but too large for this worker. The rule is `too_large`."""

    @classmethod
    def of(cls, limit_bytes: int) -> OutgrownError:
        """Return the error of a worker that can read at most `limit_bytes`."""
        refusal = too_large(limit_bytes)
        return cls(rule=refusal.rule, message=refusal.message, remedy=refusal.remedy)


def unpack(body: bytes, limit_bytes: int = MAX_EXPANDED_BYTES) -> bytes:
    """Return the decompressed content; errors as `unpacked`."""
    return unpacked(body, limit_bytes)[0]


def unpacked(body: bytes, limit_bytes: int = MAX_EXPANDED_BYTES) -> tuple[bytes, tuple[str, ...]]:
    """Return the decompressed content and its compressions, outermost first.

    The bytes decide the compression, not the file's name.

    A workbook stays a zip.

    Raises:
        UnreadableFileError: the content is empty (`empty_file`), cut (`truncated_gzip`) or damaged
            (`corrupt_gzip`; `corrupt_archive` for zip and zstd); a zip has several data files
            (`several_files`); or it exceeds the limits on bytes, ratio or layers (`too_large`).
    """
    content, allowed = body, allowed_bytes(len(body))
    packed: tuple[str, ...] = ()
    while packing := packing_of(io.BytesIO(content)):
        packed = with_layer(packed, packing)
        content = b"".join(within(parts_of(packing, io.BytesIO(content)), allowed, limit_bytes))
    if len(content) > limit_bytes:
        raise OutgrownError.of(limit_bytes)
    if not content:
        raise UnreadableFileError(
            rule="empty_file",
            message="the file holds no bytes",
            remedy="send the file with its rows; it is empty, or its upload was cut",
        )
    return content, packed


def unpack_file(path: Path, folder: Path, limit_bytes: int = MAX_EXPANDED_BYTES) -> UnpackedFile:
    """Unpack a file on disk into `folder`; return the file itself if it is not compressed.

    An empty file is not an error here: its reader reports it.
    """
    unpacked_file, allowed = UnpackedFile(path), allowed_bytes(path.stat().st_size)
    while packing := _packing_of_file(unpacked_file.path):
        packed = with_layer(unpacked_file.packed, packing)
        inner = folder / f"{_INNER}{len(packed)}"
        with unpacked_file.path.open("rb") as source, inner.open("wb") as sink:
            sink.writelines(within(parts_of(packing, source), allowed, limit_bytes))
        if unpacked_file.packed:
            unpacked_file.path.unlink()
        unpacked_file = UnpackedFile(inner, packed)
    return unpacked_file


def unpacked_bytes(path: Path) -> int:
    """Return the decompressed size of a local file that `unpack_file` has unpacked into the same folder."""
    inner = [each.stat().st_size for each in path.parent.glob(f"{_INNER}*")]
    return max(inner, default=path.stat().st_size)


def _packing_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return packing_of(file)


def allowed_bytes(size_bytes: int) -> int:
    """Return the largest size that a file of this size may unpack to."""
    return max(GROWS_FREELY_BYTES, MAX_RATIO * size_bytes)


def with_layer(packed: tuple[str, ...], packing: str) -> tuple[str, ...]:
    """Return the layers with one more compression; UnreadableFileError if these are too many."""
    if len(packed) == MAX_LAYERS:
        raise UnreadableFileError(
            rule="too_large",
            message=f"the file is compressed more than {MAX_LAYERS} times over",
            remedy="compress it once and send it again",
        )
    return (*packed, packing)


def within(parts: Iterator[bytes], allowed: int, limit_bytes: int, passed_bytes: int = 0) -> Iterator[bytes]:
    """Yield the parts, and raise an error when they exceed a limit; sizes in archive headers are not trusted.

    Args:
        passed_bytes: the size of earlier members of the archive, which count too.

    Raises:
        UnreadableFileError: `too_large`: more than `allowed`, the limit for the file's size.
        OutgrownError: more than `limit_bytes`.
    """
    for part in parts:
        passed_bytes += len(part)
        if passed_bytes > allowed:
            raise grows_too_much(allowed)
        if passed_bytes > limit_bytes:
            raise OutgrownError.of(limit_bytes)
        yield part


def too_large(limit_bytes: int) -> UnreadableFileError:
    """Return the rejection of a file that is larger than a worker can read."""
    return UnreadableFileError(
        rule="too_large",
        message=f"the file holds more than {limit_bytes:,} bytes once unpacked",
        remedy="split it into smaller files with the same header",
    )


def grows_too_much(allowed: int) -> UnreadableFileError:
    """Return the rejection of a file that unpacks to more than `allowed`, the limit for its size."""
    return UnreadableFileError(
        rule="too_large",
        message=(
            f"the file unpacks to more than {allowed:,} bytes, the most for a file of its size: "
            f"{MAX_RATIO} times its bytes, and at least {GROWS_FREELY_BYTES:,}"
        ),
        remedy=(
            "check that it holds the table that you mean, and send it without compression, or split it into "
            f"files of at most {GROWS_FREELY_BYTES:,} bytes with the same header"
        ),
    )


def is_workbook(content: bytes) -> bool:
    """Return whether the bytes are an Excel workbook: a zip with that part. Source: ECMA-376, part 2."""
    return (
        content.startswith(ZIP_MAGICS[0])
        and not is_open_document(content)
        and _holds_workbook(io.BytesIO(content))
    )


def is_open_document(content: bytes) -> bool:
    """Return whether the bytes, or their beginning, are an OpenDocument spreadsheet."""
    return content.startswith(ZIP_MAGICS[0]) and content.startswith(_OPEN_DOCUMENT, _MEMBER_AT)


def _holds_workbook(file: IO[bytes]) -> bool:
    file.seek(0)
    if is_open_document(file.read(_MEMBER_AT + len(_OPEN_DOCUMENT))):
        return True
    try:
        with zipfile.ZipFile(file) as archive:
            return WORKBOOK_PART in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def is_packed(content: bytes) -> bool:
    """Return whether the bytes start like a compressed file."""
    return bool(packing_of(io.BytesIO(content)))


def packing_of(file: IO[bytes]) -> str:
    """Return the file's compression from its first bytes; empty if there is none, and for a workbook."""
    head = file.read(len(ZIP_MAGICS[0]))
    if head.startswith(GZIP_MAGIC):
        return GZIP
    if head.startswith(ZSTD_MAGIC):
        return ZSTD
    return ZIP if head.startswith(ZIP_MAGICS) and not _holds_workbook(file) else ""


def parts_of(packing: str, file: IO[bytes]) -> Iterator[bytes]:
    """Yield the decompressed content in pieces."""
    return {GZIP: _gunzip, ZSTD: _unzstd, ZIP: _unzip}[packing](file)


def _unzstd(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the content of all frames. Source: RFC 8878."""
    try:
        with pa.CompressedInputStream(pa.PythonFile(file, "r"), ZSTD) as packed:
            yield from chunks_of(packed)
    except (OSError, pa.ArrowException):
        raise corrupt_archive(ZSTD) from None


def _unzip(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the content of the only data file."""
    try:
        with zipfile.ZipFile(file) as archive:
            data = _data_member(archive)
            check_no_password([data])
            with archive.open(data) as member:
                yield from chunks_of(member)
    except BROKEN_ZIP:
        raise corrupt_archive(ZIP) from None


def _data_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    if len(archive.infolist()) > MAX_MEMBERS:
        raise too_many_members()
    _check_no_document(archive)
    members = data_members(archive)
    if len(members) != 1:
        raise UnreadableFileError(
            rule="several_files" if members else "empty_file",
            message=f"the zip archive holds {len(members)} data files{_names_of(members)}",
            remedy="send each file as an object of its own",
        )
    return members[0]


def _check_no_document(archive: zipfile.ZipFile) -> None:
    """Check that the archive is no document of another program than a spreadsheet."""
    names = set(archive.namelist())
    for document, parts in _DOCUMENTS.items():
        if parts <= names:
            raise UnreadableFileError(
                rule="not_a_table",
                message=f"the file is {document}, which is not a table",
                remedy="export its table as a workbook (.xlsx) or as CSV, and send that file",
            )


def too_many_members() -> UnreadableFileError:
    """Return the rejection of an archive with too many members."""
    return UnreadableFileError(
        rule="too_large",
        message=f"the zip archive has more than {MAX_MEMBERS:,} members",
        remedy="send the one file with the data",
    )


def data_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the data files of an archive."""
    return [member for member in archive.infolist() if _is_data(member)]


def _is_data(member: zipfile.ZipInfo) -> bool:
    """Return whether a member is neither a folder nor a file that tools are known to leave.

    Other names that begin with `.` or `_` are data, so that no table is left out silently.
    """
    *folders, name = member.filename.split("/")
    return not (member.is_dir() or "__MACOSX" in folders or _FILES_OF_TOOLS.fullmatch(name))


def _names_of(members: list[zipfile.ZipInfo]) -> str:
    """Return the names of the first members, with possible card numbers redacted."""
    if not members:
        return ""
    names = redact(text_array(member.filename[:80] for member in members[:_MEMBERS_SHOWN])).to_pylist()
    return f": {', '.join(names)}{', …' if len(members) > _MEMBERS_SHOWN else ''}"


def chunks_of(packed: IO[bytes]) -> Iterator[bytes]:
    """Yield the content of a stream in pieces."""
    return iter(partial(packed.read, _CHUNK_BYTES), b"")


def corrupt_archive(form: str) -> UnreadableFileError:
    """Return the rejection of an archive that cannot be read."""
    return UnreadableFileError(
        rule="corrupt_archive",
        message=f"the {form} archive is cut or damaged",
        remedy="save or compress the file again, and send it",
    )


def check_no_password(members: Sequence[zipfile.ZipInfo]) -> None:
    """Raise UnreadableFileError if a member of an archive is encrypted.

    Source: PKWARE, "APPNOTE.TXT", section 4.4.4: bit 0 of the general purpose flags.
    """
    if any(member.flag_bits & _IS_ENCRYPTED for member in members):
        raise UnreadableFileError(
            rule="corrupt_archive",
            message="the zip archive has a password",
            remedy="compress the file again without a password, and send it",
        )


def _gunzip(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the content of all gzip members.

    Zeros that pad the end are not data (RFC 1952; gzip(1) ignores them).
    """
    rest = file.read(_CHUNK_BYTES)
    while rest:
        member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        while not member.eof:
            if not rest:
                raise UnreadableFileError(
                    rule="truncated_gzip",
                    message="the gzip stream stops before its end",
                    remedy="send the file again; its upload was cut",
                )
            yield _inflate(member, rest)
            rest = member.unconsumed_tail or (b"" if member.eof else file.read(_CHUNK_BYTES))
        rest = _skip_zeros(member.unused_data, file)


def _skip_zeros(rest: bytes, file: IO[bytes]) -> bytes:
    """Return the bytes that follow a member; nothing if only zeros follow."""
    while not rest.strip(b"\0"):
        more = file.read(_CHUNK_BYTES)
        if not more:
            return b""
        rest = rest[:1] + more
    return rest


def _inflate(member: zlib._Decompress, chunk: bytes) -> bytes:
    try:
        return member.decompress(chunk, _CHUNK_BYTES)
    except zlib.error as error:
        raise UnreadableFileError(
            rule="corrupt_gzip",
            message="the gzip stream is damaged",
            remedy="compress the file again and send it again",
        ) from error
