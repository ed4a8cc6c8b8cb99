"""Dashboards that people write in the console: versions with their authors, and a way back."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from headgate.api.analytics import mails_of_dashboards, written_dashboards
from headgate.errors import ConflictError
from headgate.query.written_dashboards import dashboard_files
from headgate.systems.dashboards import dashboard_of
from tests.unit.api.lakes import Caller, MemoryLake

pytestmark = pytest.mark.unit

PATH, VERSIONS = "/v1/dashboards", "/v1/dashboard-versions"
PANEL = {
    "name": "Which branch sold most?",
    "sql": "select 'Mitte' as branch, 3 as sold",
    "kind": "bar",
    "x": "branch",
    "y": ["sold"],
}


def board(title: str = "Branches", **changed: object) -> dict[str, Any]:
    return {"title": title, "panels": [{**PANEL, **changed}]}


def written(caller: Caller) -> dict[str, tuple[str, str]]:
    boards = caller.call("GET", PATH).json["dashboards"]
    return {each["system"]: (each["title"], each["written_by"]) for each in boards if each["written_by"]}


def read_board(caller: Caller, system: str = "branches") -> dict[str, Any]:
    boards: list[dict[str, Any]] = caller.call("GET", PATH).json["dashboards"]
    return next(each for each in boards if each["system"] == system)


def test_a_written_dashboard_is_shown_to_everybody_with_its_author() -> None:
    lake = MemoryLake()
    answer = Caller(lake).call("PUT", f"{PATH}/branches", board())
    assert answer.status == 200
    reader = Caller(lake, ("viewer",), "ben")
    assert written(reader) == {"branches": ("Branches", "ana")}
    (shown,) = [each for each in reader.call("GET", PATH).json["dashboards"] if each["written_by"]]
    assert shown["written_at"].startswith("2026-01-02T03:04")
    assert [(panel["question"], panel["kind"], panel["y"]) for panel in shown["panels"]] == [
        ("Which branch sold most?", "bar", ["sold"])
    ]


def test_each_change_is_a_version_and_an_earlier_one_is_used_again() -> None:
    lake = MemoryLake()
    ana, ben = Caller(lake), Caller(lake, ("operator",), "ben")
    ana.call("PUT", f"{PATH}/branches", board())
    edited = {**board("Branches by day"), "replaces": read_board(ben)["written_at"]}
    assert ben.call("PUT", f"{PATH}/branches", edited).status == 200
    ben.call("DELETE", f"{PATH}/branches")
    assert written(ana) == {}
    versions = ana.call("GET", VERSIONS).json["versions"]
    assert [(each["written_by"], each["titles"], each["in_use"]) for each in versions] == [
        ("ben", [], True),
        ("ben", ["Branches by day"], False),
        ("ana", ["Branches"], False),
    ]
    first = versions[-1]["version"]
    assert ana.call("POST", f"{VERSIONS}/{first}").status == 200
    assert ana.call("POST", f"{VERSIONS}/{first}").status == 200  # repeating is safe
    assert written(ben) == {"branches": ("Branches", "ana")}
    assert ana.call("POST", f"{VERSIONS}/{'0' * 16}").status == 404


def test_a_deleted_dashboard_is_named_with_who_deleted_it_until_it_is_written_again() -> None:
    lake = MemoryLake()
    ana, ben = Caller(lake), Caller(lake, ("operator",), "ben")
    ana.call("PUT", f"{PATH}/branches", board())
    ana.call("PUT", f"{PATH}/towns", board("Towns"))
    ben.call("DELETE", f"{PATH}/towns")
    ben.call("DELETE", f"{PATH}/nothing")

    def current() -> dict[str, Any]:
        versions = Caller(lake, ("viewer",), "eve").call("GET", VERSIONS).json["versions"]
        return next(each for each in versions if each["in_use"])

    (deleted,) = current()["deleted"]
    assert current()["titles"] == ["Branches"]
    assert (deleted["system"], deleted["title"], deleted["deleted_by"]) == ("towns", "Towns", "ben")
    assert deleted["deleted_at"] == current()["written_at"]
    ana.call("PUT", f"{PATH}/branches", {**board("B"), "replaces": read_board(ana)["written_at"]})
    assert [each["system"] for each in current()["deleted"]] == ["towns"]
    ana.call("PUT", f"{PATH}/towns", board("Towns"))
    assert current()["deleted"] == []
    assert written(ana).keys() == {"branches", "towns"}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"sql": "drop table sales_forecast"}, 422),
        ({"sql": "select median(sold) from (select 3 as sold)"}, 422),
        ({"sql": "select 4111111111111111"}, 422),
        ({"name": "4111 1111 1111 1111"}, 422),
        ({"kind": "pie"}, 422),
        ({"name": ""}, 422),
    ],
)
def test_a_dashboard_that_does_more_than_read_is_refused(changed: dict[str, object], status: int) -> None:
    lake = MemoryLake()
    assert Caller(lake).call("PUT", f"{PATH}/branches", board(**changed)).status == status
    assert lake.objects.contents("artifacts") == {}


def test_only_operators_write_and_no_file_of_the_lake_is_replaced() -> None:
    lake = MemoryLake()
    for group in ("viewer", "uploader"):
        assert Caller(lake, (group,)).call("PUT", f"{PATH}/branches", board()).status == 403
    answer = Caller(lake).call("PUT", f"{PATH}/market-intelligence-hub", board())
    assert answer.status == 409
    assert "is a file of the lake" in answer.json["detail"]


def test_no_two_dashboards_have_one_title() -> None:
    lake = MemoryLake()
    ana = Caller(lake)
    ana.call("PUT", f"{PATH}/branches", board())
    of_file = ana.call("GET", PATH).json["dashboards"][0]["title"]
    for title in ("branches", of_file):
        answer = ana.call("PUT", f"{PATH}/others", board(title))
        assert (answer.status, answer.json["detail"]) == (
            409,
            f"Another dashboard has the title {title}. Choose another title.",
        )
    assert written(ana).keys() == {"branches"}


def test_no_dashboard_has_the_name_of_a_persons_own() -> None:
    lake = MemoryLake()
    answer = Caller(lake).call("PUT", f"{PATH}/mine", board("Mine"))
    assert answer.status == 409
    assert "reserved for a person's own dashboard" in answer.json["detail"]
    assert lake.objects.contents("artifacts") == {}


def test_only_the_dashboard_that_was_read_is_replaced() -> None:
    lake = MemoryLake()
    ana, ben = Caller(lake), Caller(lake, ("operator",), "ben")
    ana.call("PUT", f"{PATH}/branches", board())
    read = read_board(ana)["written_at"]
    assert ben.call("PUT", f"{PATH}/branches", board(name="Another")).status == 409  # a new one of its title
    assert ben.call("PUT", f"{PATH}/branches", {**board("By day"), "replaces": read}).status == 200
    late = ana.call("PUT", f"{PATH}/branches", {**board("By week"), "replaces": read})
    assert late.status == 409
    assert "somebody changed it. Load the page again." in late.json["detail"]
    assert written(ana) == {"branches": ("By day", "ben")}
    ben.call("DELETE", f"{PATH}/branches")
    assert ana.call("PUT", f"{PATH}/branches", {**board("By week"), "replaces": read}).status == 409


def test_the_same_dashboard_again_changes_nothing() -> None:
    lake = MemoryLake()
    ana = Caller(lake)
    answers = [ana.call("PUT", f"{PATH}/branches", board()) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert len(ana.call("GET", VERSIONS).json["versions"]) == 1


def test_an_edit_keeps_the_unit_and_the_columns_of_a_chart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headgate.systems.dashboards.currency", lambda: "GBP")
    lake = MemoryLake()
    ana = Caller(lake)
    ana.call("PUT", f"{PATH}/branches", board(kind="table", unit="currency", series="branch"))
    shown = read_board(ana)
    (panel,) = shown["panels"]
    assert (panel["unit"], shown["written_units"]) == ("GBP", ["currency"])
    assert (panel["kind"], panel["x"], panel["y"], panel["series"]) == ("table", "branch", ["sold"], "branch")
    (text,) = dashboard_files(lake.dashboard_versions).values()
    assert yaml.safe_load(text)["panels"][0]["unit"] == "currency"


def test_two_people_who_write_at_once_do_not_lose_a_dashboard() -> None:
    lake = MemoryLake()
    versions = lake.dashboard_versions
    push, etag = versions.pointer()
    Caller(lake).call("PUT", f"{PATH}/branches", board())
    with pytest.raises(ConflictError):
        versions.move(push.version, etag, "ben", "")


def test_a_written_dashboard_is_a_file_of_the_project_which_then_replaces_it() -> None:
    lake = MemoryLake()
    Caller(lake).call("PUT", f"{PATH}/branches", board())
    (name, text), *others = dashboard_files(lake.dashboard_versions).items()
    assert (name, others) == ("branches.yaml", [])
    document = yaml.safe_load(text)
    assert "written_by" not in document
    names = [*document]
    assert names.index("title") < names.index("panels")
    assert [*document["panels"][0]][:3] == ["name", "question", "kind"]
    lake.pushed_dashboards = {"branches": json.dumps(document)}
    assert written(Caller(lake)) == {}
    titles = [each["title"] for each in Caller(lake).call("GET", PATH).json["dashboards"]]
    assert titles.count("Branches") == 1
    assert dashboard_of("branches", json.dumps(document)).panels[0].question == PANEL["name"]


def test_a_published_panel_keeps_its_width_its_scale_and_its_action_in_its_file_too() -> None:
    layout = {"kind": "line", "series": "branch", "scale": "each", "action": "Order more.", "width": "half"}
    lake = MemoryLake()
    ana = Caller(lake)
    assert ana.call("PUT", f"{PATH}/branches", board(**layout)).status == 200
    shown = read_board(ana)
    assert {name: shown["panels"][0][name] for name in layout} == layout
    assert shown["filters_of_tables"]
    (text,) = dashboard_files(lake.dashboard_versions).values()
    file = dashboard_of("branches", json.dumps(yaml.safe_load(text)))
    assert {name: getattr(file.panels[0], name) for name in layout} == layout
    assert file.filters_of_tables


@pytest.mark.parametrize(
    "drawing",
    [
        {"kind": "line", "form": "area", "is_stacked": True},
        {"kind": "line", "form": "points", "scale": "linear"},
        {"kind": "bar", "series": "branch", "is_stacked": False, "scale": "log"},
    ],
)
def test_a_published_panel_keeps_how_its_chart_is_drawn(drawing: dict[str, object]) -> None:
    ana = Caller(MemoryLake())
    assert ana.call("PUT", f"{PATH}/branches", board(**drawing)).status == 200
    assert {name: read_board(ana)["panels"][0][name] for name in drawing} == drawing


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "bar", "series": "branch", "scale": "log"},
        {"kind": "line", "scale": "each"},
        {"action": "4111 1111 1111 1111"},
    ],
)
def test_a_dashboard_that_could_not_be_read_again_is_refused(changed: dict[str, object]) -> None:
    assert Caller(MemoryLake()).call("PUT", f"{PATH}/branches", board(**changed)).status == 422


def test_a_published_forecast_keeps_its_band_its_answer_and_its_sentence_for_no_rows() -> None:
    forecast = {
        "kind": "fan",
        "bounds": [["low", "high"]],
        "answer": "{sold} of {branch}",
        "nothing": "Nothing was sold.",
        "units": {"sold": "GBP"},
    }
    ana = Caller(MemoryLake())
    ana.call("PUT", f"{PATH}/branches", board(**forecast))
    (panel,) = read_board(ana)["panels"]
    assert {name: panel[name] for name in forecast} == forecast


def mail_of(title: str, board: str = "branches", **more: object) -> dict[str, Any]:
    return {"title": title, "dashboard": board, "every": "week", "on": 1, **more}


def titles_of_mails(caller: Caller) -> list[str]:
    return [each["title"] for each in caller.call("GET", "/v1/mails").json["mails"]]


def mailed_board() -> tuple[MemoryLake, Caller, Caller]:
    """Return a lake with a dashboard that ana and ben get by mail, and both."""
    lake = MemoryLake()
    lake.people.readers["ben"] = "ben@example.com"
    ana, ben = Caller(lake), Caller(lake, ("viewer",), "ben")
    ana.call("PUT", f"{PATH}/branches", board())
    assert ana.call("PUT", "/v1/mails", mail_of("Branches on Monday")).status == 200
    assert (
        ana.call("PUT", "/v1/mails", {**mail_of("Other"), "dashboard": "", "sql": "select 1"}).status == 200
    )
    assert ben.call("PUT", "/v1/mails", mail_of("My branches", every="day", on=0)).status == 200
    return lake, ana, ben


def test_operators_see_which_mails_of_a_dashboard_go_when_and_to_whom() -> None:
    _, ana, ben = mailed_board()
    assert ana.call("GET", f"{PATH}/branches/mails").json["mails"] == [
        {"title": "Branches on Monday", "every": "week", "on": 1, "address": "ana@example.com"},
        {"title": "My branches", "every": "day", "on": 0, "address": "ben@example.com"},
    ]
    assert ana.call("GET", f"{PATH}/towns/mails").json["mails"] == []
    assert ben.call("GET", f"{PATH}/branches/mails").status == 403


def test_the_mails_of_a_dashboard_are_deleted_and_restored_with_it() -> None:
    lake, ana, ben = mailed_board()
    for _ in range(2):  # repeating is safe
        assert ana.call("DELETE", f"{PATH}/branches").status == 200
        assert (titles_of_mails(ana), titles_of_mails(ben)) == (["Other"], [])
    assert "ben@example.com" not in json.dumps(ben.call("GET", VERSIONS).json)
    assert ben.call("POST", f"{PATH}/branches/restore").status == 403
    for _ in range(2):
        assert ana.call("POST", f"{PATH}/branches/restore").status == 200
        assert written(ben) == {"branches": ("Branches", "ana")}
        assert titles_of_mails(ana) == ["Branches on Monday", "Other"]
        assert titles_of_mails(ben) == ["My branches"]
    assert ana.call("POST", f"{PATH}/towns/restore").status == 404
    assert lake.mails
    assert lake.mails.sent == []


def test_a_dashboard_is_restored_as_it_was_when_it_was_deleted_and_others_stay() -> None:
    lake = MemoryLake()
    ana = Caller(lake)
    ana.call("PUT", f"{PATH}/branches", board())
    ana.call("PUT", f"{PATH}/branches", {**board("By day"), "replaces": read_board(ana)["written_at"]})
    first = ana.call("GET", VERSIONS).json["versions"][-1]["version"]
    ana.call("POST", f"{VERSIONS}/{first}")
    ana.call("DELETE", f"{PATH}/branches")
    ana.call("PUT", f"{PATH}/towns", board("Towns"))
    ana.call("POST", f"{PATH}/branches/restore")
    assert written(ana) == {"branches": ("Branches", "ana"), "towns": ("Towns", "ana")}


def test_an_earlier_version_that_is_used_again_takes_and_brings_the_mails_of_its_dashboards() -> None:
    _, ana, ben = mailed_board()
    with_board = ana.call("GET", VERSIONS).json["versions"][0]["version"]
    ana.call("DELETE", f"{PATH}/branches")
    without = next(each for each in ana.call("GET", VERSIONS).json["versions"] if each["in_use"])["version"]
    ana.call("POST", f"{VERSIONS}/{with_board}")
    assert titles_of_mails(ben) == ["My branches"]
    ana.call("POST", f"{VERSIONS}/{without}")
    assert titles_of_mails(ben) == []


def test_a_write_after_a_deletion_lists_no_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    _, ana, _ = mailed_board()
    ana.call("DELETE", f"{PATH}/branches")
    listed: list[object] = []
    monkeypatch.setattr(mails_of_dashboards, "mail_schedules", lambda *_: listed.append(1) or [])
    assert ana.call("PUT", f"{PATH}/towns", board("Towns")).status == 200
    assert listed == []
    ana.call("DELETE", f"{PATH}/towns")
    assert listed


def test_a_repeated_deletion_removes_mails_that_an_interrupted_one_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, ana, ben = mailed_board()
    with monkeypatch.context() as interrupted:
        interrupted.setattr(written_dashboards, "remove_mails", lambda *_: None)
        ana.call("DELETE", f"{PATH}/branches")
    assert titles_of_mails(ben) == ["My branches"]
    ana.call("DELETE", f"{PATH}/branches")
    assert titles_of_mails(ben) == []


def test_a_new_dashboard_of_a_deleted_title_brings_no_mails() -> None:
    _, ana, ben = mailed_board()
    ana.call("DELETE", f"{PATH}/branches")
    ana.call("PUT", f"{PATH}/branches", board())
    assert titles_of_mails(ben) == []
