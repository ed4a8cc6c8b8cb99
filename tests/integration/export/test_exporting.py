"""A run's guarantees: every row once, one moment, certified, resumable, alone."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import closing, suppress
from dataclasses import replace
from decimal import Decimal
from threading import Event, Thread
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask
from headgate.errors import ConflictError, NotFoundError, NotPermittedError, SettingsError
from headgate.export.certifying.certificate import CertificateError
from headgate.export.mysql.mysql_session import MySqlSession
from headgate.export.mysql.server_snapshot import SnapshotMethod, lock_mysql_tables
from headgate.export.planning.schema_drift import SchemaChangedError
from headgate.export.requests import ImpossibleDates, Mode, Phase, Progress
from headgate.export.run_folder import TableFolder
from headgate.export.run_store import RunStore
from headgate.export.server.source import SourceLostError, TableLockedError
from headgate.export.table_run import ImpossibleDateError
from headgate.intake.rows.masked_at_source import AtSource
from headgate.lake.ports import MaskingKey, ObjectRef
from tests.integration.export.conftest import Shop, request

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from headgate.aws.in_memory_ports import MemoryObjects
    from headgate.export.exporting import Exporting

pytestmark = pytest.mark.integration

LEDGER_RUNS, LEDGER_RUNS_EACH = 20, 4
NUMBERS = "CREATE TABLE numbers (id INT PRIMARY KEY AUTO_INCREMENT, v INT, changed_at DATETIME(6) NULL)"


def fill(shop: Shop, rows: int) -> None:
    """Rows 1…n, all changed on one day."""
    shop.run(NUMBERS, (f"INSERT INTO numbers SELECT seq, seq * 10, '2026-01-01' FROM seq_1_to_{rows}"))  # noqa: S608 a number


def contract(*columns: Column, **given: object) -> Contract:
    return Contract(
        **{
            "id": "shop.numbers",
            "dataset": "numbers",
            "zone": "source",
            "version": "1.0.0",
            "columns": columns,
            **given,
        }
    )  # type: ignore[arg-type]  # tests give what fits


NUMBERS_CONTRACT = contract(
    Column("id", ColumnType(Kind.INTEGER), required=True),
    Column("v", ColumnType(Kind.INTEGER)),
    Column("changed_at", ColumnType(Kind.TIMESTAMP)),
    key=("id",),
    order_by=("changed_at",),
)

KEY = MaskingKey("k1", b"0" * 32)
CARDS = contract(
    Column("id", ColumnType(Kind.INTEGER)), Column("card", ColumnType(Kind.STRING), mask=Mask.PAN)
)


class Heard:
    """A listener that remembers, and may interfere."""

    def __init__(self, act: Callable[[Progress], None] = lambda _: None) -> None:
        self.events: list[Progress] = []
        self.act = act

    def __call__(self, event: Progress) -> None:
        self.events.append(event)
        self.act(event)

    def slices(self, phase: Phase) -> list[int]:
        return [event.slice_number for event in self.events if event.phase is phase]


def test_the_slices_hold_every_row_once(shop: Shop) -> None:
    fill(shop, 1050)
    report = shop.export(["numbers"])
    assert sorted(shop.landed("numbers")["id"].to_pylist()) == list(range(1, 1051))
    assert len(report.certificates[0].files) == 11


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("a INT, b INT, PRIMARY KEY (a, b)", "seq MOD 7, seq"),
        (
            "a VARCHAR(20), b DATE, PRIMARY KEY (a, b)",
            "CONCAT('ké', seq MOD 5), DATE '2020-01-01' + INTERVAL seq DAY",
        ),
        ("a VARCHAR(30) CHARACTER SET latin1 PRIMARY KEY, b INT", "CONCAT('Ü', seq), seq"),
        ("a BINARY(8) PRIMARY KEY, b INT", "UNHEX(LEFT(MD5(seq), 16)), seq"),
        ("a BIGINT UNSIGNED PRIMARY KEY, b INT", "18446744073709551615 - seq * seq * seq, seq"),
        ("a DECIMAL(20,3) PRIMARY KEY, b INT", "(CAST(seq AS SIGNED) - 300) / 8, seq"),
        ("a INT, b INT NOT NULL, UNIQUE (a), UNIQUE (b)", "NULLIF(seq, 9), seq"),
        ("a INT, b INT", "seq MOD 3, seq"),
        ("a ENUM('z','b','a'), b INT, PRIMARY KEY (a, b)", "1 + seq MOD 3, seq"),
        (
            "a VARCHAR(20) COLLATE utf8mb4_unicode_ci, b INT, UNIQUE (a, b)",
            "IF(seq MOD 2, 'abc', 'ABD'), seq",
        ),
    ],
)
def test_any_key_can_be_sliced_by_or_needs_no_slices(shop: Shop, declared: str, value: str) -> None:
    shop.run(f"CREATE TABLE keyed ({declared})", f"INSERT INTO keyed SELECT {value} FROM seq_1_to_550")  # noqa: S608 values of this file
    report = shop.export(["keyed"])
    landed = shop.landed("keyed")
    assert report.rows == landed.num_rows == 550
    assert sorted(landed["b"].to_pylist()) == sorted(row[0] for row in shop.ask("SELECT b FROM keyed"))


@pytest.mark.parametrize(
    ("declared", "value", "files"),
    [
        pytest.param("a INT NOT NULL, b INT, KEY (a)", "seq, seq", 6, id="no key, every value once"),
        pytest.param(
            "a INT NOT NULL, b INT, KEY (a)", "seq DIV 40, seq", 5, id="no key, values that many rows share"
        ),
        pytest.param(
            "a INT NOT NULL, b INT, c INT NOT NULL, KEY (a), KEY (c)",
            "7, seq, seq",
            6,
            id="the index that tells more apart",
        ),
        pytest.param(
            "a ENUM('z','b','a'), b INT, PRIMARY KEY (a, b)",
            "1 + seq MOD 3, seq",
            6,
            id="enum before a number",
        ),
        pytest.param(
            "a SET('z','b','a'), b INT, PRIMARY KEY (a, b)", "seq MOD 8, seq", 6, id="set before a number"
        ),
        pytest.param(
            "a BIT(64), b INT, PRIMARY KEY (a)", "18446744073709551615 - seq * seq, seq", 6, id="bits"
        ),
        pytest.param("a DOUBLE, b INT, PRIMARY KEY (a)", "seq, seq", 1, id="floats"),
        pytest.param(
            "a INT NOT NULL, d DOUBLE, b INT, PRIMARY KEY (a, d)",
            "seq DIV 50, seq, seq",
            6,
            id="a float behind a number",
        ),
        pytest.param("a INT, b INT, KEY (a)", "seq, seq", 1, id="nullable"),
        pytest.param("a INT NOT NULL, b INT, KEY (a)", "7, seq", 1, id="one value"),
    ],
)
def test_tables_are_sliced_by_whatever_orders_their_rows(
    shop: Shop, declared: str, value: str, files: int
) -> None:
    shop.run(
        f"CREATE TABLE keyed ({declared})",
        f"INSERT INTO keyed SELECT {value} FROM seq_1_to_550",  # noqa: S608 values of this file
        "ANALYZE TABLE keyed",
    )
    (certificate,) = shop.export(["keyed"]).certificates
    assert len(certificate.files) == files
    assert sorted(shop.landed("keyed")["b"].to_pylist()) == list(range(1, 551))


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        pytest.param("a BIGINT PRIMARY KEY, b INT", "seq, seq", id="even"),
        pytest.param("a BIGINT PRIMARY KEY, b INT", "seq * seq * seq * 1000, seq", id="skewed"),
        pytest.param(
            "a BIGINT PRIMARY KEY, b INT",
            "IF(seq < 100000, seq, 9000000000000000000 + seq), seq",
            id="two heaps",
        ),
        pytest.param(
            "a BIGINT, b INT, PRIMARY KEY (a, b)", "CAST(seq DIV 1000 AS SIGNED) - 50, seq", id="composite"
        ),
        pytest.param("a BIGINT, b INT, PRIMARY KEY (a, b)", "IF(seq % 20, 7, 9), seq", id="most share one"),
        pytest.param("a VARCHAR(40) PRIMARY KEY, b INT", "CONCAT('k', seq), seq", id="text"),
    ],
)
def test_large_tables_are_cut_by_estimates_or_else_by_walking(shop: Shop, declared: str, value: str) -> None:
    shop.run(
        f"CREATE TABLE wide ({declared})",
        f"INSERT INTO wide SELECT {value} FROM seq_1_to_120000",  # noqa: S608 values of this file
        "ANALYZE TABLE wide",
    )
    (certificate,) = shop.export(["wide"], slice_rows=20_000, sampled_from_rows=1000).certificates
    rows = [file.digest.rows for file in certificate.files]
    assert sum(rows) == 120_000
    assert 4 <= len(rows) <= 8
    assert max(rows) <= 40_000


def test_files_of_wide_rows_near_their_target_too(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE pictures (id INT PRIMARY KEY, picture MEDIUMBLOB)",
        (
            "INSERT INTO pictures SELECT seq, "  # noqa: S608 a function's name
            f"CONCAT({', '.join(['RANDOM_BYTES(1024)'] * 50)}) FROM "
            "seq_1_to_200"
        ),
        "ANALYZE TABLE pictures",
    )
    (certificate,) = shop.export(["pictures"], slice_rows=0, target_file_bytes=1 << 20).certificates
    assert certificate.size_bytes > 8 << 20
    assert max(file.size_bytes for file in certificate.files) < 3 << 20


def test_an_empty_table_lands_as_a_manifest_alone(shop: Shop) -> None:
    shop.run(NUMBERS)
    report = shop.export(["numbers"])
    assert report.certificates[0].files == ()
    assert [item.ref.key for item in shop.objects.list("raw", "")] == [
        "numbers/dt=2026-01-01/run=r1/_manifest.json"
    ]


def test_a_table_named_twice_is_exported_once(shop: Shop) -> None:
    fill(shop, 300)
    assert [certificate.table for certificate in shop.export(["numbers", "numbers"]).certificates] == [
        "numbers"
    ]


def test_running_again_changes_nothing(shop: Shop) -> None:
    fill(shop, 300)
    first = shop.export(["numbers"])
    before = {item.ref.key: item for item in shop.objects.list("raw", "")}
    shop.run("DELETE FROM numbers")
    again = shop.export(["numbers"])
    assert not again.changed
    assert again.certificates == first.certificates
    assert {item.ref.key: item for item in shop.objects.list("raw", "")} == before


def test_equal_rows_give_equal_bytes(shop: Shop) -> None:
    fill(shop, 300)
    shop.export(["numbers"], "r1")
    shop.export(["numbers"], "r2")
    keys = [f"numbers/dt=2026-01-01/run=r{run}/part-00001.parquet" for run in (1, 2)]
    assert len({shop.objects.read(ObjectRef("raw", key)) for key in keys}) == 1


def test_a_value_that_changes_on_the_way_fails_the_certificate_and_lands_nothing(shop: Shop) -> None:
    """A masking function that touches a column it should leave alone is as good as a flipped bit."""
    shop.run(
        "CREATE TABLE numbers (id INT PRIMARY KEY, card VARCHAR(19))",
        "INSERT INTO numbers SELECT seq, NULL FROM seq_1_to_300",
    )
    exporting = shop.exporting(contracts={"numbers": CARDS}, masking=Meddling(KEY))
    with pytest.raises(CertificateError, match="Nothing was published"):
        exporting.run(request(["numbers"], mask_at_source=True))
    assert list(shop.objects.list("raw", "")) == []
    assert list(shop.objects.list("state", "")) == []


class Meddling(AtSource):
    """Masks, and changes a number that it should leave alone."""

    def mask(
        self, contract: Contract, rows: pa.RecordBatch, encoded: Collection[str] = ()
    ) -> tuple[pa.RecordBatch, pa.Array]:
        masked, withheld = super().mask(contract, rows, encoded)
        ids = [0 if number == 250 else number for number in masked.column("id").to_pylist()]
        return masked.set_column(0, "id", pa.array(ids, pa.int32())), withheld


def test_rows_outside_every_slice_fail_the_certificate(shop: Shop) -> None:
    fill(shop, 300)
    with pytest.raises(KeyError):
        shop.exporting().run(request(["numbers"]), Heard(_fail))
    path = shop.workspace / "shop" / "r1" / "numbers" / "plan.json"
    plan = json.loads(path.read_text())
    path.write_text(json.dumps({**plan, "slices": plan["slices"][1:]}))
    with pytest.raises(CertificateError, match=r"the slices have 200 rows, the table \[300\]"):
        shop.export(["numbers"])


def test_a_failed_run_keeps_its_finished_slices(shop: Shop) -> None:
    fill(shop, 1000)

    def stop(event: Progress) -> None:
        if event.phase is Phase.FINISHED and event.slice_number == 5:
            raise KeyError

    first = Heard(stop)
    with pytest.raises(KeyError):
        shop.exporting().run(request(["numbers"]), first)
    second = Heard()
    exporting = shop.exporting()
    assert exporting.unfinished() == [request(["numbers"])]
    exporting.run(exporting.unfinished()[0], second)
    assert set(second.slices(Phase.KEPT)) >= set(first.slices(Phase.FINISHED)) - {5}
    assert not set(second.slices(Phase.READ)) & set(first.slices(Phase.FINISHED))
    assert shop.landed("numbers").num_rows == 1000
    assert exporting.unfinished() == []


def test_a_finished_slice_that_changed_since_is_read_again(shop: Shop) -> None:
    """So that a resumed run shows one moment: that of its last snapshot."""
    fill(shop, 1000)

    def stop(event: Progress) -> None:
        if event.phase is Phase.FINISHED and event.slice_number == 5:
            raise KeyError

    with pytest.raises(KeyError):
        shop.exporting().run(request(["numbers"], workers=1), Heard(stop))
    shop.run(
        "UPDATE numbers SET v = -1 WHERE id = 150",
        "DELETE FROM numbers WHERE id = 950",
        "INSERT INTO numbers VALUES (5000, 1, NULL)",
    )
    heard = Heard()
    shop.exporting().run(request(["numbers"], workers=1), heard)
    assert sorted(heard.slices(Phase.KEPT)) == [0, 2, 3, 4, 5]
    assert shop.landed("numbers").sort_by("id")["v"].to_pylist() == [
        row[0] for row in shop.ask("SELECT v FROM numbers ORDER BY id")
    ]


def test_a_mirrored_run_continues_where_the_disk_is_lost(shop: Shop) -> None:
    """A Glue job's disk dies with it; its finished slices do not."""
    fill(shop, 1000)

    def stop(event: Progress) -> None:
        if event.phase is Phase.FINISHED and event.slice_number == 5:
            raise KeyError

    with pytest.raises(KeyError):
        shop.exporting(mirrored=True).run(request(["numbers"], workers=1), Heard(stop))
    shutil.rmtree(shop.workspace)
    heard = Heard()
    report = shop.exporting(mirrored=True).run(request(["numbers"], workers=1), heard)
    assert sorted(heard.slices(Phase.KEPT)) == [0, 1, 2, 3, 4, 5]
    assert report.rows == shop.landed("numbers").num_rows == 1000
    assert [item.ref.key for item in shop.objects.list("state", "")] == [
        "exports/shop/numbers/watermark.json"
    ]


