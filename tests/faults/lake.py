"""A lake in memory, with its queue and its inbox, whose workers can be stopped at any call, and what may be
compared of it.

A call is named by what it does and to which bucket, and counted: `write curated #1`. So it has the same name
in every run, whatever else happens.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
from collections import Counter
from concurrent.futures import Executor, Future
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any, cast

from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.aws.retry_throttled import retry_throttled
from headgate.aws.sns import Alerts
from headgate.errors import HeadgateError, ServiceError
from headgate.formats.read_table import sample_table
from headgate.intake.files.export_runs import ExportRuns
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.files.replay_file import Replayer
from headgate.intake.files.source_deletions import Sightings
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.lake.raw_objects import file_id_of
from headgate.matching.mappings import Mappings
from headgate.profiling.kept_profiles import Profiles
from tests.faults.inputs import GROUPS, contracts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from random import Random

    from mypy_boto3_sns import SNSClient

    from headgate.intake.files.replay_file import Replayed
    from headgate.lake.ports import FileLedger, FileRecord, ObjectStore

START = datetime(2024, 5, 1, tzinfo=UTC).replace(tzinfo=None)
LEASE_S, HIDDEN_S = 90, 120  # as deployed, of a worker that died right after a heartbeat
MAX_RECEIVES = 3
KEY, ROTATED = MaskingKey("k1", bytes(32)), MaskingKey("k2", bytes(range(32)))
BEFORE, AFTER = "before", "after"


class StoppedError(BaseException):
    """The worker was killed: nothing in it runs any more, not even its `except Exception`."""


@dataclass(frozen=True, order=True)
class Call:
    """One call of a worker's way."""

    name: str
    number: int

    def __str__(self) -> str:
        return f"{self.name} #{self.number}"


@dataclass(frozen=True)
class Fault:
    """An event that a worker meets once at one of its calls, before or after the call is carried out."""

    at: Call
    when: str
    happen: Callable[[Worker], None]


class Soon(Executor):
    """An executor that stores rows before the profile."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 as Executor has it
        """The work is done when this returns."""
        done: Future[Any] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 as every executor does: whoever asks for the result gets it
            done.set_exception(error)
        return done


class Late(Executor):
    """An executor that stores rows after the profile."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 as Executor has it
        """The work is done when its result is asked for."""
        return _Asked(partial(work, *args, **kwargs))


class _Asked(Future[Any]):
    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self._work = work

    def result(self, timeout: float | None = None) -> Any:  # noqa: ANN401, ARG002 as Future has it
        return self._work()


@dataclass
class Worker:
    """A worker, its calls so far, and what is to happen to it."""

    fault: Fault | None = None
    calls: list[Call] = field(default_factory=list)
    is_dead: bool = False
    _counts: Counter[str] = field(default_factory=Counter)

    def call(self, name: str, carry_out: Callable[[], Any]) -> Any:  # noqa: ANN401 any call may be passed
        """The call's answer, if the worker lives on."""
        call = self.begun(name)
        self.meet(call, BEFORE)
        try:
            return carry_out()
        finally:
            self.meet(call, AFTER)

    def begun(self, name: str) -> Call:
        """The worker's next call of that name."""
        if self.is_dead:
            raise StoppedError
        self._counts[name] += 1
        self.calls.append(Call(name, self._counts[name]))
        return self.calls[-1]

    def stop(self) -> None:
        """The worker is killed."""
        self.is_dead = True
        raise StoppedError

    def meet(self, call: Call, when: str) -> None:
        """Carry out the event of the worker at this moment."""
        if self.fault and (self.fault.at, self.fault.when) == (call, when):
            fault, self.fault = self.fault, None
            fault.happen(self)


