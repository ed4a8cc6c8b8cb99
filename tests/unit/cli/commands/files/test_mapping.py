from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import Mock

import click
import pytest
from click.testing import CliRunner

from headgate.api import deployed_lake
from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.cli import command_deployment
from headgate.cli.commands.files.files import files
from headgate.cli.commands.files.mapping import accept, mapping, with_changes
from headgate.cli.commands.files.quarantine import quarantine
from headgate.contracts.registry import Registry
from headgate.errors import BadInputError, HeadgateError, ServiceError
from headgate.formats.read_table import sample_table
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.files.replay_file import Replayer
from headgate.lake import keys
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.states import FileState
from headgate.matching.mappings import Mappings, Suggested
from headgate.wiring import intake, stores
from tests.unit.api.lakes import MemoryLake

if TYPE_CHECKING:
    from click.testing import Result

pytestmark = pytest.mark.unit

SUGGESTED = Suggested(
    "regions", "inbox", "abc", ("F1", "F2", "F3"), ("region_id", "name", ""), (0.5, 0.4, 0.0), ("currency",)
)
FIELDS = ("region_id", "name", "currency")
KEY, LATER = "inbox/r.csv", "2026-01-02T03:04:06"
WAITING = FileRecord(
    "1",
    "raw",
    KEY,
    "v1",
    "regions",
    FileState.NEEDS_MAPPING,
    received_at="2026-01-02T03:04:05",
    error={"suggestion": SUGGESTED.to_json()},
)


def test_a_change_replaces_the_suggestion() -> None:
    assert with_changes(SUGGESTED, ["F3=currency"], FIELDS) == ("region_id", "name", "currency")


def test_a_field_that_is_given_to_one_column_is_taken_from_another() -> None:
    assert with_changes(SUGGESTED, ["F3=name", "F2=currency"], FIELDS) == ("region_id", "currency", "name")
    assert with_changes(SUGGESTED, ["F3=name"], FIELDS) == ("region_id", "", "name")


def test_a_column_that_is_left_out_has_no_field() -> None:
    assert with_changes(SUGGESTED, ["F2=currency"], FIELDS, ["F3"]) == ("region_id", "currency", None)
    with pytest.raises(click.UsageError, match="no column 'F9'"):
        with_changes(SUGGESTED, [], FIELDS, ["F9"])
    with pytest.raises(click.UsageError, match="`F2` has a field and is left out"):
        with_changes(SUGGESTED, ["F2=name"], FIELDS, ["F2"])


@pytest.mark.parametrize("pair", ["F3", "F9=name", "=name"])
def test_what_names_no_column_of_the_file_is_refused(pair: str) -> None:
    with pytest.raises(click.UsageError):
        with_changes(SUGGESTED, [pair], FIELDS)


def test_an_unknown_field_is_refused_and_the_contracts_fields_are_named() -> None:
    with pytest.raises(
        click.UsageError, match=r"`nofield` is no field of regions.*: region_id, name, currency"
    ):
        with_changes(SUGGESTED, ["F3=nofield"], FIELDS)


@pytest.mark.usefixtures("lake")
def test_set_knows_the_fields_of_the_contract() -> None:
    reported = CliRunner().invoke(mapping, ["set", KEY, "F3=nofield"])
    assert reported.exit_code == 2
    assert "`nofield` is no field of regions" in reported.stderr
    assert "region_name, country_code" in reported.stderr


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> dict[str, FileRecord]:
    """The records of a deployment whose file `inbox/r.csv` waits for a mapping."""
    records = {"1": WAITING}
    monkeypatch.setattr(command_deployment, "activate", lambda: command_deployment.Deployment("test", {}, {}))
    monkeypatch.setattr(stores, "ledger", lambda _: MemoryLedger(records))
    monkeypatch.setattr(
        intake,
        "mappings",
        lambda _: Mappings(MemoryObjects(), "artifacts", Registry.load().source, sample_table),
    )
    monkeypatch.setattr(deployed_lake, "DeployedLake", lambda _: MemoryLake(ledger=MemoryLedger(records)))
    return records


def listed() -> list[str]:
    """The ids of the files that `headgate files` says wait for a mapping."""
    result = CliRunner().invoke(
        files, ["--state", FileState.NEEDS_MAPPING.value, "--json"], catch_exceptions=False
    )
    return [record["file_id"] for record in json.loads(result.stdout)]


