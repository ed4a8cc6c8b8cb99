import datetime as dt
import gzip
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.registry import Registry
from headgate.errors import BadInputError
from headgate.formats.read_table import sample_table
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.files.replay_file import REPLAYED, STILL_REJECTED, Replayer
from headgate.intake.quarantine.list_quarantine import replayable
from headgate.lake.ports import FileRecord, MaskingKey, ObjectRef
from headgate.matching.mappings import Decided, Mappings, Suggested, sender_of_key
from headgate.profiling.kept_profiles import Profiles
from tests.unit.formats.excel.test_read_excel import sheet, workbook

pytestmark = pytest.mark.unit

SOURCE = Registry.load().source
LANDED = dt.datetime(2024, 1, 2)
HEADER = "region_id,name,currency,country,population"
REGIONS = SOURCE["regions"]
PAYMENTS = (
    "payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,updated_at\n"
    "1,A1,card,4111111111111111,917,2026-01,10.50,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00\n"
    "2,A2,card,5555555555554444,123,2026-02,11.50,GBP,2024-01-01 11:00:00,refunded,x,2024-01-01 11:00:00\n"
)


def with_header(**other: str) -> bytes:
    header, rows = PAYMENTS.split("\n", 1)
    return (",".join(other.get(name, name) for name in header.split(",")) + "\n" + rows).encode()


UNSURE = with_header(payment_id="F1", order_id="F2", amount="F3")


@dataclass
class Lake:
    objects: MemoryObjects = field(default_factory=lambda: MemoryObjects(clock=lambda: LANDED))
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    @property
    def mappings(self) -> Mappings:
        return Mappings(self.objects, "artifacts", SOURCE, sample_table)

    def process(self, key: str, body: bytes) -> FileRecord:
        self.objects.write(ObjectRef("raw", key), body)
        ref = self.objects.info(ObjectRef("raw", key)).ref
        return FileProcessor(
            *self.gate, profile_unknown=Profiles(self.objects, "artifacts").of_unknown
        ).process(ref)

    @property
    def gate(self) -> tuple[GatePorts, GateRules]:
        now = dt.datetime(2024, 1, 3)
        ports = GatePorts(self.objects, self.ledger, "curated", "quarantine", lambda: now, 300)
        return ports, GateRules(SOURCE, lambda: MaskingKey("k", b"0" * 32), self.mappings)


def test_a_header_of_high_confidence_is_mapped_and_the_record_says_so() -> None:
    lake = Lake()
    record = lake.process(
        "payments/a.csv", with_header(payment_id="PaymentId", amount="Amt", updated_at="last_updated_at")
    )
    assert (record.state, record.accepted) == ("done", 2)
    assert json.loads(record.mapping["columns"]) == {
        "PaymentId": "payment_id",
        "Amt": "amount",
        "last_updated_at": "updated_at",
    }
    assert record.mapping["how"] == "fuzzy"


@pytest.mark.parametrize(
    "written", [lambda name: name.replace("_", " ").title(), lambda name: name.title().replace("_", "")]
)
def test_the_contracts_own_names_in_other_separators_are_meant_for_certain(
    written: Callable[[str], str],
) -> None:
    lake = Lake()
    record = lake.process(
        "payments/a.csv", with_header(**{name: written(name) for name in SOURCE["payments"].names})
    )
    assert (record.state, record.accepted) == ("done", 2)
    assert (record.mapping["how"], record.mapping["confidence"]) == ("exact", "1.00")


def test_a_column_that_is_missing_under_names_in_other_separators_is_asked_for() -> None:
    names = {name: name.title().replace("_", " ") for name in SOURCE["payments"].names} | {"amount": "thing"}
    assert Lake().process("payments/a.csv", with_header(**names)).state == "needs_mapping"


def test_a_mapped_file_gives_the_rows_of_one_that_needed_no_mapping() -> None:
    plain, mapped = Lake(), Lake()
    a = plain.process("payments/a.csv", PAYMENTS.encode())
    b = mapped.process("payments/a.csv", with_header(amount="Amt"))
    rows = [
        pq.read_table(io.BytesIO(lake.objects.read(ObjectRef("curated", one.curated_key))))
        for lake, one in ((plain, a), (mapped, b))
    ]
    assert rows[0].drop_columns(["_content_sha256"]) == rows[1].drop_columns(["_content_sha256"])


