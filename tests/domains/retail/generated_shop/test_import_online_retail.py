"""`scripts/import_online_retail.py` takes a file, a workbook or a folder of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from scripts.import_online_retail import main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


def test_a_folder_is_a_source_and_an_empty_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "invoices").mkdir()
    ran = CliRunner().invoke(main, [str(tmp_path / "shop"), "--source", str(tmp_path / "invoices")])
    assert ran.exit_code == 1
    assert "invoices holds no CSV and no workbook" in ran.output
    assert not (tmp_path / "shop").exists()
