"""A lake in memory behind the API: the real gate, the real ledger's rules, and no network."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, cached_property, partial
from threading import RLock
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from headgate.api import lake_ports
from headgate.api.analytics import scorers, tables
from headgate.api.app import Application
from headgate.api.files import dataset_profiles, refused_columns
from headgate.api.lake_ports import KnownRuns
from headgate.aws.athena.queries import AnswerColumn, QueryPage, QueryStatus, ResultFile
from headgate.aws.in_memory_ports import MemoryCatalog, MemoryLedger
from headgate.aws.sns import mail_subject
from headgate.aws.stepfunctions import PipelineRun
from headgate.contracts.registry import Registry
from headgate.costs.recorded import EndedJobRun
from headgate.domains.retail import SYSTEMS
from headgate.errors import ConflictError, NotFoundError, ServiceError
from headgate.formats.read_table import sample_table
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.files.revert_file import Reverter
from headgate.lake.definitions import DefinitionVersions
from headgate.lake.ports import FileRecord, MaskingKey, ObjectRef
from headgate.lake.senders import Senders
from headgate.lake.states import Originals
from headgate.local_files.draft_file import draft_of_upload
from headgate.matching.mappings import Mappings, Suggested
from headgate.profiling.kept_profiles import Profiles
from headgate.query.catalog_queries import Databases
from headgate.query.written_dashboards import dashboard_versions
from headgate.reports.mails import MailShower
from headgate.runs.start_or_postpone import Execution
from headgate.uploads.dry_run import DryRunner, ScratchObjects
from tests.in_memory_ports import MemoryFileIndex, MemoryUploads
from tests.unit.api.granted_reads import GrantedObjects, granted_reads

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from headgate.api.http.limits import CallerLimit
    from headgate.api.lake_ports import MailWriter
    from headgate.aws.logs import LogLine
    from headgate.uploads.upload import UploadMapping

REGISTRY = Registry.load()
BEGAN = datetime(2026, 1, 2, 3, 4, 5)
PAYMENTS = (
    b"payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,updated_at\n"
    b"1,A1,card,4111111111111111,917,2026-01,10.50,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00\n"
    b"2,A2,card,4111111111111112,917,2026-01,10.50,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00\n"
    b"3,A3,card,4111111111111111,917,2026-01,oops,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00\n"
    b"1,A1,card,4111111111111111,917,2026-01,10.50,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00\n"
)


def payments(numbers: Iterable[int]) -> bytes:
    """A file of accepted payments with these numbers in their ids; a row has about 100 bytes."""
    header, row, *_ = PAYMENTS.splitlines(keepends=True)
    return header + b"".join(row.replace(b"1,A1", b"%d,A%d" % (number, number)) for number in numbers)


@dataclass
class MemoryRuns:
    """Runs that only stand there."""

    started: dict[str, Mapping[str, str]] = field(default_factory=dict)
    described: dict[str, PipelineRun] = field(default_factory=dict)

    def start(self, name: str, payload: Mapping[str, str] | None = None) -> str:
        self.started.setdefault(name, dict(payload or {}))
        return self.arn_of(name)

    def newest(self, limit: int = 100) -> list[Execution]:
        return [Execution(name, "RUNNING", BEGAN, None) for name in reversed(self.started)][:limit]

    def arn_of(self, name: str) -> str:
        return f"arn:{name}"

    def describe(self, arn: str) -> PipelineRun:
        if arn in self.described:
            return self.described[arn]
        if arn.removeprefix("arn:") not in self.started:
            raise NotFoundError(f"no run {arn}")
        return PipelineRun(
            arn,
            "RUNNING",
            started_at=BEGAN,
            entered_at={"See who runs": BEGAN, "Start merge_curated": BEGAN + timedelta(seconds=5)},
            actor=self.started[arn.removeprefix("arn:")].get("actor", ""),
        )


@dataclass
class MemoryQueries:
    """Queries that all answer one row of one column."""

    asked: dict[str, str] = field(default_factory=dict)
    state: str = "SUCCEEDED"

    def start(self, sql: str, token: str = "") -> str:
        name = token[:32] or f"query{len(self.asked)}"
        self.asked[name] = sql
        return name

    def status(self, query_id: str) -> QueryStatus:
        if query_id not in self.asked:
            raise NotFoundError("no query")
        return QueryStatus(
            query_id, self.state, self.asked[query_id], started_at=BEGAN, seconds=0.5, scanned_bytes=1 << 20
        )

    def page(self, query_id: str, limit: int, after: str = "") -> QueryPage:
        del query_id, limit, after
        return QueryPage((AnswerColumn("n", "bigint"),), ((2**60,),))

    def result_file(self, query_id: str) -> ResultFile:
        return ResultFile(ObjectRef("athena_results", f"results/{query_id}.csv"), 1)

    def stop(self, query_id: str) -> None:
        self.asked.pop(query_id, None)


@dataclass
class MemoryJobLogs:
    """Lines of runs of jobs, by the id of the run."""

    written: dict[str, list[LogLine]] = field(default_factory=dict)
    kept_days: int = 90

    def last_lines(self, run_id: str, most: int) -> list[LogLine]:
        return self.written.get(run_id, [])[-most:]


@dataclass
class MemoryPeople:
    """People with an address who may read, by user name."""

    readers: dict[str, str] = field(
        default_factory=lambda: {name: f"{name}@example.com" for name in ("ana", "operator")}
    )
    ids: dict[str, str] = field(default_factory=dict)  # the address by an id of the user pool

    def address(self, name: str) -> str:
        return self.readers.get(name, "") or self.ids.get(name, "")

    def groups(self, name: str) -> frozenset[str]:
        return frozenset({"viewer"}) if name in self.readers else frozenset()


@dataclass
class MemoryMails:
    """Mails to addresses that agreed at once."""

    agreed: list[str] = field(default_factory=list)
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    quota: int = 200
    unreachable: str = ""  # an address to which nothing can be sent

    def subscribe(self, address: str) -> None:
        if len({*self.agreed, address}) > self.quota:
            raise ConflictError("subscribe an address to answers: FilterPolicyLimitExceeded on Subscribe")
        self.agreed.append(address)

    def subject(self, text: str) -> str:
        return mail_subject(text)

    def send(self, address: str, subject: str, message: str) -> None:
        if address == self.unreachable:
            raise ServiceError("send answers by mail: InternalError on Publish")
        self.sent.append((address, subject, message))


def without(registry: Registry, datasets: Collection[str]) -> Registry:
    """The contracts of all other datasets."""
    kept = [
        {name: contract for name, contract in zone.items() if name not in datasets}
        for zone in (registry.source, registry.curated)
    ]
    return replace(registry, source=kept[0], curated=kept[1])


@dataclass
class MemoryLake:
    """The `Lake` port in memory; the gate processes what is committed when a test says so."""

    moment: datetime = BEGAN
    systems: tuple[str, ...] = SYSTEMS
    contracts: Registry = REGISTRY
    definitions: str = "deployed"
    pushed_dashboards: Mapping[str, str] | None = None
    databases: Databases = field(default_factory=Databases)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    runs: MemoryRuns = field(default_factory=MemoryRuns)
    known_runs: KnownRuns = field(default_factory=KnownRuns)
    same_names: dict[tuple[str, ...], str] = field(default_factory=dict)
    queries: MemoryQueries = field(default_factory=MemoryQueries)
    people: MemoryPeople = field(default_factory=MemoryPeople)
    mails: MemoryMails | None = field(default_factory=MemoryMails)
    write_mail: MailWriter | None = field(
        default_factory=lambda: MailShower("https://console.example", pause=lambda _: None)
    )
    caller_limit: CallerLimit | None = None
    most_refused_share: float = 0.2
    takes_people: bool = False
    originals: Originals = Originals.KEEP
    ended_jobs: tuple[EndedJobRun, ...] = (
        EndedJobRun("merge_curated", BEGAN + timedelta(seconds=5), 90.0, 2.0, 180.0, run_id="jr_1"),
    )
    job_logs: MemoryJobLogs = field(default_factory=MemoryJobLogs)

    def __post_init__(self) -> None:
        # Lakes of other tests have the same buckets, and may have had other rows at the same version.
        for reader in (dataset_profiles, refused_columns, scorers, tables):
            reader._cache.clear()
        self.databases = replace(self.databases, contracts=lambda: self.contracts)

    def begin_request(self) -> None:
        """Have the contracts of datasets that people created since, and not those of removed ones."""
        versions = self.definition_versions
        created = versions.created(versions.pointer()[0].created)
        if created.files:
            names = {name.removeprefix("source/") for name in created.contracts}
            others = without(self.contracts, names.union(created.removals))
            self.contracts = others.with_created(created.contracts)
            for part in ("mappings", "gate_rules"):
                self.__dict__.pop(part, None)

    @cached_property
    def objects(self) -> GrantedObjects:
        return GrantedObjects(clock=self.now)

    @cached_property
    def files(self) -> MemoryFileIndex:
        return MemoryFileIndex(self.ledger)

    @cached_property
    def uploads(self) -> MemoryUploads:
        return MemoryUploads(self.objects)

    @cached_property
    def mappings(self) -> Mappings:
        return Mappings(self.objects, "artifacts", self.contracts.source, sample_table)

    @cached_property
    def gate_ports(self) -> GatePorts:
        return GatePorts(self.objects, self.ledger, "curated", "quarantine", self.now, 300)  # type: ignore[arg-type]  # twins of the ports

    @cached_property
    def gate_rules(self) -> GateRules:
        key = MaskingKey("k1", b"0" * 32)
        return GateRules(self.contracts.source, lambda: key, self.mappings, originals=self.originals)

    @property
    def gate(self) -> tuple[GatePorts, GateRules]:
        return self.gate_ports, self.gate_rules

    def job_runs(self, since: datetime) -> list[EndedJobRun]:
        return [run for run in self.ended_jobs if run.started_at >= since]

    @property
    def definition_versions(self) -> DefinitionVersions:
        return DefinitionVersions(self.objects, "artifacts", "abcd1234")

    @property
    def dashboard_versions(self) -> DefinitionVersions:
        return dashboard_versions(self.objects, "artifacts")

    @property
    def reverter(self) -> Reverter:
        return Reverter(*self.gate, self.senders)

    @property
    def senders(self) -> Senders:
        return Senders(self.objects, "artifacts")

    @property
    def dry_runs(self) -> MemoryLake:
        return self

    def start(self, upload_id: str) -> None:
        """Run the gate on an upload at once."""

        def process(scratch: ScratchObjects, ref: ObjectRef, mapping: UploadMapping | None) -> FileRecord:
            mappings = replace(self.mappings, objects=scratch)
            if mapping:
                mappings.remember(Suggested.from_json(mapping.suggestion), mapping.fields)
            ports = replace(self.gate_ports, objects=scratch, ledger=MemoryLedger())
            rules = replace(self.gate_rules, mappings=mappings, originals=Originals.KEEP)
            return processor(ports, rules).process(ref)

        def mappings(scratch: ScratchObjects) -> Mappings:
            return replace(self.mappings, objects=scratch)

        buckets = ("staging", "raw", "curated")
        draft = partial(draft_of_upload, takes_people=self.takes_people)
        DryRunner(self.objects, *buckets, process, mappings, draft, self.contracts.curated).run(upload_id)

    def copy(self) -> MemoryLake:
        """Return another lake in the same state, for a test that continues from it many times."""
        copied = deepcopy(self, self.copied_otherwise())
        copied.__post_init__()
        return copied

    def copied_otherwise(self) -> dict[int, object]:
        """Return the parts of a copy by id: contracts that all copies share, and locks of its own."""
        shared = [self.contracts, self.contracts.source, *self.contracts.curated.values()]
        locks = [store._lock for store in (self.objects, self.ledger, self.catalog)]
        return {id(part): part for part in shared} | {id(lock): RLock() for lock in locks}

    def bucket(self, zone: str) -> str:
        return zone

    def now(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment

    def receive(self, key: str, body: bytes | None = None) -> FileRecord:
        """Let the gate process an object of raw, put there before or now."""
        if body is not None:
            self.objects.write(ObjectRef("raw", key), body)
        return processor(*self.gate).process(self.objects.info(ObjectRef("raw", key)).ref)

    def contents(self) -> dict[str, dict[str, bytes]]:
        """Return all contents in which a trace would be."""
        return {
            bucket: self.objects.contents(bucket) for bucket in ("raw", "curated", "quarantine", "artifacts")
        }


@dataclass(frozen=True)
class Answer:
    """A response of the API."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401 whatever JSON it is
        return json.loads(self.text)