def test_a_dropped_connection_begins_a_new_attempt(shop: Shop) -> None:
    fill(shop, 1000)
    killed: list[int] = []

    def kill(event: Progress) -> None:
        if event.phase is Phase.FINISHED and not killed:
            with closing(shop.session()) as session:
                for (number,) in session.rows(
                    "SELECT id FROM "  # noqa: S608 our own name
                    "information_schema.processlist WHERE db = "
                    f"'{shop.name}' AND id <> CONNECTION_ID()"
                ):
                    killed.append(number)
                    with suppress(Exception):
                        session.do(f"KILL {number}")

    heard = Heard(kill)
    report = shop.exporting().run(request(["numbers"]), heard)
    assert Phase.RETRIED in {event.phase for event in heard.events}
    assert report.rows == 1000


def test_a_source_that_stays_away_is_an_error(shop: Shop) -> None:
    fill(shop, 10)

    def lost() -> MySqlSession:
        raise SourceLostError("nobody answers")

    with pytest.raises(SourceLostError):
        shop.exporting(connect=lost).run(request(["numbers"], attempts=3))


def test_a_run_that_dies_while_it_lands_leaves_no_table_ahead_of_another(shop: Shop) -> None:
    """All files come before the first manifest.

    The next attempt lands the rest without reading the source again.
    """
    fill(shop, 300)
    shop.run("CREATE TABLE others (id INT PRIMARY KEY)", "INSERT INTO others VALUES (1)")
    dying = DyingObjects(shop.objects)
    with pytest.raises(OSError, match="the disk is full"):
        replace(shop.exporting(), objects=dying).run(request(["numbers", "others"]))
    landed = [item.ref.key for item in shop.objects.list("raw", "")]
    assert len(landed) == 4
    assert not any(key.endswith("_manifest.json") for key in landed)
    assert list(shop.objects.list("state", "")) == []
    heard = Heard()
    shop.exporting().run(request(["numbers", "others"]), heard)
    assert Phase.READ not in {event.phase for event in heard.events}
    assert shop.landed("numbers").num_rows + shop.landed("others").num_rows == 301


