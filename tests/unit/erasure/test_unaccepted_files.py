"""An erasure deletes no file that was not accepted unless it names the person and was listed before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.erasure.subject_rows import Subject
from headgate.errors import NotFoundError
from headgate.intake.quarantine.replay_file import Replayer
from headgate.lake.ports import ObjectRef
from headgate.lake.states import FileState
from tests.unit.erasure.test_forget import CUSTOMERS, JANE, MAIL, ORDERS, Shop, failing

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.lake.ports import FileRecord

pytestmark = [
    pytest.mark.unit,
    pytest.mark.filterwarnings(r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"),  # Ibis calls DuckDB's old name
]

PENDING = "orders/pending.csv"


def shop_with(folder: Path, name: str = "Jane Forgotten") -> Shop:
    """A lake with one accepted file of customers, whose full name is given, and one of orders."""
    shop = Shop(folder)
    shop.lake.receive("customers/a.csv", CUSTOMERS.replace("Jane Forgotten", name).encode())
    shop.lake.receive("orders/a.csv", ORDERS.encode())
    shop.build()
    return shop


def receive_pending(shop: Shop, text: str) -> FileRecord:
    """A file of orders with a new column that holds the text; it is pending until a person maps the column."""
    header, _, row = ORDERS.strip().split("\n")
    return shop.lake.receive(PENDING, f"{header},Filiale\n{row},{text}\n".encode())


def is_in_raw(shop: Shop, key: str = PENDING) -> bool:
    return any(version.ref.key == key and not version.is_marker for version in shop.lake.objects.versions("raw", ""))


@pytest.mark.parametrize(
    ("of_person", "in_file"), [("01079", "9010795"), ("01079", "01079"), ("1985-02-03", "1985-02-03"), ("Hauptstr. 7", "Hauptstr. 70")]
)
def test_a_pending_file_of_other_people_is_kept_and_the_erasure_is_complete(tmp_path: Path, of_person: str, in_file: str) -> None:
    shop = shop_with(tmp_path, of_person)
    pending = receive_pending(shop, in_file)
    assert pending.state is FileState.NEEDS_MAPPING
    plan = shop.forgetter.plan(JANE)
    assert plan.unaccepted == ()
    assert shop.forgetter.forget(JANE, plan, "salt")["complete"]
    assert is_in_raw(shop)
    assert shop.lake.ledger.get(pending.file_id) == pending


def test_a_pending_file_with_only_a_name_is_kept_and_reported(tmp_path: Path) -> None:
    shop = shop_with(tmp_path)
    receive_pending(shop, "Jane Forgotten")
    certificate = shop.forget()
    assert is_in_raw(shop)
    assert [one["key"] for one in certificate["versions_with_texts"]] == [PENDING]


def test_a_pending_file_that_names_the_person_is_listed_deleted_and_its_record_says_so(tmp_path: Path) -> None:
    shop = shop_with(tmp_path)
    pending = receive_pending(shop, MAIL)
    shop.lake.objects.write(ObjectRef("staging", "uploads/u1/content"), MAIL.encode())
    plan = shop.forgetter.plan(JANE)
    assert [one.key for one in plan.unaccepted] == [PENDING, "uploads/u1/content"]
    assert is_in_raw(shop)  # a plan changes nothing
    certificate = shop.forgetter.forget(JANE, plan, "salt")
    assert certificate["complete"]
    assert PENDING in {one["key"] for one in certificate["deleted_versions"]}
    record = shop.lake.ledger.get(pending.file_id)
    assert (record.state, record.error["rule"]) == (FileState.REVERTED, "reverted")
    assert "an erasure deleted the original" in record.error["message"]
    assert "mapping" not in str(record.error)
    assert Replayer(shop.lake.gate).replay(pending.file_id).outcome == "raw_gone"


def test_the_originals_that_go_with_their_rows_are_not_listed(tmp_path: Path) -> None:
    shop = shop_with(tmp_path)
    old = shop.lake.receive("customers/old.csv", CUSTOMERS.replace("Tom", "Tim").encode())
    shop.lake.reverter.revert(old.file_id)
    assert shop.forgetter.plan(JANE).unaccepted == ()


def test_a_file_that_arrives_after_the_question_is_kept_and_reported(tmp_path: Path) -> None:
    shop = shop_with(tmp_path)
    plan = shop.forgetter.plan(JANE)
    receive_pending(shop, MAIL)
    certificate = shop.forgetter.forget(JANE, plan, "salt")
    assert is_in_raw(shop)
    assert [one["key"] for one in certificate["versions_with_texts"]] == [PENDING]


@pytest.mark.parametrize("state", [FileState.DONE, FileState.REPLAYING])
def test_a_file_that_is_accepted_after_the_question_is_kept_and_reported(tmp_path: Path, state: FileState) -> None:
    shop = shop_with(tmp_path)
    pending = receive_pending(shop, MAIL)
    plan = shop.forgetter.plan(JANE)
    reopened = shop.lake.ledger.reopen(pending.file_id, now=shop.lake.now(), lease_s=300)
    if state is FileState.DONE:
        shop.lake.ledger.finish(replace(reopened, state=state))
    certificate = shop.forgetter.forget(JANE, plan, "salt")
    assert is_in_raw(shop)
    assert [one["key"] for one in certificate["versions_with_texts"]] == [PENDING]
    assert shop.lake.ledger.get(pending.file_id).state is state


def test_a_key_that_no_row_has_is_an_error_and_nothing_is_deleted(tmp_path: Path) -> None:
    shop = shop_with(tmp_path)
    shop.lake.objects.write(ObjectRef("athena_results", "query.csv"), b"x")
    before = shop.bodies()
    with pytest.raises(NotFoundError, match=r"No row of customers has this customer_id.*nothing was deleted.*headgate query") as reported:
        shop.forgetter.plan(Subject("customers", "99471199"))
    assert "99471199" not in str(reported.value)
    assert shop.bodies() == before


def test_an_erasure_that_did_not_end_continues_although_its_rows_are_gone(tmp_path: Path) -> None:
    shop = shop_with(tmp_path)
    receive_pending(shop, MAIL)
    with pytest.raises(RuntimeError):
        replace(shop.forgetter, build=failing).forget(JANE, shop.forgetter.plan(JANE), "salt")
    plan = shop.forgetter.plan(JANE)
    assert (plan.found.files, [one.key for one in plan.unaccepted]) == (0, [PENDING])
    assert shop.forgetter.forget(JANE, plan, "salt")["complete"]
    with pytest.raises(NotFoundError):
        shop.forgetter.plan(JANE)  # it has ended now
