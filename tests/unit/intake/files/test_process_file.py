import datetime as dt
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.contracts.registry import Registry
from headgate.contracts.rules_fingerprint import gate_fingerprint
from headgate.errors import NotFoundError, NotPermittedError, ServiceError, ThrottledError
from headgate.formats.format_name import formats_in_words
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.lake.ports import SUMMARY, FileRecord, MaskingKey, ObjectRef
from headgate.lake.raw_objects import file_id_of, is_data
from headgate.profiling.kept_profiles import Profiles

pytestmark = pytest.mark.unit

REGISTRY = Registry.load()
LANDED = dt.datetime(2024, 1, 2, 3, 4, 5)
PAYMENTS = (
    b"payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,updated_at\n"
    b"1,A1,card,4111111111111111,917,2026-01,10.50,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00\n"
    b"2,A2,card,4111111111111112,917,2026-01,10.50,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00\n"
    b"1,A1,card,4111111111111111,917,2026-01,10.50,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00\n"
)
ONE_GOOD_ROW = b"\n".join(PAYMENTS.splitlines()[:2])


@dataclass
class Lake:
    """A lake in memory whose clock advances by a second at each reading."""

    objects: MemoryObjects = field(default_factory=lambda: MemoryObjects(clock=lambda: LANDED))
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    now: dt.datetime = LANDED

    def clock(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now

    def put(self, key: str, body: bytes) -> ObjectRef:
        self.objects.write(ObjectRef("raw", key), body)
        return self.objects.info(ObjectRef("raw", key)).ref

    def curation(
        self, key: Callable[[], MaskingKey] = lambda: MaskingKey("k1", b"0" * 32), **ports: object
    ) -> FileProcessor:
        objects, ledger = ports.get("objects", self.objects), ports.get("ledger", self.ledger)
        twins = GatePorts(objects, ledger, "curated", "quarantine", self.clock, 300)  # type: ignore[arg-type]  # twins of the ports
        return FileProcessor(twins, GateRules(REGISTRY.source, key))

    def contents(self) -> dict[str, bytes]:
        return {**self.objects.contents("curated"), **self.objects.contents("quarantine")}


PLAIN_CSV = {
    "format": "csv",
    "compression": "none",
    "encoding": "utf-8",
    "delimiter": ",",
    "quote": '"',
    "escape": '"',
    "line_end": "\n",
    "skipped_lines": "0",
    "header_lines": "1",
    "confidence": "1.0",
}


def rows_in(body: bytes) -> int:
    rows: int = pq.read_metadata(io.BytesIO(body)).num_rows
    return rows


def test_a_sender_is_recorded_without_card_numbers_and_cut_to_the_columns_length() -> None:
    lake = Lake()
    for key, sender, recorded in (
        ("payments/a.csv", "eva@example.com", "eva@example.com"),
        ("payments/b.csv", "4111 1111 1111 1111", "[PAN ****1111]"),
        ("payments/c.csv", "e" * 300, "e" * 200),
    ):
        ref = lake.put(key, PAYMENTS)
        lake.objects.senders[ref.bucket, ref.key, ref.version_id] = sender
        assert lake.curation().process(ref).sent_by == recorded


def test_a_file_leaves_an_increment_its_refused_rows_and_one_record() -> None:
    lake = Lake()
    ref = lake.put("payments/a.csv", PAYMENTS)
    record = lake.curation().process(ref)
    sha = record.content_sha256
    assert record == FileRecord(
        file_id=file_id_of(ref),
        bucket="raw",
        key="payments/a.csv",
        version_id=ref.version_id,
        dataset="payments",
        state="done",
        size_bytes=len(PAYMENTS),
        content_sha256=sha,
        contract="headgate.source.payments@1.0.0",
        contract_rules=gate_fingerprint(Registry.load().source["payments"]),
        received=3,
        accepted=1,
        quarantined=1,
        duplicates=1,
        written_as=PLAIN_CSV,
        reasons={"card_number": 1, "duplicate_row": 1},
        masked={"card_cvv": 2, "card_number": 2},
        curated_key=f"increments/payments/{sha}.parquet",
        quarantine_key=f"rows/payments/{sha}.parquet",
        received_at="2024-01-02T03:04:05",
        stage_times=record.stage_times,
        finished_at=record.finished_at,
    )
    assert list(record.stage_times) == ["trigger", "processing", "validation", "database"]
    assert {key: rows_in(body) for key, body in lake.contents().items()} == {
        record.curated_key: 1,
        record.quarantine_key: 2,
    }
    assert list(lake.ledger.records()) == [record]


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))


