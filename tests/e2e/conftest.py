"""The lakes that several files of end-to-end tests share.

Tests that share a lake run on one worker, so that files can run at the same time.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.e2e.lakes import (
    AIRPORTS,
    AIRPORTS_VARIABLES,
    DATA,
    PEOPLE,
    ROOT,
    TEST_VARIABLES,
    deployed,
    sample_shop,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.lakes import Lake


REFUSED_FILES_EXIT = 3


@pytest.fixture(scope="session")
def shop_lake() -> Iterator[Lake]:
    """A lake for the generated shop with its known defects."""
    with deployed("e2e-shop", *TEST_VARIABLES, PEOPLE) as lake:
        yield lake


@pytest.fixture(scope="session")
def retail_lake() -> Iterator[Lake]:
    """A lake for Online Retail II; skipped where the data is not."""
    if not (DATA / "online_retail").is_dir():
        pytest.skip(f"Online Retail II is not at {DATA}/online_retail; set HEADGATE_DATA to where it is")
    with deployed("e2e-retail", *TEST_VARIABLES) as lake:
        yield lake


@pytest.fixture(scope="session")
def shop(shop_lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop with defective rows and bad files, after it went through the gate."""
    folder = tmp_path_factory.mktemp("shop") / "data"
    sample_shop(
        str(folder),
        "--orders",
        "3000",
        "--customers",
        "600",
        "--defect-rate",
        "0.02",
        "--bad-files",
    )
    shop_lake.headgate("upload", str(folder), expect=REFUSED_FILES_EXIT)
    return folder


@pytest.fixture(scope="session")
def built(shop: Path, shop_lake: Lake) -> Path:
    """The shop's folder, after the five systems were built from it."""
    shop_lake.headgate("run")
    return shop


@pytest.fixture(scope="session")
def airports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake project with one SQL model and its test."""
    return shutil.copytree(ROOT / "examples" / "airports", tmp_path_factory.mktemp("project") / "lake")


@pytest.fixture(scope="session")
def airports_lake(airports: Path) -> Iterator[Lake]:
    """The deployed project, after its files were sent and a run."""
    with deployed(AIRPORTS, *AIRPORTS_VARIABLES, project=airports) as lake:
        lake.headgate("upload", str(airports / "data"))
        lake.headgate("run")
        yield lake
