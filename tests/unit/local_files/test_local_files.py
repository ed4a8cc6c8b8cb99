"""The commands and `import headgate` check, draft and profile a file alike, because they call the same
functions.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import headgate
from headgate.cli.commands.files.profile import profile
from headgate.cli.commands.project.contract import contract
from headgate.errors import BadInputError, ContractError
from headgate.local_files import draft_file
from headgate.local_files.check_file import check_by_contract
from headgate.local_files.draft_file import NoRowFitsError, datasets_of, drafts_of
from headgate.local_files.profile_file import profile_file

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

ORDERS = "order_id,note,amount\nO-1,gift,19.90\nO-2,,5.00\nO-3,late,12.50\n"


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A drafted contract, beside a file whose columns have similar names."""
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    made = CliRunner().invoke(
        contract, ["init", str(tmp_path / "orders.csv"), "--output", str(tmp_path)], catch_exceptions=False
    )
    assert made.exit_code == 0
    (tmp_path / "july.csv").write_text("Order ID,Note,Amounts\nO-4,gift,1.00\n", encoding="utf-8")
    return tmp_path / "orders.yaml"


def test_columns_are_mapped_by_python_as_by_the_command(orders: Path) -> None:
    file = orders.with_name("july.csv")
    ran = CliRunner().invoke(
        contract, ["check", str(file), "--contract", str(orders), "--json"], catch_exceptions=False
    )
    checked = headgate.check(file, headgate.load_contract(orders))
    assert (checked.received, checked.complete) == (1, True)
    assert (
        checked.mapping
        == {"Order ID": "order_id", "Amounts": "amount"}
        == json.loads(json.loads(ran.stdout)["mapping"]["columns"])
    )


def test_a_header_that_no_rule_can_map_is_refused_with_a_remedy_that_needs_no_lake(orders: Path) -> None:
    orders.with_name("odd.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    with pytest.raises(BadInputError) as refused:
        check_by_contract(orders.with_name("odd.csv"), headgate.load_contract(orders))
    assert "headgate mapping" not in refused.value.remedy


def test_a_file_name_with_a_card_number_names_no_dataset(tmp_path: Path) -> None:
    file = tmp_path / "card 4111111111111111.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ContractError, match="card number"):
        headgate.draft_contract(file)
    assert headgate.draft_contract(file, "cards").dataset == "cards"


def test_a_dataset_whose_name_no_table_can_have_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ContractError, match="cannot name a folder"):
        headgate.draft_contract(tmp_path / "a.csv", "My Orders")


def test_a_draft_by_which_no_row_is_accepted_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text("id,amount\n1,2.5\n", encoding="utf-8")

    def refused(body: bytes, *arguments: object, **named: object) -> object:
        return check_bytes(body.replace(b"2.5", b"many"), *arguments, **named)  # type: ignore[arg-type]

    check_bytes = draft_file.check_bytes
    monkeypatch.setattr(draft_file, "check_bytes", refused)
    with pytest.raises(NoRowFitsError, match="None of the 1 rows"):
        list(drafts_of(datasets_of([tmp_path / "a.csv"])))
    assert draft_file.draft_of_upload("a.csv", b"id,amount\n1,2.5\n") is None


def test_an_upload_has_the_draft_of_the_command_and_none_under_a_name_that_may_not_be_shown(
    tmp_path: Path,
) -> None:
    file = tmp_path / "Umsätze März.csv"
    file.write_text("id,amount\n1,2.5\n", encoding="utf-8")
    ((name, checked),) = drafts_of(datasets_of([file]))
    uploaded = draft_file.draft_of_upload(file.name, file.read_bytes())
    assert uploaded is not None
    assert (uploaded["dataset"], uploaded["document"]) == (name, checked.document)
    assert draft_file.draft_of_upload("4111111111111111.csv", file.read_bytes()) is None


def test_files_that_differ_by_their_time_are_one_dataset_drafted_from_the_last(tmp_path: Path) -> None:
    """A person who has the months of a year has one dataset, and not twelve."""
    for month, amount in (("09", "2.5"), ("10", "3.5"), ("11", "4.5")):
        file = tmp_path / f"readings 2026-{month}.csv"
        file.write_text(f"id,amount\n{month}1,{amount}\n{month}2,7.5\n", encoding="utf-8")
    (tmp_path / "readings 2026-09.csv").write_text("id,amount\n91,many\n92,7.5\n", encoding="utf-8")
    (tmp_path / "readings 2026-10.csv").write_text("shoe,size\nleft,44\n", encoding="utf-8")
    ((name, checked),) = drafts_of(datasets_of(sorted(tmp_path.iterdir(), reverse=True)))
    september, october = checked.others
    assert (name, checked.gated.counts.accepted, september.file) == ("readings", 2, "readings 2026-09.csv")
    assert october.gated is None
    assert september.gated is not None
    assert (september.gated.counts.accepted, september.gated.counts.quarantined) == (1, 1)
    assert "id" in october.error
    assert headgate.draft_contract(tmp_path / "readings 2026-11.csv").dataset == "readings"
    assert [*datasets_of([tmp_path / "readings 2026-11.csv"], "november")] == ["november"]


def test_sensitive_columns_are_recognised_in_any_case_by_python_as_by_the_command(tmp_path: Path) -> None:
    """The contract names `card_cvv`; nothing else would show that these texts are codes."""
    payments = headgate.contracts.registry.Registry.load().source["payments"]
    file = tmp_path / "p.csv"
    file.write_text("Payment ID,Card CVV\n1,red\n2,green\n", encoding="utf-8")
    ran = CliRunner().invoke(profile, [str(file), "--dataset", "payments", "--json"], catch_exceptions=False)
    profiled = headgate.profile(file, payments)
    assert profiled.as_dict()["columns"] == json.loads(ran.stdout)["columns"]
    assert "green" not in json.dumps(profiled.as_dict(), default=str)


def test_a_file_without_a_header_row_has_no_profile(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]", encoding="utf-8")
    with pytest.raises(BadInputError):
        profile_file(tmp_path / "a.json")
