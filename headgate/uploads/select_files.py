"""Select the files to send with `headgate upload`, and their keys in raw."""

import atexit
import glob
import hashlib
import re
import shlex
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from headgate.drafts.dataset_name import dataset_name_of
from headgate.errors import HeadgateError, UnreadableFileError
from headgate.formats.archive_files import folder_of_archive
from headgate.lake import keys
from headgate.masking.redaction import redact_text
from headgate.plain_names import did_you_mean
from headgate.project import project
from headgate.uploads import folder_files

STANDARD_INPUT = "-"
_RUN = re.compile(r"(dt=[^/]+/)?run=[^/]+/|dt=[^/]+/")


@dataclass(frozen=True)
class Selection:
    """Files with their keys in raw.

    Attributes:
        files: data files by key.
        manifests: manifests of export runs, which are sent last.
        left_out: printable names of files that are not sent, with the reason.
    """

    files: tuple[tuple[str, Path], ...]
    manifests: tuple[tuple[str, Path], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()


def select_files(
    sources: Sequence[str], dataset: str, datasets: Collection[str], standard_input: BinaryIO
) -> Selection:
    """Return the files to send for files, folders, patterns and `-` (standard input).

    A zip archive with several data files is treated as a folder. A file's dataset is, in this order:
    `dataset`; its folder, if a dataset has that name; its own name; the nearest folder above. Other files go
    to the folder `uploads`, where the gate finds the dataset from the columns.
    """
    if dataset and dataset not in datasets:
        raise HeadgateError(
            f"There is no contract for {dataset}.{did_you_mean(dataset, datasets)} Draft one with "
            f"`{draft_command('FILE', dataset)}`, deploy, and upload again."
        )
    paths = [path for source in sources for path in _paths(source, standard_input)]
    parts = [
        _folder(path, dataset, datasets) if path.is_dir() else _single(path, dataset, datasets)
        for path in paths
    ]
    return Selection(
        tuple(_distinct(file for part in parts for file in part.files)),
        tuple(manifest for part in parts for manifest in part.manifests),
        tuple(left for part in parts for left in part.left_out),
    )


def draft_command(file: str, dataset: str) -> str:
    """Return the command that drafts a dataset's contract from a file into the current lake project."""
    target = (project().folder or Path()) / "contracts" / "source" / f"{dataset}.yaml"
    return (
        f"headgate contract init {shlex.quote(file)} --dataset {dataset} --output {shlex.quote(str(target))}"
    )


def _paths(source: str, standard_input: BinaryIO) -> list[Path]:
    if source == STANDARD_INPUT:
        return [_spool_input(standard_input)]
    if Path(source).exists():
        return [_with_members(Path(source))]
    if paths := sorted(glob.glob(source, recursive=True)):  # noqa: PTH207 an absolute pattern is none for Path.glob
        return [_with_members(Path(name)) for name in paths]
    raise HeadgateError(
        f"{redact_text(source)} does not exist, and no file matches it. Name a file, a folder, a "
        "pattern, or - for standard input."
    )


def _with_members(path: Path) -> Path:
    """Return a folder with the members of an archive of several data files, or the path itself."""
    if not path.is_file():
        return path
    try:
        return folder_of_archive(path) or path
    except UnreadableFileError as error:
        raise HeadgateError(f"{redact_text(path.name)}: {error}") from None


def _spool_input(standard_input: BinaryIO) -> Path:
    """Return a file with the standard input, named by its hash so that equal input has an equal key."""
    body = standard_input.read()
    if not body:
        raise HeadgateError(
            "Standard input is empty. Pipe a file into the command: cat orders.csv | headgate upload -"
        )
    folder = tempfile.mkdtemp(prefix="headgate-")
    atexit.register(
        shutil.rmtree, folder, ignore_errors=True
    )  # it may contain card numbers, and is sent before the command ends
    path = Path(folder) / f"stdin-{hashlib.sha256(body).hexdigest()[:12]}"
    path.write_bytes(body)
    return path


def _single(path: Path, dataset: str, datasets: Collection[str]) -> Selection:
    if reason := _not_data(path.name):
        return Selection((), left_out=((redact_text(path.name), reason),))
    return Selection(((folder_files.key_of(Path(dataset or _dataset_of(path, datasets)) / path.name), path),))


def _dataset_of(path: Path, datasets: Collection[str]) -> str:
    folder, *above = reversed(path.resolve().parent.parts)
    names = (folder, path.name.partition(".")[0].lower(), *above, dataset_name_of(path.name))
    return next((name for name in names if name in datasets), keys.UPLOADS)


def _folder(folder: Path, dataset: str, datasets: Collection[str]) -> Selection:
    """Return the files of a folder: by sub-folders of datasets, or each file on its own."""
    hidden = [path for path in sorted(folder.rglob("*")) if path.is_file() and _not_data(path.name)]
    left_out = tuple(
        (redact_text(path.name), _not_data(path.name))
        for path in hidden
        if not folder_files.is_manifest(path.name)
    )
    if dataset:
        files = tuple(
            (f"{dataset}/{folder_files.key_of(path.relative_to(folder))}", path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        )
        return Selection(
            tuple((key, path) for key, path in files if not _not_data(path.name)), _manifests(files), left_out
        )
    nested = folder_files.objects_in(folder)
    if not nested:
        flat = [_single(path, "", datasets) for path in sorted(folder.iterdir()) if path.is_file()]
        return Selection(
            tuple(file for part in flat for file in part.files),
            left_out=tuple(left for part in flat for left in part.left_out),
        )
    # The folder of one dataset, whose sub-folders are export runs.
    prefix = f"{_dataset_of(folder / '_', datasets)}/" if all(_RUN.match(key) for key, _ in nested) else ""
    if not prefix and (incomplete := folder_files.runs_without_manifest(folder)):
        raise HeadgateError(
            f"{redact_text(incomplete[0])} has no _manifest.json, so the gate would not process its parts. "
            "Write the folder again with this version, or put the files below their dataset without dt= "
            "and run= folders."
        )
    loose = tuple(
        (name, "no folder names its dataset; `headgate upload FILE` sends it alone")
        for name in folder_files.left_out_of(folder)
    )
    keyed = tuple((prefix + key, path) for key, path in nested)
    return Selection(
        keyed,
        tuple((prefix + key, path) for key, path in folder_files.manifests_in(folder)),
        (*loose, *left_out),
    )


def _manifests(files: Iterable[tuple[str, Path]]) -> tuple[tuple[str, Path], ...]:
    return tuple((key, path) for key, path in files if folder_files.is_manifest(path.name))


def _not_data(name: str) -> str:
    return (
        "a name that begins with . or _ is not data; rename the file to send it"
        if name.startswith((".", "_"))
        else ""
    )


def _distinct(files: Iterable[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """Return the files under distinct keys.

    A second file of a key would be its correction, so it is prefixed with its folder's name.
    """
    once = list(dict.fromkeys(files))
    counts = Counter(key for key, _ in once)
    return [
        (
            key
            if counts[key] == 1
            else f"{key.partition('/')[0]}/{path.resolve().parent.name}/{key.partition('/')[2]}",
            path,
        )
        for key, path in once
    ]
