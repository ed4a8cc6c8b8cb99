"""A folder's data files and manifests, and their keys in raw."""

from pathlib import Path

from headgate.errors import HeadgateError
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from headgate.lake.raw_objects import is_data
from headgate.masking.redaction import redact_text


def objects_in(folder: Path) -> list[tuple[str, Path]]:
    """Return the data files in sub-folders with their keys in raw, sorted by key.

    Files at the top of the folder are notes.
    """
    return [(key, path) for key, path in _files_in(folder) if is_data(key)]


def left_out_of(folder: Path) -> list[str]:
    """Return the printable names of data files at the top of the folder, which have no dataset."""
    return sorted(
        redact_text(path.name) for path in folder.iterdir() if path.is_file() and is_data(path.name)
    )


def manifests_in(folder: Path) -> list[tuple[str, Path]]:
    """Return the manifests of runs with their keys in raw, to be sent after all data."""
    return [(key, path) for key, path in _files_in(folder) if key.endswith(f"/{RUN_MANIFEST}")]


def runs_without_manifest(folder: Path) -> list[str]:
    """Return folders of export runs without a manifest, whose parts the gate would never process."""
    complete = {key.rpartition("/")[0] for key, _ in manifests_in(folder)}
    parts = {key.rpartition("/")[0] for key, _ in objects_in(folder) if ExportKey.parse(key)}
    return sorted(parts - complete)


def _files_in(folder: Path) -> list[tuple[str, Path]]:
    every = sorted(path for path in folder.rglob("*") if path.parent != folder)
    if dangling := [path for path in every if path.is_symlink() and not path.exists()]:
        name = redact_text(str(dangling[0]))
        raise HeadgateError(
            f"{name} is a link to nothing, so a file would be left out. Fix or remove the link."
        )
    paths = [path for path in every if path.is_file()]
    return [(key_of(path.relative_to(folder)), path) for path in paths]


def is_manifest(name: str) -> bool:
    """Return whether a file name is that of an export run's manifest."""
    return name == RUN_MANIFEST


def key_of(path: Path) -> str:
    """Return the key of a relative path."""
    key = path.as_posix()
    try:
        key.encode()
    except UnicodeEncodeError:
        raise HeadgateError(
            f"the file name {redact_text(ascii(key))} is not UTF-8, as S3 requires of keys. Rename the file."
        ) from None
    return key
