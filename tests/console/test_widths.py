"""Pages with the long keys, names and ids of real lakes fit a phone, a desktop and a wide screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.runs.pipeline_starts import Execution
from tests.console.browsers import SIDEWAYS, pages, resize, visit
from tests.console.conftest import Console
from tests.console.lakes import BrowserLake, served
from tests.unit.api.ended_runs import EndedRuns, write_merge
from tests.unit.api.lakes import PAYMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e

WIDTHS = (375, 1440, 2560)
# What is cut off: a box of a page, not one that scrolls by itself, whose contents are wider than it is.
CUT_OFF = """() => [...document.querySelectorAll('main .panel, main .panel p, main h1, main h2')]
  .filter(one => !one.closest('.scroll') && one.scrollWidth > one.clientWidth + 1)
  .map(one => `${one.tagName} ${one.className}: ${one.innerText.slice(0, 60)}`)"""
FEED = "partner-feeds/eu-west-1/marketplace_settlements/ingest_date=2026-11-24/hour=03"
KEYS = (
    f"payments/{FEED}/part-00000-8f9a3a6e-5a3f-5f8e-9d6d-0f3c3e1f8a02-c000.settlement_report_final_v2.csv",
    "payments/" + "lieferantenkatalog_gesamtexport_mueller_und_soehne_gmbh_" * 3 + "2026-11-24T031502Z.csv",
)
RUN = "api-8f9a3a6e5a3f5f8e9d6d0f3c3e1f8a0211aa22bb33cc44dd55ee66ff77889900"
REASON = (
    "headgate.curated.payments: "
    + "settlement_batch_reference_number_of_the_marketplace_" * 3
    + ": unique broken by 12 rows"
)


@pytest.fixture(scope="module")
def long_names(bundle: Path, tables: Path, browser: Browser) -> Iterator[Console]:
    """The console over a lake whose keys, runs and reasons are long."""
    lake = BrowserLake(tables_folder=tables)
    for at, key in enumerate(KEYS):
        lake.receive(key, PAYMENTS.replace(b"A1", b"W%d" % at))
    began = lake.now()
    write_merge(lake, began, {"payments": REASON})
    lake.runs = EndedRuns(
        ended=[Execution(RUN, "FAILED", began, lake.now())],
        causes={RUN: f"quality_gate: FAILED: GateError: {REASON}"},
    )
    with served(lake, bundle) as running:
        yield Console(running, browser)


def test_no_page_is_wider_than_its_window_or_cuts_a_text_off(long_names: Console) -> None:
    page = long_names.signed_in()
    file_id = next(record.file_id for record in long_names.lake.ledger.records() if record.key == KEYS[1])
    wrong = {}
    for name, address in (pages(file_id) | {"run": f"/runs/{RUN}"}).items():
        visit(page, long_names.url, address)
        for width in WIDTHS:
            resize(page, width, 1000)
            sideways, cut_off = page.evaluate(SIDEWAYS), page.evaluate(CUT_OFF)
            if sideways > 0 or cut_off:
                wrong[name, width] = (sideways, cut_off)
    page.context.close()
    assert wrong == {}
    assert long_names.errors == []
