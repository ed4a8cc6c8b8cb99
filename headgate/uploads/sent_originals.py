"""The sent file, kept in raw next to the edited file that the lake reads.

Raw must not have card data of accepted files, and no worker masks files of other formats. So a sent file is
kept only if the dataset has no sensitive columns and leaves none out, and no number is found anywhere in the
file, also above its header, in other sheets, or in other members of an archive.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from headgate.contracts.model import Contract
from headgate.contracts.new_column_policy import left_out_names
from headgate.contracts.sensitive_names import mask_by_name
from headgate.errors import BadInputError
from headgate.formats.sniff import is_old_workbook
from headgate.formats.unpack import is_packed, unpack
from headgate.masking.redaction import rows_with_secrets
from headgate.uploads.upload import SentOriginal
from headgate.values.cells import text_array

_MAX_BYTES = 64 << 20  # searched as a whole, in memory
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class _NotSearchedError(Exception):
    """A text of a file is not searched."""


def sent_original(
    path: Path, contract: Contract | None, *, has_numbers: bool, names: Iterable[str] = ()
) -> SentOriginal:
    """Return whether a sent file may be kept.

    Args:
        contract: of the chosen dataset; None without one.
        has_numbers: the table has a card or social security number.
        names: of the table's columns in the file. The dataset may lack one for codes, which no search finds.
    """
    is_sensitive = contract is not None and bool(contract.sensitive)
    if has_numbers or is_sensitive or any(map(mask_by_name, names)):
        return SentOriginal.HAS_NUMBERS
    if contract is not None and left_out_names(contract):
        return SentOriginal.LEFT_OUT
    if path.stat().st_size > _MAX_BYTES:
        return SentOriginal.NOT_SEARCHED
    body = path.read_bytes()
    try:
        is_clean = not any(len(rows_with_secrets(text_array(lines))) for lines in _texts(body, _MAX_BYTES))
    except (_NotSearchedError, BadInputError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return SentOriginal.NOT_SEARCHED
    return SentOriginal.KEPT if is_clean else SentOriginal.HAS_NUMBERS


def _texts(body: bytes, limit_bytes: int) -> Iterator[list[str]]:
    """Yield the lines of all texts in a file, also of parts of a workbook or archive.

    Raises:
        _NotSearchedError: a part is too large, or its format is not searched.
    """
    if len(body) > limit_bytes or is_old_workbook(body):
        raise _NotSearchedError
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for member in archive.infolist():
                if member.file_size > limit_bytes:
                    raise _NotSearchedError
                yield from _texts(archive.read(member), limit_bytes)
    elif is_packed(body):
        yield from _texts(unpack(body, limit_bytes), limit_bytes)
    else:
        yield _text(body).splitlines()


def _text(body: bytes) -> str:
    if body.startswith(_UTF16):
        return body.decode("utf-16", errors="replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")
