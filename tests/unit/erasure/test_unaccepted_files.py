"""An erasure deletes no file that was not accepted unless it names the person and was listed before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.erasure.purge_versions import BuiltZones
from headgate.erasure.subject_rows import Subject
from headgate.errors import NotFoundError
from headgate.intake.files.replay_file import Replayer
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.lake.states import FileState
from tests.unit.erasure.test_forget import CUSTOMERS, JANE, MAIL, ORDERS, Shop, failing

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.lake.ports import FileRecord

pytestmark = [
    pytest.mark.unit,
    pytest.mark.filterwarnings(
        r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"
    ),  # Ibis calls DuckDB's old name
]

PENDING = "orders/pending.csv"


def shop_with(folder: Path, name: str = "Jane Forgotten") -> Shop:
    """A lake with one accepted file of customers, whose full name is given, and one of orders."""
    shop = Shop(folder)
    shop.lake.receive("customers/a.csv", CUSTOMERS.replace("Jane Forgotten", name).encode())
    shop.lake.receive("orders/a.csv", ORDERS.encode())
    shop.build()
    return shop


@pytest.fixture(scope="module")
def first_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The lake in which Jane has her own name; no test changes it."""
    return shop_with(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def shop(first_shop: Shop, tmp_path: Path) -> Shop:
    """A copy of that lake."""
    return first_shop.copy(tmp_path)


def receive_pending(shop: Shop, text: str) -> FileRecord:
    """A file of orders with a new column that holds the text.

    It is pending until a person maps the column.
    """
    header, _, row = ORDERS.strip().split("\n")
    return shop.lake.receive(PENDING, f"{header},Filiale\n{row},{text}\n".encode())


def is_in_raw(shop: Shop, key: str = PENDING) -> bool:
    return any(
        version.ref.key == key and not version.is_marker for version in shop.lake.objects.versions("raw", "")
    )


def test_the_file_that_was_sent_goes_with_the_edited_file_that_has_the_person(shop: Shop) -> None:
    """It has the same rows under other headings, and its key alone may be too short to be searched."""
    records = {record.key: record.file_id for record in shop.lake.ledger.records()}
    own, other = (keys.sent_file_key(records.get(key, "f" * 32), "a.csv") for key in ("customers/a.csv", ""))
    for key in (own, other):
        shop.lake.objects.write(ObjectRef("raw", key), b"Nummer;Name\n1;x\n")
    shop.forgetter.forget(JANE, shop.forgetter.plan(JANE), "salt")
    assert (is_in_raw(shop, own), is_in_raw(shop, other)) == (False, True)


@pytest.mark.parametrize(
    ("of_person", "in_file"),
    [("01079", "9010795"), ("01079", "01079"), ("1985-02-03", "1985-02-03"), ("Hauptstr. 7", "Hauptstr. 70")],
)
def test_a_pending_file_of_other_people_is_kept_and_the_erasure_is_complete(
    tmp_path: Path, of_person: str, in_file: str
) -> None:
    shop = shop_with(tmp_path, of_person)
    pending = receive_pending(shop, in_file)
    assert pending.state is FileState.NEEDS_MAPPING
    plan = shop.forgetter.plan(JANE)
    assert plan.unaccepted == ()
    assert shop.forgetter.forget(JANE, plan, "salt")["complete"]
    assert is_in_raw(shop)
    assert shop.lake.ledger.get(pending.file_id) == pending


def test_a_pending_file_with_only_a_name_is_kept_and_reported(shop: Shop) -> None:
    receive_pending(shop, "Jane Forgotten")
    certificate = shop.forget()
    assert is_in_raw(shop)
    assert [one["key"] for one in certificate["versions_with_texts"]] == [PENDING]


def test_a_pending_file_that_names_the_person_is_listed_deleted_and_its_record_says_so(
    shop: Shop,
) -> None:
    pending = receive_pending(shop, MAIL)
    shop.lake.objects.write(ObjectRef("staging", "uploads/u1/content"), MAIL.encode())
    plan = shop.forgetter.plan(JANE)
    assert [file.key for file in plan.unaccepted] == [PENDING, "uploads/u1/content"]
    assert is_in_raw(shop)  # a plan changes nothing
    certificate = shop.forgetter.forget(JANE, plan, "salt")
    assert certificate["complete"]
    assert PENDING in {one["key"] for one in certificate["deleted_versions"]}
    record = shop.lake.ledger.get(pending.file_id)
    assert (record.state, record.error["rule"]) == (FileState.REVERTED, "reverted")
    assert "an erasure deleted the original" in record.error["message"]
    assert "mapping" not in str(record.error)
    assert Replayer(*shop.lake.gate).replay(pending.file_id).outcome == "raw_gone"


def test_the_originals_that_go_with_their_rows_are_not_listed(shop: Shop) -> None:
    old = shop.lake.receive("customers/old.csv", CUSTOMERS.replace("Tom", "Tim").encode())
    shop.lake.reverter.revert(old.file_id)
    assert shop.forgetter.plan(JANE).unaccepted == ()


def test_a_file_that_arrives_after_the_question_is_kept_and_reported(shop: Shop) -> None:
    plan = shop.forgetter.plan(JANE)
    receive_pending(shop, MAIL)
    certificate = shop.forgetter.forget(JANE, plan, "salt")
    assert is_in_raw(shop)
    assert [one["key"] for one in certificate["versions_with_texts"]] == [PENDING]


@pytest.mark.parametrize("state", [FileState.DONE, FileState.REPLAYING])
def test_a_file_that_is_accepted_after_the_question_is_kept_and_reported(
    shop: Shop, state: FileState
) -> None:
    pending = receive_pending(shop, MAIL)
    plan = shop.forgetter.plan(JANE)
    reopened = shop.lake.ledger.reopen(pending.file_id, now=shop.lake.now(), lease_s=300)
    if state is FileState.DONE:
        shop.lake.ledger.finish(replace(reopened, state=state))
    certificate = shop.forgetter.forget(JANE, plan, "salt")
    assert is_in_raw(shop)
    assert [one["key"] for one in certificate["versions_with_texts"]] == [PENDING]
    assert shop.lake.ledger.get(pending.file_id).state is state


def test_a_key_that_no_row_has_is_an_error_and_nothing_is_deleted(shop: Shop) -> None:
    shop.lake.objects.write(ObjectRef("athena_results", "query.csv"), b"x")
    before = shop.bodies()
    with pytest.raises(
        NotFoundError, match=r"No row of customers has this customer_id.*nothing was deleted.*headgate query"
    ) as reported:
        shop.forgetter.plan(Subject("customers", "99471199"))
    assert "99471199" not in str(reported.value)
    assert shop.bodies() == before


def test_an_erasure_that_did_not_end_continues_although_its_rows_are_gone(shop: Shop) -> None:
    receive_pending(shop, MAIL)
    with pytest.raises(RuntimeError):
        replace(shop.forgetter, build=failing).forget(JANE, shop.forgetter.plan(JANE), "salt")
    plan = shop.forgetter.plan(JANE)
    assert (plan.subject_data.files, [file.key for file in plan.unaccepted]) == (0, [PENDING])
    assert shop.forgetter.forget(JANE, plan, "salt")["complete"]
    with pytest.raises(NotFoundError):
        shop.forgetter.plan(JANE)  # it has ended now


NEWCOMER, NEW_KEY = Subject("customers", "880099"), "880099"
FOREIGN_HEADER = "customer_id,email,full_name,ssn,region_id,signed_up_at,marketing_opt_in,updated_at,Filiale"


def receive_newcomer(shop: Shop, key: str = "customers/new.csv", cell: str = NEW_KEY) -> FileRecord:
    """A pending file of customers, with a new column and one person whom no other file has."""
    row = f"{cell},new@example.com,New Person,,GB,2024-01-01 10:00:00,true,2024-01-01 10:00:00,1"
    return shop.lake.receive(key, f"{FOREIGN_HEADER}\n{row}\n".encode())


def refuse() -> None:
    raise AssertionError("no table has a row of this person, so none is built")


@pytest.mark.parametrize("cell", [NEW_KEY, f"00{NEW_KEY}", f" {NEW_KEY} "])
def test_a_person_who_is_only_in_a_pending_file_is_found_by_key_and_the_file_is_deleted(
    shop: Shop, cell: str
) -> None:
    pending = receive_newcomer(shop, cell=cell)
    assert pending.state is FileState.NEEDS_MAPPING
    forgetter = replace(shop.forgetter, build=refuse)
    plan = forgetter.plan(NEWCOMER)
    assert [file.key for file in plan.unaccepted] == [pending.key]
    certificate = forgetter.forget(NEWCOMER, plan, "salt")
    assert certificate["complete"]
    assert pending.key in {one["key"] for one in certificate["deleted_versions"]}
    assert "No row of the lake has the key" in str(certificate["limits"])
    assert not is_in_raw(shop, pending.key)
    record = shop.lake.ledger.get(pending.file_id)
    assert (record.state, record.profile) == (FileState.REVERTED, {})
    assert not any(b"New Person" in body or NEW_KEY.encode() in body for body in shop.bodies().values())
    with pytest.raises(NotFoundError):
        forgetter.plan(NEWCOMER)


def test_a_person_of_a_pending_file_is_forgotten_in_a_lake_in_which_nothing_was_ever_merged(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path)
    shop.shown = frozenset()
    shop.lake.receive("customers/new.csv", f"{FOREIGN_HEADER}\n4711,,,,,,,,\n".encode())
    forgetter = replace(
        shop.forgetter,
        build=refuse,
        zones=lambda: BuiltZones("curated", "artifacts", "results", (), {}, ("raw",)),
    )
    certificate = forgetter.forget(JANE, forgetter.plan(JANE), "salt")
    assert (certificate["complete"], certificate["snapshot_id"]) == (True, "")
    assert "too short to be searched" in str(certificate["limits"])
    assert not is_in_raw(shop, "customers/new.csv")


def test_a_short_key_in_another_column_or_another_dataset_names_nobody(shop: Shop) -> None:
    receive_newcomer(shop, "customers/other.csv", "880098")
    receive_pending(shop, NEW_KEY)
    with pytest.raises(NotFoundError):
        shop.forgetter.plan(NEWCOMER)


def test_a_row_that_refers_to_the_person_in_a_pending_file_of_another_dataset_is_listed(
    shop: Shop,
) -> None:
    header, _, row = ORDERS.strip().split("\n")
    shop.lake.receive(PENDING, f"{header},Filiale\n{row.replace('4710', NEW_KEY)},1\n".encode())
    assert [file.key for file in shop.forgetter.plan(NEWCOMER).unaccepted] == [PENDING]


@pytest.mark.parametrize("mistyped", ["completed", "customer_id", "Filiale"])
def test_a_mistyped_key_that_is_a_common_word_deletes_no_pending_file(shop: Shop, mistyped: str) -> None:
    receive_pending(shop, "x")
    with pytest.raises(NotFoundError, match="file that was not accepted"):
        shop.forgetter.plan(Subject("customers", mistyped))


def test_a_key_with_letters_and_digits_is_found_in_a_file_of_no_dataset(shop: Shop) -> None:
    shop.lake.receive("liste.csv", b"Kunde,Farbe\nK-880099,rot\n")
    plan = shop.forgetter.plan(Subject("customers", "K-880099"))
    assert [file.key for file in plan.unaccepted] == ["liste.csv"]


def test_a_file_of_a_short_key_that_is_accepted_after_the_question_makes_the_certificate_incomplete(
    shop: Shop,
) -> None:
    pending = shop.lake.receive("customers/new.csv", f"{FOREIGN_HEADER}\n99,,,,,,,,\n".encode())
    subject = Subject("customers", "99")
    plan = shop.forgetter.plan(subject)
    shop.lake.ledger.reopen(pending.file_id, now=shop.lake.now(), lease_s=300)
    certificate = shop.forgetter.forget(subject, plan, "salt")
    assert not certificate["complete"]
    assert [one["key"] for one in certificate["versions_with_texts"]] == [pending.key]


def test_a_known_person_with_a_short_key_has_pending_rows_listed_by_their_column(shop: Shop) -> None:
    header, row, _ = ORDERS.strip().split("\n")
    shop.lake.receive(PENDING, f"{header},Filiale\n{row},1\n".encode())
    assert [file.key for file in shop.forgetter.plan(JANE).unaccepted] == [PENDING]


def test_the_profile_of_a_deleted_file_goes_with_it_although_the_key_is_too_short_to_be_searched(
    shop: Shop,
) -> None:
    pending = shop.lake.receive("customers/new.csv", f"{FOREIGN_HEADER}\n77,,Ada,,,,,,\n".encode())
    assert pending.profile["key"] in {key for _, key, _ in shop.bodies()}
    subject = Subject("customers", "77")
    assert shop.forgetter.forget(subject, shop.forgetter.plan(subject), "salt")["complete"]
    assert pending.profile["key"] not in {key for _, key, _ in shop.bodies()}