@pytest.mark.usefixtures("lake")
def test_accepting_an_incomplete_suggestion_says_how_to_complete_it() -> None:
    with pytest.raises(BadInputError, match=r"headgate mapping set inbox/r.csv COLUMN=FIELD"):
        CliRunner().invoke(accept, [KEY], catch_exceptions=False)


@pytest.mark.parametrize("state", ["done", "skipped_duplicate"])
@pytest.mark.parametrize("command", [["show", KEY], ["accept", KEY], ["set", KEY, "F3=currency"]])
def test_a_file_of_which_a_later_version_was_accepted_is_not_pending(
    lake: dict[str, FileRecord], command: list[str], state: str
) -> None:
    assert listed() == ["1"]
    lake["2"] = replace(
        WAITING, file_id="2", version_id="v2", state=state, error={}, content_sha256="b", received_at=LATER
    )
    assert listed() == []
    with pytest.raises(
        HeadgateError, match=r"inbox/r.csv is settled.*`headgate files show inbox/r.csv` shows it"
    ):
        CliRunner().invoke(mapping, command, catch_exceptions=False)


def test_a_version_that_waits_again_is_the_one_that_is_asked_about(lake: dict[str, FileRecord]) -> None:
    lake["2"] = replace(
        WAITING, file_id="2", version_id="v2", state="done", error={}, content_sha256="b", received_at=LATER
    )
    other = replace(SUGGESTED, fingerprint="other")
    lake["3"] = replace(
        WAITING,
        file_id="3",
        version_id="v3",
        received_at="2026-01-02T03:04:07",
        error={"suggestion": other.to_json()},
    )
    assert listed() == ["3"]
    shown = CliRunner().invoke(mapping, ["show", KEY, "--json"], catch_exceptions=False)
    assert json.loads(shown.stdout)["fingerprint"] == "other"


def test_a_later_version_that_was_refused_settles_nothing(lake: dict[str, FileRecord]) -> None:
    lake["2"] = replace(
        WAITING, file_id="2", version_id="v2", state="rejected", error={"rule": "x"}, received_at=LATER
    )
    assert listed() == ["1"]
    assert CliRunner().invoke(mapping, ["show", KEY], catch_exceptions=False).exit_code == 0


def remembering(monkeypatch: pytest.MonkeyPatch) -> Mappings:
    """The mappings of a deployment that remembers one for `inbox`."""
    kept = Mappings(MemoryObjects(), "artifacts", Registry.load().source, sample_table)
    names = kept.contracts["regions"].names
    kept.remember(replace(SUGGESTED, names=tuple(f"F{at}" for at, _ in enumerate(names))), names)
    monkeypatch.setattr(intake, "mappings", lambda _: kept)
    return kept


@pytest.mark.usefixtures("lake")
def test_a_remembered_mapping_is_listed_with_its_columns_and_can_be_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = remembering(monkeypatch)
    kept.remember_edits(SUGGESTED, {"dataset": "regions", "columns": {}})
    listed = json.loads(CliRunner().invoke(mapping, ["list", "--json"], catch_exceptions=False).stdout)
    assert [(row["source"], row["header"], row["dataset"], row["columns"][0]) for row in listed] == [
        ("inbox", "abc", "regions", "F0")
    ]
    assert "F0 = region_id" in CliRunner().invoke(mapping, ["list"], catch_exceptions=False).stdout
    assert (
        CliRunner().invoke(mapping, ["forget", "inbox", "ab", "--yes"], catch_exceptions=False).exit_code == 0
    )
    assert kept.remembered() == []
    for key in (keys.mapping_key("inbox", "abc"), keys.edits_key("inbox", "abc")):
        assert json.loads(kept.objects.read(ObjectRef("artifacts", key)))["dataset"] == ""


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize("named", [["inbox", "x"], ["other", "abc"], ["inbox", ""]])
def test_what_names_no_remembered_mapping_deletes_nothing(
    monkeypatch: pytest.MonkeyPatch, named: list[str]
) -> None:
    kept = remembering(monkeypatch)
    with pytest.raises(HeadgateError, match="headgate mapping list"):
        CliRunner().invoke(mapping, ["forget", *named, "--yes"], catch_exceptions=False)
    assert len(kept.remembered()) == 1