class DyingObjects:
    """An object store that takes files and fails at the first manifest."""

    def __init__(self, objects: MemoryObjects) -> None:
        self.read, self.upload, self.list = objects.read, objects.upload, objects.list

    def write(self, ref: ObjectRef, _: bytes, *, content_type: str) -> None:
        raise OSError(f"the disk is full, {ref.key} ({content_type}) was not written")


def test_two_runs_at_once_exclude_each_other(shop: Shop) -> None:
    fill(shop, 10)
    with (
        lock_mysql_tables(shop.session, ["numbers"]),
        pytest.raises(ConflictError, match="another run is exporting numbers"),
    ):
        shop.export(["numbers"])


def test_the_same_run_delivered_twice_lands_once(shop: Shop) -> None:
    """Whether both deliveries share a disk or not: who comes second finds the run landed, and changes
    nothing.
    """
    fill(shop, 10)
    certified, reports = Event(), list[tuple[str, bool, int]]()

    def first(event: Progress) -> None:
        if event.phase is Phase.CERTIFIED:
            certified.set()
            time.sleep(1)

    def deliver(exporting: Exporting, run: str, listener: Callable[[Progress], None]) -> None:
        report = exporting.run(request(["numbers"], run), listener)
        reports.append((report.run, report.changed, report.rows))

    for run, workspace in (("r1", shop.workspace), ("r2", shop.workspace.with_name("other"))):
        certified.clear()
        deliveries = [Thread(target=deliver, args=(shop.exporting(), run, first))]
        deliveries[0].start()
        assert certified.wait(30)
        shop.run("INSERT INTO numbers (v) VALUES (1)")
        deliveries.append(
            Thread(target=deliver, args=(replace(shop.exporting(), workspace=workspace), run, _ignore))
        )
        deliveries[1].start()
        for delivery in deliveries:
            delivery.join(60)
    assert sorted(reports) == [("r1", False, 10), ("r1", True, 10), ("r2", False, 11), ("r2", True, 11)]
    assert shop.landed("numbers", "r1").num_rows == 10
    assert shop.exporting().unfinished() == []


