"""The words of a column's name in the file are its title in the contract."""

from __future__ import annotations

import pytest

from headgate.drafts.draft_contract import draft_from_sample

pytestmark = pytest.mark.unit

BODY = b"ResponseID,startDate,CardNumber,plain,Responseid_2\n1,2026-01-01,4111111111111111,x,y\n"


def labels(*, titles: bool) -> dict[str, str]:
    contract = draft_from_sample(BODY, "survey", titles=titles).contract
    return {column.name: column.label for column in contract.columns if column.label}


def test_a_name_in_camel_case_is_a_title_in_words_unless_the_column_is_masked() -> None:
    assert labels(titles=True) == {"responseid": "Response ID", "startdate": "Start date"}


def test_a_draft_without_titles_has_the_names_alone() -> None:
    assert labels(titles=False) == {}
