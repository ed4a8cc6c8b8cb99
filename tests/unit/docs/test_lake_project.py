"""The files that docs/use/lake-project.md shows extend the tutorial's lake: the contract loads, and the model
builds the table.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from headgate.cli.main import cli
from headgate.contracts.registry import Registry
from headgate.project import MODELS_SYSTEM, LakeProject, project
from headgate.query import translate
from headgate.systems.dashboards import dashboards
from headgate.systems.sql_models import sql_models

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.unit

DOCS = Path(__file__).parents[3] / "docs"
PAGE, TUTORIAL = (
    (DOCS / "use" / name).read_text(encoding="utf-8") for name in ("lake-project.md", "your-own-data.md")
)


def shown_files() -> Mapping[str, str]:
    """The files that the page shows: a block whose first line names its path."""
    return {
        found[1]: found[0]
        for found in re.findall(r"```(?:sql|yaml)\n((?:--|#) (\S+)\n.*?)```", PAGE, re.DOTALL)
    }


def test_the_model_of_the_page_reads_the_lake_of_the_tutorial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(DOCS.parent)
    line = next(
        line for line in re.findall(r"^\$ headgate (.*)$", TUTORIAL, re.MULTILINE) if line.startswith("init")
    )
    done = CliRunner().invoke(cli, line.replace("~", str(tmp_path)).split(), catch_exceptions=False)
    assert done.exit_code == 0, f"{line}: {done.output}"
    for name, text in shown_files().items():
        (tmp_path / "bikes" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "bikes" / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path / "bikes"))
    registry = Registry.load()
    assert project().systems == (MODELS_SYSTEM,)
    own = {"invoices", "exchange_rates"}
    assert set(registry.curated) == {"verkaeufe", "artikel", "bestellungen", *own}
    assert set(registry.prod) == {
        "monthly_sales",
        "best_month",
        "article_sales",
        "daily_sales",
        "invoices_in_euros",
    }
    assert set(dashboards()) == {"sales"}
    models = sql_models(registry.prod, registry.curated, translate)
    assert set(models.READS) == {"verkaeufe", *own}
    assert {name: model.by_key for name, model in models.incremental.items()} == {
        "article_sales": {"verkaeufe": ("artikel",)}
    }
    tested = CliRunner().invoke(cli, ["models", "test"])
    assert all(line in PAGE for line in tested.output.splitlines()), tested.output
    assert tested.exit_code == 0


def test_the_page_explains_every_field_of_the_settings() -> None:
    names = re.findall(
        r"^\| `\[?(\w+)", PAGE.partition("## headgate.toml")[2].partition("## ")[0], re.MULTILINE
    )
    assert set(names) == set(LakeProject.__dataclass_fields__) - {"folder"}