def test_a_header_of_low_confidence_waits_with_a_suggestion_and_nothing_is_accepted() -> None:
    lake = Lake()
    record = lake.process("payments/a.csv", UNSURE)
    suggested = Suggested.from_json(record.error["suggestion"])
    assert (record.state, record.error["rule"]) == ("needs_mapping", "needs_mapping")
    assert "headgate mapping" in record.error["remedy"]
    assert len({name for name in suggested.fields if name}) == len(
        [name for name in suggested.fields if name]
    )
    assert lake.objects.contents("curated") == {}


def test_what_a_person_decides_is_remembered_for_the_source_and_the_header() -> None:
    lake = Lake()
    suggested = Suggested.from_json(lake.process("payments/a.csv", UNSURE).error["suggestion"])
    lake.mappings.remember(suggested, PAYMENTS.split("\n", 1)[0].split(","))
    again = lake.process("payments/a.csv", UNSURE)
    assert (again.state, again.mapping["how"], again.accepted) == ("done", "remembered", 2)
    other = lake.process("elsewhere/a.csv", UNSURE)
    assert other.state != "done"


FOREIGN = with_header(payment_id="F1", order_id="F2", amount="F3", card_expiry="F4", status="F5")


def lake_with_foreign_names(source: str = "payments") -> Lake:
    """Return a lake in which a person has decided the fields of `FOREIGN`."""
    lake = Lake()
    suggested = lake.mappings.suggestion(f"{source}/a.csv", "payments", FOREIGN)
    assert suggested
    lake.mappings.remember(suggested, PAYMENTS.split("\n", 1)[0].split(","))
    return lake


def with_cells(body: bytes, header: str, cell: str) -> bytes:
    """Return the file with one column more, at its beginning."""
    first, *rows = body.decode().strip().split("\n")
    return "\n".join([f"{header},{first}", *(f"{cell},{row}" for row in rows)]).encode()


def without_column(body: bytes, header: str) -> bytes:
    first, *rows = [line.split(",") for line in body.decode().strip().split("\n")]
    kept = [place for place, name in enumerate(first) if name != header]
    return "\n".join(",".join(row[place] for place in kept) for row in [first, *rows]).encode()


@pytest.mark.parametrize("source", ["payments", "uploads"])
def test_a_file_with_one_column_less_than_a_remembered_header_is_mapped_as_that_one(source: str) -> None:
    lake = lake_with_foreign_names(source)
    record = lake.process(f"{source}/b.csv", without_column(FOREIGN, "F4"))
    assert (record.state, record.dataset, record.accepted) == ("done", "payments", 2)
    assert record.mapping["how"] == "remembered"
    assert json.loads(record.mapping["columns"])["F5"] == "status"


def test_of_a_file_with_one_column_more_than_a_remembered_header_only_that_column_is_asked_for() -> None:
    lake = lake_with_foreign_names()
    record = lake.process("payments/b.csv", with_cells(FOREIGN, "Filiale", "Ulm"))
    suggested = Suggested.from_json(record.error["suggestion"])
    assert record.state == "needs_mapping"
    assert "meaning of Filiale is not certain" in record.error["message"]
    assert [
        field for field, how in zip(suggested.fields, suggested.how, strict=True) if how == "remembered"
    ] == [
        "payment_id",
        "order_id",
        "card_expiry",
        "amount",
        "status",
    ]


def test_a_column_that_was_left_out_stays_out_of_a_file_with_other_columns() -> None:
    lake = Lake()
    body = with_cells(PAYMENTS.encode(), "Filiale", "Ulm")
    suggested = Suggested.from_json(lake.process("payments/a.csv", body).error["suggestion"])
    lake.mappings.remember(suggested, (None, *PAYMENTS.split("\n", 1)[0].split(",")))
    record = lake.process("payments/b.csv", without_column(body, "card_expiry"))
    assert (record.state, record.accepted) == ("done", 2)
    assert json.loads(record.mapping["left_out"]) == ["Filiale"]


def test_a_header_that_shares_few_columns_with_a_remembered_one_is_matched_by_itself() -> None:
    lake = lake_with_foreign_names()
    body = with_header(
        payment_id="F1", order_id="F9", amount="G3", card_expiry="G4", status="G5", currency="G6"
    )
    suggested = Suggested.from_json(lake.process("payments/b.csv", body).error["suggestion"])
    assert "remembered" not in suggested.how