def _ignore(_: Progress) -> None:
    """Nobody listens."""


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("death", ["keep_keys", "advance", "end"])
def test_a_kill_after_the_manifests_is_made_good_by_running_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, death: str, mirrored: bool
) -> None:
    """The watermark and the keys, by which the next run knows what was deleted, are kept.

    Nothing of the run is left.
    """
    fill(shop, 3)
    asking = replace(NUMBERS_CONTRACT, properties={"headgate.deletes": "key_comparison"})
    exporting = shop.exporting(contracts={"numbers": asking}, mirrored=mirrored)
    exporting.run(request(["numbers"], "r0", mode=Mode.INCREMENTAL))
    shop.run("INSERT INTO numbers (v, changed_at) VALUES (1, '2026-01-02')")
    with monkeypatch.context() as dying:
        owner = TableFolder if death == "end" else RunStore
        dying.setattr(owner, death, _die_once_landed(shop, getattr(owner, death)))
        with pytest.raises(KeyboardInterrupt):
            exporting.run(request(["numbers"], "r1", mode=Mode.INCREMENTAL))
    if mirrored:
        shutil.rmtree(shop.workspace)
    again = exporting.run(request(["numbers"], "r1", mode=Mode.INCREMENTAL))
    assert not again.changed
    assert exporting.unfinished() == []
    assert sorted(item.ref.key for item in shop.objects.list("state", "exports/shop/numbers/")) == [
        "exports/shop/numbers/keys/r0.parquet",
        "exports/shop/numbers/keys/r1.parquet",
        "exports/shop/numbers/watermark.json",
    ]
    reached = exporting.run_store.reached_before("shop", "numbers", "r2")
    assert reached is not None
    assert reached.run == "r1"
    shop.run("DELETE FROM numbers WHERE id = 4")
    report = exporting.run(request(["numbers"], "r2", mode=Mode.INCREMENTAL, overlap_s=0))
    assert report.certificates[0].deleted == 1


def _die_once_landed(shop: Shop, usual: Callable[..., None]) -> Callable[..., None]:
    """The usual, until the run's manifest lies in raw; then the process dies."""

    def dying(*given: object) -> None:
        landed = any(item.ref.key.endswith("/run=r1/_manifest.json") for item in shop.objects.list("raw", ""))
        if landed:
            raise KeyboardInterrupt
        usual(*given)

    return dying