def test_a_file_that_no_contract_fits_names_the_draft_and_the_replay_with_a_dataset(
    lake: dict[str, FileRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    objects, raw = MemoryObjects(), ObjectRef("raw", "uploads/points.csv")
    objects.write(raw, b"member,points\nA-1,20\nA-2,30\n")
    monkeypatch.setattr(
        intake, "mappings", lambda _: Mappings(objects, "artifacts", Registry.load().source, sample_table)
    )
    ref = objects.info(raw).ref
    lake["2"] = FileRecord(
        "2", ref.bucket, ref.key, ref.version_id, "uploads", FileState.PROFILED, received_at=LATER
    )
    reported = CliRunner().invoke(mapping, ["show", "uploads/points.csv"])
    assert isinstance(reported.exception, HeadgateError)
    assert "headgate contract init --raw uploads/points.csv" in str(reported.exception)
    assert "headgate quarantine replay uploads/points.csv --dataset NAME" in str(reported.exception)
    objects.write(raw, b"Region ID,Region Name,Country Code,Currency\n1,South,DE,EUR\n")
    newest = objects.info(raw).ref
    lake["2"] = replace(lake["2"], version_id=newest.version_id)
    shown = CliRunner().invoke(mapping, ["show", "uploads/points.csv", "--json"], catch_exceptions=False)
    assert json.loads(shown.stdout)["dataset"] == "regions"


POLISH = (
    b"Obszar;Opis;Kraj;Kontynent;Ludnosc;PKB;Stan\n"
    b"GB;Great Britain;GB;EU;67000000;3000.50;2024-01-01 10:00:00\n"
    b"DE;Germany;DE;EU;83000000;4000.50;2024-01-01 10:00:00\n"
)
POLISH_FIELDS = [
    "Obszar=region_id",
    "Opis=region_name",
    "Kraj=country_code",
    "Kontynent=continent",
    "Ludnosc=population",
    "PKB=gdp_usd",
    "Stan=updated_at",
]


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> MemoryLake:
    """A deployment with a file of regions whose header is Polish, so that no contract fits it by
    its names.
    """
    made = MemoryLake()
    assert made.receive("gebiete.csv", POLISH).state is FileState.PROFILED
    monkeypatch.setattr(command_deployment, "activate", lambda: command_deployment.Deployment("test", {}, {}))
    monkeypatch.setattr(stores, "ledger", lambda _: made.ledger)
    monkeypatch.setattr(intake, "mappings", lambda _: made.mappings)
    monkeypatch.setattr(intake, "replayer", lambda _: Replayer(*made.gate))
    monkeypatch.setattr(stores, "objects", lambda: made.objects)
    monkeypatch.setattr(deployed_lake, "DeployedLake", lambda _: made)
    return made


def test_one_command_takes_in_a_file_with_a_foreign_header_and_the_next_one_needs_none(
    foreign: MemoryLake,
) -> None:
    done = CliRunner().invoke(
        mapping, ["set", "gebiete.csv", *POLISH_FIELDS, "--dataset", "regions"], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    again = foreign.receive("gebiete.csv")
    assert (again.state, again.dataset, again.accepted) == (FileState.DONE, "regions", 2)
    replayed = CliRunner().invoke(quarantine, ["replay", "--json"], catch_exceptions=False)
    assert (replayed.exit_code, json.loads(replayed.stdout)) == (
        0,
        [],
    )  # the version that was profiled is settled
    following = foreign.receive("gebiete-februar.csv", POLISH.replace(b"DE;Germany;DE", b"FR;France;FR"))
    assert (following.state, following.dataset, following.accepted) == (FileState.DONE, "regions", 2)


def set_fields(foreign: MemoryLake, body: bytes, *options: str) -> Result:
    """Name the fields of a file of regions with a Polish header."""
    assert foreign.receive("gebiete.csv", body).state is FileState.PROFILED
    return CliRunner().invoke(
        mapping,
        ["set", "gebiete.csv", *POLISH_FIELDS, "--dataset", "regions", *options],
        catch_exceptions=False,
    )


NOTHING_FITS = POLISH.replace(b"67000000", b"viele").replace(b"83000000", b"viele")
HALF_FITS = POLISH.replace(b"67000000", b"viele")


def test_a_file_of_which_no_row_would_be_accepted_is_not_taken_in_and_not_remembered(
    foreign: MemoryLake,
) -> None:
    """The command ended with success, and the file was in the lake with 0 rows."""
    shown = set_fields(foreign, NOTHING_FITS)
    assert (shown.exit_code, foreign.mappings.remembered()) == (3, [])
    assert "No row of gebiete.csv would be accepted. Nothing was stored." in " ".join(shown.stdout.split())
    newest = foreign.objects.info(ObjectRef("raw", "gebiete.csv")).ref
    assert (
        foreign.ledger.get(keys.file_id(newest.bucket, newest.key, newest.version_id)).state
        is FileState.PROFILED
    )


def test_the_json_of_a_mapping_has_the_counts_of_the_check(foreign: MemoryLake) -> None:
    nothing = json.loads(set_fields(foreign, NOTHING_FITS, "--json").stdout)
    assert (nothing["taken_in"], nothing["file_id"], nothing["columns"]["Obszar"]) == (False, "", "region_id")
    assert nothing["check"]["reasons"] == {"type": 2}
    counts = ("received", "accepted", "quarantined", "acceptance")
    assert [nothing["check"][name] for name in counts] == [2, 0, 2, "nothing_accepted"]
    good = json.loads(set_fields(foreign, POLISH, "--json").stdout)
    assert [good["check"][name] for name in counts] == [2, 2, 0, "ok"]
    assert (good["taken_in"], good["file_id"]) == (True, foreign.receive("gebiete.csv").file_id)


def test_a_file_that_loses_more_rows_than_the_lake_permits_is_taken_in_and_somebody_has_to_act(
    foreign: MemoryLake,
) -> None:
    shown = set_fields(foreign, HALF_FITS)
    assert (shown.exit_code, len(foreign.mappings.remembered())) == (3, 1)
    assert "Stored the mapping for files of _root" in " ".join(shown.stdout.split())
    assert foreign.receive("gebiete.csv").accepted == 1


def test_a_command_waits_for_the_end_of_the_check(
    foreign: MemoryLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    run, foreign.start = foreign.start, started.append  # type: ignore[method-assign]  # a check that takes a while
    monkeypatch.setattr(time, "sleep", lambda _: run(started[-1]))
    assert set_fields(foreign, POLISH).exit_code == 0
    assert len(started) == 1


def test_a_check_that_fails_takes_nothing_in_unless_the_file_is_too_large_for_it(
    foreign: MemoryLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign.receive("gebiete.csv", POLISH)
    command = ["set", "gebiete.csv", *POLISH_FIELDS, "--dataset", "regions"]
    with monkeypatch.context() as context:
        context.setattr(FileProcessor, "process", Mock(side_effect=ServiceError("the store is away")))
        with pytest.raises(HeadgateError, match="The gate could not check the file"):
            CliRunner().invoke(mapping, command, catch_exceptions=False)
    assert foreign.mappings.remembered() == []
    rejected = FileRecord(
        "1", "raw", "gebiete.csv", "v1", "regions", FileState.REJECTED, error={"rule": "too_large"}
    )
    with monkeypatch.context() as context:
        context.setattr(FileProcessor, "process", lambda *_: rejected)
        shown = CliRunner().invoke(mapping, command, catch_exceptions=False)
    assert (shown.exit_code, len(foreign.mappings.remembered())) == (3, 1)
    assert "too large to check before" in shown.stdout


@pytest.mark.usefixtures("foreign")
def test_a_file_that_no_contract_fits_by_its_names_comes_with_the_short_way() -> None:
    with pytest.raises(
        HeadgateError, match=r"mapping accept gebiete.csv --dataset NAME.*contract init --raw gebiete.csv"
    ):
        CliRunner().invoke(mapping, ["show", "gebiete.csv"], catch_exceptions=False)
    shown = CliRunner().invoke(
        mapping, ["show", "gebiete.csv", "--dataset", "regions", "--json"], catch_exceptions=False
    )
    assert json.loads(shown.stdout)["dataset"] == "regions"


def test_accepting_for_a_dataset_shows_the_fields_and_asks_first(foreign: MemoryLake) -> None:
    asked = CliRunner().invoke(mapping, ["accept", "gebiete.csv", "--dataset", "regions"], input="n\n")
    assert asked.exit_code == 1
    assert "Opis" in asked.stderr
    assert "fields are uncertain: check each line" in asked.stderr
    assert foreign.mappings.remembered() == []


@pytest.mark.usefixtures("foreign")
def test_a_dataset_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(BadInputError, match=r"no dataset of this name.*calendar, .*regions"):
        CliRunner().invoke(mapping, ["show", "gebiete.csv", "--dataset", "gebiete"], catch_exceptions=False)


def test_a_file_in_the_folder_of_a_dataset_stays_of_it(foreign: MemoryLake) -> None:
    foreign.receive("customers/gebiete.csv", POLISH)
    with pytest.raises(
        BadInputError, match=r"file is in the folder of customers.*upload it with `--dataset regions`"
    ):
        foreign.mappings.assigned("customers/gebiete.csv", "regions", POLISH)
