"""The screen of a certificate is words, with no Python value and no field name.

What would be lost is listed before it is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from headgate.cli import command_deployment
from headgate.cli.commands.operations.forget import _result, forget
from headgate.errors import NotFoundError
from headgate.wiring import erasure
from tests.unit.erasure.test_forget import MAIL
from tests.unit.erasure.test_unaccepted_files import PENDING, receive_newcomer, receive_pending, shop_with

if TYPE_CHECKING:
    from tests.unit.erasure.test_forget import Shop

pytestmark = [
    pytest.mark.unit,
    pytest.mark.filterwarnings(
        r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"
    ),  # Ibis calls DuckDB's old name
]


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shop:
    """A deployment with one customer to forget, and a pending file that names them."""
    made = shop_with(tmp_path, "Jane Forgotten")
    receive_pending(made, MAIL)
    monkeypatch.setattr(command_deployment, "activate", lambda: command_deployment.Deployment("test", {}, {}))
    monkeypatch.setattr(erasure, "forgetter", lambda *_: made.forgetter)
    return made


def test_a_dry_run_lists_the_files_that_were_not_accepted(shop: Shop) -> None:
    before = shop.bodies()
    result = json.loads(
        CliRunner().invoke(forget, ["4711", "--dry-run", "--json"], catch_exceptions=False).stdout
    )
    assert result == {
        "files": 2,
        "contents_by_dataset": {"customers": 1, "orders": 1},
        "unaccepted_files": [PENDING],
    }
    assert PENDING in CliRunner().invoke(forget, ["4711", "--dry-run"], catch_exceptions=False).stdout
    assert shop.bodies() == before


def test_the_question_lists_them_too_and_no_deletes_nothing(shop: Shop) -> None:
    before = shop.bodies()
    asked = CliRunner().invoke(forget, ["4711"], input="n\n")
    assert PENDING in asked.stderr
    assert asked.exit_code == 1
    assert shop.bodies() == before


def test_a_key_that_no_row_has_ends_with_an_error_before_anything_is_deleted(
    shop: Shop, tmp_path: Path
) -> None:
    before, certificate = shop.bodies(), tmp_path / "certificate.json"
    ended = CliRunner().invoke(forget, ["99471199", "--yes", "--to", str(certificate)])
    assert isinstance(ended.exception, NotFoundError)
    assert ended.exit_code == 1
    assert shop.bodies() == before
    assert not certificate.exists()


@pytest.mark.usefixtures("shop")
def test_a_dataset_that_is_not_there_names_the_option_and_the_datasets_with_a_key() -> None:
    reported = CliRunner().invoke(forget, ["K0007", "--dataset", "kunden", "--dry-run"])
    assert reported.exit_code == 1
    assert "There is no dataset kunden." in reported.stderr
    assert "--dataset" in reported.stderr
    assert "customers" in reported.stderr


def test_the_screen_names_the_objects_in_which_a_text_is_left() -> None:
    left = [
        {"bucket": "raw", "key": "a.csv", "version_id": version, "size_bytes": 1} for version in ("v1", "v2")
    ]
    table = _result({"versions_with_texts": left, "complete": False}, Path("forgotten.json"))
    assert next(iter(table.columns[1].cells)) == "raw/a.csv"


def test_a_certificate_is_shown_in_words() -> None:
    certificate: dict[str, object] = {
        "rows_erased": {"orders": 2, "customers": 1},
        "versions_with_texts": [],
        "complete": True,
    }
    table = _result(certificate, Path("forgotten.json"))
    assert list(table.columns[0].cells) == [
        "rows erased",
        "object versions that still have a text of the person",
        "complete",
        "certificate",
    ]
    assert list(table.columns[1].cells) == ["orders: 2\ncustomers: 1", "0", "yes", "forgotten.json"]


def test_a_person_who_is_only_in_a_pending_file_is_asked_about_with_the_files_key(
    shop: Shop, tmp_path: Path
) -> None:
    pending = receive_newcomer(shop)
    asked = CliRunner().invoke(forget, ["880099"], input="n\n")
    assert asked.exit_code == 1
    assert "No row of the lake has this key" in asked.stderr
    assert pending.key in asked.stderr
    assert "Delete these files permanently" in asked.stderr
    certificate = tmp_path / "certificate.json"
    done = CliRunner().invoke(forget, ["880099", "--yes", "--to", str(certificate)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert json.loads(certificate.read_text(encoding="utf-8"))["complete"]