@pytest.mark.parametrize("key", ["uploads/bild.csv", "bild.csv"])
def test_a_picture_of_no_dataset_is_rejected_as_no_table(key: str) -> None:
    """No contract can be drafted from it, so the message names the formats instead."""
    lake = Lake()
    record = lake.curation().process(lake.put(key, PNG))
    assert (record.state, record.error["rule"]) == ("rejected", "not_a_table")
    assert "a picture" in record.error["message"]
    assert f"send {formats_in_words()}" in record.error["remedy"]


def test_a_copy_of_a_file_without_rows_is_reported_as_one() -> None:
    lake = Lake()
    header = PAYMENTS.splitlines()[0]
    first = lake.curation().process(lake.put("payments/a.csv", header))
    copy = lake.curation().process(lake.put("payments/b.csv", header))
    assert (first.state, first.received, first.error) == ("done", 0, {})
    assert (copy.state, copy.error["rule"]) == ("skipped_duplicate", "no_rows")
    assert "a header and no rows" in copy.error["message"]


def test_nothing_is_written_where_there_is_nothing_to_write() -> None:
    lake = Lake()
    record = lake.curation().process(lake.put("payments/a.csv", ONE_GOOD_ROW))
    assert (record.state, record.quarantine_key) == ("done", "")
    empty = lake.curation().process(lake.put("payments/b.csv", PAYMENTS.splitlines()[0]))
    assert (empty.state, empty.received, empty.curated_key) == ("done", 0, "")
    assert list(lake.contents()) == [record.curated_key]


def test_a_second_delivery_changes_nothing() -> None:
    lake = Lake()
    ref = lake.put("payments/a.csv", PAYMENTS)
    first = lake.curation().process(ref)
    before = lake.objects._written
    assert lake.curation().process(ref) == first
    assert lake.curation().process(ObjectRef(ref.bucket, ref.key)) == first
    assert (first.seen_before, lake.curation().process(ref).seen_before) == (False, True)
    assert lake.objects._written == before


@pytest.mark.parametrize(
    ("key", "reported", "state"),
    [
        ("payments/4111111111111111.csv", "payments/[PAN ****1111].csv", "done"),
        ("payments/123-45-6789.csv", "payments/[SSN ***-**-6789].csv", "done"),
        ("4111111111111111/a.csv", "[PAN ****1111]/a.csv", "rejected"),
        ("4111/1111/1111/1111/a.csv", "[PAN ****1111]/a.csv", "rejected"),
        ("payments/4111111111111111/", "payments/[PAN ****1111]/", "ignored"),
    ],
)
def test_a_number_in_a_files_key_is_recorded_nowhere(key: str, reported: str, state: str) -> None:
    lake = Lake()
    ref = lake.put(key, ONE_GOOD_ROW)
    record = lake.curation().process(ref)
    assert (record.key, record.state, record.file_id) == (reported, state, file_id_of(ref))
    shown = f"{record}{list(lake.ledger.records())}"
    assert not re.search("4111|123-45", shown)


def test_the_same_content_under_another_name_is_skipped() -> None:
    lake = Lake()
    first = lake.curation().process(lake.put("payments/a.csv", PAYMENTS))
    copy = lake.curation().process(lake.put("payments/copy.csv", PAYMENTS))
    assert (copy.state, copy.duplicate_of, copy.received) == ("skipped_duplicate", first.file_id, 0)
    assert lake.ledger.get(copy.file_id) == copy


def test_a_corrected_file_of_the_same_name_is_a_file_of_its_own() -> None:
    lake = Lake()
    wrong = lake.curation().process(lake.put("payments/a.csv", b"not,a,payment\n"))
    right = lake.curation().process(lake.put("payments/a.csv", PAYMENTS))
    assert (wrong.state, right.state) == ("rejected", "done")
    assert wrong.file_id != right.file_id


@pytest.mark.parametrize(
    ("key", "body", "rule", "column"),
    [
        ("nobody/a.csv", PAYMENTS, "unknown_dataset", ""),
        ("a.csv", PAYMENTS, "unknown_dataset", ""),
        ("payments/a.csv", b"", "empty_file", ""),
        ("payments/a.csv.gz", b"\x1f\x8b\x08\0\0\0", "truncated_gzip", ""),
        ("payments/a.csv", b"Dear all,\nplease find attached\n", "not_a_table", ""),
        ("payments/a.csv", PAYMENTS.replace(b"card_cvv", b"currency"), "duplicate_column", "currency"),
        ("payments/a.parquet", b"PAR1 and nothing else", "corrupt_parquet", ""),
    ],
)
def test_a_file_that_cannot_be_accepted_is_recorded_with_rule_and_remedy(
    key: str, body: bytes, rule: str, column: str
) -> None:
    lake = Lake()
    ref = lake.put(key, body)
    record = lake.curation().process(ref)
    assert (record.state, record.error["rule"], record.error["file"], record.error["column"]) == (
        "rejected",
        rule,
        key,
        column,
    )
    assert record.error["message"]
    assert record.error["remedy"]
    assert lake.contents() == {}
    assert lake.objects.read(ref) == body
    assert lake.ledger.get(record.file_id) == record


