"""Send files to raw and follow them through the gate."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from headgate.cli import screens
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from headgate.lake.ports import ObjectRef
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from headgate.lake.ports import FileLedger, FileRecord, ObjectStore

UPLOADERS = 8
POLL_S = 1.0
UNDER_WAY = {FileState.PROCESSING, FileState.HANDED_OVER}


@dataclass(frozen=True)
class Sent:
    """One uploaded object version, and how large its file was."""

    ref: ObjectRef
    size_bytes: int


def objects_in(folder: Path) -> list[tuple[str, Path]]:
    """Every data file of the folder that lies in a sub-folder, with its key in raw, by key; files at the top are notes, not data."""
    from headgate.intake.files.process_file import is_data

    return [(key, path) for key, path in _files_in(folder) if is_data(key)]


def left_out_of(folder: Path) -> list[str]:
    """Return the printable names of data files at the top of the folder, whose dataset no folder names."""
    from headgate.intake.files.process_file import is_data

    return sorted(screens.shown(path.name) for path in folder.iterdir() if path.is_file() and is_data(path.name))


def manifests_in(folder: Path) -> list[tuple[str, Path]]:
    """Every manifest of a run, with its key in raw; it is sent after all data, for it says that its run is complete."""
    return [(key, path) for key, path in _files_in(folder) if key.endswith(f"/{RUN_MANIFEST}")]


def runs_without_manifest(folder: Path) -> list[str]:
    """Return folders laid out as export runs without a manifest: the gate would never process their parts."""
    complete = {key.rpartition("/")[0] for key, _ in manifests_in(folder)}
    parts = {key.rpartition("/")[0] for key, _ in objects_in(folder) if ExportKey.parse(key)}
    return sorted(parts - complete)


def _files_in(folder: Path) -> list[tuple[str, Path]]:
    every = sorted(path for path in folder.rglob("*") if path.parent != folder)
    if dangling := [path for path in every if path.is_symlink() and not path.exists()]:
        name = screens.shown(str(dangling[0]))
        raise click.ClickException(f"{name} is a link to nothing, so a file would be left out. Fix or remove the link.")
    paths = [path for path in every if path.is_file()]
    return [(key_of(path.relative_to(folder)), path) for path in paths]


def is_manifest(name: str) -> bool:
    """Return whether a file name is that of an export run's manifest."""
    return name == RUN_MANIFEST


def key_of(path: Path) -> str:
    """Return the key of a relative path.

    Raises:
        click.ClickException: the name is not UTF-8.
    """
    key = path.as_posix()
    try:
        key.encode()
    except UnicodeEncodeError:
        raise click.ClickException(
            f"the file name {screens.shown(ascii(key))} is not UTF-8, as S3 requires of keys. Rename the file."
        ) from None
    return key


def send(store: ObjectStore, bucket: str, files: Sequence[tuple[str, Path]], sent: Callable[[Sent], None]) -> list[Sent]:
    """Every file is in raw when this returns; `sent` hears of each as it lands."""

    def one(item: tuple[str, Path]) -> Sent:
        key, path = item
        store.upload(path, ObjectRef(bucket, key))
        landed = Sent(store.info(ObjectRef(bucket, key)).ref, path.stat().st_size)
        sent(landed)
        return landed

    with ThreadPoolExecutor(UPLOADERS) as pool:
        return list(pool.map(one, files))


def follow(
    ledger: FileLedger, refs: Iterable[ObjectRef], seen: Callable[[list[FileRecord]], None], *, timeout_s: float
) -> list[FileRecord]:
    """The records of the objects that reached their end; fewer than asked for when `timeout_s` ran out first.

    `seen` hears of all ended records each time they were looked at.
    """
    from headgate.intake.files.process_file import file_id_of

    wanted = {file_id_of(ref) for ref in refs}  # a record's key may lack what the object's own holds
    deadline = time.monotonic() + timeout_s
    while True:
        ended = [record for record in ledger.records() if record.file_id in wanted and record.state not in UNDER_WAY]
        seen(ended)
        if len(ended) == len(wanted) or time.monotonic() > deadline:
            return ended
        time.sleep(POLL_S)
