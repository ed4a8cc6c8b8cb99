"""The files that `headgate upload` sends, and their order: data first, then the manifests that name it
complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.aws.in_memory_ports import MemoryLedger
from headgate.errors import HeadgateError
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.raw_objects import file_id_of
from headgate.uploads import folder_files, send_files

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

RUN = "orders/dt=2026-01-02/run=r1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        f"{RUN}/part-00000.csv",
        f"{RUN}/_manifest.json",
        "regions/plain.csv",
        "regions/.DS_Store",
        "truth.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def test_manifests_are_sent_apart_from_data(folder: Path) -> None:
    assert [key for key, _ in folder_files.objects_in(folder)] == [
        f"{RUN}/part-00000.csv",
        "regions/plain.csv",
    ]
    assert [key for key, _ in folder_files.manifests_in(folder)] == [f"{RUN}/_manifest.json"]


def test_a_run_without_its_manifest_is_reported(folder: Path) -> None:
    assert folder_files.runs_without_manifest(folder) == []
    (folder / RUN / "_manifest.json").unlink()
    assert folder_files.runs_without_manifest(folder) == [RUN]


def test_files_at_the_top_of_the_folder_are_named_and_not_sent(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()
    for name in ("orders/sent.csv", "loose.csv", "truth.json", ".hidden", "_manifest.json", "_SUCCESS"):
        (tmp_path / name).write_text("a\n1\n", encoding="utf-8")
    assert folder_files.left_out_of(tmp_path) == ["loose.csv", "truth.json"]
    assert [key for key, _ in folder_files.objects_in(tmp_path)] == ["orders/sent.csv"]


CARD = "card 4111 1111 1111 1111"


def test_a_card_number_in_a_name_is_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / f"{CARD}.csv").write_text("x")
    assert folder_files.left_out_of(tmp_path) == ["card [PAN ****1111].csv"]
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / CARD).symlink_to(tmp_path / "nowhere")
    with pytest.raises(HeadgateError, match="link to nothing") as reported:
        folder_files.objects_in(tmp_path)
    assert "4111" not in str(reported.value)


def test_a_file_with_a_card_number_in_its_name_is_followed_to_its_end() -> None:
    ref = ObjectRef("raw", f"orders/{CARD}.csv", "v1")
    record = FileRecord(
        file_id_of(ref), ref.bucket, "orders/card [PAN ****1111].csv", ref.version_id, "orders", "rejected"
    )
    ledger = MemoryLedger({record.file_id: record})
    assert send_files.follow(ledger, [ref], lambda _: None, timeout_s=0) == [record]
