from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headgate.errors import NotFoundError, SettingsError
from headgate.systems.dashboards import dashboard_of, dashboards, dashboards_of, label_queues
from headgate.systems.panels import DeclaredEvidence

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

BOARD = """
system: own-models
title: Loans
panels:
  - name: loans
    question: How many loans?
    kind: kpi
    table: loans
    sql: SELECT count(*) AS value, 0 AS before FROM loans
"""


@pytest.fixture
def own_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake project without a domain."""
    (tmp_path / "headgate.toml").write_text('name = "library"\ndomains = []\n')
    (tmp_path / "dashboards").mkdir()
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    return tmp_path


def test_a_lake_has_the_dashboards_of_its_own_folder(own_lake: Path) -> None:
    (own_lake / "dashboards" / "loans.yaml").write_text(BOARD)
    assert [board.title for board in dashboards().values()] == ["Loans"]
    assert dashboards()["own-models"].panel("loans").columns == ("value", "before")


@pytest.mark.parametrize("part", ["    width: huge\n", "filters_of_tables: maybe\n"])
def test_another_width_or_kind_of_filters_is_refused(own_lake: Path, part: str) -> None:
    (own_lake / "dashboards" / "loans.yaml").write_text(BOARD + part)
    with pytest.raises(SettingsError, match=r"loans\.yaml.*(half and full|true or false)"):
        dashboards()


def test_dashboards_of_systems_that_are_not_deployed_are_left_out_and_the_projects_own_stay(
    own_lake: Path,
) -> None:
    """A lake without SQL models has no system of its own, but may draw its datasets."""
    (own_lake / "headgate.toml").write_text('name = "library"\ndomains = ["retail"]\n')
    (own_lake / "dashboards" / "loans.yaml").write_text(BOARD)
    assert [*dashboards_of(["retail-copilot"])] == ["own-models", "retail-copilot"]
    assert [*dashboards_of([])] == ["own-models"]


def test_pushed_dashboards_replace_those_of_the_folder(own_lake: Path) -> None:
    (own_lake / "dashboards" / "loans.yaml").write_text(BOARD)
    pushed = {"visits": json.dumps({"system": "visits", "title": "Visits", "panels": []})}
    assert [board.title for board in dashboards_of([], pushed).values()] == ["Visits"]
    assert dashboards_of([], {}) == {}


def test_a_lake_without_a_domain_has_no_retail_dashboards(own_lake: Path) -> None:
    assert own_lake.is_dir()
    assert dashboards() == {}


LINES = """
system: own-models
title: Loans
panels:
  - name: loans
    question: How many loans?
    kind: {kind}
    table: loans
    sql: SELECT 1
    x: month_on
    y: [loans]
    series: {series}
    scale: {scale}
"""


@pytest.mark.parametrize(
    ("kind", "series", "scale"), [("line", "region", "each"), ("line", "", "log"), ("scatter", "", "log")]
)
def test_a_panel_declares_a_scale_where_one_series_dwarfs_the_others(
    own_lake: Path, kind: str, series: str, scale: str
) -> None:
    text = LINES.format(kind=kind, series=series, scale=scale)
    (own_lake / "dashboards" / "loans.yaml").write_text(text)
    assert dashboards()["own-models"].panel("loans").scale == scale


def test_a_panel_without_a_scale_leaves_it_to_its_values(own_lake: Path) -> None:
    (own_lake / "dashboards" / "loans.yaml").write_text(BOARD)
    assert dashboards()["own-models"].panel("loans").scale == "auto"


@pytest.mark.parametrize(
    "drawing",
    [
        {"kind": "line", "form": "points", "scale": "log"},
        {"kind": "line", "form": "area", "series": "region", "is_stacked": False},
        {"kind": "bar", "series": "region", "is_stacked": False, "scale": "log"},
        {"kind": "bar", "scale": "log"},
    ],
)
def test_a_panel_declares_the_form_the_stacking_and_the_scale_of_its_chart(
    drawing: dict[str, object],
) -> None:
    panel = dashboard_of("loans", text_with_drawing(drawing)).panels[0]
    assert {name: getattr(panel, name) for name in drawing} == drawing


@pytest.mark.parametrize(
    ("drawing", "why"),
    [
        ({"kind": "line", "form": "pie"}, "Forms are area, points"),
        ({"kind": "bar", "form": "points"}, "State kind: line"),
        ({"kind": "line", "form": "area", "scale": "log"}, "An area begins at zero"),
        ({"kind": "line", "is_stacked": True}, "Only bars and areas are stacked"),
        ({"kind": "bar", "is_stacked": "yes"}, "true or false"),
        ({"kind": "bar", "series": "region", "scale": "log"}, "State is_stacked: false"),
        ({"kind": "bar", "is_stacked": True, "scale": "log"}, "State is_stacked: false"),
    ],
)
def test_a_drawing_that_cannot_be_drawn_is_an_error_with_what_to_state(
    drawing: dict[str, object], why: str
) -> None:
    with pytest.raises(SettingsError, match=why):
        dashboard_of("loans", text_with_drawing(drawing))


def text_with_drawing(drawing: dict[str, object]) -> str:
    panel = {"name": "loans", "question": "How many?", "table": "loans", "sql": "SELECT 1", "x": "month_on"}
    return json.dumps({"system": "loans", "title": "Loans", "panels": [{**panel, "y": ["loans"], **drawing}]})


@pytest.mark.parametrize(
    ("kind", "series", "scale", "why"),
    [
        ("line", "region", "cubic", "Scales are auto, linear, log, each"),
        ("bar", "region", "log", "State is_stacked: false"),
        ("map", "''", "log", "Only lines, points and bars"),
        ("line", "''", "each", "in series the column"),
        ("bar", "region", "each", "State kind: line"),
    ],
)
def test_a_scale_that_cannot_be_drawn_is_an_error_with_what_to_state(
    own_lake: Path, kind: str, series: str, scale: str, why: str
) -> None:
    text = LINES.format(kind=kind, series=series, scale=scale)
    (own_lake / "dashboards" / "loans.yaml").write_text(text)
    with pytest.raises(SettingsError, match=why):
        dashboards()


def test_a_queue_of_a_lake_project_declares_the_labels_that_its_decisions_are(own_lake: Path) -> None:
    """docs/adr/0143-decisions-as-labels.md: the merge makes closed items a dataset that systems read."""
    queue = """queues:
  - name: loans_to_check
    title: Loans to check
    table: loans
    sql: SELECT 1
    actions: [{name: lost, label: Lost, key: l}, {name: late, label: Late, key: t}]
    labels: {dataset: loans, positive: [lost], negative: [late]}
