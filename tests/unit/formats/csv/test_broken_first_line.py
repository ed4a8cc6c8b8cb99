"""JSON Lines are known by most of their lines: a first one that is broken is set aside, and refuses nothing."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from typing import TYPE_CHECKING

import pytest

from headgate.contracts.registry import Registry
from headgate.errors import BadInputError
from headgate.formats.csv.read_csv import read_csv
from headgate.formats.json.stream_json import stream_json
from headgate.formats.open_file import stream_plain_csv
from headgate.formats.read_file import read_file
from headgate.intake.gate import gate_bytes, gate_rows
from headgate.intake.quarantine import Origin
from headgate.lake.ports import MaskingKey

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

REGIONS = Registry.load().source["regions"]
KEY, LANDED = MaskingKey("k1", b"0" * 32), dt.datetime(2024, 1, 2)
ROW = dict(zip(REGIONS.names, ("GB", "Britain", "GB", "EU", 1, None, "2024-01-01 00:00:00"), strict=True))
RECORDS = [json.dumps({**ROW, "region_id": code}) for code in ("GB", "FR", "DE")]
BROKEN = [
    RECORDS[0][:40],
    RECORDS[0][40:],
    "Starting export, 3 records",
    "{}{}",
    '[{"region_id": "IT"',
    '{"region_id": "IT", "region_name": "It',
    "\x07 garbage\u2603 at the: top",
]


def lines(first: str, line_end: str = "\n") -> bytes:
    return line_end.join([first, *RECORDS]).encode()


@pytest.mark.parametrize("first", BROKEN, ids=repr)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_broken_first_line_is_set_aside_and_all_others_are_let_in(first: str, line_end: str) -> None:
    for body in (lines(first, line_end), gzip.compress(lines(first, line_end)), lines(first, line_end).decode().encode("utf-16")):
        received = read_file(body, REGIONS)
        assert (received.form, received.cells["region_id"].to_pylist()) == ("json_lines", ["GB", "FR", "DE"])
        assert (received.source_rows.tolist(), received.ragged.texts) == ([2, 3, 4], (first,))
        assert received.written_as["confidence"] == "0.75"


def test_it_is_so_from_disk_as_in_memory(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(lines(BROKEN[0]) + b"\n")
    assert stream_plain_csv(tmp_path / "in", REGIONS) is None
    source = stream_json(tmp_path / "in", REGIONS, tmp_path / "shelf")
    assert source
    disk = gate_rows(source, REGIONS, KEY, Origin("regions", "0" * 64, "regions/in", LANDED))
    memory = gate_bytes(lines(BROKEN[0]) + b"\n", REGIONS, KEY, object_key="regions/in", received_at=LANDED, content_sha256="0" * 64)
    assert disk.counts == memory.counts
    assert disk.accepted.equals(memory.accepted)
    assert disk.quarantine_rows.to_pylist() == memory.quarantine_rows.to_pylist()


def test_one_object_behind_a_broken_line_is_not_most_of_them() -> None:
    with pytest.raises(BadInputError):
        read_file(lines(BROKEN[2])[: -2 * len(RECORDS[0])], REGIONS)


def test_a_column_of_json_below_its_name_stays_csv() -> None:
    payloads = b'region_id\n{"a": 1}\n{"a": 2}\n'
    with pytest.raises(BadInputError) as refused:
        read_file(payloads, REGIONS)
    with pytest.raises(BadInputError) as as_csv:
        read_csv(payloads, REGIONS)
    assert str(refused.value) == str(as_csv.value)


@pytest.mark.parametrize(
    "text", ['[\n{"a": 1}\n,\n{"a": 2}\n]', '[{"a": 1},\n{"a": 2}]', '{"rows": [\n{"region_id": "GB"},\n{"region_id": "FR"}\n]}']
)
def test_an_array_over_several_lines_stays_one(text: str) -> None:
    with pytest.raises(BadInputError) as refused:
        read_file(text.encode(), REGIONS)
    assert refused.value.rule in {"unknown_column", "missing_column", "not_a_table"}
    assert "broken off" not in str(refused.value)