def test_a_table_of_no_contract_is_profiled_and_leaves_nothing_in_the_lake() -> None:
    lake = Lake()
    profiles = Profiles(lake.objects, "artifacts")
    ref = lake.put("loyalty/points.csv", b"member,points\nA-1,20\nA-2,\n")
    record = replace(lake.curation(), profile_uncontracted=profiles.of_uncontracted).process(ref)
    assert (record.state, record.received, record.profile[SUMMARY]) == (
        "profiled",
        0,
        "processed/points_summary.json",
    )
    summary = json.loads(lake.objects.read(ObjectRef("artifacts", record.profile[SUMMARY])))
    assert (summary["file_name"], summary["row_count"], summary["schema"]) == (
        "points.csv",
        2,
        {"member": "string", "points": "int"},
    )
    assert summary["quality_issues"]["missing_values"] == {"points": {"count": 1, "percentage": 50.0}}
    assert lake.contents() == {}
    again = lake.put("loyalty/again.csv", b"member,points\nA-1,20\nA-2,\n")
    same = replace(lake.curation(), profile_uncontracted=profiles.of_uncontracted).process(again)
    assert same.state == "profiled"  # its content was not taken


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(
        pa.table({"member": [f"A-{number}" for number in range(2000)], "points": list(range(2000))}), out
    )
    return out.getvalue()


def _workbook(sheet: bytes) -> bytes:
    """A workbook whose first sheet has these bytes."""
    written, out = Workbook(), io.BytesIO()
    written.save(out)
    damaged = io.BytesIO()
    with zipfile.ZipFile(out) as source, zipfile.ZipFile(damaged, "w") as target:
        for name in source.namelist():
            target.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else source.read(name))
    return damaged.getvalue()


EMPTY_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
DAMAGED = {
    "empty": (b"", "empty_file"),
    "blank": (b" \n", "empty_file"),
    "JSON without records": (b"[]", "empty_file"),
    "a workbook of empty sheets": (
        _workbook(EMPTY_SHEET),
        "empty_file",
    ),
    "a zip that is cut": (b"PK\x03\x04 cut", "corrupt_archive"),
    "a gzip that is cut": (gzip.compress(PAYMENTS)[:-20], "truncated_gzip"),
    "Parquet without its end": (_parquet()[:-100], "corrupt_parquet"),
    "Parquet without its end in a gzip": (gzip.compress(_parquet()[:-100]), "corrupt_parquet"),
    "Parquet with damaged pages": (_parquet()[:200] + b"\xff" * 4000 + _parquet()[4200:], "corrupt_parquet"),
    "a workbook of a damaged sheet": (_workbook(b"<worksheet><sheetData><row"), "corrupt_workbook"),
    "a JSON array that is cut": (b'[{"member": "A-1"}, {"memb', "not_a_table"),
}


@pytest.mark.parametrize(("body", "rule"), DAMAGED.values(), ids=DAMAGED.keys())
@pytest.mark.parametrize("is_profiled", [True, False])
def test_a_damaged_file_of_no_contract_is_rejected_for_what_is_wrong_with_it(
    body: bytes, rule: str, *, is_profiled: bool
) -> None:
    lake = Lake()
    profile = Profiles(lake.objects, "artifacts").of_uncontracted if is_profiled else None
    record = replace(lake.curation(), profile_uncontracted=profile).process(lake.put("uploads/points", body))
    assert (record.state, record.error["rule"]) == ("rejected", rule)


@pytest.mark.parametrize(
    "key",
    [
        "payments/",
        "payments/dt=2024-01-01/run=1/_manifest.json",
        "payments/_SUCCESS",
        "payments/.DS_Store",
        "_certificates/",
    ],
)
def test_objects_without_data_are_ignored(key: str) -> None:
    lake = Lake()
    assert not is_data(key)
    ref = lake.put(key, b"whatever")
    record = lake.curation().process(ref)
    assert (record.state, record.size_bytes, record.error["rule"]) == ("ignored", 8, "not_data")
    assert record.error["message"]
    assert list(lake.ledger.records()) == [record]
    assert lake.curation().process(ref).seen_before
    assert lake.contents() == {}


def test_an_ignored_object_that_is_gone_again_is_no_error() -> None:
    lake = Lake()
    assert lake.curation().process(ObjectRef("raw", "payments/.upload.tmp")).state == "ignored"
    assert list(lake.ledger.records()) == []


def test_an_object_that_is_gone_is_the_services_error() -> None:
    with pytest.raises(NotFoundError):
        Lake().curation().process(ObjectRef("raw", "payments/gone.csv"))


