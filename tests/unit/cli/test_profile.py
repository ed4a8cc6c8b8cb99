import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from headgate.cli.profile import profile

pytestmark = pytest.mark.unit

CSV = "id;name;card no\n1;a;4111111111111111\n2;;5555555555554444\n"


def test_a_local_file_is_profiled_without_the_lake_and_shows_no_card(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    ran = CliRunner().invoke(profile, [str(tmp_path / "a.csv"), "--json"])
    told = json.loads(ran.output)
    assert [(column["name"], column["type"], column["missing"]) for column in told["columns"]] == [
        ("id", "int", 0),
        ("name", "string", 1),
        ("card no", "int", 0),
    ]
    assert told["score"]["completeness"] == "0.8333"
    assert "4111" not in ran.output


def test_parquet_is_profiled_by_its_own_types(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [1.5, 2.5], "l": [[1], [2]]}), tmp_path / "a.parquet")
    ran = CliRunner().invoke(profile, [str(tmp_path / "a.parquet")])
    assert ran.exit_code == 0
    assert "float" in ran.output


def test_a_contracts_sensitive_columns_are_not_shown_whatever_they_are_called(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("order_id,notes\nA1,secret words\nA2,more secret words\n")
    ran = CliRunner().invoke(profile, [str(tmp_path / "a.csv"), "--dataset", "orders"])
    assert ran.exit_code == 0
    assert "secret" not in ran.output


def test_an_unknown_dataset_is_told_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    ran = CliRunner().invoke(profile, [str(tmp_path / "a.csv"), "--dataset", "nobody"])
    assert ran.exit_code == 1
    assert "headgate contract list" in ran.output
