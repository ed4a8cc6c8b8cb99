from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.errors import NotFoundError, SettingsError
from headgate.systems.dashboards import dashboard, dashboards

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
    assert dashboard("own-models").panel("loans").columns == ("value", "before")


def test_a_lake_without_a_domain_has_no_retail_dashboards(own_lake: Path) -> None:
    assert own_lake.is_dir()
    assert dashboards() == {}


def test_an_unknown_dashboard_or_panel_names_those_there_are(own_lake: Path) -> None:
    (own_lake / "dashboards" / "loans.yaml").write_text("system: own-models\ntitle: Loans\npanels: []\n")
    with pytest.raises(NotFoundError, match="own-models"):
        dashboard("sales")
    with pytest.raises(NotFoundError, match="no panel sales"):
        dashboard("own-models").panel("sales")


@pytest.mark.parametrize("text", ["[", "title: no system\n", "system: s\ntitle: t\npanels: [{name: a, kind: pie}]\n", "[]"])
def test_a_broken_file_is_named(own_lake: Path, text: str) -> None:
    (own_lake / "dashboards" / "loans.yaml").write_text(text)
    with pytest.raises(SettingsError, match=r"loans\.yaml"):
        dashboards()
