"""An uploader, who reads no object, still sees how many rows wait in quarantine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.cli.commands.files import quarantine
from headgate.errors import NotPermittedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.lake.ports import FileRecord

pytestmark = pytest.mark.unit


class DeniedCorrections:
    """The outcomes of corrections for a role without their rights."""

    def replaced_rows(self, records: Sequence[FileRecord]) -> dict[str, dict[str, int]]:
        raise NotPermittedError(f"list corrections of {len(records)} files: AccessDenied")


def test_rows_of_corrections_that_a_role_may_not_read_count_as_open(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("headgate.wiring.intake.correction_outcomes", lambda _: DeniedCorrections())
    assert quarantine._replaced_rows({}, []) == {}
    assert capsys.readouterr() == (
        "",
        "Corrected rows are counted as open, because this role may not read corrections.\n",
    )
