import datetime as dt
import io
import json
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.memory import MemoryLedger, MemoryObjects
from headgate.contracts.registry import Registry
from headgate.errors import BadInputError
from headgate.intake.curation import Curation
from headgate.intake.mapping import Mappings, Suggested, headed_of, source_of
from headgate.lake.ports import FileRecord, MaskingKey, ObjectRef
from headgate.profiling.keeping import Profiles

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
        return Mappings(self.objects, "artifacts", SOURCE)

    def curate(self, key: str, body: bytes) -> FileRecord:
        self.objects.write(ObjectRef("raw", key), body)
        ref = self.objects.info(ObjectRef("raw", key)).ref
        now = dt.datetime(2024, 1, 3)
        gate = Curation(
            self.objects,
            self.ledger,
            SOURCE,
            lambda: MaskingKey("k", b"0" * 32),
            "curated",
            "quarantine",
            lambda: now,
            300,
            mappings=self.mappings,
            profile_unknown=Profiles(self.objects, "artifacts").of_unknown,
        )
        return gate.curate(ref)


def test_a_header_that_is_surely_meant_is_mapped_and_the_record_says_so() -> None:
    lake = Lake()
    record = lake.curate("payments/a.csv", with_header(payment_id="PaymentId", amount="Amt", updated_at="last_updated_at"))
    assert (record.state, record.accepted) == ("done", 2)
    assert json.loads(record.mapping["columns"]) == {"PaymentId": "payment_id", "Amt": "amount", "last_updated_at": "updated_at"}
    assert record.mapping["how"] == "fuzzy"


def test_a_mapped_file_gives_the_rows_of_one_that_needed_no_mapping() -> None:
    plain, mapped = Lake(), Lake()
    a = plain.curate("payments/a.csv", PAYMENTS.encode())
    b = mapped.curate("payments/a.csv", with_header(amount="Amt"))
    rows = [pq.read_table(io.BytesIO(lake.objects.read(ObjectRef("curated", one.curated_key)))) for lake, one in ((plain, a), (mapped, b))]
    assert rows[0].drop_columns(["_content_sha256"]) == rows[1].drop_columns(["_content_sha256"])


def test_a_header_that_is_not_sure_is_parked_with_a_suggestion_and_nothing_is_let_in() -> None:
    lake = Lake()
    record = lake.curate("payments/a.csv", UNSURE)
    suggested = Suggested.from_json(record.error["suggestion"])
    assert (record.state, record.error["rule"]) == ("needs_mapping", "needs_mapping")
    assert "headgate mapping" in record.error["remedy"]
    assert len({name for name in suggested.fields if name}) == len([name for name in suggested.fields if name])
    assert lake.objects.contents("curated") == {}


def test_what_a_person_decides_is_remembered_for_the_source_and_the_header() -> None:
    lake = Lake()
    suggested = Suggested.from_json(lake.curate("payments/a.csv", UNSURE).error["suggestion"])
    lake.mappings.remember(suggested, PAYMENTS.split("\n", 1)[0].split(","))
    again = lake.curate("payments/a.csv", UNSURE)
    assert (again.state, again.mapping["how"], again.accepted) == ("done", "remembered", 2)
    other = lake.curate("elsewhere/a.csv", UNSURE)
    assert other.state != "done"


@pytest.mark.parametrize(
    ("place", "field_name", "told"),
    [(0, "order_id", "two columns for order_id"), (6, "", "no field for F3"), (0, "colour", "no column for")],
)
def test_a_mapping_that_makes_no_file_is_not_remembered(place: int, field_name: str, told: str) -> None:
    lake = Lake()
    suggested = Suggested.from_json(lake.curate("payments/a.csv", UNSURE).error["suggestion"])
    fields = PAYMENTS.split("\n", 1)[0].split(",")
    fields[place] = field_name
    with pytest.raises(BadInputError, match=told):
        lake.mappings.remember(suggested, fields)
    assert lake.objects.contents("artifacts", "mappings/") == {}


@pytest.mark.parametrize("key", ["a.csv", "inbox/a.csv"])
def test_a_file_in_no_datasets_folder_is_known_by_its_columns(key: str) -> None:
    record = Lake().curate(key, PAYMENTS.encode())
    assert (record.state, record.dataset) == ("done", "payments")


def test_the_same_content_in_two_folders_is_let_in_once() -> None:
    lake = Lake()
    assert lake.curate("inbox/a.csv", PAYMENTS.encode()).state == "done"
    assert lake.curate("payments/a.csv", PAYMENTS.encode()).state == "skipped_duplicate"


@pytest.mark.parametrize(
    ("key", "body", "rule"),
    [
        ("inbox/a.csv", b"member,points,tier\n1,20,gold\n", "unknown_dataset"),
        ("inbox/a.csv", b"", "unknown_dataset"),
        ("inbox/a.parquet", b"PAR1 and nothing else", "unknown_dataset"),
        ("payments/a.csv", b"Dear all,\nplease find attached\n", "not_a_table"),
        ("payments/a.csv", "\n".join(line.rpartition(",")[0] for line in PAYMENTS.splitlines()).encode(), "missing_column"),
    ],
)
def test_a_file_that_no_header_could_mend_is_refused_as_ever(key: str, body: bytes, rule: str) -> None:
    record = Lake().curate(key, body)
    assert (record.state, record.error["rule"]) == ("refused", rule)


def test_parquet_is_mapped_too() -> None:
    header, *rows = PAYMENTS.strip().split("\n")
    columns = {("Amt" if name == "amount" else name): [row.split(",")[at] for row in rows] for at, name in enumerate(header.split(","))}
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    record = Lake().curate("payments/a.parquet", out.getvalue())
    assert (record.state, record.accepted, json.loads(record.mapping["columns"])) == ("done", 2, {"Amt": "amount"})


def test_a_header_that_may_be_a_cells_value_is_not_told() -> None:
    headed = headed_of(with_header(payment_id="4111111111111111"))
    assert headed is None or "4111" not in str(headed.shown)


@pytest.mark.parametrize(("key", "body"), [("payments/a.csv", UNSURE), ("inbox/a.csv", b"member,points,tier\n1,20,gold\n")])
def test_a_file_that_waits_or_is_of_no_dataset_is_profiled_as_it_came(key: str, body: bytes) -> None:
    lake = Lake()
    record = lake.curate(key, body)
    stored = lake.objects.read(ObjectRef("artifacts", record.profile["key"])).decode()
    assert record.profile["key"] == f"processed/_unknown/{record.content_sha256}.json"
    assert "4111" not in stored


def test_a_source_is_the_first_folder() -> None:
    assert (source_of("a/b/c.csv"), source_of("c.csv")) == ("a", "_root")