@dataclass(frozen=True)
class Routes:
    """The application over a lake.

    All lakes of a process share its routes, because making them takes longer than most answers.
    """

    lake: MemoryLake

    def answer(self, event: dict[str, Any]) -> dict[str, Any]:
        application = _application()
        application._lake = self.lake
        application._app.dependency_overrides[lake_ports.lake] = lambda: self.lake
        asked = event["requestContext"]["http"]
        self.lake.objects.granted = granted_reads(asked["method"], asked["path"].removeprefix("/machine"))
        try:
            return application.answer(event)
        finally:
            self.lake.objects.granted = None


@cache
def _application() -> Application:
    return Application(MemoryLake())


@dataclass
class Caller:
    """Calls the API as a member of groups; None sends no token."""

    lake: MemoryLake
    groups: tuple[str, ...] | None = ("operator",)
    name: str = "ana"

    @cached_property
    def app(self) -> Routes:
        return Routes(self.lake)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """The answer to one request.

        `path` may have a query string, and `If_Match` is the header `if-match`.
        """
        sent = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        text = None if body is None else body if isinstance(body, str) else json.dumps(body)
        return self.send(
            method, path, text, sent | ({"content-type": "application/json"} if text is not None else {})
        )

    def send(self, method: str, path: str, text: str | None, headers: Mapping[str, str]) -> Answer:
        asked = urlsplit(path)
        groups = " ".join(self.groups or ())
        claims = {"token_use": "access", "username": self.name, "cognito:groups": f"[{groups}]"}
        authorizer = {} if self.groups is None else {"jwt": {"claims": claims}}
        event = {
            "version": "2.0",
            "rawPath": asked.path,
            "rawQueryString": asked.query,
            "headers": dict(headers),
            "queryStringParameters": {
                name: ",".join(values)
                for name, values in parse_qs(asked.query, keep_blank_values=True).items()
            },
            "requestContext": {
                "requestId": "r-1",
                "stage": "$default",
                "authorizer": authorizer,
                "http": {"method": method, "path": asked.path},
            },
            "body": text,
            "isBase64Encoded": False,
        }
        answer = self.app.answer(event)
        return Answer(answer["statusCode"], answer["headers"], answer["body"] or "")


def edited_file(caller: Caller, file_id: str, edits: Mapping[str, Any]) -> Answer:
    """Let a caller edit a file of raw, check it and commit the check."""
    path = f"/v1/uploads/{caller.call('POST', f'/v1/files/{file_id}/edit').json['upload_id']}"
    checked = caller.call("PUT", f"{path}/edits", edits)
    assert checked.status == 200, checked.text
    etag = caller.call("GET", f"{path}/dry-run").headers["ETag"]
    answer = caller.call("POST", f"{path}/commit", If_Match=etag)
    assert answer.status == 202, answer.text
    return answer


def query(**parameters: object) -> str:
    """A query string."""
    return "?" + urlencode(parameters, doseq=True)


def processor(ports: GatePorts, rules: GateRules) -> FileProcessor:
    """Return the processor of files with this gate, profiles included."""
    profiles = Profiles(ports.objects, "artifacts")
    return FileProcessor(
        ports,
        rules,
        profile=profiles.of,
        profile_unknown=profiles.of_unknown,
        profile_uncontracted=profiles.of_uncontracted,
    )
