"""Extract the data files of a zip archive of several files, such as a GTFS feed, to a local folder."""

import atexit
import shutil
import tempfile
import zipfile
from pathlib import Path

from headgate.formats.unpack import (
    BROKEN_ZIP,
    MAX_MEMBERS,
    ZIP,
    ZIP_MAGICS,
    allowed_bytes,
    check_no_password,
    chunks_of,
    corrupt_archive,
    data_members,
    too_many_members,
    within,
)

_MIN_MEMBERS = 2
_PARTS_OF_DOCUMENTS = {"[Content_Types].xml", "mimetype"}


def folder_of_archive(path: Path) -> Path | None:
    """Return a folder with the data files of an archive of several.

    Return None if the file is not an archive or contains only one data file. The folder has the archive's
    name and is deleted when the process ends.

    Raises:
        UnreadableFileError: `corrupt_archive`, or `too_large` if it unpacks to more than the size limit.
    """
    with path.open("rb") as file:
        if not file.read(len(ZIP_MAGICS[0])).startswith(ZIP_MAGICS):
            return None
    try:
        with zipfile.ZipFile(path) as archive:
            members = data_members(archive)
            is_document = not _PARTS_OF_DOCUMENTS.isdisjoint(archive.namelist())
            if len(members) < _MIN_MEMBERS or is_document:
                return None
            if len(members) > MAX_MEMBERS:
                raise too_many_members()
            check_no_password(members)
            return _extract(archive, members, path)
    except BROKEN_ZIP:
        raise corrupt_archive(ZIP) from None


def _extract(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], path: Path) -> Path:
    root = Path(tempfile.mkdtemp(prefix="headgate-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)  # the files may contain card numbers
    folder = root / (path.name.partition(".")[0] or "archive")
    allowed, passed_bytes = allowed_bytes(path.stat().st_size), 0
    for member in members:
        target = folder / Path(*_parts(member.filename))
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as packed, target.open("xb") as file:
            file.writelines(within(chunks_of(packed), allowed, allowed, passed_bytes))
        passed_bytes += target.stat().st_size
    return folder


def _parts(name: str) -> list[str]:
    """Return the folders and the name of a member, without parts that lead out of the folder.

    >>> _parts("../../gtfs/stops.txt")
    ['gtfs', 'stops.txt']
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
    if not parts:
        raise ValueError("a member without a name")
    return parts
