"""Size and speed of the console in Chromium. The last line is JSON.

    make bench-console

`first_load_kb`: page, script and style that the first page loads, gzipped. `interactive_ms`: from navigation
to a heading and a health check from the API, median of five. `axe_violations`: over all pages, at 375 and
1440 pixels, light and dark. `first_row_ms`: from Run until the first rows of a long answer are shown;
`query_grid_rows`: rows of the query page's grid when all are read; `query_grid_fps`: frames a second while it
scrolls through them. `grid_rows` and `grid_fps` are those of the import grid, with a file of as many rows.
`clicks_import`: from the drop of a file to its commit, two for each choice from a list; `overflow_px`:
the pixels by which its page is too wide at 375, 1440 or 2560.
"""

from __future__ import annotations

import gzip
import json
import re
import statistics
import sys
import time
from tempfile import NamedTemporaryFile
from typing import Any

from scripts import console
from tests.console.accessibility import flaws
from tests.console.browsers import SIDEWAYS, chromium, pages, settle, visit
from tests.console.lakes import BrowserLake, served
from tests.console.shop_tables import kept_tables
from tests.console.supplier_file import supplier_file
from tests.console.test_import import decide
from tests.unit.api.lakes import PAYMENTS

ROUNDS, ROWS, PATIENCE_MS = 5, 1_000_000, 1_800_000
SCROLLED = """() => new Promise(done => {
  const grid = document.querySelector('[role=table], [role=grid]'), began = performance.now(); let frames = 0
  const step = now => {
    frames += 1; grid.scrollTop += 1 + grid.scrollHeight / 600
    if (now - began < 5000) requestAnimationFrame(step); else done(frames / ((now - began) / 1000))
  }
  requestAnimationFrame(step)
})"""


def main() -> int:
    """Print the figures."""
    console.build()
    lake = BrowserLake(tables_folder=kept_tables())
    lake.receive("payments/today.csv", PAYMENTS)
    with served(lake, console.OUT) as running, chromium() as browser:
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(running.sign_in())
        settle(page)
        fact: dict[str, Any] = {
            "first_load_kb": first_load_kb(),
            "interactive_ms": interactive_ms(page, running.url),
        }
        file_id = next(record.file_id for record in lake.ledger.records())
        fact["axe_violations"] = axe_violations(page, running.url, file_id)
        rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
        fact |= query_grid(page, running.url, rows)
        fact |= import_grid(page, running.url, rows)
        fact |= supplier_import(page, running.url)
    print(json.dumps(fact))
    return 0


def first_load_kb() -> int:
    """Gzipped kilobytes of the page and what it names."""
    text = (console.OUT / "index.html").read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href)="\./([^"]+\.(?:js|css))"', text)
    bodies = [text.encode(), *((console.OUT / name).read_bytes() for name in named)]
    return round(sum(len(gzip.compress(body)) for body in bodies) / 1000)


def interactive_ms(page: Any, url: str) -> int:  # noqa: ANN401 Playwright's page
    """Median milliseconds until the page Lake shows what the API answered."""
    took = []
    for _ in range(ROUNDS):
        page.goto("about:blank")
        began = time.monotonic()
        page.goto(f"{url}/#/lake", wait_until="commit")
        page.get_by_role("region", name="Health").locator("summary, .checks").first.wait_for()
        took.append(time.monotonic() - began)
    return round(1000 * statistics.median(took))


def axe_violations(page: Any, url: str, file_id: str) -> int:  # noqa: ANN401 as above
    """Findings of axe-core over all pages, widths and schemes."""
    violations = 0
    for flaw in flaws(page, url, pages(file_id)):
        violations += len(flaw.violations)
        if flaw.violations:
            print(f"{flaw.name}, {flaw.scheme}, {flaw.width}: {flaw.violations}", file=sys.stderr)
    page.set_viewport_size({"width": 1440, "height": 900})
    return violations


def query_grid(page: Any, url: str, rows: int) -> dict[str, int]:  # noqa: ANN401 as above
    """Rows in the query page's grid, and frames a second while it scrolls."""
    # A sequence ends at 10,000.
    numbers = f"unnest(sequence(0, {rows // 1000 - 1})) as t(i) cross join unnest(sequence(1, 1000)) as u(j)"
    sql = f"select 1000 * i %2B j as id, i * 1.5 as amount, 'row' as name from {numbers}"  # noqa: S608 numbers
    visit(page, url, f"/query?sql={sql}")
    began = time.monotonic()
    page.get_by_role("button", name=re.compile("Run")).click()
    page.get_by_role("table").wait_for()
    first_row_ms = round(1000 * (time.monotonic() - began))
    if (everything := page.get_by_role("button", name="Read all rows")).is_visible():
        everything.click()
        page.get_by_role("table").and_(page.locator(f"[aria-rowcount='{rows + 1}']")).wait_for(
            timeout=PATIENCE_MS
        )
    loaded = int(page.get_by_role("table").get_attribute("aria-rowcount")) - 1
    fps = round(page.evaluate(SCROLLED))
    return {"first_row_ms": first_row_ms, "query_grid_rows": loaded, "query_grid_fps": fps}


def import_grid(page: Any, url: str, rows: int) -> dict[str, int]:  # noqa: ANN401 as above
    """Rows of an uploaded file in the import grid, and frames a second while it scrolls."""
    header = "Artikel,Bezeichnung,Preis,Bestand"
    with NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        file.write(f"{header}\n")
        file.writelines(
            f"{number},Rad {number % 977},{number % 89}.50,{number % 7}\n" for number in range(rows)
        )
        file.flush()
        visit(page, url, "/upload")
        page.get_by_label("Files to upload").set_input_files(file.name)
        grid = page.get_by_role("grid")
        grid.wait_for(timeout=PATIENCE_MS)
    loaded = int(grid.get_attribute("aria-rowcount")) - 1
    fps = round(page.evaluate(SCROLLED))
    page.get_by_role("button", name="Cancel").click()
    return {"grid_rows": loaded, "grid_fps": fps}


def supplier_import(page: Any, url: str) -> dict[str, int]:  # noqa: ANN401 as above
    """Clicks from a supplier's file to its commit, and the pixels by which its page is too wide."""
    visit(page, url, "/upload")
    file = {"name": "lieferant-mueller.csv", "mimeType": "text/csv", "buffer": supplier_file()}
    page.get_by_label("Files to upload").set_input_files(file)
    page.get_by_role("grid").wait_for(timeout=PATIENCE_MS)
    clicks = 1 + decide(page) + 1
    button = page.get_by_role("button", name="Commit: 57 in, 3 wait, 2 duplicates")
    button.wait_for(timeout=PATIENCE_MS)
    overflow_px = 0
    for width in (375, 1440, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        overflow_px = max(overflow_px, page.evaluate(SIDEWAYS))
    button.click()
    page.get_by_test_id("receipt").wait_for(timeout=PATIENCE_MS)
    return {"clicks_import": clicks, "overflow_px": overflow_px}


if __name__ == "__main__":
    sys.exit(main())
