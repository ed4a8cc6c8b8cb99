import click
import pytest
from click.testing import CliRunner

from headgate import wiring
from headgate.aws.memory import MemoryLedger, MemoryObjects
from headgate.cli import deployment
from headgate.cli.mapping import accept, with_changes
from headgate.contracts.registry import Registry
from headgate.errors import BadInputError
from headgate.intake.curation import NEEDS_MAPPING
from headgate.intake.mapping import Mappings, Suggested
from headgate.lake.ports import FileRecord

pytestmark = pytest.mark.unit

SUGGESTED = Suggested("regions", "inbox", "abc", ("F1", "F2", "F3"), ("region_id", "name", ""), (0.5, 0.4, 0.0), ("currency",))


def test_a_change_replaces_the_suggestion() -> None:
    assert with_changes(SUGGESTED, ["F3=currency"]) == ("region_id", "name", "currency")


def test_a_field_that_is_given_to_one_column_is_taken_from_another() -> None:
    assert with_changes(SUGGESTED, ["F3=name", "F2=currency"]) == ("region_id", "currency", "name")
    assert with_changes(SUGGESTED, ["F3=name"]) == ("region_id", "", "name")


@pytest.mark.parametrize("pair", ["F3", "F9=name", "=name"])
def test_what_names_no_column_of_the_file_is_refused(pair: str) -> None:
    with pytest.raises(click.UsageError):
        with_changes(SUGGESTED, [pair])


def test_accepting_an_incomplete_suggestion_says_how_to_complete_it(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = FileRecord("1", "raw", "inbox/r.csv", "v1", "regions", NEEDS_MAPPING, error={"suggestion": SUGGESTED.to_json()})
    monkeypatch.setattr(deployment, "activate", lambda _: deployment.Deployment("test", {}, {}))
    monkeypatch.setattr(wiring, "ledger", lambda _: MemoryLedger({"1": waiting}))
    monkeypatch.setattr(wiring, "mappings", lambda _: Mappings(MemoryObjects(), "artifacts", Registry.load().source))
    with pytest.raises(BadInputError, match=r"headgate mapping set inbox/r.csv COLUMN=FIELD"):
        CliRunner().invoke(accept, ["inbox/r.csv"], catch_exceptions=False)