def test_a_file_that_another_worker_holds_is_for_later() -> None:
    lake = Lake()
    ref = lake.put("payments/a.csv", PAYMENTS)

    def delivered_meanwhile() -> MaskingKey:
        with pytest.raises(ThrottledError):
            lake.curation().process(ref)
        with pytest.raises(ThrottledError):
            lake.curation().process(lake.put("payments/copy.csv", PAYMENTS))
        return MaskingKey("k1", b"0" * 32)

    assert lake.curation(delivered_meanwhile).process(ref).state == "done"


def test_a_failed_service_gives_the_claim_back() -> None:
    lake = Lake()
    ref = lake.put("payments/a.csv", PAYMENTS)

    def denied() -> MaskingKey:
        raise NotPermittedError("the role may not read the masking key")

    with pytest.raises(NotPermittedError):
        lake.curation(denied).process(ref)
    assert lake.contents() == {}
    assert lake.curation().process(ref).state == "done"


def test_datasets_without_cards_need_no_masking_key() -> None:
    def denied() -> MaskingKey:
        raise NotPermittedError("the role may not read the masking key")

    lake = Lake()
    assert (
        lake.curation(denied)
        .process(lake.put("orders/a.csv", ",".join(REGISTRY.source["orders"].names).encode()))
        .state
        == "done"
    )


@dataclass
class Stopping:
    """A port that stops the process before or after its n-th call.

    It is shared by several ports to count them together.
    """

    left: int
    after: bool

    def around(self, port: object) -> object:
        return _Stopped(port, self)

    def call(self, work: Callable[[], object]) -> object:
        self.left -= 1
        if self.left == 0 and not self.after:
            raise KeyboardInterrupt
        done = work()
        if self.left == 0:
            raise KeyboardInterrupt
        return done


@dataclass
class _Stopped:
    port: object
    stopping: Stopping

    def __getattr__(self, name: str) -> Callable[..., object]:
        return lambda *given, **named: self.stopping.call(lambda: getattr(self.port, name)(*given, **named))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", range(1, 9))
def test_a_worker_may_be_stopped_at_any_call_and_the_lake_is_the_same(call: int, after: bool) -> None:
    quiet, lake = Lake(), Lake()
    quiet.curation().process(quiet.put("payments/a.csv", PAYMENTS))
    ref = lake.put("payments/a.csv", PAYMENTS)
    stopping = Stopping(call, after)
    try:
        lake.curation(objects=stopping.around(lake.objects), ledger=stopping.around(lake.ledger)).process(ref)
    except KeyboardInterrupt:
        lake.now += dt.timedelta(seconds=301)  # until the lease has run out
    record = lake.curation().process(ref)
    assert record.state == "done"
    assert lake.contents() == quiet.contents()
    assert [known.file_id for known in lake.ledger.records()] == [record.file_id]


class Full(MemoryObjects):
    """A store without room."""

    def upload(self, path: Path, ref: ObjectRef, *, content_type: str = "") -> None:
        raise ServiceError(f"no room for {path.name} of {content_type} at {ref.key}")


def test_a_write_that_fails_leaves_no_record_of_success() -> None:
    lake = Lake()
    ref = lake.put("payments/a.csv", PAYMENTS)

    with pytest.raises(ServiceError):
        lake.curation(objects=Full(_versions=lake.objects._versions)).process(ref)
    assert [record.state for record in lake.ledger.records()] == ["processing"]
    assert lake.curation().process(ref).state == "done"


class Emptied(MemoryObjects):
    """A store whose machine empties its disk after the first upload."""

    def upload(self, path: Path, ref: ObjectRef, *, content_type: str = "") -> None:
        super().upload(path, ref, content_type=content_type)
        for other in path.parent.glob("*.parquet"):
            other.unlink()


def test_rows_that_vanish_from_the_disk_are_not_recorded_as_done() -> None:
    lake = Lake()
    ref = lake.put("payments/a.csv", PAYMENTS)

    with pytest.raises(FileNotFoundError):
        lake.curation(objects=Emptied(_versions=lake.objects._versions)).process(ref)
    assert [record.state for record in lake.ledger.records()] == ["processing"]
    done = lake.curation().process(ref)
    assert (done.state, rows_in(lake.objects.read(ObjectRef("curated", done.curated_key)))) == (
        "done",
        done.accepted,
    )


def test_a_files_id_is_of_bucket_key_and_version_alone() -> None:
    ids = {
        file_id_of(ObjectRef(*parts))
        for parts in [("b", "k", "1"), ("b", "k", "2"), ("b", "l", "1"), ("c", "k", "1"), ("b", "k")]
    }
    assert len(ids) == 5
    assert file_id_of(ObjectRef("b", "k", "1")) == file_id_of(ObjectRef("b", "k", "1"))
