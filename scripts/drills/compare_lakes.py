"""Compare two lakes byte for byte: every curated and quarantine object.

    python -m scripts.drills.compare_lakes write FOLDER [--data DATA]
    python -m scripts.drills.compare_lakes compare FIRST SECOND

`write` passes data through the gate of this clone, with a fixed masking key and fixed times, and writes what
the gate made to FOLDER. Without `--data` the demo's data are made: Online Retail II where `HEADGATE_DATA` has
it, else a generated shop. Use the folder DATA of one run for both clones. `compare` takes such folders, or
buckets of deployed lakes as `s3://BUCKET`, and exits with 1 if they differ.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.contracts.registry import Registry
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.lake.content_hash import sha256_of
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.uploads import folder_files
from scripts import demo

if TYPE_CHECKING:
    from collections.abc import Mapping

RAW, ZONES = "raw", ("curated", "quarantine")
_NOW = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC).replace(tzinfo=None)
_KEY = MaskingKey("compare", bytes(32))
_LEASE_S = 300


def write_lake(data: Path, folder: Path) -> int:
    """Write the curated and quarantine objects of every file below `data` to `folder`.

    Return their number.
    """
    objects, ledger = MemoryObjects(clock=lambda: _NOW), MemoryLedger()
    ports = GatePorts(objects, ledger, *ZONES, lambda: _NOW, _LEASE_S)
    rules = GateRules(Registry.load().source, lambda: _KEY)
    for key, path in folder_files.objects_in(data):
        objects.write(ObjectRef(RAW, key), path.read_bytes())
        record = FileProcessor(ports, rules).process(objects.info(ObjectRef(RAW, key)).ref)
        print(
            f"{record.key}: {record.state}, {record.received} rows, {record.accepted} accepted",
            file=sys.stderr,
        )
    made = {f"{zone}/{key}": body for zone in ZONES for key, body in objects.contents(zone).items()}
    for name, body in made.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
    return len(made)


def digests(place: str) -> dict[str, str]:
    """Return the SHA-256 of every object of a folder or bucket, by key."""
    if place.startswith("s3://"):
        return _digests_of_bucket(place.removeprefix("s3://").rstrip("/"))
    folder = Path(place)
    return {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _digests_of_bucket(bucket: str) -> dict[str, str]:
    from headgate.wiring import stores  # noqa: PLC0415 two folders are compared without AWS

    objects = stores.objects()
    with tempfile.TemporaryDirectory() as name:
        path, digest_by_key = Path(name) / "object", dict[str, str]()
        for info in objects.list(bucket, ""):
            objects.download(info.ref, path, info.size_bytes)
            digest_by_key[info.ref.key] = sha256_of(path)
        return digest_by_key


def differences(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """Return a line for each object that is missing on one side or has other bytes."""
    only = [f"only in the first: {key}" for key in sorted(first.keys() - second.keys())]
    only += [f"only in the second: {key}" for key in sorted(second.keys() - first.keys())]
    return only + [
        f"other bytes: {key}" for key in sorted(first.keys() & second.keys()) if first[key] != second[key]
    ]


def compare(first: str, second: str) -> int:
    """Print the differences and return the exit code: 0 if both lakes have the same objects."""
    before, other = digests(first), digests(second)
    differing = differences(before, other)
    print("\n".join([*differing, f"{len(before)} and {len(other)} objects, {len(differing)} differences"]))
    return 1 if differing or not before else 0


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    write = commands.add_parser("write", help="pass data through the gate and write its objects to FOLDER")
    write.add_argument("folder", type=Path)
    write.add_argument(
        "--data", type=Path, help="a folder as `headgate upload` takes it; default: the demo's data"
    )
    both = commands.add_parser("compare", help="compare two folders or buckets")
    both.add_argument("first")
    both.add_argument("second")
    asked = parser.parse_args()
    if asked.command == "compare":
        return compare(asked.first, asked.second)
    with tempfile.TemporaryDirectory() as name:
        data = asked.data or Path(name)
        if asked.data is None:
            print(demo.await_data(demo.start_data(data)), file=sys.stderr)
        print(f"{write_lake(data, asked.folder)} objects in {asked.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