def test_a_run_that_lands_late_takes_nothing_back(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was killed, and is gone on with after a later one has landed, shows an earlier moment than
    that.
    """
    fill(shop, 300)
    exporting = shop.exporting()
    with monkeypatch.context() as dying:
        dying.setattr(RunStore, "upload_files", _die)
        with pytest.raises(KeyboardInterrupt):
            exporting.run(request(["numbers"], "r1", mode=Mode.INCREMENTAL))
    shop.run("INSERT INTO numbers (v) VALUES (1)")
    exporting.run(request(["numbers"], "r2", mode=Mode.INCREMENTAL))
    late = exporting.run(exporting.unfinished()[0])
    assert (late.changed, late.rows) == (True, 300)
    reached = exporting.run_store.reached_before("shop", "numbers", "r3")
    assert reached is not None
    assert reached.run == "r2"


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_runs_name_belongs_to_one_request(shop: Shop) -> None:
    fill(shop, 300)
    with pytest.raises(KeyError):
        shop.exporting().run(request(["numbers"]), Heard(_fail))
    with pytest.raises(ConflictError, match="belongs to another request"):
        shop.exporting().run(request(["numbers"], slice_rows=7))


def _fail(_: Progress) -> None:
    raise KeyError


def test_an_incremental_run_takes_what_changed_with_an_overlap(shop: Shop) -> None:
    fill(shop, 300)
    exporting = shop.exporting(contracts={"numbers": NUMBERS_CONTRACT})
    exporting.run(request(["numbers"], "r1", mode=Mode.INCREMENTAL))
    shop.run(
        "UPDATE numbers SET v = 1, changed_at = '2026-01-02' WHERE id IN (7, 8)",
        (
            "INSERT INTO numbers VALUES (900, 1, NULL), (901, 1, '2025-12-31 23:58:00'), (902, 1, "
            "'2025-12-31 12:00:00')"
        ),
        "UPDATE numbers SET changed_at = '2025-11-11' WHERE id > 10 AND id < 300",
    )
    report = exporting.run(request(["numbers"], "r2", mode=Mode.INCREMENTAL, overlap_s=300))
    landed = shop.landed("numbers", "r2")["id"].to_pylist()
    assert sorted(landed) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 300, 900, 901]
    assert report.certificates[0].watermark == {
        "changed_at": ("'2026-01-01 00:00:00.000000'", "'2026-01-02 00:00:00.000000'")
    }


def test_a_table_without_watermark_column_goes_by_its_automatic_key(shop: Shop) -> None:
    fill(shop, 300)
    shop.export(["numbers"], "r1", mode=Mode.INCREMENTAL)
    shop.run("INSERT INTO numbers (v) VALUES (1), (2)")
    shop.export(["numbers"], "r2", mode=Mode.INCREMENTAL)
    assert shop.landed("numbers", "r2")["id"].to_pylist() == [301, 302]


def test_the_watermark_stays_when_a_run_fails(shop: Shop) -> None:
    fill(shop, 300)
    shop.export(["numbers"], "r1", mode=Mode.INCREMENTAL)
    shop.run("INSERT INTO numbers (v) VALUES (1)")
    with pytest.raises(KeyError):
        shop.exporting().run(request(["numbers"], "r2", mode=Mode.INCREMENTAL), Heard(_fail))
    shop.export(["numbers"], "r3", mode=Mode.INCREMENTAL)
    assert shop.landed("numbers", "r3")["id"].to_pylist() == [301]


def test_deletions_are_reported_by_key(shop: Shop) -> None:
    fill(shop, 300)
    asking = replace(NUMBERS_CONTRACT, properties={"headgate.deletes": "key_comparison"})
    exporting = shop.exporting(contracts={"numbers": asking})
    first = exporting.run(request(["numbers"], "r1", mode=Mode.INCREMENTAL))
    shop.run("DELETE FROM numbers WHERE id IN (17, 250)", "INSERT INTO numbers (v) VALUES (1)")
    second = exporting.run(request(["numbers"], "r2", mode=Mode.INCREMENTAL))
    third = exporting.run(request(["numbers"], "r3", mode=Mode.INCREMENTAL))
    assert [report.certificates[0].deleted for report in (first, second, third)] == [None, 2, 0]
    assert shop.parquet("numbers/dt=2026-01-01/run=r2/_deleted.parquet").to_pydict() == {"id": [17, 250]}
    assert exporting.verify(exporting.runs("numbers")[1]).holds


def test_a_row_that_comes_with_an_old_watermark_is_not_lost(shop: Shop) -> None:
    """Such as one that was deleted by mistake and restored.

    Rows before the watermark's own second are not read twice.
    """
    fill(shop, 300)
    shop.run("INSERT INTO numbers VALUES (999, 1, '2026-01-01 00:00:01')")
    shop.run("CREATE TABLE moved (a VARCHAR(9), b DATE, changed_at DATETIME, PRIMARY KEY (a, b))")
    asking = {"properties": {"headgate.deletes": "key_comparison"}}
    moved = Contract(
        "shop.moved",
        "moved",
        "source",
        "1.0.0",
        (
            Column("a", ColumnType(Kind.STRING)),
            Column("b", ColumnType(Kind.DATE)),
            Column("changed_at", ColumnType(Kind.TIMESTAMP)),
        ),
        ("a", "b"),
        ("changed_at",),
        **asking,
    )
    exporting = shop.exporting(contracts={"numbers": replace(NUMBERS_CONTRACT, **asking), "moved": moved})
    shop.run("INSERT INTO moved VALUES ('é', '2026-01-01', '2026-01-01')")
    exporting.run(request(["numbers", "moved"], "r1", mode=Mode.INCREMENTAL))
    shop.run(
        "INSERT INTO numbers SELECT seq, 1, '1999-12-31' FROM seq_1001_to_3500",
        "INSERT INTO numbers VALUES (5000, 1, '2026-02-01'), (5001, 1, NULL)",
        "INSERT INTO moved VALUES ('ü', '2025-01-01', '1999-12-31'), ('É', '2026-01-02', '1999-12-31')",
    )
    report = exporting.run(request(["numbers", "moved"], "r2", mode=Mode.INCREMENTAL, overlap_s=0))
    assert sorted(shop.landed("numbers", "r2")["id"].to_pylist()) == [999, *range(1001, 3501), 5000, 5001]
    assert sorted(shop.landed("moved", "r2")["a"].to_pylist()) == ["É", "é", "ü"]
    assert [certificate.deleted for certificate in report.certificates] == [0, 0]
    again = exporting.run(request(["numbers", "moved"], "r3", mode=Mode.INCREMENTAL, overlap_s=0))
    assert again.rows == 3, "the last second of either table, and the row without a watermark"
    assert all(exporting.verify(manifest).holds for manifest in exporting.runs("numbers"))


def test_impossible_dates_become_null_and_are_counted(shop: Shop) -> None:
    shop.run(
        "SET sql_mode = 'ALLOW_INVALID_DATES'",
        "CREATE TABLE dated (id INT PRIMARY KEY, d DATE NOT NULL, t DATETIME(3), s TIMESTAMP NULL)",
        "INSERT INTO dated VALUES (1, '0000-00-00', '2023-02-31 01:02:03.5', '0000-00-00'), (2, "
        "'2023-00-01', '2023-01-00', NULL), "
        "(3, '2024-02-29', '0000-01-01', '2024-01-01'), (4, '2023-02-29', NULL, '2024-01-01')",
    )
    report = shop.export(["dated"])
    landed = shop.landed("dated")
    assert report.certificates[0].impossible_dates == {"d": 3, "s": 1, "t": 3}
    assert [value and value.isoformat() for value in landed["d"].to_pylist()] == [
        None,
        None,
        "2024-02-29",
        None,
    ]
    assert landed["t"].null_count == 4
    with pytest.raises(ImpossibleDateError, match="d: 3, t: 3, s: 1"):
        shop.export(["dated"], "r2", impossible_dates=ImpossibleDates.STOP)


@pytest.mark.parametrize(
    ("grants", "method"),
    [
        ("SELECT, RELOAD ON *.*", SnapshotMethod.GLOBAL_LOCK),
        ("SELECT, LOCK TABLES ON *.*", SnapshotMethod.TABLE_LOCKS),
        ("SELECT ON *.*", SnapshotMethod.AGREED_POSITION),
    ],
)
def test_the_account_decides_how_the_source_is_held_still(
    shop: Shop, grants: str, method: SnapshotMethod
) -> None:
    user = f"u{method}"[:20]
    fill(shop, 300)
    shop.run(
        f"CREATE OR REPLACE USER {user}@localhost IDENTIFIED BY 'pw'", f"GRANT {grants} TO {user}@localhost"
    )
    report = shop.exporting(connect=lambda: MySqlSession(shop.login(user, "pw"))).run(request(["numbers"]))
    moment = report.certificates[0].moment
    assert moment.method == method
    assert moment.position.startswith("bin.")


@pytest.mark.parametrize(
    ("every_time", "method"), [(False, SnapshotMethod.AGREED_POSITION), (True, SnapshotMethod.ONE_CONNECTION)]
)
def test_snapshots_between_which_an_unlogged_transaction_committed_do_not_agree(
    shop: Shop, every_time: bool, method: SnapshotMethod
) -> None:
    """It moves no binlog position.

    They are taken again, and where that does not help one connection reads everything.
    """
    fill(shop, 300)
    shop.run(
        "CREATE OR REPLACE USER reader@localhost IDENTIFIED BY 'pw'",
        "GRANT SELECT ON *.* TO reader@localhost",
    )
    begun: list[str] = []

    class Interrupted(MySqlSession):
        def do(self, statement: str) -> None:
            super().do(statement)
            if statement.startswith("START TRANSACTION") and (every_time or not begun):
                begun.append(statement)
                shop.run("SET sql_log_bin = 0", "START TRANSACTION", *MOVED)

    report = shop.exporting(connect=lambda: Interrupted(shop.login("reader", "pw"))).run(request(["numbers"]))
    assert report.certificates[0].moment.method == method
    assert begun
    assert sum(shop.landed("numbers")["v"].to_pylist()) == sum(range(10, 3010, 10))


MOVED = ("UPDATE numbers SET v = v - 5 WHERE id = 1", "UPDATE numbers SET v = v + 5 WHERE id = 300")


def test_a_lock_that_the_server_does_not_grant_soon_is_not_waited_for(shop: Shop) -> None:
    """While a lock waits for a long transaction, everybody else waits for the lock."""
    fill(shop, 300)
    exporting = shop.exporting(methods=(SnapshotMethod.TABLE_LOCKS, SnapshotMethod.ONE_CONNECTION))
    with closing(shop.session()) as writer:
        writer.do("START TRANSACTION")
        writer.do("UPDATE numbers SET v = 0 WHERE id = 1")
        report = exporting.run(request(["numbers"]))
    assert report.certificates[0].moment.method == SnapshotMethod.ONE_CONNECTION
    assert shop.landed("numbers").sort_by("id")["v"][0].as_py() == 10


def test_a_table_that_a_schema_change_locks_is_waited_for(shop: Shop) -> None:
    """LOCK TABLES … WRITE takes the metadata lock that ALTER TABLE takes."""
    fill(shop, 300)
    shop.run("CREATE TABLE other (id INT PRIMARY KEY)", "INSERT INTO other VALUES (1)")
    reported: list[str] = []
    with closing(shop.session()) as altering:
        altering.do("LOCK TABLES other WRITE")

        def listen(event: Progress) -> None:
            if event.phase is Phase.RETRIED:
                reported.append(event.why)
                altering.do("UNLOCK TABLES")

        exporting = shop.exporting(methods=(SnapshotMethod.ONE_CONNECTION,))
        assert exporting.run(request(["numbers", "other"]), listen).rows == 301
    assert [("table other" in why, "1205" in why) for why in reported] == [(True, True)]


def test_a_table_that_stays_locked_is_named(shop: Shop) -> None:
    shop.run("CREATE TABLE other (id INT PRIMARY KEY)")
    with closing(shop.session()) as altering:
        altering.do("LOCK TABLES other WRITE")
        with pytest.raises(TableLockedError, match="table other: another session held its lock"):
            shop.exporting(methods=(SnapshotMethod.ONE_CONNECTION,)).run(request(["other"], attempts=1))
        with pytest.raises(TableLockedError, match="could not be locked for a snapshot"):
            shop.exporting(methods=(SnapshotMethod.TABLE_LOCKS,)).run(request(["other"], "r2", attempts=1))


def test_a_server_that_limits_joins_answers_for_large_tables_too(shop: Shop) -> None:
    """Error 1104 is what max_join_size answers where sql_big_selects is off."""
    fill(shop, 300)
    before = shop.ask("SELECT @@GLOBAL.max_join_size")[0][0]
    shop.run("SET GLOBAL max_join_size = 10")
    try:
        assert shop.export(["numbers"]).rows == 300
    finally:
        shop.run(f"SET GLOBAL max_join_size = {before}")


def test_one_connection_is_enough(shop: Shop) -> None:
    fill(shop, 300)
    report = shop.exporting(methods=(SnapshotMethod.ONE_CONNECTION,)).run(request(["numbers"], workers=4))
    assert report.rows == 300


def test_a_table_without_transactions_needs_a_lock(shop: Shop) -> None:
    shop.run("CREATE TABLE plain (id INT PRIMARY KEY) ENGINE = MyISAM", "INSERT INTO plain VALUES (1)")
    with pytest.raises(NotPermittedError, match="tables without transactions need a lock: plain"):
        shop.exporting(methods=(SnapshotMethod.ONE_CONNECTION,)).run(request(["plain"]))
    assert shop.export(["plain"], "r2").rows == 1


def test_a_contract_decides_what_a_changed_schema_does(shop: Shop) -> None:
    fill(shop, 10)
    shop.run("ALTER TABLE numbers ADD secret VARCHAR(20) DEFAULT 'x'", "ALTER TABLE numbers MODIFY v BIGINT")
    exporting = shop.exporting(contracts={"numbers": NUMBERS_CONTRACT})
    report = exporting.run(request(["numbers"]))
    assert shop.landed("numbers").column_names == ["id", "v", "changed_at"]
    assert report.certificates[0].drift == (
        "widened: v is bigint(20) at the source, INTEGER in the contract",
        "added: secret varchar(20) is not in the contract",
    )
    shop.run("ALTER TABLE numbers RENAME COLUMN v TO w")
    with pytest.raises(SchemaChangedError, match="v is not at the source"):
        exporting.run(request(["numbers"], "r2"))


@pytest.mark.parametrize(
    ("alter", "landed"),
    [
        ("DROP COLUMN v", ["id", "changed_at"]),
        ("ADD w INT DEFAULT 1", ["id", "v", "changed_at", "w"]),
        ("MODIFY v BIGINT", None),
    ],
)
def test_a_table_altered_before_its_snapshot_is_looked_up_again(
    shop: Shop, alter: str, landed: list[str] | None
) -> None:
    fill(shop, 10)
    connect = altering(shop, f"ALTER TABLE numbers {alter}")
    report = shop.exporting(connect=connect).run(request(["numbers"]))
    assert shop.landed("numbers").column_names == (landed or ["id", "v", "changed_at"])
    assert [column.declared for column in report.certificates[0].columns if column.name == "v"] == {
        "DROP COLUMN v": [],
        "ADD w INT DEFAULT 1": ["int(11)"],
    }.get(alter, ["bigint(20)"])


def test_a_contracts_policy_holds_for_what_was_altered_before_the_snapshot(shop: Shop) -> None:
    fill(shop, 10)
    contracts = {"numbers": NUMBERS_CONTRACT}
    connect = altering(shop, "ALTER TABLE numbers ADD secret INT")
    report = shop.exporting(contracts=contracts, connect=connect).run(request(["numbers"]))
    assert report.certificates[0].drift == ("added: secret int(11) is not in the contract",)
    connect = altering(shop, "ALTER TABLE numbers DROP COLUMN v")
    with pytest.raises(SchemaChangedError, match="v is not at the source"):
        shop.exporting(contracts=contracts, connect=connect).run(request(["numbers"], "r2"))


def altering(shop: Shop, alter: str) -> Callable[[], MySqlSession]:
    """Connections to a database whose table is altered once, between its being looked up and its snapshot."""
    altered: list[str] = []

    class Altering(MySqlSession):
        def do(self, statement: str) -> None:
            if statement.startswith("FLUSH TABLES") and not altered:
                altered.append(alter)
                shop.run(alter)
            super().do(statement)

    return lambda: Altering(shop.login())


def test_a_column_that_goes_before_its_table_is_read_begins_a_new_attempt(shop: Shop) -> None:
    fill(shop, 300)
    shop.run(
        "CREATE TABLE others (id INT, v INT, w INT)", "INSERT INTO others SELECT seq, 1, 2 FROM seq_1_to_500"
    )
    dropped: list[str] = []

    def drop(event: Progress) -> None:
        if event.phase is Phase.FINISHED and not dropped:
            dropped.append(event.table)
            shop.run("ALTER TABLE others DROP COLUMN w")

    heard = Heard(drop)
    report = shop.exporting().run(request(["numbers", "others"], workers=1), heard)
    assert Phase.RETRIED in {event.phase for event in heard.events}
    assert report.rows == 800
    assert shop.landed("others").column_names == ["id", "v"]


def test_verify_finds_a_changed_and_a_missing_file(shop: Shop) -> None:
    fill(shop, 300)
    shop.export(["numbers"])
    exporting = shop.exporting()
    manifest = exporting.runs("numbers")[0]
    assert exporting.verify(manifest).rows == 300
    body = shop.objects.read(ObjectRef("raw", "numbers/dt=2026-01-01/run=r1/part-00000.parquet"))
    shop.objects.write(ObjectRef("raw", "numbers/dt=2026-01-01/run=r1/part-00001.parquet"), body)
    shop.objects.delete(ObjectRef("raw", "numbers/dt=2026-01-01/run=r1/part-00002.parquet"))
    assert exporting.verify(manifest).findings == (
        "part-00001.parquet: its bytes are not those that were certified",
        "part-00002.parquet: is gone",
    )


def test_a_run_that_never_landed_cannot_be_verified(shop: Shop) -> None:
    with pytest.raises(NotFoundError, match="the run was not published"):
        shop.exporting().verify(request(["numbers"]).key("numbers", "_manifest.json"))


def test_an_unknown_table_is_named(shop: Shop) -> None:
    with pytest.raises(NotFoundError, match="no table nowhere"):
        shop.export(["nowhere"])
    assert shop.exporting().unfinished() == []
    assert not shop.workspace.exists()


def test_an_export_of_nothing_is_refused(shop: Shop) -> None:
    with pytest.raises(SettingsError):
        shop.export([])


@pytest.mark.parametrize(
    ("methods", "runs", "logged"),
    [
        (tuple(SnapshotMethod), LEDGER_RUNS, True),
        ((SnapshotMethod.TABLE_LOCKS,), LEDGER_RUNS_EACH, False),
        ((SnapshotMethod.AGREED_POSITION, SnapshotMethod.ONE_CONNECTION), LEDGER_RUNS_EACH, True),
        ((SnapshotMethod.AGREED_POSITION, SnapshotMethod.ONE_CONNECTION), LEDGER_RUNS_EACH, False),
        ((SnapshotMethod.ONE_CONNECTION,), LEDGER_RUNS_EACH, False),
    ],
)
def test_a_moving_ledger_still_balances(
    shop: Shop, methods: tuple[SnapshotMethod, ...], runs: int, logged: bool
) -> None:
    """Transfers, new and closed accounts keep the sum over two tables at zero, in every run, whatever the
    writer does meanwhile.
    """
    shop.run(
        "CREATE TABLE debits (id INT PRIMARY KEY AUTO_INCREMENT, amount DECIMAL(14,4))",
        "CREATE TABLE credits (id VARCHAR(12) PRIMARY KEY, amount DECIMAL(14,4))",
        "INSERT INTO debits SELECT seq, seq / 7 FROM seq_1_to_2000",
        "INSERT INTO credits SELECT CONCAT('c', seq), -CAST(seq / 7 AS DECIMAL(14,4)) FROM seq_1_to_2000",
    )
    shop.run("UPDATE credits c JOIN debits d ON c.id = CONCAT('c', d.id) SET c.amount = -d.amount")
    done = Event()
    writer = Thread(target=_write, args=(shop, done, logged))
    writer.start()
    try:
        for number in range(runs):
            shop.exporting(methods=methods).run(request(["debits", "credits"], f"r{number}", slice_rows=300))
    finally:
        done.set()
        writer.join()
    for number in range(runs):
        amounts = [shop.landed(table, f"r{number}")["amount"].to_pylist() for table in ("debits", "credits")]
        assert sum(sum(part, Decimal(0)) for part in amounts) == Decimal(0)


def _write(shop: Shop, done: Event, logged: bool) -> None:
    """One balanced transaction after the other."""
    with closing(shop.session()) as session:
        session.do(f"SET sql_log_bin = {int(logged)}")
        number = 0
        while not done.is_set():
            number += 1
            account, amount = number * 37 % 2000 + 1, f"{number}.{number % 10000:04d}"
            session.do("START TRANSACTION")
            session.do(f"INSERT INTO debits (amount) VALUES ({amount})")  # noqa: S608 numbers
            session.do(f"UPDATE debits SET amount = amount + {amount} WHERE id = {account}")  # noqa: S608 numbers
            session.do(f"INSERT INTO credits VALUES ('n{number}', -2 * {amount})")  # noqa: S608 numbers
            if number % 3 == 0:
                session.do(f"UPDATE credits SET amount = 2 * {amount} + amount WHERE id = 'n{number}'")  # noqa: S608 numbers
                session.do(f"UPDATE debits SET amount = amount - {amount} WHERE id = {account}")  # noqa: S608 numbers
                session.do(
                    f"DELETE FROM debits WHERE amount = {amount} AND id > 2000 ORDER BY id DESC LIMIT 1"  # noqa: S608 numbers
                )
            session.do("COMMIT")


def test_tables_are_named_as_at_the_source_and_land_as_their_contracts_name_them(shop: Shop) -> None:
    fill(shop, 300)
    named = replace(NUMBERS_CONTRACT, dataset="figures", properties={"headgate.table": "numbers"})
    report = shop.exporting(contracts={"figures": named}).run(request(["numbers"]))
    assert [certificate.table for certificate in report.certificates] == ["figures"]


def test_a_filtered_run_is_certified_and_moves_no_watermark(shop: Shop) -> None:
    fill(shop, 300)
    exporting = shop.exporting(contracts={"numbers": NUMBERS_CONTRACT})
    report = exporting.run(request(["numbers"], "r1", where="id <= 150"))
    assert (report.rows, report.certificates[0].selection) == (150, "id <= 150")
    assert exporting.run(request(["numbers"], "r2", mode=Mode.INCREMENTAL)).rows == 300