"""
    (own_lake / "dashboards" / "loans.yaml").write_text(BOARD + queue)
    (labels,) = label_queues()
    assert (labels.queue, labels.dataset) == ("loans_to_check", "loans")
    assert [labels.label_of(action) for action in ("lost", "late", "ignore")] == [True, False, None]
    assert label_queues({}) == ()


def test_an_unknown_panel_is_named(own_lake: Path) -> None:
    (own_lake / "dashboards" / "loans.yaml").write_text("system: own-models\ntitle: Loans\npanels: []\n")
    with pytest.raises(NotFoundError, match="no panel sales"):
        dashboards()["own-models"].panel("sales")


@pytest.mark.parametrize(
    "text", ["[", "title: no system\n", "system: s\ntitle: t\npanels: [{name: a, kind: pie}]\n", "[]"]
)
def test_a_broken_file_is_named(own_lake: Path, text: str) -> None:
    (own_lake / "dashboards" / "loans.yaml").write_text(text)
    with pytest.raises(SettingsError, match=r"loans\.yaml"):
        dashboards()


QUEUED = """
system: own-models
title: Loans
panels:
  - {{name: loans, question: "Loans?", kind: kpi, table: loans, sql: select 1 as value, queue: {queue}}}
queues:
  - name: to_remind
    title: To remind
    table: loans
    sql: select 1
    actions: [{{name: sent, label: Sent, key: s}}]
"""


def test_a_panel_leads_to_a_queue_of_its_dashboard_only(own_lake: Path) -> None:
    (own_lake / "dashboards" / "loans.yaml").write_text(QUEUED.format(queue="to_remind"))
    assert dashboards()["own-models"].panel("loans").queue == "to_remind"


def test_a_panel_that_names_another_queue_is_an_error(own_lake: Path) -> None:
    (own_lake / "dashboards" / "loans.yaml").write_text(QUEUED.format(queue="to_call"))
    with pytest.raises(SettingsError, match=r"panel loans names the queue to_call, .* are to_remind"):
        dashboards()


ALERTED = """
system: own-models
title: Loans
panels:
  - {{name: loans, question: "Loans?", kind: kpi, table: loans, sql: select 1 as value}}
alerts:
  - {{name: many, sql: select 1 as value, above: 0, message: "{{value}} loans", remedy: Look, panel: {panel}}}
"""


def test_an_alert_leads_to_a_panel_of_its_dashboard_only(own_lake: Path) -> None:
    (own_lake / "dashboards" / "loans.yaml").write_text(ALERTED.format(panel="loans"))
    assert dashboards()["own-models"].alerts[0].panel == "loans"


def test_an_alert_that_names_another_panel_is_an_error(own_lake: Path) -> None:
    (own_lake / "dashboards" / "loans.yaml").write_text(ALERTED.format(panel="sales"))
    with pytest.raises(SettingsError, match="alert many names the panel sales"):
        dashboards()


def test_the_statement_of_evidence_has_the_item_as_a_quoted_text() -> None:
    evidence = DeclaredEvidence("Visits", "visits", "SELECT 1 FROM visits WHERE ward = {item_id}")
    assert evidence.of_item("x' OR '1' = '1") == "SELECT 1 FROM visits WHERE ward = 'x'' OR ''1'' = ''1'"