def test_what_was_remembered_for_a_contract_that_is_another_now_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lake = Lake()
    suggested = Suggested.from_json(lake.process("payments/a.csv", UNSURE).error["suggestion"])
    lake.mappings.remember(suggested, PAYMENTS.split("\n", 1)[0].split(","))
    without = tuple(column for column in SOURCE["payments"].columns if column.name != "status")
    monkeypatch.setitem(
        globals(),
        "SOURCE",
        {**SOURCE, "payments": replace(SOURCE["payments"], columns=without, comparisons=())},
    )
    assert lake.process("payments/b.csv", UNSURE + b"\n").state == "needs_mapping"


NEW_COLUMN = "\n".join(
    f"{line},{cell}"
    for line, cell in zip(PAYMENTS.strip().split("\n"), ["Filiale", "Ulm", "Bonn"], strict=True)
).encode()


def with_branch(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the contract of payments has the column `filiale`."""
    columns = (*SOURCE["payments"].columns, Column("filiale", ColumnType(Kind.STRING)))
    monkeypatch.setitem(
        globals(),
        "SOURCE",
        {**SOURCE, "payments": replace(SOURCE["payments"], columns=columns, version="9.9.9")},
    )


def test_a_suggestion_is_renewed_by_the_current_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake()
    record = lake.process("payments/a.csv", NEW_COLUMN)
    assert record.state == "needs_mapping"
    stored = Suggested.from_json(record.error["suggestion"])
    with pytest.raises(BadInputError, match="no field for Filiale"):
        lake.mappings.remember(stored, stored.fields)
    with_branch(monkeypatch)
    renewed = lake.mappings.renewed(record.key, stored, NEW_COLUMN)
    assert renewed.fields[-1] == "filiale"
    lake.mappings.remember(renewed, renewed.fields)


def test_a_replay_takes_up_a_file_that_is_pending_for_a_column_of_the_new_contract(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lake = Lake()
    record = lake.process("payments/a.csv", NEW_COLUMN)
    assert replayable(lake.ledger.records(), SOURCE, dataset="payments") == []
    assert Replayer(*lake.gate).replay(record.file_id).outcome == STILL_REJECTED
    assert lake.ledger.get(record.file_id).state == "needs_mapping"
    with_branch(monkeypatch)
    assert replayable(lake.ledger.records(), SOURCE, dataset="payments") == [lake.ledger.get(record.file_id)]
    done = Replayer(*lake.gate).replay(record.file_id)
    assert (done.outcome, done.record.state, done.record.accepted, done.record.error) == (
        REPLAYED,
        "done",
        2,
        {},
    )


@pytest.mark.parametrize(
    ("place", "field_name", "reported"),
    [(0, "order_id", "two columns for order_id"), (6, "", "no field for F3"), (0, "colour", "no column for")],
)
def test_a_mapping_that_makes_no_file_is_not_remembered(place: int, field_name: str, reported: str) -> None:
    lake = Lake()
    suggested = Suggested.from_json(lake.process("payments/a.csv", UNSURE).error["suggestion"])
    fields = PAYMENTS.split("\n", 1)[0].split(",")
    fields[place] = field_name
    with pytest.raises(BadInputError, match=reported):
        lake.mappings.remember(suggested, fields)
    assert lake.objects.contents("artifacts", "mappings/") == {}


@pytest.mark.parametrize("key", ["a.csv", "inbox/a.csv"])
def test_a_file_in_no_datasets_folder_is_known_by_its_columns(key: str) -> None:
    record = Lake().process(key, PAYMENTS.encode())
    assert (record.state, record.dataset) == ("done", "payments")


def test_the_same_content_in_two_folders_is_accepted_once() -> None:
    lake = Lake()
    assert lake.process("inbox/a.csv", PAYMENTS.encode()).state == "done"
    assert lake.process("payments/a.csv", PAYMENTS.encode()).state == "skipped_duplicate"


@pytest.mark.parametrize(
    ("key", "body", "rule"),
    [
        ("inbox/a.csv", b"member,points,tier\n1,20,gold\n", "unknown_dataset"),
        ("inbox/a.csv", b"", "empty_file"),
        ("inbox/a.parquet", b"PAR1 and nothing else", "corrupt_parquet"),
        ("payments/a.csv", b"Dear all,\nplease find attached\n", "not_a_table"),
        (
            "payments/a.csv",
            "\n".join(line.rpartition(",")[0] for line in PAYMENTS.splitlines()).encode(),
            "missing_column",
        ),
    ],
)
def test_a_file_that_no_mapping_could_correct_is_refused(key: str, body: bytes, rule: str) -> None:
    record = Lake().process(key, body)
    assert (record.state, record.error["rule"]) == ("rejected", rule)


NAMES, ROWS = (
    PAYMENTS.strip().split("\n")[0].split(","),
    [line.split(",") for line in PAYMENTS.strip().split("\n")[1:]],
)


def written(form: str, names: Sequence[str], rows: Sequence[Sequence[str]] = ROWS) -> bytes:
    """The two payments, or other rows, under these names."""
    records = [dict(zip(names, row, strict=True)) for row in rows]
    if form == "parquet":
        out = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(records), out)
        return out.getvalue()
    if form == "xlsx":
        return workbook({"cover": sheet([["Payments of May"]]), "data": sheet([names, *rows])})
    if form.startswith("json"):
        return (
            json.dumps(records).encode() if form == "json" else "\n".join(map(json.dumps, records)).encode()
        )
    delimiter, encoding = {"tsv": ("\t", "utf-8"), "semicolons in utf-16": (";", "utf-16")}[form]
    text = "\n".join(delimiter.join(f"'{cell}'" for cell in row) for row in (names, *rows)) + "\n"
    return ("Payments of May\n\n" + text.replace("'", '"')).encode(encoding)


FORMS = ("parquet", "xlsx", "json", "json lines", "tsv", "semicolons in utf-16")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_of_every_form_is_mapped(form: str, pack: Callable[[bytes], bytes]) -> None:
    lake = Lake()
    record = lake.process(
        "payments/a", pack(written(form, ["Amt" if name == "amount" else name for name in NAMES]))
    )
    assert (record.state, record.accepted, json.loads(record.mapping["columns"])) == (
        "done",
        2,
        {"Amt": "amount"},
    )
    rows = pq.read_table(io.BytesIO(lake.objects.read(ObjectRef("curated", record.curated_key)))).to_pylist()
    assert [str(row["amount"]) for row in rows] == ["10.5000", "11.5000"]


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_every_form_is_known_by_its_columns(form: str) -> None:
    record = Lake().process("inbox/a", written(form, NAMES))
    assert (record.state, record.dataset, record.accepted) == ("done", "payments", 2)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_every_form_waits_at_low_confidence_and_follows_a_persons_decision(form: str) -> None:
    lake, names = (
        Lake(),
        [{"payment_id": "F1", "order_id": "F2", "amount": "F3"}.get(name, name) for name in NAMES],
    )
    waiting = lake.process("payments/a", written(form, names))
    assert (waiting.state, waiting.accepted, lake.objects.contents("curated")) == ("needs_mapping", 0, {})
    suggested = Suggested.from_json(waiting.error["suggestion"])
    lake.mappings.remember(
        suggested, [dict(zip(names, NAMES, strict=True))[name] for name in suggested.names]
    )
    again = lake.process("payments/a", written(form, names))
    assert (again.state, again.mapping["how"], again.accepted) == ("done", "remembered", 2)


def without_secret(lake: Lake, record: FileRecord) -> bool:
    """Whether a column that was left out is in no table, and in no record but by its name."""
    stored = [("curated", record.curated_key), ("quarantine", record.quarantine_key)]
    tables = [
        pq.read_table(io.BytesIO(lake.objects.read(ObjectRef(bucket, key)))) for bucket, key in stored if key
    ]
    profiles = b"".join(lake.objects.contents("artifacts").values())
    return bool(tables) and "hunter2" not in f"{[table.to_pylist() for table in tables]}{record}{profiles!r}"


@pytest.mark.parametrize("form", FORMS)
def test_a_column_that_a_person_leaves_out_gets_nowhere_and_the_record_names_it(form: str) -> None:
    lake, names = (
        Lake(),
        [
            "Password",
            *({"payment_id": "F1", "order_id": "F2", "amount": "F3"}.get(name, name) for name in NAMES),
        ],
    )
    bad = ["not a number" if name == "amount" else cell for name, cell in zip(NAMES, ROWS[0], strict=True)]
    body = written(form, names, [["hunter2", *row] for row in (*ROWS, bad)])
    suggested = Suggested.from_json(lake.process("payments/a", body).error["suggestion"])
    fields = dict(zip(names, [None, *NAMES], strict=True))
    lake.mappings.remember(suggested, [fields[name] for name in suggested.names])
    again = lake.process("payments/a", body)
    assert (again.state, again.accepted, again.quarantined, again.new_columns) == ("done", 2, 1, {})
    assert json.loads(again.mapping["left_out"]) == ["Password"]
    assert "Password" not in json.loads(again.mapping["columns"])
    assert without_secret(lake, again)
    assert [one.fields for one in lake.mappings.remembered()] == [
        tuple(fields[name] for name in suggested.names)
    ]


def test_of_a_row_with_too_many_cells_nothing_is_shown_if_a_column_is_left_out() -> None:
    lake, names = Lake(), ["F1", "F2", *NAMES[2:], "Password"]
    body = "\n".join(
        ",".join(row) for row in [names, *([*row, "hunter2"] for row in ROWS), [*ROWS[0], "one", "hunter2"]]
    ).encode()
    suggested = Suggested.from_json(lake.process("payments/a.csv", body).error["suggestion"])
    lake.mappings.remember(suggested, [*NAMES, None])
    again = lake.process("payments/a.csv", body)
    assert (again.accepted, dict(again.reasons)) == (2, {"ragged_row": 1})
    assert without_secret(lake, again)


@pytest.mark.parametrize(
    ("kept", "reported"),
    [
        (NAMES[1:], "no column for payment_id"),
        ([name for name in NAMES if name != "card_cvv"], "no column for card_cvv"),
    ],
)
def test_a_required_or_masked_field_cannot_be_left_out(kept: Sequence[str], reported: str) -> None:
    lake = Lake()
    suggested = Suggested.from_json(lake.process("payments/a.csv", UNSURE).error["suggestion"])
    with pytest.raises(BadInputError, match=reported):
        lake.mappings.remember(suggested, [name if name in kept else None for name in NAMES])


def test_what_is_remembered_of_json_holds_in_whatever_order_its_names_come() -> None:
    lake, names = Lake(), ["F1", "F2", *NAMES[2:6], "F3", *NAMES[7:]]
    suggested = Suggested.from_json(
        lake.process("payments/a.json", written("json", names)).error["suggestion"]
    )
    lake.mappings.remember(
        suggested, [dict(zip(names, NAMES, strict=True))[name] for name in suggested.names]
    )
    turned = [dict(reversed(record.items())) for record in json.loads(written("json", names))]
    record = lake.process("payments/b.json", json.dumps(turned).encode())
    assert (record.state, record.accepted) == ("done", 2)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_every_form_that_is_of_no_dataset_is_profiled_as_it_came(form: str) -> None:
    lake = Lake()
    record = lake.process("inbox/a", written(form, [f"{letter}_card_number" for letter in "abcdefghijkl"]))
    stored = json.loads(lake.objects.read(ObjectRef("artifacts", record.profile["key"])))
    assert (record.state, len(stored["columns"]), stored["rows"]) == ("rejected", 12, 2)
    del stored[
        "content_sha256"
    ]  # a workbook has the time of its making, so any four digits may be in its hash
    assert "4111" not in json.dumps(stored)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_on_disk_is_known_as_one_in_memory_is(form: str, tmp_path: Path) -> None:
    body, path = written(form, ["Amt" if name == "amount" else name for name in NAMES]), tmp_path / "file"
    path.write_bytes(body)
    in_memory, on_disk = (Lake().mappings.decide("payments/a", "payments", one) for one in (body, path))
    assert in_memory is not None
    assert in_memory == on_disk
    assert Lake().mappings.dataset("inbox/a", path) == "payments"
    assert sample_table(path) == sample_table(body)


def test_of_a_long_text_on_disk_only_the_head_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(PAYMENTS.encode() + ("é" * 100 + "\n").encode() * 5000)
    headed = sample_table(path, SOURCE["payments"])
    assert headed is not None
    assert list(headed.names) == NAMES


def test_of_a_pending_file_no_value_of_a_possibly_sensitive_column_is_shown() -> None:
    lake = Lake()
    names = ["F1", "F2", *NAMES[2:4], "F3", *NAMES[5:]]  # F3 holds the verification codes
    record = lake.process("payments/a.csv", written("tsv", names))
    stored = lake.objects.read(ObjectRef("artifacts", record.profile["key"])).decode()
    assert record.state == "needs_mapping"
    assert "917" not in stored


def test_a_file_of_a_known_dataset_that_is_refused_is_profiled_too() -> None:
    lake = Lake()
    record = lake.process(
        "payments/a.csv", "\n".join(line.rpartition(",")[0] for line in PAYMENTS.splitlines()).encode()
    )
    assert (record.state, record.error["rule"]) == ("rejected", "missing_column")
    stored = json.loads(lake.objects.read(ObjectRef("artifacts", record.profile["key"])))
    assert (stored["rows"], len(stored["columns"])) == (2, len(NAMES) - 1)
    assert not [text for text in ("4111", "917") if text in json.dumps(stored)]


def test_a_refused_file_that_is_no_table_has_no_profile() -> None:
    assert Lake().process("payments/a.csv", b"%PDF-1.7").profile == {}


def test_two_headings_of_one_name_are_distinguished_by_their_places() -> None:
    lake, names = Lake(), ["id", "id", *NAMES[2:]]
    body = written("tsv", names)
    suggested = Suggested.from_json(lake.process("payments/a.tsv", body).error["suggestion"])
    lake.mappings.remember(suggested, NAMES)
    assert lake.process("payments/b.tsv", body).accepted == 2


def test_a_header_that_may_be_a_cells_value_is_not_shown() -> None:
    headed = sample_table(with_header(payment_id="4111111111111111"))
    assert headed is None or "4111" not in str(headed.shown)


METERS = Contract(
    "headgate.source.meters",
    "meters",
    "source",
    "1.0.0",
    (
        *(Column(name, ColumnType(Kind.STRING)) for name in ("meter", "place", "day", "tariff")),
        Column("energy_kwh", ColumnType(Kind.DECIMAL, precision=12, scale=3)),
    ),
)


def meters(heading: str) -> bytes:
    rows = "".join(f"M{number},Ulm,2026-10-0{number},HT,1.{number}\n" for number in range(1, 6))
    return f"M,Ort,Tag,T,{heading}\n{rows}".encode()


@pytest.mark.parametrize(
    ("heading", "how"), [("1.8.0 Bezug [kWh]", ""), ("Karte 4111 1111 1111 1111", "value")]
)
def test_a_decision_about_a_heading_is_not_applied_to_another_one_at_its_place(
    heading: str, how: str
) -> None:
    """The feed-in of a meter (2.8.0) went into the column of its consumption (1.8.0) unasked.

    Nor is it suggested, where the numbers of the remembered heading are known.
    """
    mappings = Mappings(MemoryObjects(), "artifacts", {"meters": METERS}, sample_table)
    suggested = mappings.assigned("meters/a.csv", "meters", meters(heading))
    mappings.remember(suggested, ("meter", "place", "day", "tariff", "energy_kwh"))
    again = mappings.decide("meters/b.csv", "meters", meters(heading))
    assert isinstance(again, Decided)
    assert again.fields[-1] == "energy_kwh"
    other = mappings.suggestion("meters/c.csv", "meters", meters("2.8.0 Einspeisung [kWh]"))
    assert other
    assert other.names[-1] == "2.8.0 Einspeisung [kWh]"
    assert other.how == (*("remembered",) * 4, how)


@pytest.mark.parametrize(
    ("key", "body"), [("payments/a.csv", UNSURE), ("inbox/a.csv", b"member,points,tier\n1,20,gold\n")]
)
def test_a_file_that_waits_or_is_of_no_dataset_is_profiled_as_it_came(key: str, body: bytes) -> None:
    lake = Lake()
    record = lake.process(key, body)
    stored = lake.objects.read(ObjectRef("artifacts", record.profile["key"])).decode()
    assert record.profile["key"] == f"processed/_unknown/{record.content_sha256}.json"
    assert "4111" not in stored


def test_a_source_is_the_first_folder() -> None:
    assert (sender_of_key("a/b/c.csv"), sender_of_key("c.csv")) == ("a", "_root")


def test_a_name_that_is_not_shown_is_no_other_name_where_it_is_the_contracts_own() -> None:
    own = (Column("dauer (min)", ColumnType(Kind.INTEGER)), Column("id", ColumnType(Kind.BIGINT)))
    contract = Contract("headgate.source.visits", "visits", "source", "1.0.0", own)
    mappings = Mappings(MemoryObjects(), "artifacts", {"visits": contract}, sample_table)
    decided = mappings.decide("visits/a.csv", "visits", b"Dauer (Min),Ident\n5,1\n7,2\n")
    assert isinstance(decided, Decided)
    assert "column_1" not in decided.as_record()["columns"]
