"""The two lakes of the end-to-end tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.lakes import DATA, TEST_VARIABLES, deployed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.lakes import Lake


@pytest.fixture(scope="session")
def shop_lake() -> Iterator[Lake]:
    """A lake for the generated shop with its known defects."""
    with deployed("e2e-shop", *TEST_VARIABLES) as lake:
        yield lake


@pytest.fixture(scope="session")
def retail_lake() -> Iterator[Lake]:
    """A lake for Online Retail II; skipped where the data is not."""
    if not (DATA / "online_retail").is_dir():
        pytest.skip(f"Online Retail II is not at {DATA}/online_retail; set HEADGATE_DATA to where it is")
    with deployed("e2e-retail", *TEST_VARIABLES) as lake:
        yield lake
