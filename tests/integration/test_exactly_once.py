"""However often, in whatever order, and however badly interrupted files are delivered: the lake is that of one quiet delivery."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headgate.aws.memory import MemoryLedger, MemoryObjects
from headgate.contracts.registry import Registry
from headgate.errors import ServiceError
from headgate.intake import Curation
from headgate.lake.ports import MaskingKey, ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headgate.lake.ports import FileLedger, FileRecord, ObjectStore

pytestmark = pytest.mark.unit

START = datetime(2024, 5, 1, tzinfo=UTC).replace(tzinfo=None)
LEASE_S = 60
CONTRACTS = Registry.load().source
KEY = MaskingKey("k1", bytes(32))
MAX_RECEIVES = 3
HEADER = "region_id,region_name,country_code,continent,population,gdp_usd,updated_at\n"


def regions(*codes: str) -> str:
    return HEADER + "".join(f"{code},Region {code},{code},EU,1000000,,2024-05-01 00:00:00\n" for code in codes)


FILES = {
    "regions/one.csv": regions("GB", "FR"),
    "regions/with-a-bad-row.csv": regions("DE", "not a code", "DE"),
    "regions/copy-of-one.csv": regions("GB", "FR"),
    "regions/no-header.csv": "%PDF-1.4",
    "unknown/file.csv": "a,b\n1,2\n",
}


class StoppedError(BaseException):
    """The worker was killed: nothing in it runs any more, not even its `except Exception`."""


@dataclass
class Interrupted:
    """A port whose calls end badly when `ending` says so, before or after they were carried out."""

    port: Any
    ending: Callable[[], type[BaseException] | None]
    after: bool

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 it stands for any port
        call = getattr(self.port, name)

        def interrupted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 as above
            error = self.ending()
            if error and not self.after:
                raise error("before")
            answer = call(*args, **kwargs)
            if error:
                raise error("after")
            return answer

        return interrupted


@dataclass
class Lake:
    """A lake in memory whose time passes only when told to."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    now: datetime = START
    refs: list[ObjectRef] = field(default_factory=list)

    def __post_init__(self) -> None:
        for key, body in FILES.items():
            self.objects.write(ObjectRef("raw", key), body.encode())
            self.refs.append(self.objects.info(ObjectRef("raw", key)).ref)

    def gate(self, objects: ObjectStore | None = None, ledger: FileLedger | None = None) -> Curation:
        stores = (objects or self.objects, ledger or self.ledger)
        return Curation(*stores, CONTRACTS, lambda: KEY, "curated", "quarantine", lambda: self.now, LEASE_S)

    def deliver_all(self, refs: Sequence[ObjectRef]) -> None:
        """As SQS does: what failed comes again, after the lease has run out."""
        waiting = list(refs)
        for _ in range(MAX_RECEIVES):
            waiting = [ref for ref in waiting if not self._delivered(ref)]
            self.now += timedelta(seconds=LEASE_S + 1)
        assert not waiting, "these would lie in the dead-letter queue"

    def _delivered(self, ref: ObjectRef) -> bool:
        try:
            self.gate().curate(ref)
        except ServiceError:
            return False
        return True

    def outcome(self) -> tuple[object, ...]:
        """All that may be compared: which of two copies came first, and when a file was finished, may differ."""
        records = sorted((_comparable(record) for record in self.ledger.records()), key=lambda record: record.key)
        return self.objects.contents("curated"), self.objects.contents("quarantine"), sums(records)


def _comparable(record: FileRecord) -> FileRecord:
    return replace(record, finished_at="", duplicate_of="")


def sums(records: list[FileRecord]) -> dict[str, object]:
    counts = {name: sum(getattr(record, name) for record in records) for name in ("received", "accepted", "quarantined", "duplicates")}
    return {**counts, "states": sorted(record.state for record in records), "files": len(records)}


@pytest.fixture(scope="module")
def quiet() -> tuple[object, ...]:
    lake = Lake()
    lake.deliver_all(lake.refs)
    return lake.outcome()


def test_a_quiet_delivery_accounts_for_every_row(quiet: tuple[object, ...]) -> None:
    assert quiet[2] == {
        "received": 5,
        "accepted": 3,
        "quarantined": 1,
        "duplicates": 1,
        "states": ["done", "done", "refused", "refused", "skipped_duplicate"],
        "files": 5,
    }


@pytest.mark.parametrize("seed", range(20))
def test_any_order_and_up_to_six_deliveries_of_each_change_nothing(quiet: tuple[object, ...], seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 a test's dice
    lake = Lake()
    deliveries = [ref for ref in lake.refs for _ in range(dice.randint(1, 6))]
    dice.shuffle(deliveries)
    lake.deliver_all(deliveries)
    assert lake.outcome() == quiet


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [ServiceError, StoppedError])
def test_a_worker_stopped_at_any_call_loses_and_doubles_nothing(
    quiet: tuple[object, ...],
    error: type[BaseException],
    after: bool,
) -> None:
    for key in FILES:
        for nth in range(12):
            lake = Lake()
            _interrupt(lake, key, nth, error, after=after)
            lake.deliver_all([*lake.refs, *lake.refs])
            assert lake.outcome() == quiet, f"{key}, call {nth}"


def _interrupt(lake: Lake, key: str, nth: int, error: type[BaseException], *, after: bool) -> None:
    """One worker on the file of that key, which ends at its nth call to a port."""
    calls = iter(range(1_000))

    def ending() -> type[BaseException] | None:
        return error if next(calls) == nth else None

    gate = lake.gate(Interrupted(lake.objects, ending, after), Interrupted(lake.ledger, ending, after))
    try:
        gate.curate(next(ref for ref in lake.refs if ref.key == key))
    except (ServiceError, StoppedError):
        return


def test_a_worker_that_only_failed_does_not_lock_its_retry_out() -> None:
    for nth in range(3, 6):
        lake = Lake()
        _interrupt(lake, "regions/one.csv", nth, ServiceError, after=False)
        record = lake.gate().curate(lake.refs[0])  # at the same moment: no lease has run out
        assert record.state == "done", f"call {nth}"


def test_a_worker_that_died_is_waited_for_until_its_lease_has_run_out() -> None:
    lake = Lake()
    _interrupt(lake, "regions/one.csv", 3, StoppedError, after=True)
    with pytest.raises(ServiceError):
        lake.gate().curate(lake.refs[0])
    lake.now += timedelta(seconds=LEASE_S)
    assert lake.gate().curate(lake.refs[0]).state == "done"