@dataclass(frozen=True)
class Watched:
    """A port all of whose calls are the worker's."""

    port: Any
    worker: Worker

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 it wraps any port
        method = getattr(self.port, name)

        def called(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 as above
            refs = [each for each in args if isinstance(each, ObjectRef)]
            return self.worker.call(
                f"{name} {refs[0].bucket}" if refs else name, partial(method, *args, **kwargs)
            )

        return called


@dataclass(frozen=True)
class Ports:
    """The services of a worker."""

    objects: ObjectStore
    ledger: FileLedger
    masking_key: Callable[[], MaskingKey]
    alerts: Alerts
    send: Callable[[Sequence[ObjectRef]], None]


@dataclass(frozen=True)
class Inbox:
    """SNS as `Alerts` uses it; a message that comes twice is one."""

    messages: set[str]
    worker: Worker

    def publish(self, **message: str) -> None:
        """The message came."""
        self.worker.call("publish", partial(self.messages.add, message["Message"]))


@dataclass
class Lake:
    """A lake in memory whose clock moves only by a call. `uploads` lie in raw; nothing was delivered yet."""

    group: str
    objects: ObjectStore = field(default_factory=MemoryObjects)
    ledger: FileLedger = field(default_factory=MemoryLedger)
    curation: type[FileProcessor] = FileProcessor
    executor: type[Executor] = Soon
    now: datetime = START
    refs: list[ObjectRef] = field(default_factory=list)
    queue: list[tuple[ObjectRef, int]] = field(default_factory=list)
    dead: set[ObjectRef] = field(default_factory=set)
    inbox: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for key, body in GROUPS[self.group]:
            if body is None:
                self.objects.delete(ObjectRef("raw", key))
                continue
            self.objects.write(ObjectRef("raw", key), body)
            self.refs.append(self.objects.info(ObjectRef("raw", key)).ref)

    def receive(self, ref: ObjectRef, worker: Worker | None = None) -> FileRecord:
        """Process one message with a worker.

        It waits a little where that is enough, as the function does.
        """
        runs = self.runs(worker or Worker())
        return retry_throttled(partial(runs.receive, ref), sleep=self.wait)

    def deliver(self, refs: Iterable[ObjectRef], dice: Random | None = None) -> None:
        """As SQS does: what failed comes again when it is no longer hidden, in any order, until it counts as
        dead.
        """
        self.queue += [(ref, 0) for ref in refs]
        while self.queue:
            batch, self.queue = self.queue, []
            if dice:
                dice.shuffle(batch)
            for ref, receives in batch:
                self.receive_once(ref, receives + 1)
            self.wait(HIDDEN_S)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += timedelta(seconds=seconds)

    def receive_once(self, ref: ObjectRef, receives: int = 1) -> None:
        """A worker works on one message; SQS brings it again when that fails, until it counts as dead."""
        try:
            self.receive(ref)
        except HeadgateError:
            if receives < MAX_RECEIVES:
                self.queue.append((ref, receives))
            else:
                self.dead.add(ref)

    def runs(self, worker: Worker) -> ExportRuns:
        """The function's own way from a message to a record, all of whose calls are the worker's."""
        ports = self.ports(worker)
        rules, profiles = self.gate_rules(ports), Profiles(ports.objects, self.bucket("artifacts"))
        curation = self.curation(
            self.gate_ports(ports),
            rules,
            profiles.of,
            profiles.of_unknown,
            alert=ports.alerts.report,
            executor=self.executor,
        )
        return ExportRuns(
            ports.objects,
            curation.process,
            ports.send,
            Sightings(ports.objects, rules.contracts, self.bucket("curated")),
        )

    def replay(self, file_id: str, worker: Worker) -> Replayed:
        """The file goes through the gate again, under another masking key, as after a rotation."""
        ports = self.ports(worker)
        rules = replace(
            self.gate_rules(ports), masking_key=lambda: worker.call("read secret", lambda: ROTATED)
        )
        return Replayer(self.gate_ports(ports), rules).replay(file_id)

    def gate_ports(self, ports: Ports) -> GatePorts:
        """Return the gate's stores, behind these ports."""
        return GatePorts(
            ports.objects,
            ports.ledger,
            self.bucket("curated"),
            self.bucket("quarantine"),
            lambda: self.now,
            LEASE_S,
        )

    def gate_rules(self, ports: Ports) -> GateRules:
        """Return the gate's rules, behind these ports."""
        sources = contracts()
        return GateRules(
            sources,
            ports.masking_key,
            Mappings(ports.objects, self.bucket("artifacts"), sources, sample_table),
        )

    def ports(self, worker: Worker) -> Ports:
        """Return the worker's services."""

        def send(refs: Sequence[ObjectRef]) -> None:
            for ref in refs:
                worker.call("send message", partial(self.queue.append, (ref, 0)))

        return Ports(
            Watched(self.objects, worker),
            Watched(self.ledger, worker),
            lambda: cast("MaskingKey", worker.call("read secret", lambda: KEY)),
            Alerts(cast("SNSClient", Inbox(self.inbox, worker)), "topic"),
            send,
        )

    def fresh(self) -> Lake:
        """Another lake with the same files in raw, to which nothing was delivered yet."""
        return Lake(self.group)

    def copy(self) -> Lake:
        """Return a lake in memory in the state of this one, without processing its files again."""
        locks = {
            id(port._lock): RLock()
            for port in (self.objects, self.ledger)
            if isinstance(port, MemoryObjects | MemoryLedger)
        }
        return deepcopy(self, locks)

    def state(self) -> bytes:
        """Return all that the further way of a lake in memory depends on: lakes of one state become the same.

        The time and memory that a file took differ in every run, so no test may depend on them.
        """
        objects, ledger = cast("MemoryObjects", self.objects), cast("MemoryLedger", self.ledger)
        measured = {
            kind: [replace(file, milliseconds=0, peak_bytes=0) for file in files]
            for kind, files in ledger._measured.items()
        }
        claims = (ledger._records, ledger._leases, ledger._contents, ledger._takers, measured)
        rules = (type(self), type(objects), type(ledger), self.curation, self.executor)
        return _digest((rules, self.group, objects._versions, claims, *self.progress()))

    def progress(self) -> tuple[object, ...]:
        """Return what is known beside objects and ledger."""
        return self.now, self.refs, self.queue, self.dead, self.inbox

    def bucket(self, zone: str) -> str:
        """The zone's bucket."""
        return zone

    def contents(self, zone: str) -> dict[str, bytes]:
        """Every object of a zone."""
        return {
            info.ref.key: self.objects.read(info.ref) for info in self.objects.list(self.bucket(zone), "")
        }

    @property
    def winners(self) -> tuple[str, ...]:
        """The ids of the accepted files: of two with one content it is either."""
        return tuple(sorted(record.file_id for record in self.ledger.records() if record.state == "done"))

    def outcome(self) -> dict[str, object]:
        """All that a lake is, without when each file was finished, and in which order the figures of files
        were kept.
        """
        zones = {zone: self.contents(zone) for zone in ("raw", "curated", "quarantine", "artifacts")}
        figures = {
            key: json.loads(zones["artifacts"].pop(key))
            for key in sorted(zones["artifacts"])
            if key.endswith("_baseline.json")
        }
        records = sorted(
            (replace(record, finished_at="", stage_times={}) for record in self.ledger.records()),
            key=lambda record: record.file_id,
        )
        return {
            **zones,
            "figures": {
                key: sorted(files, key=lambda one: str(one["content_sha256"]))
                for key, files in figures.items()
            },
            "drift": [record.profile.get("drift") for record in records],
            "records": [replace(record, profile={**record.profile, "drift": ""}) for record in records],
            "inbox": self.inbox,
            "dead": self.dead,
        }


# Files at the same moment may forget one another's figures, and what a file is compared with depends on what
# came before it.
ADVICE = frozenset({"figures", "drift"})


def _digest(value: object) -> bytes:
    """Return a digest that is equal only for equal values.

    Without pickle's memory, equal texts need not be one object.
    """
    sink = io.BytesIO()
    pickler = pickle.Pickler(sink)
    pickler.fast = True
    pickler.dump(value)
    return hashlib.sha256(sink.getvalue()).digest()


_quiet: dict[tuple[tuple[ObjectRef, ...], tuple[str, ...]], dict[str, object]] = {}
_calls: dict[tuple[tuple[ObjectRef, ...], int], tuple[Call, ...]] = {}


def quiet(lake: Lake) -> dict[str, object]:
    """The outcome of a lake to which every file came once, one after the other, the files that this one
    accepted first.
    """
    like = (tuple(lake.refs), lake.winners)
    if like not in _quiet:
        calm = lake.fresh()
        calm.deliver(sorted(calm.refs, key=lambda ref: file_id_of(ref) not in lake.winners))
        _quiet[like] = calm.outcome()
    return _quiet[like]


def difference(lake: Lake, but: frozenset[str] = frozenset()) -> list[str]:
    """Where the lake is not that of a quiet run that accepted the same files; nowhere when it is empty."""
    expected, found = quiet(lake), lake.outcome()
    return [name for name in expected if name not in but and expected[name] != found[name]]


def redeliver(lake: Lake) -> None:
    """Everything comes again, and yet again in the reverse order, once the dead worker's message is seen."""
    lake.wait(LEASE_S)
    lake.deliver(lake.refs)
    lake.deliver(reversed(lake.refs))


_ends: dict[bytes, list[str]] = {}


def found_wrong(lake: Lake, but: frozenset[str] = frozenset()) -> list[str]:
    """Where the lake, when everything has come again, is not that of a quiet run.

    A lake in memory stays as it is.

    Lakes of one state in memory are followed once: a worker that was killed after a call and one that was
    killed before the next leave the same lake.
    """
    if not isinstance(lake.objects, MemoryObjects):
        redeliver(lake)
        return difference(lake, but)
    state = lake.state()
    if state not in _ends:
        followed = lake.copy()
        redeliver(followed)
        _ends[state] = difference(followed)
    return [name for name in _ends[state] if name not in but]


def calls_of(lake: Lake, place: int) -> tuple[Call, ...]:
    """Every call that a quiet worker makes for the lake's file of that place, after those before it."""
    like = (tuple(lake.refs), place)
    if like not in _calls:
        calm, worker = lake.fresh(), Worker()
        for ref in calm.refs[:place]:
            _tried(calm, ref, Worker())
        _tried(calm, calm.refs[place], worker)
        _calls[like] = tuple(worker.calls)
    return _calls[like]


def _tried(lake: Lake, ref: ObjectRef, worker: Worker) -> None:
    try:
        lake.receive(ref, worker)
    except HeadgateError:
        return


def failing(error: type[ServiceError]) -> Callable[[Worker], None]:
    """The call fails with this error."""

    def happen(worker: Worker) -> None:
        raise error(f"{worker.calls[-1]} failed")

    return happen
